/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack headers and frames; see stack.h. Symbols may hold blanks, colons and quotes (C++ names), so a frame is read from the
 * left by its header's layout, and only what is known to stand behind a symbol is taken off its right.
 */
#include "stages/stack.h"

#include "stages/pointer.h"

bool stack_read_header(struct slice text, struct stack_layout *layout)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	bool numbered = lex_words(&cursor, SLICE("#")), wide;

	wide = lex_literal(&cursor, SLICE("Child-SP"));
	if (!wide && !lex_literal(&cursor, SLICE("ChildEBP")))
		return false;
	if (!lex_words(&cursor, SLICE("RetAddr")))
		return false;
	*layout = (struct stack_layout){ .numbered = numbered };
	if (slice_find(lex_rest(&cursor), SLICE("Args to Child")) >= 0)
		layout->args = wide ? 4 : 3;
	return true;
}

/* Past blanks, and a colon that stands for itself. */
static inline void skip_colon(struct cursor *cursor)
{
	lex_blanks(cursor);
	if (cursor->end - cursor->at > 1 && cursor->at[0] == ':' &&
	    lex_is_blank(cursor->at[1]))
		cursor->at++;
}

/* "(Inline Function) --------`--------" and dashes where arguments would stand. */
static bool skip_inline(struct cursor *cursor)
{
	struct cursor probe;
	struct slice token;

	if (!lex_words(cursor, SLICE("(Inline Function)")) &&
	    !lex_words(cursor, SLICE("(Inline)")))
		return false;
	for (probe = *cursor; lex_token(&probe, &token); *cursor = probe)
		if (token.at[0] != '-' && !slice_equal(token, SLICE(":")))
			break;
	return true;
}

static inline bool skip_pointers(struct cursor *cursor, unsigned count)
{
	while (count--) {
		unsigned length = 0;

		lex_blanks(cursor);
		if (cursor->end - cursor->at >= POINTER_ROOM)
			length = pointer_length(cursor->at);
		cursor->at += length;
		if (length == 0 && !lex_skip_address(cursor))
			return false;
	}
	return true;
}

static bool is_offset(const char *at, const char *end)
{
	if (end - at < 4 || at[1] != '0' || at[2] != 'x')
		return false;
	for (at += 3; at < end && lex_is_hex(*at);)
		at++;
	return at == end || lex_is_blank(*at);
}

struct slice stack_bare_symbol(struct slice text)
{
	static const struct slice notes[] = {
		{ " (TrapFrame @", 13 },     { " (FPO:", 6 }, { " (CONV:", 7 },
		{ " (Inline Function", 17 }, { " [", 2 },
	};
	const char *plus = memrchr(text.at, '+', text.len);

	if (plus && is_offset(plus, text.at + text.len))
		return slice_first(text, (size_t)(plus - text.at));
	if (!memchr(text.at, '(', text.len) && !memchr(text.at, '[', text.len))
		return text; /* no note at all */
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		ptrdiff_t at = slice_find(text, notes[i]);

		if (at > 0)
			text.len = (size_t)at;
	}
	plus = text.len ? memrchr(text.at, '+', text.len) : NULL;
	if (plus && is_offset(plus, text.at + text.len))
		text.len = (size_t)(plus - text.at);
	return slice_trim(text);
}

/* "P P  symbol" and "P P : symbol", as nearly all frames stand: where the symbol begins, or NULL for any other form. */
static inline const char *usual_symbol(const char *at, const char *end)
{
	for (int i = 0; i < 2; i++) {
		unsigned length = pointer_length(at);

		at += length;
		if (length == 0 || *at != ' ')
			return NULL;
		at++;
	}
	at = lex_behind_column(at, end);
	if (end - at > 2 && at[0] == ':' && at[1] == ' ')
		at = lex_behind_column(at + 2, end);
	return at < end && *at != ':' ? at : NULL;
}

bool stack_frame_text(const struct stack_layout *layout, struct cursor cursor,
		      struct slice *text)
{
	const char *symbol;
	uint32_t number;

	if (cursor.end - cursor.at >= 2 * POINTER_ROOM && !cursor.open_end &&
	    !layout->numbered && layout->args == 0 && !lex_is_blank(cursor.end[-1])) {
		symbol = usual_symbol(cursor.at, cursor.end);
		*text = (struct slice){ symbol, (size_t)(cursor.end - symbol) };
		if (symbol)
			return true;
	}
	if (layout->numbered && !lex_hex(&cursor, &number))
		return false;
	lex_blanks(&cursor);
	if (!lex_at_end(&cursor) && *cursor.at == '(') {
		if (!skip_inline(&cursor))
			return false;
	} else {
		if (!skip_pointers(&cursor, 2))
			return false;
		skip_colon(&cursor);
		if (!skip_pointers(&cursor, layout->args))
			return false;
		skip_colon(&cursor);
	}
	return lex_to_end(&cursor, text);
}
