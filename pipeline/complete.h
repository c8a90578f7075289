/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a word of a command line may become, for the shells' completion: a line a candidate, behind a tab what it is. Instead of
 * candidates ":files" or ":folders" where the shell knows better.
 */
#ifndef PIPELINE_COMPLETE_H
#define PIPELINE_COMPLETE_H

#include "pipeline/options.h"

/* words: those behind the program's name, the last of them the one that is typed, maybe empty. index: of the command line of the
 * completion, or NULL. Prints nothing where nothing is known; an index that cannot be read is no error. */
void complete_words(char **words, int count, const char *index);

/* ---- the parts ---- */

#define COMPLETE_FILES ":files"
#define COMPLETE_FOLDERS ":folders"

/* Prints candidates of a kind of operand or value, as help calls it ("INCIDENT", "FILE"), that begin so. */
void complete_kind(struct slice kind, bool operand, const char *typed, const char *index);
/* Prints one; `before` stands in front of it. */
void complete_candidate(const char *before, struct slice candidate, const char *about);

#endif
