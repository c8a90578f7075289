/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of options says: its rows by name, the words that a value may be, and the help. */
#ifndef PIPELINE_OPTION_ROWS_H
#define PIPELINE_OPTION_ROWS_H

#include <stddef.h>

#include "pipeline/options.h"

const struct option_row *option_row_named(const struct option_row *rows, struct slice name);
/* Takes the next word out of what is left of row->words; false at the end. Begin with slice_from(row->words). */
bool option_word_next(struct slice *left, struct slice *word);
/* The same of alternatives in lower case: "list" and "retry" of "list|retry", "all" of "N|all", none of "FILE". */
bool alternative_next(struct slice *left, struct slice *word);
#define OPTION_WORDS_SIZE 200
/* "text, json and csv"; returns out. */
const char *option_words_text(char out[OPTION_WORDS_SIZE], const struct option_row *row);
/* Whether a row's value is a list with commas between ("WHAT,..."). */
bool option_takes_list(const struct option_row *row);

/* The lines of the help, as wide as the terminal allows. */
void option_rows_help(const struct option_row *rows);

#endif
