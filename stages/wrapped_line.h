/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that a debugger wrapped where a value would follow (formats.md section 1, rule 4): a THREAD header anywhere behind
 * "Win32Thread:", the line of an ALPC wait before an address. Such a line waits for its other half, past whatever noise.
 */
#ifndef STAGES_WRAPPED_LINE_H
#define STAGES_WRAPPED_LINE_H

#include "stages/lex.h"

/* How lines that wait begin. */
#define WRAPPED_LINE_HEADS 2
extern const char *const wrapped_line_heads[WRAPPED_LINE_HEADS];

/* Nearly every line is told by its ends to be none that waits; text is not empty. */
static inline bool wrapped_line_may_wait(struct slice text)
{
	char last = text.at[text.len - 1];

	switch (text.at[0]) {
	case 'T': /* a header ends in "Alertable", else */
		return last == ':' ||
		       (lex_is_hex(last) && lex_is_hex(text.at[text.len - 2]));
	case 'W': /* the line of a wait ends in an address, else */
		return last == 't' || last == 's' || last == 'e';
	default:
		return false;
	}
}

/* Whether the line, without blanks at its ends, breaks off where a value would follow. */
bool wrapped_line_waits(struct slice text);
/* Whether `next` begins with what `text` waits for. */
bool wrapped_line_goes_on(struct slice text, struct slice next);

#endif
