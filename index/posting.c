/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postings. image_signature counts incidents instead of only naming them, so that the
 * last one takes the row with it whatever the order in which bundles come and go, even if
 * two incidents disagreed on which images a signature stands for.
 */
#include "index/posting.h"

#include "pipeline/base/bytes.h"

static int compare_postings(const void *left, const void *right)
{
	const struct posting *a = left, *b = right;

	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	return slice_compare(key_slice(&a->key), key_slice(&b->key));
}

static void sort(struct posting *first, size_t count)
{
	if (count > 1)
		qsort(first, count, sizeof(*first), compare_postings);
}

/* An incident counts once however many chains of a signature it has. */
static void keep_distinct(posting_vec *postings, size_t first)
{
	size_t kept = first;

	sort(postings->at + first, postings->len - first);
	for (size_t i = first; i < postings->len; i++)
		if (kept == first ||
		    compare_postings(&postings->at[i], &postings->at[kept - 1]))
			postings->at[kept++] = postings->at[i];
	postings->len = kept;
}

static void collect_chain(posting_vec *postings, uint64_t id, const struct chain_list *list,
			  const struct chain *chain, int32_t delta)
{
	struct posting posting = { .table = TABLE_SIGNATURE_INCIDENT, .delta = delta };

	posting.key = key_signature_incident(chain->signature, id);
	vec_push(postings, posting);
	posting.table = TABLE_IMAGE_SIGNATURE;
	chain_for_each_hop(hop, list, chain)
	{
		if (hop->image == 0)
			continue;
		posting.key = key_image_signature(names_text(&list->names, hop->image),
						  chain->signature);
		vec_push(postings, posting);
	}
}

bool postings_collect(posting_vec *postings, uint64_t id, int64_t session_time,
		      struct slice chains, int32_t delta)
{
	struct posting by_time = { .table = TABLE_BY_TIME, .delta = delta };
	struct chain_list list = { .chains_found = 0 };
	size_t first = postings->len;

	if (!chain_list_decode(&list, chains.at, chains.len)) {
		chain_list_free(&list);
		return false;
	}
	by_time.key = key_by_time(session_time, id);
	vec_push(postings, by_time);
	vec_for_each(chain, &list.chains)
		collect_chain(postings, id, &list, chain, delta);
	chain_list_free(&list);
	keep_distinct(postings, first);
	return true;
}

static bool count_signature(struct index_view *view, const struct posting *posting,
			    int64_t delta, struct error *error)
{
	struct slice value, key = key_slice(&posting->key);
	uint32_t big_endian = 0;
	int64_t count;

	if (table_get(view, TABLE_IMAGE_SIGNATURE, key, &value, error)) {
		if (value.len != sizeof(big_endian))
			return index_damaged(error, "a count of incidents has %zu bytes",
					     value.len);
		memcpy(&big_endian, value.at, sizeof(big_endian));
	} else if (error->kind != ERROR_NONE) {
		return false;
	}
	count = (int64_t)__builtin_bswap32(big_endian) + delta;
	if (count < 0 || count > UINT32_MAX)
		return index_damaged(error, "a count of incidents is wrong");
	if (count == 0)
		return table_delete(view, TABLE_IMAGE_SIGNATURE, key, SLICE_NONE, error);
	big_endian = __builtin_bswap32((uint32_t)count);
	value = (struct slice){ (const char *)&big_endian, sizeof(big_endian) };
	return table_put(view, TABLE_IMAGE_SIGNATURE, key, value, error);
}

static bool apply_one(struct index_view *view, const struct posting *posting,
		      int64_t delta, struct error *error)
{
	struct slice key = key_slice(&posting->key), value = SLICE_NONE;

	if (posting->table == TABLE_IMAGE_SIGNATURE)
		return count_signature(view, posting, delta, error);
	if (posting->table == TABLE_SIGNATURE_INCIDENT) {
		value = slice_skip(key, sizeof(uint64_t));
		key = slice_first(key, sizeof(uint64_t));
	}
	if (delta > 0)
		return table_put(view, posting->table, key, value, error);
	return table_delete(view, posting->table, key, value, error);
}

bool postings_apply(posting_vec *postings, struct index_view *view, struct error *error)
{
	size_t i = 0, next;

	sort(postings->at, postings->len);
	for (; i < postings->len; i = next) {
		const struct posting *posting = &postings->at[i];
		int64_t delta = 0;

		for (next = i; next < postings->len; next++) {
			if (compare_postings(posting, &postings->at[next]))
				break;
			delta += postings->at[next].delta;
		}
		if (delta != 0 && !apply_one(view, posting, delta, error))
			return false;
	}
	postings->len = 0;
	return true;
}
