/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images whose processes miss threads now and never did: judged as `show` judges, against the index as it stands. Of the incidents that
 * were there before only those in which such an image may miss some are judged, until one does.
 */
#include "index/judge.h"
#include "index/night_news.h"
#include "index/pattern.h"
#include "index/query_incident.h"

struct missing {
	struct index_view *view;
	struct night_news *news;
	struct map places; /* image_key() -> news->missing */
	struct error *error;
};

static void add(struct missing *missing, uint64_t id, const struct finding *finding,
		struct slice image)
{
	uint32_t *place = map_place(&missing->places, image_key(image));
	struct night_news *news = missing->news;

	if (*place == MAP_NONE) {
		*place = (uint32_t)news->missing.len;
		vec_push(&news->missing,
			 ((struct news_missing){ .image = arena_copy(&news->arena, image),
						 .id = id,
						 .pid = finding->pid,
						 .threads = finding->threads,
						 .expected = finding->expected }));
	}
	news->missing.at[*place].processes++;
}

static bool judge(struct missing *missing, uint64_t id)
{
	struct findings findings = { 0 };
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = index_judge(missing->view, id, &incident, &findings, missing->error);
	if (good)
		vec_for_each(finding, &findings.list) {
			struct slice image =
				names_text(&incident.records.names, finding->image);

			if (finding->pattern == PATTERN_missing_threads && image.len)
				add(missing, id, finding, image);
		}
	findings_free(&findings);
	incident_free(&incident);
	return good;
}

/* Whether a process of the image missed some in this incident. */
static bool missed_in(struct missing *missing, uint64_t id, uint64_t key, bool *missed)
{
	struct findings findings = { 0 };
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = index_judge(missing->view, id, &incident, &findings, missing->error);
	if (good)
		vec_for_each(finding, &findings.list)
			*missed |= finding->pattern == PATTERN_missing_threads &&
				   image_key(names_text(&incident.records.names,
							finding->image)) == key;
	findings_free(&findings);
	incident_free(&incident);
	return good;
}

static bool missed_before(struct missing *missing, struct slice image,
			  const id_vec *before, bool *missed)
{
	bool plain = pattern_is_literal(image) && !memchr(image.at, 0, image.len);
	id_vec ids = { 0 };
	/* arena_copy() ended it with a NUL. A name that would be taken for a pattern is looked for in all. */
	bool good = missing_threads_may_be(missing->view, plain ? image.at : NULL, &ids,
					   missing->error);

	ids_keep_common(&ids, before);
	*missed = false;
	for (size_t i = 0; good && !*missed && i < ids.len; i++)
		good = missed_in(missing, ids.at[i], image_key(image), missed);
	vec_free(&ids);
	return good;
}

static bool keep_news(struct missing *missing, const id_vec *before)
{
	struct night_news *news = missing->news;
	size_t kept = 0;
	bool good = true;

	for (size_t i = 0; good && i < news->missing.len; i++) {
		bool missed = false;

		if (before->len)
			good = missed_before(missing, news->missing.at[i].image, before,
					     &missed);
		if (!missed)
			news->missing.at[kept++] = news->missing.at[i];
	}
	news->missing.len = kept;
	return good;
}

static int most_first(const void *left, const void *right)
{
	const struct news_missing *a = left, *b = right;

	if (a->processes != b->processes)
		return a->processes > b->processes ? -1 : 1;
	return slice_compare(a->image, b->image);
}

bool night_missing(struct index_view *view, const id_vec *before, struct night_news *news,
		   struct error *error)
{
	struct missing missing = { .view = view, .news = news, .error = error };
	id_vec ids = { 0 };
	bool good = news->ids.len == 0 || missing_threads_may_be(view, NULL, &ids, error);

	ids_keep_common(&ids, &news->ids);
	for (size_t i = 0; good && i < ids.len; i++)
		good = judge(&missing, ids.at[i]);
	good = good && keep_news(&missing, before);
	if (news->missing.len)
		qsort(news->missing.at, news->missing.len, sizeof(struct news_missing),
		      most_first);
	map_free(&missing.places);
	vec_free(&ids);
	return good;
}
