/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postings. An incident has each at most once, so that what is summed up is taken away, added, or neither. In a table of
 * duplicates the front of the key is LMDB's key and the rest its value.
 */
#include "index/posting.h"

#include "stages/digest.h"

static size_t key_bytes(enum table table, const struct key *key)
{
	switch (table) {
	case TABLE_IMAGE_INCIDENT:
		return KEY_IMAGE_BYTES;
	case TABLE_PATTERN_INCIDENT:
		return sizeof(uint8_t);
	case TABLE_SIGNATURE_INCIDENT:
		return sizeof(uint64_t);
	default:
		return key->len;
	}
}

static int compare_postings(const void *left, const void *right)
{
	const struct posting *a = left, *b = right;

	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	return slice_compare(key_slice(&a->key), key_slice(&b->key));
}

static void collect(posting_vec *postings, enum table table, struct key key, int delta)
{
	vec_push(postings,
		 ((struct posting){
			 .key = key, .table = (uint8_t)table, .delta = (int8_t)delta }));
}

struct image_least {
	struct key key; /* key_image() */
	uint32_t threads;
};

typedef VEC(struct image_least) least_vec;

static int compare_least(const void *left, const void *right)
{
	const struct image_least *a = left, *b = right;
	int order = slice_compare(key_slice(&a->key), key_slice(&b->key));

	if (order)
		return order;
	return a->threads < b->threads ? -1 : a->threads > b->threads;
}

/* One row an image, however many spellings it has. Images that only !vm rows name are not among the processes. */
static void collect_images(posting_vec *postings, uint64_t id,
			   const struct digest *digest, int delta)
{
	least_vec least = { 0 };

	vec_for_each(image, &digest->images)
		if (image->processes)
			vec_push(&least, ((struct image_least){
						 .key = key_image(names_text(&digest->names,
									     image->image)),
						 .threads = image->least_threads }));
	if (least.len)
		qsort(least.at, least.len, sizeof(*least.at), compare_least);
	for (size_t i = 0; i < least.len; i++) {
		struct slice image = { (const char *)least.at[i].key.bytes, KEY_IMAGE_BYTES };

		if (i && memcmp(least.at[i - 1].key.bytes, image.at, image.len) == 0)
			continue;
		collect(postings, TABLE_IMAGE_INCIDENT,
			key_image_incident(image, least.at[i].threads, id), delta);
	}
	vec_free(&least);
}

/* How much there is of each pattern: of special processes the processes, else the findings. */
static void collect_patterns(posting_vec *postings, uint64_t id,
			     const struct digest *digest, int delta)
{
	uint64_t counts[PATTERNS] = { 0 };

	vec_for_each(finding, &digest->findings.list)
		counts[finding->pattern] +=
			finding->pattern == PATTERN_special_process ? finding->count : 1;
	for (unsigned i = 0; i < PATTERNS; i++)
		if (counts[i])
			collect(postings, TABLE_PATTERN_INCIDENT,
				key_pattern_incident((uint8_t)i, counts[i], id), delta);
}

bool postings_collect(posting_vec *postings, uint64_t id, const struct place *place,
		      struct slice digest, int delta)
{
	struct digest decoded = { .address_digits = 0 };
	bool good = digest_decode(&decoded, digest.at, digest.len);

	if (good) {
		collect(postings, TABLE_BY_TIME, key_by_time(place->session_time, id), delta);
		if (place->zombies)
			collect(postings, TABLE_BY_ZOMBIES,
				key_by_zombies(place->zombies, id), delta);
		collect_images(postings, id, &decoded, delta);
		collect_patterns(postings, id, &decoded, delta);
	}
	digest_free(&decoded);
	return good;
}

static bool apply_one(struct index_view *view, const struct posting *posting, int delta,
		      struct error *error)
{
	struct slice all = key_slice(&posting->key);
	size_t front = key_bytes(posting->table, &posting->key);
	struct slice key = slice_first(all, front), value = slice_skip(all, front);

	if (delta > 0)
		return table_put(view, posting->table, key, value, error);
	return table_delete(view, posting->table, key, value, error);
}

bool postings_apply(posting_vec *postings, struct index_view *view, struct error *error)
{
	size_t i = 0, next;

	if (postings->len > 1)
		qsort(postings->at, postings->len, sizeof(struct posting), compare_postings);
	for (; i < postings->len; i = next) {
		const struct posting *posting = &postings->at[i];
		int delta = 0;

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
