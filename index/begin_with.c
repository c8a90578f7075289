/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over the keys of a table from the least that fits; see begin_with.h. */
#include "index/begin_with.h"

#include "index/keys.h"
#include "index/table.h"

#define DIGITS 16

bool id_range_read(struct id_range *range, const char *typed)
{
	unsigned digits = 0, bits;
	uint64_t low = 0;

	for (; typed[digits]; digits++) {
		char c = typed[digits];
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
							: 16;

		if (digit == 16 || digits == DIGITS)
			return false;
		low = low << 4 | digit;
	}
	if (digits == 0)
		return false;
	bits = 4 * (DIGITS - digits);
	low = bits ? low << bits : low;
	*range = (struct id_range){ low, low | (bits ? ((uint64_t)1 << bits) - 1 : 0) };
	return true;
}

static bool walk(struct index_view *view, enum table table, const char *typed,
		 struct key (*key_of)(uint64_t), size_t most, id_vec *ids, struct error *error)
{
	struct id_range range;
	struct table_scan scan;
	struct key from;
	uint64_t id;
	bool good;

	if (!id_range_read(&range, typed))
		return true;
	from = key_of(range.low);
	good = scan_begin(&scan, view, table, key_slice(&from), error);
	while (good && ids->len < most && scan_next(&scan, error)) {
		if (scan.key.len != sizeof(id)) {
			good = index_damaged(error, "an id is not 8 bytes");
			break;
		}
		id = key_number(scan.key.at);
		if (id > range.high)
			break;
		vec_push(ids, id);
	}
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

bool incidents_begin_with(struct index_view *view, const char *typed, size_t most,
			  id_vec *ids, struct error *error)
{
	return walk(view, TABLE_INCIDENT, typed, key_incident, most, ids, error);
}

bool signatures_begin_with(struct index_view *view, const char *typed, size_t most,
			   id_vec *ids, struct error *error)
{
	return walk(view, TABLE_SIGNATURE, typed, key_signature, most, ids, error);
}
