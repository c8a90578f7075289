/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing wait chains for people: arrows of the terminal's own character set, lines of a hundred columns. */
#ifndef PIPELINE_ARROW_H
#define PIPELINE_ARROW_H

#include "pipeline/print.h"

/* No line of text for people is longer, unless a name forces it. */
#define TEXT_COLUMNS 100

/* "[13c40.1332c]"; what is not known is left out. */
void print_hop_ids(FILE *out, const struct hop *hop);
/* "ProcessA.exe[13c40.1332c]", for a terminal. */
void print_hop_name(FILE *out, const struct chain_list *list, const struct hop *hop);
/*
 * "ProcessA.exe[13c40.1332c] 3:42 -alpc-> ProcessB.exe[32c.146e8] 2:39", broken before an arrow where a line is full. It begins at
 * `column`, further lines are indented by `indent`. No newline at the end.
 */
void print_chain_drawing(FILE *out, const struct chain_list *list,
			 const struct chain *chain, size_t column, size_t indent);

#endif
