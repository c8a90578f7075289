/* SPDX-License-Identifier: Apache-2.0 */
/* Putting together what a mail tells; see night_news.h. */
#include "index/night_news.h"

const struct diff_group *diff_of_status(const struct diff *diff, enum diff_status status,
					size_t *count)
{
	const struct diff_group *group = diff->groups.at;
	size_t first = 0;

	*count = (size_t)diff->of_status[status];
	for (int i = 0; i < (int)status; i++)
		first += (size_t)diff->of_status[i];
	return *count ? group + first : NULL;
}

/* Where nothing came, nothing can be told to be gone, nor where nothing was before. */
static bool compare(struct index_view *view, const id_vec *before, const id_vec *now,
		    struct diff *diff, struct error *error)
{
	struct chain_filter all = CHAIN_FILTER_ALL;

	return now->len == 0 || query_diff(view, &all, before, now, diff, error);
}

bool night_news(struct index_view *view, const struct night_mark *mark, uint64_t after,
		uint64_t last, struct night_news *news, struct error *error)
{
	/* Before the first mail nothing is known, whatever runs there were. */
	uint64_t first = mark->ended == MOMENT_NONE ? 0 : after + 1;
	id_vec before = { 0 }, told = { 0 };
	bool good;

	error->kind = ERROR_NONE;
	good = ids_of_runs(view, first, last, &news->ids, error) &&
	       (first == 0 || ids_of_runs(view, 0, after, &before, error)) &&
	       (first == 0 || ids_of_runs(view, mark->after + 1, after, &told, error)) &&
	       compare(view, &before, &news->ids, &news->diff, error) &&
	       compare(view, &told, &news->ids, &news->gone, error) &&
	       night_storms(view, &before, news, error) &&
	       night_missing(view, &before, news, error) &&
	       quarantine_of_runs(view, first, last, &news->quarantined, error);
	vec_free(&before);
	vec_free(&told);
	return good;
}

void night_news_free(struct night_news *news)
{
	diff_free(&news->diff);
	diff_free(&news->gone);
	vec_free(&news->ids);
	vec_free(&news->storms);
	vec_free(&news->missing);
	vec_free(&news->quarantined);
	arena_free(&news->arena);
	*news = (struct night_news){ .storms_known = 0 };
}
