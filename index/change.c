/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes one incident: which places it has, which versions of its bytes are kept, which
 * row and postings follow from that. The outcome depends on the places that are left and
 * on nothing before them. An incident without a place leaves no trace.
 */
#include "index/change.h"

#include <inttypes.h>

#include "index/pieces.h"
#include "index/run.h"
#include "stages/census.h"
#include "stages/digest.h"

struct changed {
	struct index_view *view;
	uint64_t id;
	struct slice before; /* the row as it was, copied: the map moves under a write */
	place_vec old, new;
	uint64_t run; /* in which it comes if it was not there */
	struct error *error;
};

static bool load_before(struct changed *changed, struct arena *arena)
{
	struct key key = key_incident(changed->id);
	struct slice value;

	if (!sealed_get(changed->view, TABLE_INCIDENT, &key, &value, changed->error))
		return changed->error->kind == ERROR_NONE;
	changed->before = arena_copy(arena, value);
	if (!places_decode(&changed->old, changed->before))
		return index_damaged(changed->error,
				     "the row of incident %016" PRIx64 " cannot be read",
				     changed->id);
	vec_for_each(place, &changed->old)
		if (!place_weigh(place, changed->id))
			return index_damaged(changed->error,
					     "a summary of incident %016" PRIx64
					     " cannot be read",
					     changed->id);
	return true;
}

static const struct change *find_change(const struct change *changes, size_t count,
					struct slice path)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(changes[i].path, path))
			return &changes[i];
	return NULL;
}

static bool make_places(struct changed *changed, const struct change *changes, size_t count)
{
	vec_for_each(place, &changed->old)
		if (!find_change(changes, count, place->path))
			vec_push(&changed->new, *place);
	for (size_t i = 0; i < count; i++) {
		struct place place = { .path = changes[i].path, .given = changes[i].given };

		if (!place.given)
			continue;
		place.summary = place.given->summary;
		place.version = incident_version(place.given);
		if (!place_weigh(&place, changed->id))
			return error_set(changed->error, ERROR_INTERNAL,
					 "the summary of incident %016" PRIx64
					 " cannot be decoded",
					 changed->id);
		vec_push(&changed->new, place);
	}
	places_rank(&changed->new);
	return true;
}

static const struct place *find_version(const place_vec *places, uint64_t version)
{
	vec_for_each(place, places)
		if (place->version == version)
			return place;
	return NULL;
}

static struct slice piece_given(const struct encoded_incident *given, enum table table)
{
	switch (table) {
	case TABLE_CHAINS:
		return given->chains;
	case TABLE_CENSUS:
		return given->census;
	case TABLE_DIGEST:
		return given->digest;
	default:
		return given->records;
	}
}

/* A piece of a place, given now or stored before. */
static bool place_piece(struct changed *changed, const struct place *place,
			enum table table, struct slice *bytes)
{
	if (place->given) {
		*bytes = piece_given(place->given, table);
		return true;
	}
	return piece_get(changed->view, table, changed->id, place->version, bytes,
			 changed->error);
}

/* What we were given is no index's fault. */
static bool piece_refused(struct changed *changed, enum table table)
{
	return error_set(changed->error, ERROR_INTERNAL,
			 "the %s of incident %016" PRIx64 " cannot be decoded",
			 table_name(table), changed->id);
}

static bool piece_failed(struct changed *changed, const struct place *place, enum table table)
{
	if (place->given)
		return piece_refused(changed, table);
	return piece_unreadable(table, changed->id, changed->error);
}

/* What follows from digest and census, to be added or taken away. */
static bool collect_counts(struct changed *changed, const struct place *place, int delta,
			   struct consequences *consequences)
{
	struct slice digest, census;

	if (!place_piece(changed, place, TABLE_DIGEST, &digest))
		return false;
	if (!postings_collect(&consequences->postings, changed->id, place, digest, delta))
		return piece_failed(changed, place, TABLE_DIGEST);
	if (!place_piece(changed, place, TABLE_CENSUS, &census))
		return false;
	return baseline_collect(&consequences->baselines, census, delta) ||
	       piece_failed(changed, place, TABLE_CENSUS);
}

static bool lose_signatures(struct changed *changed, struct consequences *consequences)
{
	return signatures_lose(&consequences->signatures, &consequences->postings,
			       changed->view, changed->id, changed->error);
}

static bool gain_signatures(struct changed *changed, struct consequences *consequences)
{
	const struct place *place = changed->new.at;
	struct chain_list list = { .chains_found = 0 };
	struct summary summary = { .id = 0 };
	struct slice chains;
	bool good = place_piece(changed, place, TABLE_CHAINS, &chains);

	if (good && !chain_list_decode(&list, chains.at, chains.len))
		good = piece_failed(changed, place, TABLE_CHAINS);
	if (good)
		good = summary_decode(&summary, place->summary.at, place->summary.len) &&
		       signatures_gain(&consequences->signatures, &consequences->postings,
				       changed->view, &summary, &list, changed->error);
	summary_free(&summary);
	chain_list_free(&list);
	return good;
}

/* What the rows of signatures hold of a summary. */
static bool same_seen(const struct place *old, const struct place *new)
{
	struct summary a = { .id = 0 }, b = { .id = 0 };
	bool same = summary_decode(&a, old->summary.at, old->summary.len) &&
		    summary_decode(&b, new->summary.at, new->summary.len) &&
		    a.session_time == b.session_time &&
		    a.session_zone_known == b.session_zone_known &&
		    slice_equal(a.machine, b.machine);

	summary_free(&a);
	summary_free(&b);
	return same;
}

