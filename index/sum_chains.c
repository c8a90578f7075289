/* SPDX-License-Identifier: Apache-2.0 */
/* Summing up chains incident by incident: the long way of every question about them; see query_chain.h. */
#include "index/chain_fit.h"
#include "pipeline/base/work.h"

struct summing {
	struct index_view *view;
	struct chain_fit fit;
	const struct chain_sum *sums;
	size_t count;
	VEC(uint32_t) picked;
	struct error *error;
};

static bool row_wanted(const struct chain_filter *filter, const struct incident_row *row)
{
	return selector_accepts(&filter->selector, row) &&
	       (!filter->among || ids_hold(filter->among, row->summary.id));
}

static bool is_within(const struct chain *chain, const struct signature_of *within)
{
	return !within || chain->signatures.of[within->grouping] == within->signature;
}

static void pick(struct summing *summing, const struct chain_list *list)
{
	const struct signature_of *within = summing->fit.filter->within;

	summing->picked.len = 0;
	for (uint32_t i = 0; i < list->chains.len; i++) {
		const struct chain *chain = &list->chains.at[i];

		if (is_within(chain, within) && chain_fits(&summing->fit, list, chain))
			vec_push(&summing->picked, i);
	}
}

static void add_picked(struct summing *summing, const struct summary *summary,
		       const struct chain_list *list)
{
	for (size_t i = 0; i < summing->count; i++) {
		const struct chain_sum *part = &summing->sums[i];

		if (!part->of || ids_hold(part->of, summary->id))
			group_sum_add(part->sum, summary, list, summing->picked.at,
				      summing->picked.len);
	}
}

static bool sum_incident(struct summing *summing, uint64_t id)
{
	struct chain_list list = { .chains_found = 0 };
	struct incident_row row;
	bool good;

	if (!index_known_incident(summing->view, id, &row, summing->error))
		return false;
	good = true;
	if (row_wanted(summing->fit.filter, &row)) {
		good = index_row_chains(summing->view, &row, &list, summing->error);
		if (good) {
			pick(summing, &list);
			add_picked(summing, &row.summary, &list);
		}
	}
	chain_list_free(&list);
	incident_row_free(&row);
	return good;
}

static bool sum_ids(struct summing *summing, const id_vec *ids)
{
	bool good = true, is_part = summing->fit.filter->within;

	if (!is_part)
		work_begin("incidents looked at", ids->len);
	for (size_t i = 0; good && i < ids->len; i++) {
		good = sum_incident(summing, ids->at[i]);
		work_step(1);
	}
	if (!is_part)
		work_end();
	return good;
}

static bool candidates(struct index_view *view, const struct chain_filter *filter,
		       id_vec *ids, struct error *error)
{
	struct slice needle = chain_fit_needle(filter);

	if (needle.len)
		return ids_of_chains_through(view, needle, ids, error);
	return ids_of_incidents(view, ids, error);
}

bool sum_chains(struct index_view *view, const struct chain_filter *filter, const id_vec *ids,
		const struct chain_sum *sums, size_t count, struct error *error)
{
	struct summing summing = { .view = view,
				   .fit = { .filter = filter },
				   .sums = sums,
				   .count = count,
				   .error = error };
	id_vec own = { 0 };
	bool good = true;

	if (!ids) {
		good = candidates(view, filter, &own, error);
		ids = &own;
	}
	good = good && sum_ids(&summing, ids);
	vec_free(&own);
	vec_free(&summing.picked);
	chain_fit_free(&summing.fit);
	return good;
}
