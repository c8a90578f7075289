/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of members as `7z l -slt -ba` writes it: lines of "Key = value", an empty line behind each member, whose first is its path.
 * Names are a stranger's: one that brings lines of its own into the list can at most name members wrongly, since what is
 * then read of them has to have their sizes and checksums. Nothing is kept but the member in hand.
 */
#include "stages/outside.h"

#include <stdlib.h>

#include "pipeline/base/mem.h"

#define BUFFER_SIZE \
	(64u << 10) /* a longer line is no list: no system has paths like that */

void outside_list_begin(struct outside_list *list)
{
	*list = (struct outside_list){ .run = OUTSIDE_RUN_NONE,
				       .buffer = mem_alloc(BUFFER_SIZE) };
}

void outside_list_end(struct outside_list *list)
{
	outside_stop(&list->run);
	free(list->buffer);
	list->buffer = NULL;
}

/* The next line without its end: 1, 0 at the end, -1 when it is too long. */
static int next_line(struct outside_list *list, struct slice *line)
{
	for (;;) {
		char *begin = list->buffer + list->at;
		char *newline = memchr(begin, '\n', list->len - list->at);
		size_t got;

		if (newline) {
			*line = (struct slice){ begin, (size_t)(newline - begin) };
			list->at += line->len + 1;
			return 1;
		}
		list->len -= list->at;
		memmove(list->buffer, begin, list->len);
		list->at = 0;
		if (list->len == BUFFER_SIZE)
			return -1;
		got = outside_read(&list->run, list->buffer + list->len,
				   BUFFER_SIZE - list->len);
		if (got == 0)
			return 0; /* a last line without an end is cut */
		list->len += got;
	}
}

static bool take_number(struct slice text, unsigned base, uint64_t *number)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
							: base;

		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*number = value;
	return text.len > 0;
}

static void take_field(struct outside_member *member, struct slice key, struct slice value)
{
	uint64_t number;

	if (slice_equal(key, SLICE("Size"))) {
		member->size_known = take_number(value, 10, &member->size);
	} else if (slice_equal(key, SLICE("CRC"))) {
		member->crc_known = value.len == 8 && take_number(value, 16, &number);
		member->crc = member->crc_known ? (uint32_t)number : 0;
	} else if (slice_equal(key, SLICE("Encrypted"))) {
		member->encrypted = slice_equal(value, SLICE("+"));
	} else if (slice_equal(key, SLICE("Folder"))) {
		member->is_file &= !slice_equal(value, SLICE("+"));
	} else if (slice_equal(key, SLICE("Attributes"))) {
		member->is_file &= !slice_starts(value, SLICE("D"));
	} else if (slice_equal(key, SLICE("Method"))) {
		member->stored = memmem(value.at, value.len, "Store", 5) ||
				 memmem(value.at, value.len, "Copy", 4) ||
				 slice_starts(value, SLICE("7zAES"));
	}
}

static bool split_field(struct slice line, struct slice *key, struct slice *value)
{
	const char *equals = memmem(line.at, line.len, " =", 2);

	if (!equals)
		return false;
	*key = slice_first(line, (size_t)(equals - line.at));
	*value = slice_skip(line, key->len + 2);
	if (value->len && value->at[0] == ' ')
		*value = slice_skip(*value, 1);
	return true;
}

static void begin_member(struct outside_member *member, struct slice name)
{
	*member = (struct outside_member){ .name = mem_copy_text(name.at, name.len),
					   .name_len = name.len,
					   .is_file = true };
}

int outside_list_next(struct outside_list *list, struct outside_member *member)
{
	struct slice line, key, value;
	bool begun = false;
	int got;

	while ((got = next_line(list, &line)) > 0) {
		if (begun && line.len == 0)
			return 1;
		if (!split_field(line, &key, &value))
			continue;
		if (begun)
			take_field(member, key, value);
		else if (slice_equal(key, SLICE("Path"))) { /* before it a prompt may stand */
			begin_member(member, value);
			begun = true;
		}
	}
	if (begun && got == 0)
		return 1;
	if (begun)
		free(member->name);
	return got;
}
