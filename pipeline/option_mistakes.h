/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of options that are none, or stand wrong: the word as typed, what may have been meant, where to read on. */
#ifndef PIPELINE_OPTION_MISTAKES_H
#define PIPELINE_OPTION_MISTAKES_H

#include "pipeline/options.h"

/* word: as typed, "--formt" or "--formt=json". It may be the beginning of several. */
void option_unknown(const struct command *command, const char *word);
/* word: what the letter stands in, or NULL. */
void option_letter_unknown(const struct command *command, char letter, const char *word);
void option_without_value(const struct command *command, const struct option_row *row);
void option_with_value(const struct command *command, const struct option_row *row);
/* A value that is none of the row's words. Returns false. */
bool option_word_unknown(const struct options *options, struct slice word);

#endif
