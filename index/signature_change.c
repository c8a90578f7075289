/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the tables about signatures; see signature_change.h. */
#include "index/signature_change.h"

#include <inttypes.h>

#include "index/grouping.h"

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

static int by_signature(const void *a, const void *b, void *chains)
{
	const struct chain *all = chains;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;

	if (all[i].signature != all[k].signature)
		return all[i].signature < all[k].signature ? -1 : 1;
	return i < k ? -1 : i > k;
}

typedef VEC(uint32_t) order_vec;

/* The chains by signature, each signature's in the order of the list. */
static void order_chains(const struct chain_list *list, order_vec *order)
{
	order->len = 0;
	for (uint32_t i = 0; i < list->chains.len; i++)
		vec_push(order, i);
	if (order->len)
		qsort_r(order->at, order->len, sizeof(uint32_t), by_signature,
			list->chains.at);
}

static size_t run_end(const struct chain_list *list, const order_vec *order, size_t first)
{
	uint64_t signature = list->chains.at[order->at[first]].signature;
	size_t end = first + 1;

	while (end < order->len && list->chains.at[order->at[end]].signature == signature)
		end++;
	return end;
}

static void post(posting_vec *postings, uint64_t signature, uint64_t id, int8_t delta)
{
	vec_push(postings, ((struct posting){ .key = key_signature_incident(signature, id),
					      .table = TABLE_SIGNATURE_INCIDENT,
					      .delta = delta }));
}

/* The changes that follow from a list; all signatures, or only one of them. */
static void collect_rows(struct signature_changes *changes, const struct summary *summary,
			 const struct chain_list *list, const uint64_t *only)
{
	struct signer *signer = signer_new(list);
	order_vec order = { 0 };

	order_chains(list, &order);
	for (size_t i = 0, end; i < order.len; i = end) {
		const struct chain *chain = &list->chains.at[order.at[i]];
		struct signature_change change = { .signature = chain->signature };
		struct signatures signatures;

		end = run_end(list, &order, i);
		if (only && *only != chain->signature)
			continue;
		signer_sign(signer, chain, &signatures);
		change.machine = machine_hash(summary->machine);
		change.row = signature_row_of(summary, list, order.at + i, end - i,
					      GROUPING_KIND, &signatures, &changes->arena);
		vec_push(&changes->list, change);
	}
	vec_free(&order);
	signer_free(signer);
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
	collect_rows(changes, summary, list, NULL);
	for (size_t i = first; i < changes->list.len; i++)
		post(postings, changes->list.at[i].signature, summary->id, 1);
	grouping_of_chains(list, &shares);
	good = put_grouping(view, summary->id, &shares, error);
	vec_free(&shares);
	return good;
}

static int compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

bool signatures_lose(struct signature_changes *changes, posting_vec *postings,
		     struct index_view *view, uint64_t id, struct error *error)
{
	struct key key = key_incident(id);
	VEC(uint64_t) lost = { 0 };
	share_vec shares = { 0 };
	bool good = grouping_get(view, id, &shares, error);

