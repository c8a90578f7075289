/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One matcher for all: it walks name and pattern side by side and, where they part, goes
 * back to the last star only, since an earlier one could not match anything that the last
 * cannot. That is at most name times pattern steps. A question mark stands for one
 * letter, whatever its bytes.
 */
#include "index/pattern.h"

#include "pipeline/base/utf8.h"
#include "stages/record.h"

enum ends {
	ENDS_EXACT,
	ENDS_OPEN_NAME, /* the name may go on: what is left of the pattern does not matter */
	ENDS_WITHIN,    /* as if the pattern had a star at both ends */
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Bytes of name at `at` that the pattern's character c takes; 0 when it does not
 * match. */
static size_t one_letter(char c, struct slice name, size_t at)
{
	size_t used;

	if (c != '?')
		return lower(c) == lower(name.at[at]);
	utf8_read(slice_skip(name, at), &used);
	return used;
}

static bool matches(struct slice pattern, struct slice name, enum ends ends)
{
	size_t p = 0, n = 0, star = 0, star_name = 0, used;
	bool starred = ends == ENDS_WITHIN;

	for (;;) {
		if (p == pattern.len && (n == name.len || ends == ENDS_WITHIN))
			return true;
		if (p < pattern.len && pattern.at[p] == '*') {
			starred = true;
			star = ++p;
			star_name = n;
			continue;
		}
		if (n == name.len)
			return ends == ENDS_OPEN_NAME;
		used = p < pattern.len ? one_letter(pattern.at[p], name, n) : 0;
		if (used) {
			p++;
			n += used;
			continue;
		}
		if (!starred)
			return false;
		p = star;
		n = ++star_name;
	}
}

bool pattern_is_literal(struct slice pattern)
{
	return pattern.len == 0 || (!memchr(pattern.at, '*', pattern.len) &&
				    !memchr(pattern.at, '?', pattern.len));
}

bool pattern_matches(struct slice pattern, struct slice name)
{
	return matches(pattern, name, ENDS_EXACT);
}

bool pattern_matches_within(struct slice pattern, struct slice name)
{
	return matches(pattern, name, ENDS_WITHIN);
}

/* As long as a cut name is, and without an extension at its end that would say it is
 * whole. */
static bool may_be_cut(struct slice image)
{
	return image.len == IMAGE_CUT && image.at[IMAGE_CUT - 4] != '.';
}

bool pattern_matches_image(struct slice pattern, struct slice image)
{
	if (pattern_is_literal(pattern))
		return image_same(pattern, image);
	return matches(pattern, image, may_be_cut(image) ? ENDS_OPEN_NAME : ENDS_EXACT);
}

bool pattern_may_match_cut(struct slice pattern, struct slice front)
{
	if (pattern_is_literal(pattern))
		return slice_equal_icase(image_cut(pattern), front);
	return matches(pattern, front, ENDS_OPEN_NAME);
}
