/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Config files: "key = value" lines, "[command]" before those of one command, "#" or ";" before a comment. A file may name a program
 * to run (the pager), so one that somebody else may write is not read. See settings.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/fd.h"
#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"
#include "pipeline/commands.h"
#include "pipeline/near.h"
#include "pipeline/option_rows.h"
#include "pipeline/settings.h"

#define FILE_BYTES_MAX 65536

struct config_file {
	struct settings *settings;
	enum setting_rank rank; /* outside of sections */
	const char *path;
	const struct command *command; /* whose section it is; NULL before the first */
	unsigned line;
	struct error *error;
};

/* ---- lines ---- */

static bool mistake(const struct config_file *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool mistake(const struct config_file *file, const char *format, ...)
{
	char text[300];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return error_set(file->error, ERROR_USAGE, "%s:%u: %s", file->path, file->line, text);
}

static bool begin_section(struct config_file *file, struct slice line)
{
	struct slice name = slice_trim(slice_first(slice_skip(line, 1), line.len - 2));
	struct near near = near_begin(name);
	char text[NEAR_TEXT_SIZE];

	file->command = command_find(name);
	if (file->command)
		return true;
	for (size_t i = 0; i < commands_count; i++)
		near_offer(&near, slice_from(commands[i]->name));
	return mistake(file, "unknown command '[%.*s]'%s", SLICE_ARG(name),
		       near_text(text, &near, ""));
}

static void offer_keys(struct near *near, const struct command *command)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (row->preset)
			near_offer(near, slice_from(row->name));
}

static bool unknown_key(const struct config_file *file, struct slice key)
{
	const struct command *of = file->command ? file->command : &command_program;
	struct near near = near_begin(key);
	char text[NEAR_TEXT_SIZE];

	if (option_row_named(of->options, key))
		return mistake(file, "--%.*s is for the command line alone", SLICE_ARG(key));
	offer_keys(&near, of);
	for (size_t i = 0; !file->command && near.count == 0 && i < commands_count; i++)
		offer_keys(&near, commands[i]);
	return mistake(file, "unknown key '%.*s'%s%s%s", SLICE_ARG(key),
		       file->command ? " of " : "", file->command ? of->name : "",
		       near_text(text, &near, ""));
}

/* Blanks at the ends of a value stay only in quotes. */
static struct slice unquote(struct slice value)
{
	if (value.len > 1 && *value.at == '"' && value.at[value.len - 1] == '"')
		return slice_first(slice_skip(value, 1), value.len - 2);
	return value;
}

static bool is_path(const struct option_row *row)
{
	return row->value &&
	       (strcmp(row->value, "DIR") == 0 || strcmp(row->value, "FILE") == 0);
}

/* A relative path would be another one wherever the program is started. */
static bool add_path(const struct config_file *file, const struct option_row *row,
		     struct slice value, struct slice origin)
{
	const char *home = getenv("HOME");
	char path[4096];

	if (!slice_starts(value, SLICE("~/")) && !slice_starts(value, SLICE("/")))
		return mistake(file, "'%s' begins with / or ~/, not as '%.*s'", row->name,
			       SLICE_ARG(value));
	if (*value.at == '~' && (!home || !*home))
		return mistake(file, "'%.*s': nothing says where home is", SLICE_ARG(value));
	if (snprintf(path, sizeof(path), "%s%.*s", *value.at == '~' ? home : "",
		     SLICE_ARG(slice_skip(value, *value.at == '~'))) >= (int)sizeof(path))
		return mistake(file, "'%s' is too long", row->name);
	return settings_add(file->settings, file->rank + (file->command ? 1 : 0),
			    file->command, row, slice_from(path), origin, file->error);
}

