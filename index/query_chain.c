/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about chains; see query_chain.h. The long way (sum_chains.c) looks at every incident that may hold a chain that fits. The
 * short way reads the rows of the signatures that may fit, in the order of the answer where nothing narrows them down. A
 * signature whose chains are spelled in more than one way, by names that the debugger cut, is summed up the long way.
 */
#include "index/query_chain.h"

#include <inttypes.h>

#include "index/chain_cache.h"
#include "index/chain_fit.h"

struct chain_groups {
	struct index_view *view;
	struct chain_filter filter;
	struct group_sum sum; /* the groups within offset and limit, of the long way with members */
	size_t first, count, total;
	struct chain_cache *cache; /* of incidents whose chains were visited */
};

/* ---- the short way ---- */

/* Of the incidents nothing may be asked, nor of a chain what its signature does not tell. */
static bool short_way_leads(const struct chain_filter *filter)
{
	return !filter->by_incident && filter->grouping == GROUPING_KIND && !filter->among &&
	       !filter->within && filter->selector.min_wait_ms == MS_NONE &&
	       !selector_asks_for_incidents(&filter->selector);
}

static bool get_group(struct index_view *view, uint64_t signature,
		      struct chain_group *group, struct error *error)
{
	struct key key = key_signature(signature);
	struct slice value;

	*group = (struct chain_group){ .signature = signature };
	if (!sealed_get(view, TABLE_SIGNATURE, &key, &value, error))
		return error->kind == ERROR_NONE &&
		       index_damaged(error, "signature %016" PRIx64 " has no row", signature);
	return signature_row_decode(&group->row, value) ||
	       index_damaged(error, "the row of signature %016" PRIx64 " cannot be read",
			     signature);
}

/* What of this one signature fits is summed up into the groups. */
static bool sum_signature(struct chain_groups *groups, const struct chain_group *group,
			  struct error *error)
{
	const struct signature_of within = { group->signature, GROUPING_KIND };
	struct key key = key_signature(group->signature);
	const struct chain_sum all = { &groups->sum, NULL };
	struct chain_filter one = groups->filter;
	id_vec ids = { 0 };
	bool good;

	one.within = &within;
	good = ids_of_duplicates(groups->view, TABLE_SIGNATURE_INCIDENT, key_slice(&key),
				 0, &ids, error) &&
	       sum_chains(groups->view, &one, &ids, &all, 1, error);
	vec_free(&ids);
	return good;
}

static bool take_signature(struct chain_groups *groups, struct chain_fit *fit,
			   uint64_t signature, struct error *error)
{
	struct chain_group group;

	if (!get_group(groups->view, signature, &group, error))
		return false;
	switch (signature_fits(fit, &group.row)) {
	case FITS_SOME:
		return sum_signature(groups, &group, error);
	case FITS_ALL:
		vec_push(&groups->sum.groups, group);
		return true;
	default:
		return true;
	}
}

static bool through_image(struct chain_groups *groups, struct chain_fit *fit,
			  struct slice image, struct error *error)
{
	struct key key = key_image(image);
	id_vec signatures = { 0 };
	bool good = ids_of_duplicates(groups->view, TABLE_IMAGE_SIGNATURE,
				      key_slice(&key), 0, &signatures, error);

	for (size_t i = 0; good && i < signatures.len; i++)
		good = take_signature(groups, fit, signatures.at[i], error);
	vec_free(&signatures);
	return good;
}

/* Whether the order of by_incidents is that of the answer: then the rest need not be looked at. */
static bool enough(const struct chain_groups *groups, uint64_t incidents)
{
	const struct selector *selector = &groups->filter.selector;

	if (incidents < groups->filter.min_incidents)
		return true;
	return !chain_filter_names_images(&groups->filter) && selector->limit &&
	       groups->sum.groups.len >= selector->offset + selector->limit;
}

static bool in_order(struct chain_groups *groups, struct chain_fit *fit, struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, groups->view, TABLE_BY_INCIDENTS, SLICE_NONE, error);
	bool all = true;

	while (good && scan_next(&scan, error)) {
		if (scan.key.len != 3 * sizeof(uint64_t)) {
			good = index_damaged(error, "a rank has a wrong length");
			break;
		}
		if (enough(groups, key_count(scan.key.at))) {
			all = key_count(scan.key.at) < groups->filter.min_incidents;
			break;
		}
		good = take_signature(groups, fit,
				      key_number(scan.key.at + 2 * sizeof(uint64_t)), error);
	}
	scan_end(&scan);
	if (!all)
		groups->total = selector_asks_for_chains(&groups->filter.selector) ||
						groups->filter.min_incidents
					? SIZE_MAX
					: table_rows(groups->view, TABLE_SIGNATURE);
	return good && error->kind == ERROR_NONE;
}

