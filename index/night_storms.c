/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zombie storms that are news: the first of a machine, or larger than all it had before. by_zombies has the incidents with most zombies
 * first, so that only storms are looked at, however many incidents there are.
 */
#include "index/night_news.h"
#include "index/query_incident.h"

struct storms {
	struct index_view *view;
	struct map places;  /* machine_hash() -> most */
	VEC(uint64_t) most; /* zombies that a machine had before */
	struct error *error;
};

static bool note_before(struct storms *storms, const struct incident_hit *hit)
{
	struct incident_row row;
	uint64_t machine;
	uint32_t *place;

	if (!index_known_incident(storms->view, hit->id, &row, storms->error))
		return false;
	machine = machine_hash(row.summary.machine);
	incident_row_free(&row);
	if (!machine)
		return true;
	place = map_place(&storms->places, machine);
	/* Most come first. */
	if (*place == MAP_NONE) {
		*place = (uint32_t)storms->most.len;
		vec_push(&storms->most, hit->count);
	}
	return true;
}

static uint64_t most_before(const struct storms *storms, struct slice machine)
{
	uint64_t hash = machine_hash(machine);
	uint32_t at = hash ? map_get(&storms->places, hash) : MAP_NONE;

	return at == MAP_NONE ? 0 : storms->most.at[at];
}

static bool name_most(struct storms *storms, const struct incident_row *row,
		      struct news_storm *storm, struct arena *arena)
{
	struct digest digest = { .address_digits = 0 };
	bool good = index_digest(storms->view, row, &digest, storms->error);

	vec_for_each(image, &digest.images)
		if (image->zombies > storm->of_image) {
			storm->of_image = image->zombies;
			storm->image = names_text(&digest.names, image->image);
		}
	storm->image = arena_copy(arena, storm->image);
	digest_free(&digest);
	return good;
}

static bool look_at(struct storms *storms, const struct incident_hit *hit,
		    struct night_news *news)
{
	struct news_storm storm = { .id = hit->id, .zombies = hit->count };
	struct incident_row row;
	bool good = true;

	if (!index_known_incident(storms->view, hit->id, &row, storms->error))
		return false;
	storm.before = most_before(storms, row.summary.machine);
	if (storm.before >= storm.zombies) {
		news->storms_known++;
	} else {
		storm.machine = arena_copy(&news->arena, row.summary.machine);
		good = name_most(storms, &row, &storm, &news->arena);
		vec_push(&news->storms, storm);
	}
	incident_row_free(&row);
	return good;
}

bool night_storms(struct index_view *view, const id_vec *before, struct night_news *news,
		  struct error *error)
{
	struct incident_filter filter = { .selector = SELECTOR_ALL,
					  .asked[QUESTION_zombies] = true,
					  .least_zombies = STORM_ZOMBIES };
	struct storms storms = { .view = view, .error = error };
	hit_vec hits = { 0 };
	size_t total;
	bool good = news->ids.len == 0 ||
		    query_incidents(view, &filter, &hits, &total, error);

	for (size_t i = 0; good && i < hits.len; i++)
		if (ids_hold(before, hits.at[i].id))
			good = note_before(&storms, &hits.at[i]);
	for (size_t i = 0; good && i < hits.len; i++)
		if (ids_hold(&news->ids, hits.at[i].id))
			good = look_at(&storms, &hits.at[i], news);
	vec_free(&hits);
	vec_free(&storms.most);
	map_free(&storms.places);
	return good;
}