static bool add_line(const struct config_file *file, struct slice line)
{
	ptrdiff_t sign = slice_find(line, SLICE("="));
	struct slice key = slice_trim(slice_first(line, sign < 0 ? 0 : (size_t)sign));
	struct slice value = unquote(slice_trim(slice_skip(line, (size_t)sign + 1)));
	const struct option_row *row;
	char origin[4200];

	if (sign < 0)
		return mistake(file, "'%.*s' is no 'key = value'", SLICE_ARG(line));
	row = settings_row(file->command, key);
	if (!row)
		return unknown_key(file, key);
	if (value.len == 0 && row->id != OPTION_PAGER)
		return mistake(file, "'%s' has no value", row->name);
	snprintf(origin, sizeof(origin), "%s:%u", file->path, file->line);
	if (is_path(row))
		return add_path(file, row, value, slice_from(origin));
	return settings_add(file->settings, file->rank + (file->command ? 1 : 0),
			    file->command, row, value, slice_from(origin), file->error);
}

static bool has_controls(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.at[i] < ' ' || line.at[i] == 0x7f)
			return true;
	return false;
}

static bool read_line(struct config_file *file, struct slice line)
{
	line = slice_trim(line);
	if (line.len == 0 || *line.at == '#' || *line.at == ';')
		return true;
	for (size_t i = 0; i < line.len; i++)
		if (((char *)line.at)[i] == '\t')
			((char *)line.at)[i] = ' ';
	if (has_controls(line))
		return mistake(file, "there are control characters in this line");
	if (*line.at == '[' && line.at[line.len - 1] == ']')
		return begin_section(file, line);
	return add_line(file, line);
}

static bool read_lines(struct config_file *file, struct slice text)
{
	if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
		text = slice_skip(text, 3);
	while (text.len) {
		ptrdiff_t end = slice_find(text, SLICE("\n"));
		struct slice line = slice_first(text, end < 0 ? text.len : (size_t)end);

		file->line++;
		text = slice_skip(text, line.len + 1);
		if (slice_ends(line, SLICE("\r")))
			line.len--;
		if (!read_line(file, line))
			return false;
	}
	return true;
}

/* ---- the file ---- */

static bool may_trust(const struct config_file *file, const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return error_set(file->error, ERROR_USAGE, "%s is no file", file->path);
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return error_set(file->error, ERROR_USAGE,
				 "%s is somebody else's (user %u): it could name a program to "
				 "run; --config FILE reads it all the same",
				 file->path, (unsigned)status->st_uid);
	if (status->st_mode & S_IWOTH)
		return error_set(file->error, ERROR_USAGE,
				 "everybody may write %s, and name a program to run in it: "
				 "chmod o-w it",
				 file->path);
	return true;
}

static bool read_open(struct config_file *file, int fd, bool trusted)
{
	cleanup_free char *text = NULL;
	struct stat status;
	ssize_t len;

	if (fstat(fd, &status) != 0)
		return error_errno(file->error, "%s cannot be read", file->path);
	if (!trusted && !may_trust(file, &status))
		return false;
	text = mem_alloc(FILE_BYTES_MAX + 1);
	len = fd_read(fd, text, FILE_BYTES_MAX + 1);
	if (len < 0)
		return error_errno(file->error, "%s cannot be read", file->path);
	if (len > FILE_BYTES_MAX)
		return error_set(file->error, ERROR_USAGE, "%s has more than %d bytes",
				 file->path, FILE_BYTES_MAX);
	return read_lines(file, (struct slice){ text, (size_t)len });
}

bool settings_read_file(struct settings *settings, enum setting_rank rank,
			const char *path, bool trusted, struct error *error)
{
	struct config_file file = {
		.settings = settings, .rank = rank, .path = path, .error = error
	};
	/* what stands there uninvited may be a pipe that nobody writes into */
	int how = O_RDONLY | O_CLOEXEC | O_NOCTTY | (trusted ? 0 : O_NONBLOCK);
	cleanup_fd int fd = -1;

	do
		fd = open(path, how);
	while (fd < 0 && errno == EINTR);

	if (fd >= 0)
		return read_open(&file, fd, trusted);
	if (!trusted && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (!trusted && errno == EACCES) {
		log_warning("%s cannot be read, and is left out", path);
		return true;
	}
	if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		return error_set(error, ERROR_USAGE, "%s cannot be opened: %s", path,
				 strerror(errno));
	return error_errno(error, "%s cannot be opened", path);
}
