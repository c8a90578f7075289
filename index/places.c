/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the table "incident". Each place keeps its own summary, so that when the
 * bundle that came first is replaced or goes, the next one takes over without anything
 * being read again.
 */
#include "index/places.h"

#include "pipeline/base/hash.h"

/* Two empty texts and a version. */
#define PLACE_MIN_BYTES 10

uint64_t incident_version(const struct encoded_incident *incident)
{
	uint64_t version = hash64(incident->chains.at, incident->chains.len);

	version = hash64_seeded(incident->census.at, incident->census.len, version);
	version = hash64_seeded(incident->digest.at, incident->digest.len, version);
	return hash64_seeded(incident->records.at, incident->records.len, version);
}

void places_encode(const place_vec *places, byte_vec *out)
{
	bytes_put_varint(out, places->len);
	vec_for_each(place, places) {
		bytes_put_text(out, place->path);
		bytes_put_u64_be(out, place->version);
		bytes_put_text(out, place->summary);
	}
}

bool places_decode(place_vec *places, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);
	size_t count = bytes_get_count(&reader, PLACE_MIN_BYTES);

	places->len = 0;
	vec_reserve(places, count);
	for (size_t i = 0; i < count && !reader.bad; i++) {
		struct place place = { .path = bytes_get_text(&reader) };

		place.version = bytes_get_u64_be(&reader);
		place.summary = bytes_get_text(&reader);
		vec_push(places, place);
	}
	return count > 0 && !reader.bad && bytes_left(&reader) == 0;
}

bool place_weigh(struct place *place, uint64_t id)
{
	struct summary summary = { .id = 0 };
	bool good = summary_decode(&summary, place->summary.at, place->summary.len) &&
		    summary.id == id;

	place->session_time = summary.session_time;
	place->zombies = summary.zombies;
	place->partial = 0;
	vec_for_each(source, &summary.sources)
		place->partial += source->partial;
	summary_free(&summary);
	return good;
}

static int compare_rank(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->partial != b->partial)
		return a->partial < b->partial ? -1 : 1;
	return slice_compare(a->path, b->path);
}

void places_rank(place_vec *places)
{
	if (places->len > 1)
		qsort(places->at, places->len, sizeof(*places->at), compare_rank);
}
