/* SPDX-License-Identifier: Apache-2.0 */
/* Grouping all incidents anew; see regroup.h. */
#include "index/regroup.h"

#include <inttypes.h>

#include "index/derive.h"
#include "index/grouping.h"
#include "index/ids.h"
#include "index/transact.h"
#include "pipeline/base/work.h"

#define RULES_KEY SLICE("rules")

bool index_rules(struct index_view *view, uint64_t *rules, struct error *error)
{
	struct slice value;

	error->kind = ERROR_NONE;
	if (!table_get(view, TABLE_META, RULES_KEY, &value, error))
		return error->kind == ERROR_NONE &&
		       index_damaged(error, "it does not say by which rules it was grouped");
	if (value.len != sizeof(uint64_t))
		return index_damaged(error, "the number of its rules cannot be read");
	*rules = key_number(value.at);
	return true;
}

bool rules_put(struct index_view *view, struct error *error)
{
	uint64_t big_endian = __builtin_bswap64(SIGNATURE_RULES);
	struct slice value = { (const char *)&big_endian, sizeof(big_endian) };

	return table_put(view, TABLE_META, RULES_KEY, value, error);
}

/* ---- what would change ---- */

static void push_all(const share_vec *shares, id_vec *all)
{
	vec_for_each(share, shares)
		for (int i = 0; i < GROUPINGS; i++)
			vec_push(all, share->signatures.of[i]);
}

static void push_kinds(const share_vec *shares, id_vec *kinds)
{
	vec_for_each(share, shares)
		vec_push(kinds, share->signatures.of[GROUPING_KIND]);
}

static bool same_signatures(const share_vec *a, const share_vec *b)
{
	id_vec x = { 0 }, y = { 0 };
	bool same;

	push_all(a, &x);
	push_all(b, &y);
	same = x.len == y.len &&
	       (x.len == 0 || memcmp(x.at, y.at, x.len * sizeof(*x.at)) == 0);
	vec_free(&x);
	vec_free(&y);
	return same;
}

struct comparing {
	struct index_view *view;
	struct regroup_counts *counts;
	share_vec old, new;
	id_vec kinds; /* after */
	struct error *error;
};

static bool derive_shares(struct comparing *comparing, uint64_t id)
{
	struct chain_list list = { .chains_found = 0 };
	struct slice bytes;
	bool good = index_chains(comparing->view, id, &bytes, comparing->error);

	if (good && !chain_list_decode(&list, bytes.at, bytes.len))
		good = index_damaged(comparing->error,
				     "the chains of incident %016" PRIx64 " cannot be read",
				     id);
	if (good)
		grouping_of_chains(&list, &comparing->new);
	chain_list_free(&list);
	return good;
}

static bool compare_one(struct comparing *comparing, uint64_t id)
{
	/* One that is damaged is one to be changed. */
	if (!grouping_get(comparing->view, id, &comparing->old, comparing->error) &&
	    comparing->error->kind != ERROR_NONE && comparing->error->kind != ERROR_FORMAT)
		return false;
	if (!derive_shares(comparing, id))
		return false;
	comparing->counts->incidents++;
	comparing->counts->changed += !same_signatures(&comparing->old, &comparing->new);
	push_kinds(&comparing->new, &comparing->kinds);
	return true;
}

bool regroup_count(struct index_view *view, struct regroup_counts *counts, struct error *error)
{
	struct comparing comparing = { .view = view, .counts = counts, .error = error };
	id_vec ids = { 0 };
	bool good;

	*counts = (struct regroup_counts){ .before = table_rows(view, TABLE_SIGNATURE) };
	good = index_rules(view, &counts->rules, error) &&
	       ids_of_incidents(view, &ids, error);
	work_begin("incidents compared", ids.len);
	for (size_t i = 0; good && i < ids.len; i++) {
		good = compare_one(&comparing, ids.at[i]);
		work_step(1);
	}
	work_end();
	ids_settle(&comparing.kinds);
	counts->after = comparing.kinds.len;
	vec_free(&ids);
	vec_free(&comparing.old);
	vec_free(&comparing.new);
	vec_free(&comparing.kinds);
	return good;
}

/* ---- doing it ---- */

static bool regroup(void *context, struct index_view *view, struct error *error)
{
	id_vec ids = { 0 };
	bool good = ids_of_incidents(view, &ids, error);

	(void)context;
	for (int i = 0; good && i < DERIVED_TABLES; i++)
		good = table_empty(view, derived_tables[i], error);
	work_begin("incidents grouped", ids.len);
	good = good && derive_incidents(view, ids.at, ids.len, view, error) &&
	       rules_put(view, error);
	work_end();
	vec_free(&ids);
	return good;
}

bool index_regroup(struct index *index, struct error *error)
{
	return index_transact(index, regroup, NULL, error);
}

bool index_rules_differ(struct index *index, struct regroup_counts *counts, struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	uint64_t rules;
	bool differ = view && index_rules(view, &rules, error) &&
		      rules != SIGNATURE_RULES && regroup_count(view, counts, error);

	if (view)
		index_view_end(view);
	return differ;
}
