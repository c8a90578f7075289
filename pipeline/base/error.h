/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One error on the caller's stack. A function that can fail takes `struct error *`, returns false
 * (or NULL, or -1) and has then filled it in; callers put their context in front on the way up:
 * "ingest: case.zip: kd.log: truncated gzip input". Bad input inside a log is not an error but a
 * diagnostic (stages/record.h).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,    /* the caller's words are wrong */
	ERROR_IO,       /* the machine: disk, permission, descriptor */
	ERROR_BUSY,     /* another writer holds the index */
	ERROR_FORMAT,   /* an index of another kind or version, or a damaged one */
	ERROR_INPUT,    /* an input that cannot be read: `reason` says why */
	ERROR_INTERNAL, /* a broken promise between our own parts */
};

struct error {
	enum error_kind kind;
	const char *reason; /* for ERROR_INPUT: a reason code of contract section 6; static text */
	char text[480]; /* one line, no newline, cut with "…" when too long */
};

#define ERROR_INIT ((struct error){ .kind = ERROR_NONE })

/* Fills in the error. Always returns false, so that `return error_set(...)` reads well. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* An ERROR_INPUT with its reason code. */
bool error_input(struct error *error, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* ERROR_IO with strerror(errno) behind the text. */
bool error_errno(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Puts "context: " in front. Always returns false. */
bool error_context(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
