/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for a name, class by class; for redact.c alone, which remembers it. */
#ifndef PIPELINE_EXPORT_REDACT_NAMES_H
#define PIPELINE_EXPORT_REDACT_NAMES_H

#include "pipeline/base/bytes.h"
#include "pipeline/export/redact_key.h"
#include "pipeline/export/redact_words.h"

/* What a name is replaced with goes behind out; its words, into words. */
struct renaming {
	struct redact_key *key;
	struct redact_words *words;
	byte_vec *out, *scratch;
};

void rename_words(struct renaming *renaming, struct slice text);
/* 16 digits are of its first 15 bytes, as many listings cut it (image_cut()); 8 more, behind a hyphen, of all of a longer name. */
void rename_image(struct renaming *renaming, struct slice image);
/* "machine-…", "machine-….domain-…", "domain-…\machine-…". */
void rename_machine(struct renaming *renaming, struct slice machine);
void rename_path(struct renaming *renaming, struct slice path);
void rename_frame(struct renaming *renaming, struct slice frame);
/* So many hex digits as the text has, at most 64. */
void rename_hash(struct renaming *renaming, struct slice digits);

/* ---- for the above: "KIND-" and so many digits ---- */

#define RENAME_DIGITS 16

/* The same for names that differ in case alone. */
void rename_folded(struct renaming *renaming, const char *kind, struct slice name);
void rename_exact(struct renaming *renaming, const char *kind, struct slice name);
void rename_put(struct renaming *renaming, struct slice text);

#endif
