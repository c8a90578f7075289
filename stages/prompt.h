/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel debugger's prompt and the command echoed behind it (formats.md section 2.2). */
#ifndef STAGES_PROMPT_H
#define STAGES_PROMPT_H

#include "stages/record.h"

/* Whether a line that starts with this character can be a prompt. */
bool prompt_may_begin(char first);
/* True when text (without leading blanks) is a prompt; *command is what follows it, trimmed. */
bool prompt_split(struct slice text, struct slice *command);
/* Where a prompt begins inside a line of output that lacks its newline; 0 when there is none, or it stands at the begin. */
size_t prompt_find(struct slice text);
/* The first word of a command, empty when there is none. */
struct slice command_word(struct slice command);
/* The extension that the first word names, "kdexts" of "!kdexts.vm"; empty when it names none. */
struct slice command_dll(struct slice command);
/* Whether the first command is `name`, whatever extension it is of; but those of MEX have output of their own. */
bool command_is(struct slice command, const char *name);
/* What a command says of threads: for !process its flags do, other commands say nothing. */
enum listing command_listing(struct slice command);

#endif
