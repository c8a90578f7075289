/* SPDX-License-Identifier: Apache-2.0 */
/* When an incident came that is read again under another id; see inherit.h. */
#include "index/inherit.h"

#include "index/grouping.h"
#include "index/run.h"

/* What a dump leaves of which a bundle yields another text now. */
struct legacy {
	uint64_t id;
	uint64_t run; /* in which it came */
};

struct heritage {
	struct index_view *view;
	struct map places;       /* key_of() -> left */
	VEC(struct legacy) left; /* of several of one dump the first to come */
	share_vec old, new;
	struct error *error;
};

/* 0 where it cannot be told which dump it is. */
static uint64_t key_of(struct slice path, const struct summary *summary)
{
	uint64_t parts[] = { hash64(path.at, path.len), (uint64_t)summary->session_time,
			     summary->build, machine_hash(summary->machine) };

	return summary->session_time == MOMENT_NONE ? 0 : hash64(parts, sizeof(parts)) | 1;
}

static void leave(struct heritage *heritage, uint64_t key, struct legacy legacy)
{
	uint32_t *place = map_place(&heritage->places, key);

	if (*place == MAP_NONE) {
		*place = (uint32_t)heritage->left.len;
		vec_push(&heritage->left, legacy);
	} else if (legacy.run < heritage->left.at[*place].run) {
		heritage->left.at[*place] = legacy;
	}
}

/* Of one that the bundle lost. */
static bool leave_arrival(struct heritage *heritage, const struct change *change)
{
	struct legacy legacy = { .id = change->id };
	struct incident_row row;
	uint64_t key;
	bool good;

	if (!index_incident(heritage->view, change->id, &row, heritage->error))
		return heritage->error->kind == ERROR_NONE;
	key = key_of(change->path, &row.summary);
	good = arrival_get(heritage->view, change->id, &legacy.run, heritage->error);
	if (good && key)
		leave(heritage, key, legacy);
	incident_row_free(&row);
	return good || heritage->error->kind == ERROR_NONE;
}

/* NULL when there is none, or when the summary cannot be decoded, which is refused later. */
static const struct legacy *find_legacy(const struct heritage *heritage,
					const struct change *change)
{
	const struct slice *bytes = &change->given->summary;
	struct summary summary = { .id = 0 };
	uint64_t key = 0;
	uint32_t at = MAP_NONE;

	if (summary_decode(&summary, bytes->at, bytes->len))
		key = key_of(change->path, &summary);
	if (key)
		at = map_get(&heritage->places, key);
	summary_free(&summary);
	return at == MAP_NONE ? NULL : &heritage->left.at[at];
}

static void collect_kinds(const share_vec *shares, id_vec *kinds)
{
	vec_for_each(share, shares)
		vec_push(kinds, share->signatures.of[GROUPING_KIND]);
	ids_settle(kinds);
}

/* Whether it shows a chain that the other did not: that is new, whenever its dump came. */
static bool tells_news(struct heritage *heritage, const struct change *change)
{
	const struct slice *bytes = &change->given->chains;
	struct chain_list list = { .chains_found = 0 };
	bool news = !chain_list_decode(&list, bytes->at, bytes->len);
	id_vec old = { 0 }, new = { 0 };

	grouping_of_chains(&list, &heritage->new);
	collect_kinds(&heritage->old, &old);
	collect_kinds(&heritage->new, &new);
	vec_for_each(kind, &new)
		news |= !ids_hold(&old, *kind);
	chain_list_free(&list);
	vec_free(&old);
	vec_free(&new);
	return news;
}

/* Of one that was not there before. */
static bool take_arrival(struct heritage *heritage, struct change *change)
{
	const struct legacy *legacy;
	uint64_t run;

	if (arrival_get(heritage->view, change->id, &run, heritage->error))
		return true;
	if (heritage->error->kind != ERROR_NONE)
		return false;
	legacy = find_legacy(heritage, change);
	if (!legacy)
		return true;
	if (!grouping_get(heritage->view, legacy->id, &heritage->old, heritage->error) &&
	    heritage->error->kind != ERROR_NONE)
		return false;
	change->inherits = !tells_news(heritage, change);
	change->run = legacy->run;
	return true;
}

bool inherit_arrivals(struct index_view *view, struct change *changes, size_t count,
		      struct error *error)
{
	struct heritage heritage = { .view = view, .error = error };
	bool good = true;

	for (size_t i = 0; good && i < count; i++)
		if (!changes[i].given)
			good = leave_arrival(&heritage, &changes[i]);
	for (size_t i = 0; good && heritage.left.len && i < count; i++)
		if (changes[i].given)
			good = take_arrival(&heritage, &changes[i]);
	map_free(&heritage.places);
	vec_free(&heritage.left);
	vec_free(&heritage.old);
	vec_free(&heritage.new);
	return good;
}
