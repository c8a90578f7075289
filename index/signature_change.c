/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the tables about signatures; see signature_change.h. */
#include "index/signature_change.h"

#include <inttypes.h>

#include "index/grouping.h"
#include "index/signature_total.h"

void signature_changes_clear(struct signature_changes *changes)
{
	changes->list.len = 0;
	arena_reset(&changes->arena);
}

void signature_changes_free(struct signature_changes *changes)
{
	vec_free(&changes->list);
	arena_free(&changes->arena);
}

/* ---- one incident ---- */

static void post(posting_vec *postings, uint64_t signature, uint64_t id, int8_t delta)
{
	vec_push(postings, ((struct posting){ .key = key_signature_incident(signature, id),
					      .table = TABLE_SIGNATURE_INCIDENT,
					      .delta = delta }));
}

void signature_changes_collect(struct signature_changes *changes,
			       const struct summary *summary,
			       const struct chain_list *list, const id_vec *only)
{
	struct chain_runs runs = { .list = list };

	chain_runs_begin(&runs, list, NULL, 0, GROUPING_KIND);
	while (chain_runs_next(&runs)) {
		uint64_t signature = chain_signature(chain_run_at(&runs, 0));

		if (only && !ids_hold(only, signature))
			continue;
		vec_push(&changes->list,
			 ((struct signature_change){
				 .signature = signature,
				 .machine = machine_hash(summary->machine),
				 .row = signature_row_of(summary, &runs, &changes->arena) }));
	}
	chain_runs_free(&runs);
}

static bool put_grouping(struct index_view *view, uint64_t id, const share_vec *shares,
			 struct error *error)
{
	struct key key = key_incident(id);
	byte_vec bytes = { 0 };
	bool good;

	grouping_encode(shares, &bytes);
	good = sealed_put(view, TABLE_GROUPING, &key,
			  (struct slice){ (const char *)bytes.at, bytes.len }, error);
	vec_free(&bytes);
	return good;
}

bool signatures_gain(struct signature_changes *changes, posting_vec *postings,
		     struct index_view *view, const struct summary *summary,
		     const struct chain_list *list, struct error *error)
{
	size_t first = changes->list.len;
	share_vec shares = { 0 };
	bool good = true;

	if (list->chains.len == 0)
		return true;
	signature_changes_collect(changes, summary, list, NULL);
	for (size_t i = first; i < changes->list.len; i++)
		post(postings, changes->list.at[i].signature, summary->id, 1);
	grouping_of_chains(list, &shares);
	good = put_grouping(view, summary->id, &shares, error);
	vec_free(&shares);
	return good;
}

bool signatures_lose(struct signature_changes *changes, posting_vec *postings,
		     struct index_view *view, uint64_t id, struct error *error)
{
	struct key key = key_incident(id);
	id_vec lost = { 0 };
	share_vec shares = { 0 };
	bool good = grouping_get(view, id, &shares, error);

	if (!good && error->kind == ERROR_NONE)
		good = true; /* it has no chains */
	vec_for_each(share, &shares)
		vec_push(&lost, share->signatures.of[GROUPING_KIND]);
	ids_settle(&lost);
	vec_for_each(signature, &lost) {
		post(postings, *signature, id, -1);
		vec_push(&changes->list,
			 ((struct signature_change){ .signature = *signature, .gone = true }));
	}
	if (good && shares.len)
		good = table_delete(view, TABLE_GROUPING, key_slice(&key), SLICE_NONE, error);
	vec_free(&shares);
	vec_free(&lost);
	return good;
}

/* ---- a row and what hangs on it ---- */

struct applying {
	struct index_view *view;
	struct error *error;
	uint64_t signature;
	bool exists;
	struct signature_row old, new;
	struct arena arena; /* texts of old */
};

static bool read_old(struct applying *applying)
{
	struct key key = key_signature(applying->signature);
	struct slice value;

	applying->exists =
		sealed_get(applying->view, TABLE_SIGNATURE, &key, &value, applying->error);
	if (!applying->exists)
		return applying->error->kind == ERROR_NONE;
	arena_reset(&applying->arena);
	return signature_row_decode(&applying->old, arena_copy(&applying->arena, value)) ||
	       index_damaged(applying->error,
			     "the row of signature %016" PRIx64 " cannot be read",
			     applying->signature);
}

/* An image is posted once, however many hops are of it: LMDB takes an equal duplicate for the one that is there. */
static bool post_images(struct applying *applying, const struct signature_row *row, bool put)
{
	struct key value = key_signature(applying->signature);
	size_t count;
	struct bytes_reader hops = signature_hops(row->hops, &count);
	VEC(struct key) keys = { 0 };
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		struct slice image = signature_next_hop(&hops).image;

		if (image_is_posted(image))
			vec_push(&keys, key_image(image));
	}
	if (keys.len)
		qsort(keys.at, keys.len, sizeof(struct key), key_compare);
	for (size_t i = 0; good && i < keys.len; i++) {
		if (i && key_compare(&keys.at[i - 1], &keys.at[i]) == 0)
			continue;
		good = (put ? table_put : table_delete)(applying->view, TABLE_IMAGE_SIGNATURE,
							key_slice(&keys.at[i]),
							key_slice(&value), applying->error);
	}
	vec_free(&keys);
	return good;
}