/* Whether the first place now has the chains that the first one had, byte for byte: a log that has grown often tells more, but no other
 * chains, and to take a signature from an incident costs a look at all others that have it. */
static bool find_same_chains(struct changed *changed, bool *same)
{
	struct slice old, new;

	*same = false;
	if (!changed->old.len || !changed->new.len ||
	    !same_seen(changed->old.at, changed->new.at))
		return true;
	if (!place_piece(changed, changed->old.at, TABLE_CHAINS, &old) ||
	    !place_piece(changed, changed->new.at, TABLE_CHAINS, &new))
		return false;
	*same = slice_equal(old, new);
	return true;
}

/* All that the derived tables hold of an incident is in these of its first place. */
static bool same_consequences(const struct place *old, const struct place *now)
{
	return old->version == now->version && slice_equal(old->summary, now->summary);
}

static bool collect_consequences(struct changed *changed, struct consequences *consequences)
{
	const struct place *old = changed->old.at, *now = changed->new.at;
	bool was = changed->old.len > 0, is = changed->new.len > 0, same_chains;

	if (was && is && same_consequences(old, now))
		return true;
	if (!find_same_chains(changed, &same_chains))
		return false;
	if (was && (!collect_counts(changed, old, -1, consequences) ||
		    (!same_chains && !lose_signatures(changed, consequences))))
		return false;
	return !is || (collect_counts(changed, now, 1, consequences) &&
		       (same_chains || gain_signatures(changed, consequences)));
}

static bool drop_version(struct changed *changed, uint64_t version)
{
	struct key key = key_version(changed->id, version);

	for (size_t i = 0; i < PIECE_TABLES; i++)
		if (!table_delete(changed->view, piece_tables[i], key_slice(&key),
				  SLICE_NONE, changed->error))
			return false;
	return true;
}

/* Pieces that do not come first are not read now, but may be the first ones tomorrow. */
static bool check_pieces(struct changed *changed, const struct place *place)
{
	const struct encoded_incident *given = place->given;
	struct chain_list list = { .chains_found = 0 };
	struct census census = { 0 };
	struct digest digest = { .address_digits = 0 };
	bool chains = chain_list_decode(&list, given->chains.at, given->chains.len);
	bool counted = census_decode(&census, given->census.at, given->census.len);
	bool digested = digest_decode(&digest, given->digest.at, given->digest.len);

	chain_list_free(&list);
	census_free(&census);
	digest_free(&digest);
	if (!chains)
		return piece_refused(changed, TABLE_CHAINS);
	if (!digested)
		return piece_refused(changed, TABLE_DIGEST);
	return counted || piece_refused(changed, TABLE_CENSUS);
}

static bool keep_version(struct changed *changed, const struct place *place)
{
	struct key key = key_version(changed->id, place->version);

	if (place != changed->new.at && !check_pieces(changed, place))
		return false;
	for (size_t i = 0; i < PIECE_TABLES; i++)
		if (!sealed_put(changed->view, piece_tables[i], &key,
				piece_given(place->given, piece_tables[i]), changed->error))
			return false;
	return true;
}

/* find_version() yields the first place of a version: so each is dropped and kept
 * once. */
static bool write_versions(struct changed *changed)
{
	vec_for_each(place, &changed->old)
		if (find_version(&changed->old, place->version) == place &&
		    !find_version(&changed->new, place->version) &&
		    !drop_version(changed, place->version))
			return false;
	vec_for_each(place, &changed->new)
		if (find_version(&changed->new, place->version) == place &&
		    !find_version(&changed->old, place->version) &&
		    !keep_version(changed, place))
			return false;
	return true;
}

static bool write_row(struct changed *changed)
{
	struct key key = key_incident(changed->id);
	byte_vec row = { 0 };
	struct slice after;
	bool ok = true;

	if (changed->new.len == 0)
		return changed->old.len == 0 ||
		       (table_delete(changed->view, TABLE_INCIDENT, key_slice(&key),
				     SLICE_NONE, changed->error) &&
			table_delete(changed->view, TABLE_ARRIVAL, key_slice(&key),
				     SLICE_NONE, changed->error));
	if (changed->old.len == 0 &&
	    !arrival_put(changed->view, changed->id, changed->run, changed->error))
		return false;
	places_encode(&changed->new, &row);
	after = (struct slice){ (const char *)row.at, row.len };
	if (!slice_equal(after, changed->before))
		ok = sealed_put(changed->view, TABLE_INCIDENT, &key, after, changed->error);
	vec_free(&row);
	return ok;
}

/* The earliest that it inherits, else that of the index. */
static uint64_t run_of(const struct index_view *view, const struct change *changes, size_t count)
{
	uint64_t run = view->index->run;

	for (size_t i = 0; i < count; i++)
		if (changes[i].inherits && changes[i].run < run)
			run = changes[i].run;
	return run;
}

bool incident_change(struct index_view *view, const struct change *changes, size_t count,
		     struct consequences *consequences, struct error *error)
{
	struct changed changed = { .view = view,
				   .id = changes[0].id,
				   .run = run_of(view, changes, count),
				   .error = error };
	struct arena arena = { 0 };
	bool ok = load_before(&changed, &arena) && make_places(&changed, changes, count) &&
		  collect_consequences(&changed, consequences) &&
		  write_versions(&changed) && write_row(&changed);

	vec_free(&changed.old);
	vec_free(&changed.new);
	arena_free(&arena);
	return ok;
}
