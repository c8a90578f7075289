/* SPDX-License-Identifier: Apache-2.0 */
/* Summing up signatures anew; see signature_total.h. */
#include "index/signature_total.h"

#include "index/signature_change.h"

struct totalling {
	struct index_view *view;
	const id_vec *signatures;
	struct signature_totals *totals;
	struct signature_changes found; /* of the incident at hand */
	struct error *error;
};

static int by_signature(const void *left, const void *right)
{
	const struct signature_total *a = left, *b = right;

	return a->signature < b->signature ? -1 : a->signature > b->signature;
}

static struct signature_total *find(const struct signature_totals *totals, uint64_t signature)
{
	const struct signature_total sought = { .signature = signature };

	if (totals->list.len == 0)
		return NULL;
	return bsearch(&sought, totals->list.at, totals->list.len, sizeof(sought),
		       by_signature);
}

const struct signature_total *signature_totals_find(const struct signature_totals *totals,
						    uint64_t signature)
{
	return find(totals, signature);
}

static void add(struct totalling *totalling, const struct signature_change *change)
{
	struct signature_totals *totals = totalling->totals;
	struct signature_total *total = find(totals, change->signature);

	signature_row_take(&total->row, &change->row, &totals->arena);
	if (change->machine)
		vec_push(&total->machines, change->machine);
}

static bool add_incident(struct totalling *totalling, uint64_t id)
{
	struct signature_changes *found = &totalling->found;
	struct chain_list list = { .chains_found = 0 };
	struct incident_row row;
	bool good;

	if (!index_known_incident(totalling->view, id, &row, totalling->error))
		return false;
	signature_changes_clear(found);
	good = index_row_chains(totalling->view, &row, &list, totalling->error);
	if (good)
		signature_changes_collect(found, &row.summary, &list, totalling->signatures);
	vec_for_each(change, &found->list)
		add(totalling, change);
	chain_list_free(&list);
	incident_row_free(&row);
	return good;
}

/* All incidents that have one of the signatures. */
static bool collect_ids(const struct totalling *totalling, id_vec *ids)
{
	bool good = true;

	for (size_t i = 0; good && i < totalling->signatures->len; i++) {
		struct key key = key_signature(totalling->signatures->at[i]);

		good = ids_of_duplicates(totalling->view, TABLE_SIGNATURE_INCIDENT,
					 key_slice(&key), 0, ids, totalling->error);
	}
	ids_settle(ids);
	return good;
}

bool signature_totals(struct index_view *view, const id_vec *signatures,
		      struct signature_totals *totals, struct error *error)
{
	struct totalling totalling = {
		.view = view, .signatures = signatures, .totals = totals, .error = error
	};
	id_vec ids = { 0 };
	bool good;

	vec_for_each(signature, signatures)
		vec_push(&totals->list, ((struct signature_total){ .signature = *signature }));
	good = collect_ids(&totalling, &ids);
	for (size_t i = 0; good && i < ids.len; i++)
		good = add_incident(&totalling, ids.at[i]);
	vec_for_each(total, &totals->list)
		ids_settle(&total->machines);
	signature_changes_free(&totalling.found);
	vec_free(&ids);
	return good;
}

void signature_totals_free(struct signature_totals *totals)
{
	vec_for_each(total, &totals->list)
		vec_free(&total->machines);
	vec_free(&totals->list);
	arena_free(&totals->arena);
}
