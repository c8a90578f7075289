/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that a debugger wrapped where a value would follow (formats.md section 1, rule 4): a THREAD header anywhere behind
 * "Win32Thread:", the line of an ALPC wait before an address. Such a line waits for its other half, past whatever noise.
 */
#ifndef STAGES_WRAPPED_LINE_H
#define STAGES_WRAPPED_LINE_H

#include "pipeline/base/slice.h"

/* Whether the line, without blanks at its ends, breaks off where a value would follow. */
bool wrapped_line_waits(struct slice text);
/* Whether `next` begins with what `text` waits for. */
bool wrapped_line_goes_on(struct slice text, struct slice next);

#endif
