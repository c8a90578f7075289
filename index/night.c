/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of the nights, in the table "meta"; see night.h. */
#include "index/night.h"

#include "index/bundle.h"
#include "index/transact.h"

#define MARK_KEY SLICE("night")
#define MARK_NUMBERS 9
#define BAD_PREFIX "night/bad/"
#define GONE_PREFIX "night/gone/"
/* Behind a prefix stands the key of a bundle. */
#define BUNDLE_KEY_BYTES 16

/* ---- the mark ---- */

bool night_mark_get(struct index_view *view, struct night_mark *mark, struct error *error)
{
	struct bytes_reader reader;
	struct slice value;

	*mark = (struct night_mark){ .began = MOMENT_NONE, .ended = MOMENT_NONE };
	error->kind = ERROR_NONE;
	if (!table_get(view, TABLE_META, MARK_KEY, &value, error))
		return error->kind == ERROR_NONE;
	if (value.len != MARK_NUMBERS * sizeof(uint64_t))
		return index_damaged(error, "what was told last cannot be read");
	reader = bytes_reader_from(value.at, value.len);
	mark->run = bytes_get_u64_be(&reader);
	mark->after = bytes_get_u64_be(&reader);
	mark->began = (int64_t)bytes_get_u64_be(&reader);
	mark->ended = (int64_t)bytes_get_u64_be(&reader);
	mark->took_ms = bytes_get_u64_be(&reader);
	mark->incidents = bytes_get_u64_be(&reader);
	mark->new_chains = bytes_get_u64_be(&reader);
	mark->worse_chains = bytes_get_u64_be(&reader);
	mark->quarantined = bytes_get_u64_be(&reader);
	return true;
}

static bool put_mark(struct index_view *view, const struct night_mark *mark, struct error *error)
{
	byte_vec value = { 0 };
	bool good;

	bytes_put_u64_be(&value, mark->run);
	bytes_put_u64_be(&value, mark->after);
	bytes_put_u64_be(&value, (uint64_t)mark->began);
	bytes_put_u64_be(&value, (uint64_t)mark->ended);
	bytes_put_u64_be(&value, mark->took_ms);
	bytes_put_u64_be(&value, mark->incidents);
	bytes_put_u64_be(&value, mark->new_chains);
	bytes_put_u64_be(&value, mark->worse_chains);
	bytes_put_u64_be(&value, mark->quarantined);
	good = table_put(view, TABLE_META, MARK_KEY,
			 (struct slice){ (const char *)value.at, value.len }, error);
	vec_free(&value);
	return good;
}

/* ---- what is known of a bundle ---- */

static struct key bundle_note(const char *prefix, struct slice bundle)
{
	struct key key = { .len = (uint8_t)(strlen(prefix) + bundle.len) };

	memcpy(key.bytes, prefix, strlen(prefix));
	memcpy(key.bytes + strlen(prefix), bundle.at, bundle.len);
	return key;
}

/* A walk over the notes under a prefix. */
static bool notes_begin(struct table_scan *scan, struct index_view *view,
			const char *prefix, struct error *error)
{
	return scan_begin(scan, view, TABLE_META, slice_from(prefix), error);
}

/* False behind the last, or on failure. */
static bool notes_next(struct table_scan *scan, const char *prefix, struct error *error)
{
	if (!scan_next(scan, error) || !slice_starts(scan->key, slice_from(prefix)))
		return false;
	return (scan->key.len == strlen(prefix) + BUNDLE_KEY_BYTES &&
		scan->value.len == sizeof(uint64_t)) ||
	       index_damaged(error, "what is noted of a bundle cannot be read");
}

static bool put_note(struct index_view *view, const struct key *note, uint64_t number,
		     struct error *error)
{
	uint64_t big_endian = __builtin_bswap64(number);

	return table_put(view, TABLE_META, key_slice(note),
			 (struct slice){ (const char *)&big_endian, sizeof(big_endian) },
			 error);
}

static bool has_note(struct index_view *view, const struct key *note, struct error *error)
{
	struct slice value;

	return table_get(view, TABLE_META, key_slice(note), &value, error);
}

/* ---- what could not be read ---- */

static bool same_trouble(const struct member_row *a, const struct member_row *b)
{
	return b->outcome == OUTCOME_QUARANTINED && slice_equal(a->path, b->path) &&
	       slice_equal(a->reason, b->reason);
}

/* Whether some member is quarantined that was not, or for another reason. Both are sorted by path; of one path there may be several. */
static bool has_new_trouble(const struct bundle_row *now, const struct bundle_row *old)
{
	size_t at = 0;

	vec_for_each(member, &now->members) {
		bool known = false;

		if (member->outcome != OUTCOME_QUARANTINED)
			continue;
		while (at < old->members.len &&
		       slice_compare(old->members.at[at].path, member->path) < 0)
			at++;
		for (size_t i = at; !known && i < old->members.len &&
				    slice_equal(old->members.at[i].path, member->path);
		     i++)
			known = same_trouble(member, &old->members.at[i]);
		if (!known)
			return true;
	}
	return false;
}

