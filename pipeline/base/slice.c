/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The longer slice functions. Letters are folded by hand: tolower() asks the locale, and
 * the same two image names must compare alike on every machine.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/slice.h"

static unsigned char fold(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool slice_ends(struct slice text, struct slice tail)
{
	if (text.len < tail.len)
		return false;
	return slice_equal(slice_skip(text, text.len - tail.len), tail);
}

bool slice_equal_icase(struct slice a, struct slice b)
{
	return a.len == b.len && slice_starts_icase(a, b);
}

bool slice_starts_icase(struct slice text, struct slice head)
{
	if (text.len < head.len)
		return false;
	for (size_t i = 0; i < head.len; i++)
		if (fold(text.at[i]) != fold(head.at[i]))
			return false;
	return true;
}

int slice_compare(struct slice a, struct slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.at, b.at, common) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
	const char *found;

	if (needle.len == 0)
		return 0;
	if (text.len < needle.len)
		return -1;
	found = memmem(text.at, text.len, needle.at, needle.len);
	return found ? found - text.at : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice text)
{
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	while (text.len && is_blank(*text.at)) {
		text.at++;
		text.len--;
	}
	return text;
}
