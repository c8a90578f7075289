/* SPDX-License-Identifier: Apache-2.0 */
/* What stays readable in a redacted export, by tables: names that every Windows has tell of nobody. */
#ifndef PIPELINE_EXPORT_REDACT_KNOWN_H
#define PIPELINE_EXPORT_REDACT_KNOWN_H

#include "pipeline/base/slice.h"

/* An image of Windows, also one that is cut. */
bool redact_knows_image(struct slice image);
bool redact_knows_module(struct slice module);
/* Whether all of the text is plain words and numbers of at most five digits, or hex ones behind 0x. */
bool redact_knows_text(struct slice text);
/* The ends of a file's name that may stay, ".log.zst"; empty when it has none such, or nothing in front. */
struct slice redact_kept_extension(struct slice name);
/* Every text of the tables of this program that an export may hold, one after the other. */
void redact_known_each(void (*take)(void *context, struct slice text), void *context);

#endif
