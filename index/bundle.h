/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table "bundle", for the files of this folder. */
#ifndef INDEX_BUNDLE_H
#define INDEX_BUNDLE_H

#include "index/table.h"
#include "pipeline/base/bytes.h"

void bundle_row_encode(const struct bundle_row *row, byte_vec *out);
/* Texts point into bytes. False on bytes that encoding cannot have made; the row is
 * then empty. */
bool bundle_row_decode(struct bundle_row *row, struct slice bytes);
/* Path and incidents alone, without the members, which may be a million. */
bool bundle_head_decode(struct bundle_row *row, struct slice bytes);
/* The same of a row as it stands in the table, with its seal; false on damage. */
bool bundle_row_open(struct bundle_row *row, const struct table_scan *at, struct error *error);
bool bundle_head_open(struct bundle_row *row, const struct table_scan *at,
		      struct error *error);

#endif
