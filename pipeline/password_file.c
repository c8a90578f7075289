/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the file of passwords, leaving no copy of them behind; see password_file.h. */
#include "pipeline/password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/fd.h"
#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"

static struct password_list passwords;

static void warn_if_open(int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH))
		log_warning("everybody may read the passwords in %s: chmod 600 it", path);
}

static bool take(const struct options *options, int fd, char *text)
{
	ssize_t len = fd_read(fd, text, PASSWORDS_BYTES_MAX + 1); /* which may be a pipe */

	if (len < 0)
		return options_refuse(options, "%s cannot be read: %s", options->value,
				      strerror(errno));
	if ((size_t)len > PASSWORDS_BYTES_MAX)
		return options_refuse(options, "%s has more than %u bytes of passwords",
				      options->value, PASSWORDS_BYTES_MAX);
	if (!password_list_from_text(&passwords, text, (size_t)len))
		return options_refuse(options, "%s is no text of one password a line",
				      options->value);
	if (!passwords.bytes)
		return options_refuse(options, "%s has no password in it", options->value);
	return true;
}

bool password_file_option(const struct options *options)
{
	cleanup_fd int fd = open(options->value, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text;
	bool good;

	if (fd < 0)
		return options_refuse(options, "%s cannot be opened: %s", options->value,
				      strerror(errno));
	warn_if_open(fd, options->value);
	password_file_forget();
	text = mem_alloc(PASSWORDS_BYTES_MAX + 1);
	good = take(options, fd, text);
	explicit_bzero(text, PASSWORDS_BYTES_MAX + 1);
	free(text);
	return good;
}

const struct password_list *password_file_list(void)
{
	return &passwords;
}

void password_file_forget(void)
{
	password_list_wipe(&passwords);
}
