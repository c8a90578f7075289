/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives for the tests, made in memory when they run: by libarchive's writer, or byte by byte where
 * it cannot write a format. And the other way: a whole walk through one, as a list that can be checked.
 */
#ifndef TESTS_UNIT_ARCHIVES_H
#define TESTS_UNIT_ARCHIVES_H

#include "pipeline/base/bytes.h"
#include "stages/unpack.h"

struct made_file {
	const char *name;
	const void *data;
	size_t len;
};

/* Formats and filters by libarchive's names ("zip", "7zip", "ustar"; "zstd"); filter and options may be
 * NULL. False when this libarchive cannot do it. The result is the caller's to vec_free(). */
bool made_archive(byte_vec *out, const char *format, const char *filter,
		  const char *options, const struct made_file *files, size_t count);
/* A bare compressed stream. */
bool made_stream(byte_vec *out, const char *filter, const void *data, size_t len);
/* One stored member each. */
void made_rar4(byte_vec *out, const struct made_file *file, bool encrypted);
void made_rar5(byte_vec *out, const struct made_file *file);

/* What a step of a walk came to. */
struct seen_step {
	bool failed;     /* UNPACK_FAILED */
	bool broke;      /* unpack_read() ended with -1 */
	char reason[40]; /* of either */
	char *path;
	byte_vec data;
};

struct seen {
	VEC(struct seen_step) steps;
};

/* Walks through bytes as a bundle called name, reading every member in pieces of an odd size. Fails the
 * test when a promise of unpack.h is broken on the way. */
void seen_walk(struct seen *seen, const void *bytes, size_t len, const char *name,
	       const struct unpack_limits *limits);
/* The same, but leaves every member unread. */
void seen_skim(struct seen *seen, const void *bytes, size_t len, const char *name,
	       const struct unpack_limits *limits);
void seen_free(struct seen *seen);
/* The step with this path, or NULL. */
const struct seen_step *seen_find(const struct seen *seen, const char *path);
/* How many steps failed or broke. */
size_t seen_bad(const struct seen *seen);

/* Fills it with characters by chance, the same each time of a seed: text that packs, but not well. */
void made_text(char *text, size_t len, unsigned seed);

#endif
