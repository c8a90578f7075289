/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the mail for people share; nobody else includes it. */
#ifndef PIPELINE_NIGHTLY_PARTS_H
#define PIPELINE_NIGHTLY_PARTS_H

#include "pipeline/nightly.h"

/* A text from a log, a path or a label: cut when it is long, and escaped. */
void nightly_put_text(struct slice text);
/* "NEW CHAINS: 3", "NEW CHAINS: 10 of 25 shown". False when there is nothing to be told. */
bool nightly_put_heading(const struct nightly *nightly, const char *what, uint64_t count);

/* nightly_findings.c: sections on what was found */

void nightly_put_groups(const struct nightly *nightly, const struct diff *diff,
			enum diff_status status, const char *heading);
void nightly_put_storms(const struct nightly *nightly);
void nightly_put_missing(const struct nightly *nightly);

/* nightly_bundles.c: sections on what was read, and what was not */

void nightly_put_quarantined(const struct nightly *nightly);
void nightly_put_gone(const struct nightly *nightly);
void nightly_put_unreadable(const struct nightly *nightly);
/* False on damage. */
bool nightly_put_incidents(const struct nightly *nightly, struct index_view *view,
			   struct error *error);

#endif
