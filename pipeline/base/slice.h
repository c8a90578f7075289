/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slice is a piece of text that somebody else owns: a pointer and a length, no terminator.
 * Comparisons are by byte; "icase" means ASCII letters only, as image names are compared.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *at;
	size_t len;
};

#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
#define SLICE_NONE ((struct slice){ NULL, 0 })
/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).len, (s).at

static inline struct slice slice_from(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool slice_starts(struct slice text, struct slice head)
{
	return text.len >= head.len &&
	       (head.len == 0 || memcmp(text.at, head.at, head.len) == 0);
}

/* The text from byte `from` on; empty when it is shorter. */
static inline struct slice slice_skip(struct slice text, size_t from)
{
	if (from > text.len)
		from = text.len;
	if (from == 0) /* nothing may be added to a NULL pointer, not even 0 */
		return text;
	return (struct slice){ text.at + from, text.len - from };
}

static inline struct slice slice_first(struct slice text, size_t len)
{
	return (struct slice){ text.at, len < text.len ? len : text.len };
}

bool slice_ends(struct slice text, struct slice tail);
bool slice_equal_icase(struct slice a, struct slice b);
bool slice_starts_icase(struct slice text, struct slice head);
/* Byte order, a shorter prefix first: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);
/* Position of needle in text, or -1. */
ptrdiff_t slice_find(struct slice text, struct slice needle);
/* Without blanks and tabs at both ends. */
struct slice slice_trim(struct slice text);

#endif
