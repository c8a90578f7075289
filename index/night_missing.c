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

/* Calls visit for each finding of missing threads in an incident. */
static bool each_missing(struct missing *missing, uint64_t id,
			 void (*visit)(void *context, const struct finding *finding,
				       struct slice image),
			 void *context)
{
	struct findings findings = { 0 };
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = index_judge(missing->view, id, &incident, &findings, missing->error);
	if (good)
		vec_for_each(finding, &findings.list)
			if (finding->pattern == PATTERN_missing_threads)
				visit(context, finding,
				      names_text(&incident.records.names, finding->image));
	findings_free(&findings);
	incident_free(&incident);
	return good;
}

struct adding {
	struct missing *missing;
	uint64_t id;
};

static void add_named(void *context, const struct finding *finding, struct slice image)
{
	const struct adding *adding = context;

	if (image.len)
		add(adding->missing, adding->id, finding, image);
}

struct missed {
	uint64_t key; /* image_key() */
	bool found;
};

static void look_for(void *context, const struct finding *finding, struct slice image)
{
	struct missed *missed = context;

	(void)finding;
	missed->found |= image_key(image) == missed->key;
}

static bool missed_before(struct missing *missing, struct slice image,
			  const id_vec *before, bool *missed)
{
	struct missed of_image = { image_key(image), false };
	bool plain = pattern_is_literal(image) && !memchr(image.at, 0, image.len);
	id_vec ids = { 0 };
	/* arena_copy() ended it with a NUL. A name that would be taken for a pattern is looked for in all. */
	bool good = missing_threads_may_be(missing->view, plain ? image.at : NULL, &ids,
					   missing->error);

	ids_keep_common(&ids, before);
	for (size_t i = 0; good && !of_image.found && i < ids.len; i++)
		good = each_missing(missing, ids.at[i], look_for, &of_image);
	*missed = of_image.found;
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
		good = each_missing(&missing, ids.at[i], add_named,
				    &(struct adding){ &missing, ids.at[i] });
	good = good && keep_news(&missing, before);
	if (news->missing.len)
		qsort(news->missing.at, news->missing.len, sizeof(struct news_missing),
		      most_first);
	map_free(&missing.places);
	vec_free(&ids);
	return good;
}
