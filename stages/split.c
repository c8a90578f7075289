/* SPDX-License-Identifier: Apache-2.0 */
/* Names of parts, and which of them are there; see split.h. */
#include "stages/split.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/base/slice.h"

/* A gap is looked past so far, to tell a missing part from the end. */
#define LOOK_AHEAD 8

static bool ends_icase(struct slice text, struct slice tail)
{
	return text.len > tail.len &&
	       slice_equal_icase(slice_skip(text, text.len - tail.len), tail);
}

/* A log of that name is one of several, not a part of one: only archives are split by number. */
static bool is_archive_name(struct slice name)
{
	static const struct slice tails[] = {
		{ ".7z", 3 },   { ".zip", 4 },  { ".tar", 4 },  { ".tgz", 4 },
		{ ".gz", 3 },   { ".xz", 3 },   { ".zst", 4 },  { ".bz2", 4 },
		{ ".lz4", 4 },  { ".cab", 4 },  { ".tbz2", 5 }, { ".txz", 4 },
		{ ".lzma", 5 }, { ".tzst", 5 },
	};

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (ends_icase(name, tails[i]))
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many digits end the text, and their value. */
static size_t last_digits(struct slice text, unsigned *number)
{
	size_t count = 0;

	while (count < text.len && is_digit(text.at[text.len - 1 - count]))
		count++;
	*number = 0;
	for (size_t i = text.len - count; i < text.len && count <= 6; i++)
		*number = *number * 10 + (unsigned)(text.at[i] - '0');
	return count <= 6 ? count : 0;
}

/* Behind .999 comes .1000, while what begins with .0001 has four digits throughout. */
static size_t width_of(struct slice digits)
{
	return digits.at[0] == '0' ? digits.len : 3;
}

static char *make_name(const char *format, struct slice stem, size_t width, unsigned number)
{
	char *path;

	return asprintf(&path, format, SLICE_ARG(stem), (int)width, number) < 0 ? NULL : path;
}

static char *with_tail(struct slice stem, const char *tail)
{
	char *path = mem_alloc(stem.len + strlen(tail) + 1);

	memcpy(path, stem.at, stem.len);
	memcpy(path + stem.len, tail, strlen(tail) + 1);
	return path;
}

char *split_bundle_path(const char *path, unsigned *number)
{
	struct slice all = slice_from(path);
	size_t digits = last_digits(all, number);
	struct slice stem = slice_first(all, all.len - digits);

	if (digits == 0) {
		*number = 0;
		return ends_icase(all, SLICE(".zip")) ? mem_strdup(path) : NULL;
	}
	if (*number == 0)
		return NULL;
	if (digits >= 2 && ends_icase(stem, SLICE(".z")))
		return with_tail(slice_first(stem, stem.len - 1),
				 stem.at[stem.len - 1] == 'Z' ? "ZIP" : "zip");
	if (digits < 3 || stem.len < 2 || stem.at[stem.len - 1] != '.' ||
	    !is_archive_name(slice_first(stem, stem.len - 1)))
		return NULL;
	return make_name("%.*s%0*u", stem, width_of(slice_skip(all, stem.len)), 1);
}

/* ---- which parts are there ---- */

/* The name of a part of the bundle; of x.zip those before it. */
static char *part_name(const char *bundle_path, unsigned number)
{
	struct slice all = slice_from(bundle_path);
	unsigned first;
	size_t digits = last_digits(all, &first);

	if (digits == 0)
		return make_name("%.*s%0*u", slice_first(all, all.len - 2), /* "x.z" of "x.zip" */
				 2, number);
	return make_name("%.*s%0*u", slice_first(all, all.len - digits), digits, number);
}

static bool add_part(struct split *split, char *path)
{
	struct stat status;
	int64_t mtime_ns;

	if (!path || stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
		free(path);
		return false;
	}
	mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	if (split->parts.len == 0 || mtime_ns > split->mtime_ns)
		split->mtime_ns = mtime_ns;
	split->size += (uint64_t)status.st_size;
	vec_push(&split->parts, path);
	return true;
}

static bool is_there(const char *bundle_path, unsigned number)
{
	char *path = part_name(bundle_path, number);
	struct stat status;
	bool there = path && stat(path, &status) == 0 && S_ISREG(status.st_mode);

	free(path);
	return there;
}

static bool any_behind(const char *bundle_path, unsigned number, unsigned highest)
{
	if (highest > number)
		return true;
	for (unsigned i = 1; i <= LOOK_AHEAD; i++)
		if (is_there(bundle_path, number + i))
			return true;
	return false;
}

static void miss(struct split *split, const char *path)
{
	const char *slash = strrchr(path, '/');

	split->missing = mem_strdup(slash ? slash + 1 : path);
}

/* All parts by number; the first that is not there, when others are behind it, is the one that is missing. */
static void find_numbered(const char *bundle_path, unsigned highest, struct split *split)
{
	unsigned number = 1;
	char *path;

	while (number <= SPLIT_PARTS_MAX + 1 &&
	       add_part(split, part_name(bundle_path, number)))
		number++;
	if (number == 1 && highest == 0)
		return; /* nobody has seen a part */
	if (number > SPLIT_PARTS_MAX + 1 || !any_behind(bundle_path, number, highest))
		return;
	path = part_name(bundle_path, number);
	miss(split, path);
	free(path);
}

bool split_find(const char *bundle_path, unsigned highest, struct split *split)
{
	unsigned number;
	char *own = split_bundle_path(bundle_path, &number);
	bool last = number == 0; /* x.zip, with its parts before it */

	*split = (struct split){ .size = 0 };
	if (!own || strcmp(own, bundle_path) != 0 || number > 1) {
		free(own);
		return false;
	}
	free(own);
	find_numbered(bundle_path, highest, split);
	if (last && split->parts.len && !split->missing &&
	    !add_part(split, mem_strdup(bundle_path)))
		miss(split, bundle_path);
	if (split->missing || split->parts.len > 1)
		return true;
	split_free(split);
	return false;
}

void split_free(struct split *split)
{
	vec_for_each(path, &split->parts)
		free(*path);
	vec_free(&split->parts);
	free(split->missing);
	*split = (struct split){ .size = 0 };
}
