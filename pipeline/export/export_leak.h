/* SPDX-License-Identifier: Apache-2.0 */
/* Of an export with a key: that none of the words that were replaced is left in a file of it. */
#ifndef PIPELINE_EXPORT_LEAK_H
#define PIPELINE_EXPORT_LEAK_H

#include "pipeline/export/export.h"

/* Tells export->redact what every export says of itself. Before the first row. */
void export_own_words(struct export *export);
/* Reads all files that were written, under their hidden names. False with the error where a word is left: it tells file, line and
 * column, and not the word. */
bool export_find_no_leak(const struct export *export, struct error *error);

#endif