static bool short_way(struct chain_groups *groups, struct error *error)
{
	struct chain_fit fit = { .filter = &groups->filter };
	struct slice needle = chain_fit_needle(&groups->filter);
	bool good = needle.len ? through_image(groups, &fit, needle, error)
			       : in_order(groups, &fit, error);

	chain_fit_free(&fit);
	return good;
}

/* ---- the answer ---- */

/* The groups stand with most incidents first. */
static void leave_out_small(struct chain_groups *groups)
{
	size_t *len = &groups->sum.groups.len;

	while (*len && groups->sum.groups.at[*len - 1].row.incidents <
			       groups->filter.min_incidents)
		--*len;
}

static void cut_out(struct chain_groups *groups)
{
	const struct selector *selector = &groups->filter.selector;
	size_t count = groups->sum.groups.len;

	if (groups->total == 0)
		groups->total = count;
	groups->first = selector->offset < count ? (size_t)selector->offset : count;
	groups->count = count - groups->first;
	if (selector->limit && selector->limit < groups->count)
		groups->count = (size_t)selector->limit;
}

struct chain_groups *query_chains(struct index_view *view,
				  const struct chain_filter *filter, struct error *error)
{
	struct chain_groups *groups = mem_alloc_zero(1, sizeof(*groups));
	bool good;

	groups->view = view;
	groups->filter = *filter;
	groups->sum.grouping = filter->grouping;
	error->kind = ERROR_NONE;
	if (short_way_leads(filter))
		good = short_way(groups, error);
	else
		good = sum_chains(view, filter, NULL,
				  &(struct chain_sum){ &groups->sum, NULL }, 1, error);
	group_sum_finish(&groups->sum);
	if (!good) {
		chain_groups_free(groups);
		return NULL;
	}
	leave_out_small(groups);
	cut_out(groups);
	/* Of one group no incident is visited twice. */
	groups->cache = chain_cache_new(view, groups->count > 1 ? CHAIN_CACHE_BYTES : 0);
	return groups;
}

size_t chain_groups_count(const struct chain_groups *groups)
{
	return groups->count;
}

size_t chain_groups_total(const struct chain_groups *groups)
{
	return groups->total;
}

const struct chain_group *chain_groups_at(const struct chain_groups *groups, size_t i)
{
	return &groups->sum.groups.at[groups->first + i];
}

void chain_groups_free(struct chain_groups *groups)
{
	if (!groups)
		return;
	group_sum_free(&groups->sum);
	chain_cache_free(groups->cache);
	free(groups);
}

/* ---- occurrences ---- */

struct visiting {
	const struct chain_groups *groups;
	uint64_t signature;
	struct chain_fit fit;
	bool (*visit)(void *context, const struct occurrence *occurrence);
	void *context;
	bool more;
	struct error *error;
};

static void visit_chains(struct visiting *visiting, const struct cached_chains *cached)
{
	enum grouping grouping = visiting->groups->filter.grouping;

	vec_for_each(chain, &cached->list.chains) {
		struct occurrence occurrence = { cached->row.summary.id, &cached->row,
						 &cached->list, chain };

		if (!visiting->more)
			return;
		if (chain->signatures.of[grouping] == visiting->signature &&
		    chain_fits(&visiting->fit, &cached->list, chain))
			visiting->more = visiting->visit(visiting->context, &occurrence);
	}
}

static bool visit_incident(struct visiting *visiting, uint64_t id)
{
	const struct cached_chains *cached =
		chain_cache_get(visiting->groups->cache, id, visiting->error);

	if (cached)
		visit_chains(visiting, cached);
	return cached != NULL;
}

/* The members where the group was summed up; else all that the index has of the signature. */
static bool member_ids(const struct chain_groups *groups, uint64_t signature, id_vec *ids,
		       struct error *error)
{
	size_t count;
	const struct group_member *members =
		group_sum_members(&groups->sum, signature, &count);
	struct key key = key_signature(signature);

	for (size_t i = 0; i < count; i++)
		vec_push(ids, members[i].incident);
	return count || ids_of_duplicates(groups->view, TABLE_SIGNATURE_INCIDENT,
					  key_slice(&key), 0, ids, error);
}

bool chain_groups_visit(const struct chain_groups *groups, size_t i,
			bool (*visit)(void *context, const struct occurrence *occurrence),
			void *context, struct error *error)
{
	struct visiting visiting = { .groups = groups,
				     .signature = chain_groups_at(groups, i)->signature,
				     .fit = { .filter = &groups->filter },
				     .visit = visit,
				     .context = context,
				     .more = true,
				     .error = error };
	id_vec ids = { 0 };
	bool good;

	error->kind = ERROR_NONE;
	good = member_ids(groups, visiting.signature, &ids, error);
	for (size_t k = 0; good && visiting.more && k < ids.len; k++)
		good = visit_incident(&visiting, ids.at[k]);
	chain_fit_free(&visiting.fit);
	vec_free(&ids);
	return good;
}