	if (!good && error->kind == ERROR_NONE)
		good = true; /* it has no chains */
	vec_for_each(share, &shares)
		vec_push(&lost, share->signatures.of[GROUPING_KIND]);
	if (lost.len)
		qsort(lost.at, lost.len, sizeof(uint64_t), compare_numbers);
	for (size_t i = 0; i < lost.len; i++) {
		if (i && lost.at[i] == lost.at[i - 1])
			continue;
		post(postings, lost.at[i], id, -1);
		vec_push(&changes->list,
			 ((struct signature_change){ .signature = lost.at[i], .gone = true }));
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

/* An image that is called "?" is signed as one that is not known, so that not all chains of a signature need have it; as a question
 * it is a pattern, which nothing is looked up by. */
static bool is_posted(struct slice image)
{
	return image.len && !slice_equal(image_cut(image), SLICE("?"));
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

		if (is_posted(image))
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

static bool write_machines(struct applying *applying,
			   const struct signature_change *changes, size_t count)
{
	struct key key = key_signature(applying->signature);

	for (size_t i = 0; i < count; i++) {
		struct key value = key_signature(changes[i].machine);

		if (!changes[i].gone && changes[i].machine &&
		    !table_put(applying->view, TABLE_SIGNATURE_MACHINE, key_slice(&key),
			       key_slice(&value), applying->error))
			return false;
	}
	return table_count(applying->view, TABLE_SIGNATURE_MACHINE, key_slice(&key),
			   &applying->new.machines, applying->error);
}

static bool apply_rows(struct applying *applying, const struct signature_change *changes,
		       size_t count)
{
	bool any = applying->new.incidents > 0;

	for (size_t i = 0; i < count; i++) {
		if (changes[i].gone)
			continue;
		if (any)
			signature_row_add(&applying->new, &changes[i].row);
		else
			applying->new = changes[i].row;
		any = true;
	}
	return write_machines(applying, changes, count) &&
	       (!applying->exists || remove_old(applying)) &&
	       (applying->new.incidents == 0 || put_new(applying));
}

/* ---- summing up anew ---- */

static bool collect_incident(struct applying *applying, struct signature_changes *found,
			     uint64_t id)
{
	struct incident_row row;
	struct chain_list list = { .chains_found = 0 };
	bool good;

	if (!index_known_incident(applying->view, id, &row, applying->error))
		return false;
	good = index_row_chains(applying->view, &row, &list, applying->error);
	if (good)
		collect_rows(found, &row.summary, &list, &applying->signature);
	chain_list_free(&list);
	incident_row_free(&row);
	return good;
}

static bool collect_all(struct applying *applying, struct signature_changes *found)
{
	struct key key = key_signature(applying->signature);
	struct table_scan scan;
	bool good = scan_begin(&scan, applying->view, TABLE_SIGNATURE_INCIDENT,
			       key_slice(&key), applying->error);

	while (good && scan_next(&scan, applying->error) &&
	       slice_equal(scan.key, key_slice(&key)))
		good = scan.value.len == sizeof(uint64_t)
			       ? collect_incident(applying, found, key_number(scan.value.at))
			       : index_damaged(applying->error,
					       "a posting has a wrong length");
	scan_end(&scan);
	return good && applying->error->kind == ERROR_NONE;
}

static bool sum_up_anew(struct applying *applying)
{
	struct key key = key_signature(applying->signature);
	struct signature_changes found = { .arena = { 0 } };
	bool good = collect_all(applying, &found) &&
		    table_clear(applying->view, TABLE_SIGNATURE_MACHINE, key_slice(&key),
				applying->error);

	applying->new = (struct signature_row){ .incidents = 0 };
	good = good && apply_rows(applying, found.list.at, found.list.len);
	signature_changes_free(&found);
	return good;
}

/* ---- all of a batch ---- */

static int compare_changes(const void *left, const void *right)
{
	const struct signature_change *a = left, *b = right;

	return a->signature < b->signature ? -1 : a->signature > b->signature;
}

static bool apply_signature(struct applying *applying,
			    const struct signature_change *changes, size_t count)
{
	applying->signature = changes->signature;
	if (!read_old(applying))
		return false;
	for (size_t i = 0; i < count; i++)
		if (changes[i].gone)
			return sum_up_anew(applying);
	applying->new = applying->exists ? applying->old
					 : (struct signature_row){ .incidents = 0 };
	return apply_rows(applying, changes, count);
}

bool signatures_apply(struct signature_changes *changes, struct index_view *view,
		      struct error *error)
{
	struct applying applying = { .view = view, .error = error };
	size_t count = changes->list.len, next;
	bool good = true;

	if (count > 1)
		qsort(changes->list.at, count, sizeof(*changes->list.at), compare_changes);
	for (size_t i = 0; good && i < count; i = next) {
		for (next = i + 1; next < count && changes->list.at[next].signature ==
							   changes->list.at[i].signature;)
			next++;
		good = apply_signature(&applying, changes->list.at + i, next - i);
	}
	arena_free(&applying.arena);
	return good;
}
