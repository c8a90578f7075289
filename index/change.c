/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes one incident: which places it has, which versions of its bytes are kept, which
 * row and postings follow from that. The outcome depends on the places that are left and
 * on nothing before them. An incident without a place leaves no trace.
 */
#include "index/change.h"

#include <inttypes.h>

struct changed {
	struct index_view *view;
	uint64_t id;
	struct slice before; /* the row as it was, copied: the map moves under a write */
	place_vec old, new;
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

/* The chains of a place, given now or stored before. */
static bool place_chains(struct changed *changed, const struct place *place,
			 struct slice *chains)
{
	struct key key = key_version(changed->id, place->version);

	if (place->given) {
		*chains = place->given->chains;
		return true;
	}
	if (sealed_get(changed->view, TABLE_CHAINS, &key, chains, changed->error))
		return true;
	if (changed->error->kind == ERROR_NONE)
		index_damaged(changed->error,
			      "incident %016" PRIx64 " has lost its chains", changed->id);
	return false;
}

/* What we were given is no index's fault. */
static bool chains_refused(struct changed *changed)
{
	return error_set(changed->error, ERROR_INTERNAL,
			 "the chains of incident %016" PRIx64 " cannot be decoded",
			 changed->id);
}

static bool collect(struct changed *changed, const struct place *place, int32_t delta,
		    posting_vec *postings)
{
	struct slice chains;

	if (!place_chains(changed, place, &chains))
		return false;
	if (postings_collect(postings, changed->id, place->session_time, chains, delta))
		return true;
	if (place->given)
		return chains_refused(changed);
	return index_damaged(changed->error,
			     "the chains of incident %016" PRIx64 " cannot be read",
			     changed->id);
}

static bool collect_postings(struct changed *changed, posting_vec *postings)
{
	const struct place *old = changed->old.at, *new = changed->new.at;

	if (changed->old.len && changed->new.len && old->version == new->version &&
	    old->session_time == new->session_time)
		return true;
	return (!changed->old.len || collect(changed, old, -1, postings)) &&
	       (!changed->new.len || collect(changed, new, 1, postings));
}

static bool drop_version(struct changed *changed, uint64_t version)
{
	struct key key = key_version(changed->id, version);

	return table_delete(changed->view, TABLE_CHAINS, key_slice(&key), SLICE_NONE,
			    changed->error) &&
	       table_delete(changed->view, TABLE_RECORDS, key_slice(&key), SLICE_NONE,
			    changed->error);
}

/* Chains that do not come first are not read now, but may be the first ones tomorrow. */
static bool check_chains(struct changed *changed, const struct place *place)
{
	struct chain_list list = { .chains_found = 0 };
	bool good = chain_list_decode(&list, place->given->chains.at,
				      place->given->chains.len);

	chain_list_free(&list);
	return good || chains_refused(changed);
}

static bool keep_version(struct changed *changed, const struct place *place)
{
	struct key key = key_version(changed->id, place->version);

	return (place == changed->new.at || check_chains(changed, place)) &&
	       sealed_put(changed->view, TABLE_CHAINS, &key, place->given->chains,
			  changed->error) &&
	       sealed_put(changed->view, TABLE_RECORDS, &key, place->given->records,
			  changed->error);
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
		       table_delete(changed->view, TABLE_INCIDENT, key_slice(&key),
				    SLICE_NONE, changed->error);
	places_encode(&changed->new, &row);
	after = (struct slice){ (const char *)row.at, row.len };
	if (!slice_equal(after, changed->before))
		ok = sealed_put(changed->view, TABLE_INCIDENT, &key, after, changed->error);
	vec_free(&row);
	return ok;
}

bool incident_change(struct index_view *view, const struct change *changes, size_t count,
		     posting_vec *postings, struct error *error)
{
	struct changed changed = { .view = view, .id = changes[0].id, .error = error };
	struct arena arena = { 0 };
	bool ok = load_before(&changed, &arena) && make_places(&changed, changes, count) &&
		  collect_postings(&changed, postings) && write_versions(&changed) &&
		  write_row(&changed);

	vec_free(&changed.old);
	vec_free(&changed.new);
	arena_free(&arena);
	return ok;
}
