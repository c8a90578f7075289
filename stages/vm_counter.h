/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers above the table of !vm: counters, failures and page files (formats.md section 6.1). */
#ifndef STAGES_VM_COUNTER_H
#define STAGES_VM_COUNTER_H

#include "stages/log_parser.h"

/* Reads a counter's line, or one of failures; false for a label that is not known. */
bool vm_read_counter(struct log_parser *parser, const struct line *line);

/* Whether the line names a page file, or says that one has no name. */
bool vm_is_page_file(struct slice text);
/* Reads such a line, or those that follow it with its sizes. */
bool vm_read_page_file(struct log_parser *parser, const struct line *line);
/* Goes on with the page file that the chunk before ended in. */
void vm_resume_page_file(struct log_parser *parser);

/* "23521856 Kb": the unit says that the number is whole. */
bool vm_read_kb(struct cursor *cursor, uint64_t *kb);
/* False, with a diagnostic, for a number that went below zero and wrapped. */
bool vm_value_holds(struct log_parser *parser, const struct line *line, uint64_t value);

#endif
