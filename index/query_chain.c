/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `query --chain`: finds the incidents that may hold a matching chain (by image, where
 * the expression names one), keeps the chains that match, and has them grouped. What is
 * kept of an incident is kept once, whatever number of its chains match; an incident
 * without a match is let go at once.
 */
#include "index/query_chain.h"

#include <inttypes.h>

#include "index/group.h"
#include "index/table.h"

struct chain_query {
	struct index_view *view;
	const struct chain_filter *filter;
	struct chain_groups *groups;
	VEC(struct slice) images; /* of the chain that is being looked at */
	struct error *error;
};

typedef VEC(uint64_t) id_vec;

static int compare_ids(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void keep_distinct(id_vec *ids)
{
	size_t kept = 0;

	if (ids->len)
		qsort(ids->at, ids->len, sizeof(*ids->at), compare_ids);
	for (size_t i = 0; i < ids->len; i++)
		if (kept == 0 || ids->at[i] != ids->at[kept - 1])
			ids->at[kept++] = ids->at[i];
	ids->len = kept;
}

/* What stands behind prefix in every key that begins with it; for signature_incident,
 * the value. */
static bool collect_numbers(struct index_view *view, enum table table,
			    struct slice prefix, id_vec *numbers, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, table, prefix, error);

	while (ok && scan_next(&scan, error) && slice_starts(scan.key, prefix)) {
		struct slice number = table == TABLE_SIGNATURE_INCIDENT
					      ? scan.value
					      : slice_skip(scan.key, prefix.len);

		if (number.len == sizeof(uint64_t))
			vec_push(numbers, key_number(number.at));
		else
			ok = index_damaged(error, "a posting has a wrong length");
	}
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}

/* By image to signatures, by signatures to incidents. */
static bool collect_by_image(struct index_view *view, struct slice image, id_vec *ids,
			     struct error *error)
{
	struct key key = key_image(image);
	id_vec signatures = { 0 };
	bool ok = collect_numbers(view, TABLE_IMAGE_SIGNATURE, key_slice(&key),
				  &signatures, error);

	for (size_t i = 0; ok && i < signatures.len; i++) {
		key = key_signature(signatures.at[i]);
		ok = collect_numbers(view, TABLE_SIGNATURE_INCIDENT, key_slice(&key), ids,
				     error);
	}
	vec_free(&signatures);
	keep_distinct(ids);
	return ok;
}

static bool collect_candidates(struct chain_query *query, id_vec *ids)
{
	const struct chain_expr *expr = query->filter->expr;
	struct slice image = expr ? chain_expr_needle(expr) : SLICE_NONE;

	if (image.len)
		return collect_by_image(query->view, image, ids, query->error);
	return collect_numbers(query->view, TABLE_INCIDENT, SLICE_NONE, ids, query->error);
}

static bool chain_accepted(struct chain_query *query, const struct chain_list *list,
			   const struct chain *chain)
{
	const struct chain_filter *filter = query->filter;

	if (!selector_accepts_chain(&filter->selector, list, chain))
		return false;
	if (!filter->expr)
		return true;
	query->images.len = 0;
	chain_for_each_hop(hop, list, chain)
		vec_push(&query->images, names_text(&list->names, hop->image));
	return chain_expr_matches(filter->expr, query->images.at, query->images.len,
				  chain->cycle_start);
}

static bool look_at(struct chain_query *query, struct kept_incident *kept)
{
	bool any = false;

	if (!index_row_chains(query->view, &kept->row, &kept->list, query->error))
		return false;
	vec_for_each(chain, &kept->list.chains) {
		if (!chain_accepted(query, &kept->list, chain))
			continue;
		chain_groups_add(query->groups, kept, chain);
		any = true;
	}
	return any;
}

/* False on failure. */
static bool look_at_incident(struct chain_query *query, uint64_t id)
{
	struct kept_incident *kept = kept_incident_new();

	if (!index_incident(query->view, id, &kept->row, query->error)) {
		if (query->error->kind == ERROR_NONE)
			index_damaged(query->error, "incident %016" PRIx64 " has no row", id);
		kept_incident_free(kept);
		return false;
	}
	if (selector_accepts(&query->filter->selector, &kept->row) && look_at(query, kept)) {
		chain_groups_keep(query->groups, kept);
		return true;
	}
	kept_incident_free(kept);
	return query->error->kind == ERROR_NONE;
}

struct chain_groups *query_chains(struct index_view *view,
				  const struct chain_filter *filter, struct error *error)
{
	struct chain_query query = {
		.view = view,
		.filter = filter,
		.groups = chain_groups_new(),
		.error = error,
	};
	id_vec ids = { 0 };
	bool ok;

	error->kind = ERROR_NONE;
	ok = collect_candidates(&query, &ids);
	for (size_t i = 0; ok && i < ids.len; i++)
		ok = look_at_incident(&query, ids.at[i]);
	vec_free(&ids);
	vec_free(&query.images);
	if (!ok) {
		chain_groups_free(query.groups);
		return NULL;
	}
	chain_groups_finish(query.groups, filter->selector.offset, filter->selector.limit);
	return query.groups;
}