static bool has_trouble(const struct bundle_row *row)
{
	vec_for_each(member, &row->members)
		if (member->outcome == OUTCOME_QUARANTINED)
			return true;
	return false;
}

bool night_note_bundle(struct index_view *view, const struct key *key,
		       const struct bundle_row *row, struct slice old, struct error *error)
{
	struct key note = bundle_note(BAD_PREFIX, key_slice(key));
	struct bundle_row before = { .size = 0 };
	bool news;

	if (!has_trouble(row)) {
		if (!old.len || !has_note(view, &note, error))
			return error->kind == ERROR_NONE;
		return table_delete(view, TABLE_META, key_slice(&note), SLICE_NONE, error);
	}
	/* A row that cannot be read is told by whoever needs it. */
	news = !old.len || !bundle_row_decode(&before, old) || has_new_trouble(row, &before);
	bundle_row_free(&before);
	return !news || put_note(view, &note, view->index->run, error);
}

static bool add_quarantined(struct index_view *view, struct slice key,
			    quarantined_vec *found, struct error *error)
{
	struct key bundle = { .len = BUNDLE_KEY_BYTES };
	struct bundle_row row;
	struct slice value;

	memcpy(bundle.bytes, key.at, BUNDLE_KEY_BYTES);
	if (!sealed_get(view, TABLE_BUNDLE, &bundle, &value, error))
		return error->kind == ERROR_NONE;
	if (!bundle_row_decode(&row, value))
		return index_damaged(error, "the row of a bundle cannot be read");
	vec_for_each(member, &row.members)
		if (member->outcome == OUTCOME_QUARANTINED)
			vec_push(found, ((struct quarantined){ row.path, *member }));
	bundle_row_free(&row);
	return true;
}

bool quarantine_of_runs(struct index_view *view, uint64_t first, uint64_t last,
			quarantined_vec *found, struct error *error)
{
	struct quarantine_wish any = { .reason = NULL };
	struct table_scan scan;
	bool good;

	if (first == 0)
		return index_quarantine(view, &any, found, error);
	good = notes_begin(&scan, view, BAD_PREFIX, error);
	while (good && notes_next(&scan, BAD_PREFIX, error)) {
		uint64_t run = key_number(scan.value.at);

		if (run >= first && run <= last)
			good = add_quarantined(view, slice_skip(scan.key, strlen(BAD_PREFIX)),
					       found, error);
	}
	scan_end(&scan);
	quarantined_sort(found);
	return good && error->kind == ERROR_NONE;
}

/* ---- bundles that are gone ---- */

bool night_bundles(struct index_view *view,
		   bool (*visit)(void *context, const struct night_bundle *bundle),
		   void *context, struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_BUNDLE, SLICE_NONE, error), more = true;

	while (good && more && scan_next(&scan, error)) {
		struct key note =
			bundle_note(GONE_PREFIX, slice_first(scan.key, BUNDLE_KEY_BYTES));
		struct night_bundle bundle;
		struct bundle_row row;

		good = bundle_head_open(&row, &scan, error);
		if (!good)
			break;
		bundle = (struct night_bundle){ row.path, row.incidents.len,
						has_note(view, &note, error) };
		good = error->kind == ERROR_NONE;
		more = good && visit(context, &bundle);
		bundle_row_free(&row);
	}
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

struct telling {
	const struct night_mark *mark;
	const struct slice *gone;
	size_t count;
};

typedef VEC(struct key) key_vec;

static bool drop_gone(struct index_view *view, struct error *error)
{
	key_vec notes = { 0 };
	struct table_scan scan;
	bool good = notes_begin(&scan, view, GONE_PREFIX, error);

	while (good && notes_next(&scan, GONE_PREFIX, error))
		vec_push(&notes, bundle_note("", scan.key));
	scan_end(&scan);
	good = good && error->kind == ERROR_NONE;
	for (size_t i = 0; good && i < notes.len; i++)
		good = table_delete(view, TABLE_META, key_slice(&notes.at[i]), SLICE_NONE,
				    error);
	vec_free(&notes);
	return good;
}

static bool tell(void *context, struct index_view *view, struct error *error)
{
	const struct telling *telling = context;
	bool good = put_mark(view, telling->mark, error) && drop_gone(view, error);

	for (size_t i = 0; good && i < telling->count; i++) {
		struct key bundle = key_bundle(telling->gone[i]);
		struct key note = bundle_note(GONE_PREFIX, key_slice(&bundle));

		good = put_note(view, &note, telling->mark->run, error);
	}
	return good;
}

bool night_tell(struct index *index, const struct night_mark *mark,
		const struct slice *gone, size_t count, struct error *error)
{
	struct telling telling = { mark, gone, count };

	return index_transact(index, tell, &telling, error);
}
