/* SPDX-License-Identifier: Apache-2.0 */
/* Wrapped lines; see wrapped_line.h. Only what can be the other half is taken for it: the line behind may as well be the next
 * field, its other half lost. */
#include "stages/wrapped_line.h"

const char *const wrapped_line_heads[WRAPPED_LINE_HEADS] = { "THREAD ",
							     "Waiting for reply to ALPC" };

enum wanted {
	WANTED_NOTHING,
	WANTED_ADDRESS,
	WANTED_REASON, /* behind "WAIT:" */
	WANTED_STATE,  /* behind Win32Thread's value */
};

/* "... Win32Thread: P" and nothing behind it. */
static bool ends_in_win32_thread(struct slice text)
{
	static const struct slice label = { "Win32Thread:", 12 };
	struct cursor cursor;
	uint64_t address;
	uint8_t digits;
	ptrdiff_t at;

	at = slice_find(text, label);
	if (at < 0)
		return false;
	cursor = (struct cursor){ text.at + at + label.len, text.at + text.len, false };
	return lex_address(&cursor, &address, &digits) && lex_at_end(&cursor);
}

static enum wanted wanted_behind(struct slice text)
{
	if (slice_starts(text, SLICE("THREAD "))) {
		if (slice_ends(text, SLICE("Win32Thread:")))
			return WANTED_ADDRESS;
		if (slice_ends(text, SLICE("WAIT:")))
			return WANTED_REASON;
		return ends_in_win32_thread(text) ? WANTED_STATE : WANTED_NOTHING;
	}
	if (slice_starts(text, SLICE("Waiting for reply to ALPC")) &&
	    (slice_ends(text, SLICE(" port")) || slice_ends(text, SLICE(" process")) ||
	     slice_ends(text, SLICE(" Message"))))
		return WANTED_ADDRESS;
	return WANTED_NOTHING;
}

bool wrapped_line_waits(struct slice text)
{
	return wanted_behind(text) != WANTED_NOTHING;
}

/* A zero of one digit is an address, too, but not here: a prompt may begin so. */
static bool starts_with_address(struct slice text)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	uint64_t address;
	uint8_t digits;

	return lex_address(&cursor, &address, &digits) && cursor.at - text.at >= 8;
}

static bool starts_with_state(struct slice text)
{
	static const struct slice states[] = {
#define THREAD_STATE(id, text) { text, sizeof(text) - 1 },
#include "stages/thread_states.def"
#undef THREAD_STATE
		{ "DEFERRED_READY", 14 },
		{ "DeferredReady", 13 },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (slice_starts(text, states[i]))
			return true;
	return false;
}

bool wrapped_line_goes_on(struct slice text, struct slice next)
{
	switch (wanted_behind(text)) {
	case WANTED_ADDRESS:
		return starts_with_address(next);
	case WANTED_REASON:
		return slice_starts(next, SLICE("("));
	case WANTED_STATE:
		return starts_with_state(next);
	case WANTED_NOTHING:
		break;
	}
	return false;
}
