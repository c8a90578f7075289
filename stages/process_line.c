/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a PROCESS block at one go; see process_line.h. */
#include "stages/process_line.h"

#include "stages/pointer.h"

/* Past the text, or NULL: then, or where at is NULL already. */
static forced_inline const char *behind(const char *at, const char *end, const char *text,
					size_t len)
{
	return at && (size_t)(end - at) >= len && memcmp(at, text, len) == 0 ? at + len : NULL;
}

#define BEHIND(text) at = behind(at, end, text, sizeof(text) - 1)

/* Hex digits, four to eight, and a blank behind them. */
static inline const char *pid_within(const char *at, const char *end, uint32_t *pid)
{
	uint64_t text;
	unsigned count;

	if (!at || end - at < 9)
		return NULL;
	text = eight_load(at);
	count = eight_leading(eight_hex(text));
	if (count < 4 || at[count] != ' ')
		return NULL;
	*pid = eight_hex_value(eight_last(text, count));
	return at + count;
}

/* The same up to the line's end, of which eight characters and more stand before. */
static inline bool pid_at_end(const char *at, const char *end, uint32_t *pid)
{
	size_t count = (size_t)(end - at);
	uint64_t text = eight_load(end - 8), digits;

	if (count < 4 || count > 8)
		return false;
	digits = text >> (64 - 8 * count);
	if (eight_leading(eight_hex(digits)) != count)
		return false;
	*pid = eight_hex_value(eight_last(digits, (unsigned)count));
	return true;
}

/* "none" or a decimal of one to seven digits. */
static inline const char *session(const char *at, const char *end, struct process_ids *ids)
{
	uint64_t text;
	unsigned count;

	ids->has_session = false;
	ids->session = 0;
	if (!at || end - at < 8)
		return NULL;
	if (memcmp(at, "none", 4) == 0)
		return at + 4;
	text = eight_load(at);
	count = eight_leading(eight_decimal(text));
	if (count == 0 || count == 8)
		return NULL;
	ids->has_session = true;
	ids->session = eight_decimal_value(eight_last(text, count));
	return at + count;
}

/* A value of no interest; a word with a colon is the next label. */
static inline const char *behind_value(const char *at, const char *end)
{
	const char *begin = at;

	if (!at)
		return NULL;
	at = lex_at_word_end(at, end);
	return at > begin && at[-1] != ':' ? at : NULL;
}

bool process_line_ids(const char *at, const char *end, struct process_ids *ids)
{
	BEHIND("SessionId: ");
	at = session(at, end, ids);
	BEHIND("  Cid: ");
	at = pid_within(at, end, &ids->pid);
	BEHIND("    Peb: ");
	at = behind_value(at, end);
	BEHIND("  ParentCid: ");
	return at && pid_at_end(at, end, &ids->parent_pid);
}

/* "58." behind a column of blanks, at the line's end. */
static inline bool count_at_end(const char *at, const char *end, uint32_t *value)
{
	uint64_t text = eight_load(end - 8);
	size_t count;

	at = lex_behind_column(at, end);
	count = (size_t)(end - at);
	if (count < 2 || count > 8 || end[-1] != '.')
		return false;
	text = (text & ~(0xFFull << 56)) >> (64 - 8 * count);
	count--;
	if (eight_leading(eight_decimal(text)) != count)
		return false;
	*value = eight_decimal_value(eight_last(text, (unsigned)count));
	return true;
}

/* A pointer and a blank behind it. */
static inline const char *pointer(const char *at, const char *end, bool *zero)
{
	unsigned length;

	if (!at || end - at < POINTER_ROOM)
		return NULL;
	length = pointer_length(at);
	if (length == 0)
		return NULL;
	*zero = eight_load(at) == EIGHT_OF('0') &&
		(length == 8 || eight_load(at + length - 8) == EIGHT_OF('0'));
	return at + length;
}

bool process_line_table(const char *at, const char *end, struct process_table *table)
{
	BEHIND("DirBase: ");
	at = behind_value(at, end);
	BEHIND("  ObjectTable: ");
	at = pointer(at, end, &table->zero);
	BEHIND("  HandleCount: ");
	return at && count_at_end(at, end, &table->handles);
}
