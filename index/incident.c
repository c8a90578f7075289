/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one incident: its row, its chains, its records. Chains and records are stored
 * once per version, however many bundles yield them; what is read is the version of the
 * first place.
 */
#include "index/pieces.h"
#include "index/places.h"

#include <inttypes.h>

const enum table piece_tables[PIECE_TABLES] = { TABLE_CHAINS, TABLE_CENSUS, TABLE_DIGEST,
						TABLE_RECORDS };

void incident_row_free(struct incident_row *row)
{
	summary_free(&row->summary);
	vec_for_each(other, &row->others)
		summary_free(other);
	vec_free(&row->others);
	vec_free(&row->bundles);
	vec_free(&row->versions);
}

/* A summary that fails is in the row already, to be freed with it. */
static bool row_fill(struct incident_row *row, const place_vec *places, uint64_t id)
{
	vec_reserve(&row->others, places->len - 1);
	vec_for_each(place, places) {
		struct summary *summary = &row->summary;

		if (place != places->at) {
			summary = vec_add(&row->others);
			*summary = (struct summary){ .id = 0 };
		}
		if (!summary_decode(summary, place->summary.at, place->summary.len) ||
		    summary->id != id)
			return false;
		vec_push(&row->bundles, place->path);
		vec_push(&row->versions, place->version);
	}
	return true;
}

static bool get_places(struct index_view *view, uint64_t id, place_vec *places,
		       struct error *error)
{
	struct key key = key_incident(id);
	struct slice value;

	if (!sealed_get(view, TABLE_INCIDENT, &key, &value, error))
		return false;
	if (places_decode(places, value))
		return true;
	return index_damaged(error, "the row of incident %016" PRIx64 " cannot be read", id);
}

bool index_incident(struct index_view *view, uint64_t id, struct incident_row *row,
		    struct error *error)
{
	place_vec places = { 0 };
	bool good = false;

	*row = (struct incident_row){ .version = 0 };
	if (get_places(view, id, &places, error)) {
		row->version = places.at[0].version;
		good = row_fill(row, &places, id);
		if (!good)
			index_damaged(error,
				      "the row of incident %016" PRIx64 " cannot be read",
				      id);
	}
	vec_free(&places);
	if (!good) {
		incident_row_free(row);
		*row = (struct incident_row){ .version = 0 };
	}
	return good;
}

bool index_known_incident(struct index_view *view, uint64_t id, struct incident_row *row,
			  struct error *error)
{
	return index_incident(view, id, row, error) ||
	       (error->kind == ERROR_NONE &&
		index_damaged(error, "incident %016" PRIx64 " has no row", id));
}

bool piece_get(struct index_view *view, enum table table, uint64_t id, uint64_t version,
	       struct slice *bytes, struct error *error)
{
	struct key key = key_version(id, version);

	return sealed_get(view, table, &key, bytes, error) ||
	       (error->kind == ERROR_NONE &&
		index_damaged(error, "incident %016" PRIx64 " has lost its %s", id,
			      table_name(table)));
}

bool piece_unreadable(enum table table, uint64_t id, struct error *error)
{
	return index_damaged(error, "the %s of incident %016" PRIx64 " cannot be read",
			     table_name(table), id);
}

static bool get_first_piece(struct index_view *view, enum table table, uint64_t id,
			    struct slice *bytes, struct error *error)
{
	place_vec places = { 0 };
	bool good = get_places(view, id, &places, error) &&
		    piece_get(view, table, id, places.at[0].version, bytes, error);

	vec_free(&places);
	return good;
}

bool index_records(struct index_view *view, uint64_t id, struct slice *records,
		   struct error *error)
{
	return get_first_piece(view, TABLE_RECORDS, id, records, error);
}

bool index_chains(struct index_view *view, uint64_t id, struct slice *chains,
		  struct error *error)
{
	return get_first_piece(view, TABLE_CHAINS, id, chains, error);
}

bool index_row_chains(struct index_view *view, const struct incident_row *row,
		      struct chain_list *list, struct error *error)
{
	struct slice bytes;

	if (!piece_get(view, TABLE_CHAINS, row->summary.id, row->version, &bytes, error))
		return false;
	if (chain_list_decode(list, bytes.at, bytes.len))
		return true;
	return piece_unreadable(TABLE_CHAINS, row->summary.id, error);
}
