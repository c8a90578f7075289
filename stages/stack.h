/* SPDX-License-Identifier: Apache-2.0 */
/* Stack headers and frames in every layout (formats.md section 4.6). */
#ifndef STAGES_STACK_H
#define STAGES_STACK_H

#include "stages/log_parser.h"

/* True when text is the header of a stack; *layout then says how its frames are laid out. */
bool stack_read_header(struct slice text, struct stack_layout *layout);
/* What stands behind a frame's pointers: its symbol, with its offset and notes. */
bool stack_frame_text(const struct stack_layout *layout, struct cursor cursor,
		      struct slice *text);
/* The symbol without "+0x7f (TrapFrame @ …)" and what else may stand behind it: "nt!KiSwapContext", or a bare "0x774d756a". */
struct slice stack_bare_symbol(struct slice text);

#endif
