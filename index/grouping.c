/* SPDX-License-Identifier: Apache-2.0 */
/* Groupings as bytes and back, and from chains; see grouping.h. */
#include "index/grouping.h"

#include <inttypes.h>

#include "pipeline/base/bytes.h"

#define SHARE_BYTES (GROUPINGS * sizeof(uint64_t) + 2)

static int compare_shares(const void *left, const void *right)
{
	const struct share *a = left, *b = right;

	for (int i = 0; i < GROUPINGS; i++)
		if (a->signatures.of[i] != b->signatures.of[i])
			return a->signatures.of[i] < b->signatures.of[i] ? -1 : 1;
	return 0;
}

static void sum_up(share_vec *shares)
{
	size_t kept = 0;

	if (shares->len)
		qsort(shares->at, shares->len, sizeof(struct share), compare_shares);
	for (size_t i = 0; i < shares->len; i++) {
		struct share *share = &shares->at[i];
		struct share *last = kept ? &shares->at[kept - 1] : NULL;

		if (!last || compare_shares(last, share) != 0) {
			shares->at[kept++] = *share;
			continue;
		}
		last->chains += share->chains;
		if (share->longest_wait_ms > last->longest_wait_ms)
			last->longest_wait_ms = share->longest_wait_ms;
	}
	shares->len = kept;
}

void grouping_of_chains(const struct chain_list *list, share_vec *shares)
{
	shares->len = 0;
	vec_for_each(chain, &list->chains) {
		vec_push(shares, ((struct share){ .signatures = chain->signatures,
						  .chains = 1,
						  .longest_wait_ms =
							  chain_longest_wait(list, chain) }));
	}
	sum_up(shares);
}

void grouping_encode(const share_vec *shares, byte_vec *out)
{
	bytes_put_varint(out, shares->len);
	vec_for_each(share, shares) {
		for (int i = 0; i < GROUPINGS; i++)
			bytes_put_u64_be(out, share->signatures.of[i]);
		bytes_put_varint(out, share->chains);
		bytes_put_varint(out, share->longest_wait_ms == MS_NONE
					      ? 0
					      : (uint64_t)share->longest_wait_ms + 1);
	}
}

bool grouping_decode(share_vec *shares, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);
	size_t count = bytes_get_count(&reader, SHARE_BYTES);

	shares->len = 0;
	for (size_t i = 0; i < count && !reader.bad; i++) {
		struct share share;
		uint64_t wait;

		for (int k = 0; k < GROUPINGS; k++)
			share.signatures.of[k] = bytes_get_u64_be(&reader);
		share.chains = bytes_get_varint(&reader);
		wait = bytes_get_max(&reader, INT64_MAX);
		share.longest_wait_ms = wait ? (int64_t)wait - 1 : MS_NONE;
		reader.bad |= share.chains == 0;
		vec_push(shares, share);
	}
	return !reader.bad && bytes_left(&reader) == 0;
}

bool grouping_get(struct index_view *view, uint64_t id, share_vec *shares, struct error *error)
{
	struct key key = key_incident(id);
	struct slice value;

	shares->len = 0;
	if (!sealed_get(view, TABLE_GROUPING, &key, &value, error))
		return false;
	return grouping_decode(shares, value) ||
	       index_damaged(error,
			     "the grouping of incident %016" PRIx64 " cannot be read", id);
}
