/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of ids out of the tables that lead to incidents; see ids.h. */
#include "index/ids.h"

#include "stages/record.h"

static int compare_ids(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

void ids_settle(id_vec *ids)
{
	size_t kept = 0;

	if (ids->len)
		qsort(ids->at, ids->len, sizeof(*ids->at), compare_ids);
	for (size_t i = 0; i < ids->len; i++)
		if (kept == 0 || ids->at[i] != ids->at[kept - 1])
			ids->at[kept++] = ids->at[i];
	ids->len = kept;
}

bool ids_hold(const id_vec *ids, uint64_t id)
{
	return ids->len && bsearch(&id, ids->at, ids->len, sizeof(*ids->at), compare_ids);
}

void ids_keep_common(id_vec *ids, const id_vec *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->len; i++)
		if (ids_hold(others, ids->at[i]))
			ids->at[kept++] = ids->at[i];
	ids->len = kept;
}

bool ids_of_duplicates(struct index_view *view, enum table table, struct slice key,
		       size_t skip, id_vec *ids, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, table, key, error);

	while (ok && scan_next(&scan, error) && slice_equal(scan.key, key))
		if (scan.value.len == skip + sizeof(uint64_t))
			vec_push(ids, key_number(scan.value.at + skip));
		else
			ok = index_damaged(error, "a posting has a wrong length");
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}

bool ids_of_incidents(struct index_view *view, id_vec *ids, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, TABLE_INCIDENT, SLICE_NONE, error);

	while (ok && scan_next(&scan, error))
		if (scan.key.len == sizeof(uint64_t))
			vec_push(ids, key_number(scan.key.at));
		else
			ok = index_damaged(error, "an id has a wrong length");
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}

bool image_is_posted(struct slice image)
{
	return image.len && !slice_equal(image_cut(image), SLICE("?"));
}

bool ids_of_chains_through(struct index_view *view, struct slice image, id_vec *ids,
			   struct error *error)
{
	struct key key = key_image(image);
	id_vec signatures = { 0 };
	bool ok = ids_of_duplicates(view, TABLE_IMAGE_SIGNATURE, key_slice(&key), 0,
				    &signatures, error);

	for (size_t i = 0; ok && i < signatures.len; i++) {
		key = key_signature(signatures.at[i]);
		ok = ids_of_duplicates(view, TABLE_SIGNATURE_INCIDENT, key_slice(&key), 0,
				       ids, error);
	}
	vec_free(&signatures);
	ids_settle(ids);
	return ok;
}