static struct key rank_of(uint64_t signature, const struct signature_row *row)
{
	return key_by_incidents(row->incidents, row->chains, signature);
}

static bool remove_old(struct applying *applying)
{
	struct key key = key_signature(applying->signature);
	struct key rank = rank_of(applying->signature, &applying->old);

	return table_delete(applying->view, TABLE_BY_INCIDENTS, key_slice(&rank),
			    SLICE_NONE, applying->error) &&
	       (applying->new.incidents > 0 ||
		(post_images(applying, &applying->old, false) &&
		 table_delete(applying->view, TABLE_SIGNATURE, key_slice(&key),
			      SLICE_NONE, applying->error)));
}

static bool put_new(struct applying *applying)
{
	struct key key = key_signature(applying->signature);
	struct key rank = rank_of(applying->signature, &applying->new);
	byte_vec bytes = { 0 };
	bool good = table_put(applying->view, TABLE_BY_INCIDENTS, key_slice(&rank),
			      SLICE_NONE, applying->error) &&
		    (applying->exists || post_images(applying, &applying->new, true));

	if (good) {
		signature_row_encode(&applying->new, &bytes);
		good = sealed_put(applying->view, TABLE_SIGNATURE, &key,
				  (struct slice){ (const char *)bytes.at, bytes.len },
				  applying->error);
	}
	vec_free(&bytes);
	return good;
}

static bool put_machine(struct applying *applying, uint64_t machine)
{
	struct key key = key_signature(applying->signature), value = key_signature(machine);

	return machine == 0 || table_put(applying->view, TABLE_SIGNATURE_MACHINE,
					 key_slice(&key), key_slice(&value), applying->error);
}

/* What is new, in the place of what is old; all of its machines are put already. */
static bool replace_row(struct applying *applying)
{
	struct key key = key_signature(applying->signature);

	return table_count(applying->view, TABLE_SIGNATURE_MACHINE, key_slice(&key),
			   &applying->new.machines, applying->error) &&
	       (!applying->exists || remove_old(applying)) &&
	       (applying->new.incidents == 0 || put_new(applying));
}

static bool add_rows(struct applying *applying, const struct signature_change *changes,
		     size_t count)
{
	applying->new = applying->exists ? applying->old : changes->row;
	for (size_t i = 0; i < count; i++) {
		if (i || applying->exists)
			signature_row_add(&applying->new, &changes[i].row);
		if (!put_machine(applying, changes[i].machine))
			return false;
	}
	return replace_row(applying);
}

static bool write_total(struct applying *applying, const struct signature_total *total)
{
	struct key key = key_signature(applying->signature);

	applying->new = total->row;
	if (!table_clear(applying->view, TABLE_SIGNATURE_MACHINE, key_slice(&key),
			 applying->error))
		return false;
	vec_for_each(machine, &total->machines)
		if (!put_machine(applying, *machine))
			return false;
	return replace_row(applying);
}

/* ---- all of a batch ---- */

static int compare_changes(const void *left, const void *right)
{
	const struct signature_change *a = left, *b = right;

	return a->signature < b->signature ? -1 : a->signature > b->signature;
}

/* Those that some incident has lost. */
static bool sum_up_lost(const struct signature_changes *changes, struct index_view *view,
			struct signature_totals *totals, struct error *error)
{
	id_vec lost = { 0 };
	bool good;

	vec_for_each(change, &changes->list)
		if (change->gone)
			vec_push(&lost, change->signature);
	ids_settle(&lost);
	good = signature_totals(view, &lost, totals, error);
	vec_free(&lost);
	return good;
}

static bool apply_signature(struct applying *applying, const struct signature_totals *totals,
			    const struct signature_change *changes, size_t count)
{
	const struct signature_total *total =
		signature_totals_find(totals, changes->signature);

	applying->signature = changes->signature;
	return read_old(applying) &&
	       (total ? write_total(applying, total) : add_rows(applying, changes, count));
}

bool signatures_apply(struct signature_changes *changes, struct index_view *view,
		      struct error *error)
{
	struct applying applying = { .view = view, .error = error };
	struct signature_totals totals = { .arena = { 0 } };
	size_t count = changes->list.len, next;
	bool good = sum_up_lost(changes, view, &totals, error);

	if (count > 1)
		qsort(changes->list.at, count, sizeof(*changes->list.at), compare_changes);
	for (size_t i = 0; good && i < count; i = next) {
		for (next = i + 1; next < count && changes->list.at[next].signature ==
							   changes->list.at[i].signature;)
			next++;
		good = apply_signature(&applying, &totals, changes->list.at + i, next - i);
	}
	arena_free(&applying.arena);
	signature_totals_free(&totals);
	return good;
}
