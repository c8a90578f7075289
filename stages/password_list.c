/* SPDX-License-Identifier: Apache-2.0 */
/* One block of passwords; see password_list.h. */
#include "stages/password_list.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/slice.h"

/* Adds a line to the block, which has room for it. */
static void add_line(struct password_list *list, struct slice line)
{
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0)
		return;
	memcpy(list->bytes + list->size, line.at, line.len);
	list->size += line.len;
	list->bytes[list->size++] = 0;
}

bool password_list_from_text(struct password_list *list, const char *text, size_t len)
{
	struct slice rest = { text, len };

	*list = (struct password_list){ .size = 0 };
	if (len == 0)
		return true;
	if (memchr(text, 0, len))
		return false;
	if (slice_starts(rest, SLICE("\xEF\xBB\xBF")))
		rest = slice_skip(rest, 3);
	list->bytes = mem_alloc(len + 1); /* a zero in the place of each newline, and one at the end */
	while (rest.len) {
		const char *newline = memchr(rest.at, '\n', rest.len);
		size_t line = newline ? (size_t)(newline - rest.at) : rest.len;

		add_line(list, slice_first(rest, line));
		rest = slice_skip(rest, line + (newline != NULL));
	}
	if (list->size == 0)
		password_list_wipe(list);
	return true;
}

bool password_list_from_bytes(struct password_list *list, const void *bytes, size_t size)
{
	const char *at = bytes;

	*list = (struct password_list){ .size = 0 };
	if (size == 0 || size > PASSWORDS_BYTES_MAX + 1 || at[size - 1] != 0)
		return false;
	for (size_t i = 0; i < size; i += strlen(at + i) + 1)
		if (at[i] == 0 || strchr(at + i, '\n'))
			return false;
	list->bytes = mem_alloc(size);
	list->size = size;
	memcpy(list->bytes, bytes, size);
	return true;
}

const char *password_next(const struct password_list *list, const char *before)
{
	const char *next = before ? before + strlen(before) + 1 : list->bytes;

	return next && next < list->bytes + list->size ? next : NULL;
}

void password_list_wipe(struct password_list *list)
{
	if (list->bytes)
		explicit_bzero(list->bytes, list->size);
	free(list->bytes);
	*list = (struct password_list){ .size = 0 };
}
