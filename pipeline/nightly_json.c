/* SPDX-License-Identifier: Apache-2.0 */
/* The mail of a night for programs, pipeline/nightly/1: all sections, those that are empty as well. */
#include <stdio.h>

#include "index/list.h"
#include "pipeline/nightly.h"
#include "pipeline/print.h"
#include "pipeline/print_diff.h"

static const char *const status_texts[] = { "quiet", "news", "failed", "interrupted" };

/* "KEY":{"total":N,"LIST":[ */
static void begin_section(struct json *json, const char *key, uint64_t total, const char *list)
{
	json_key(json, key);
	json_object_begin(json);
	print_json_u64(json, "total", total);
	json_key(json, list);
	json_array_begin(json);
}

static void end_section(struct json *json)
{
	json_array_end(json);
	json_object_end(json);
}

static void print_run(struct json *json, const struct nightly *nightly, bool told)
{
	json_key(json, "schema");
	json_string(json, "pipeline/nightly/1");
	json_key(json, "status");
	json_string(json, status_texts[nightly->status]);
	json_key(json, "failure");
	json_string(json, nightly->failure);
	print_json_moment(json, "began", nightly->began, true);
	print_json_seconds(json, "seconds", (int64_t)nightly_took_ms(nightly));
	print_json_moment(json, "last_mail", nightly->mark.ended, true);
	json_key(json, "first_run");
	if (told)
		json_u64(json, nightly_is_first(nightly) ? 0 : nightly->after + 1);
	else
		json_null(json);
	json_key(json, "last_run");
	if (told)
		json_u64(json, nightly->run);
	else
		json_null(json);
	keeper_json_totals(json, &nightly->ingest.totals);
}

static void print_groups(struct json *json, const struct nightly *nightly,
			 const char *key, const struct diff *diff, enum diff_status status)
{
	size_t count;
	const struct diff_group *group = diff_of_status(diff, status, &count);

	begin_section(json, key, count, "groups");
	for (size_t i = 0; i < count && i < nightly->limit; i++)
		print_json_diff_group(json, &group[i]);
	end_section(json);
}

static void print_storms(struct json *json, const struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;

	begin_section(json, "storms", news->storms.len, "storms");
	for (size_t i = 0; i < news->storms.len && i < nightly->limit; i++) {
		const struct news_storm *storm = &news->storms.at[i];

		json_object_begin(json);
		print_json_id(json, "incident", storm->id);
		print_json_text(json, "machine", storm->machine);
		print_json_u64(json, "zombies", storm->zombies);
		json_key(json, "zombies_before");
		if (storm->before)
			json_u64(json, storm->before);
		else
			json_null(json);
		print_json_text(json, "image", storm->image);
		print_json_u64(json, "of_image", storm->of_image);
		json_object_end(json);
	}
	end_section(json);
}

static void print_missing(struct json *json, const struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;

	begin_section(json, "missing_threads", news->missing.len, "images");
	for (size_t i = 0; i < news->missing.len && i < nightly->limit; i++) {
		const struct news_missing *missing = &news->missing.at[i];

		json_object_begin(json);
		print_json_text(json, "image", missing->image);
		print_json_u64(json, "processes", missing->processes);
		print_json_id(json, "incident", missing->id);
		print_json_number(json, "pid", missing->pid);
		print_json_number(json, "threads", missing->threads);
		print_json_number(json, "expected", missing->expected);
		json_object_end(json);
	}
	end_section(json);
}

static void print_quarantined(struct json *json, const struct nightly *nightly)
{
	const quarantined_vec *found = &nightly->news.quarantined;

	begin_section(json, "quarantined", found->len, "members");
	for (size_t i = 0; i < found->len && i < nightly->limit; i++) {
		const struct quarantined *each = &found->at[i];

		json_object_begin(json);
		print_json_text(json, "bundle", each->bundle);
		print_json_text(json, "member", each->member.path);
		print_json_text(json, "reason", each->member.reason);
		print_json_text(json, "text", each->member.text);
		json_object_end(json);
	}
	end_section(json);
}

static void print_gone(struct json *json, const struct nightly *nightly)
{
	uint64_t left = nightly->limit;

	begin_section(json, "gone_bundles", nightly->newly_gone, "bundles");
	vec_for_each(gone, &nightly->gone) {
		if (gone->told || left == 0)
			continue;
		left--;
		json_object_begin(json);
		print_json_text(json, "bundle", gone->path);
		print_json_u64(json, "incidents", gone->incidents);
		json_object_end(json);
	}
	end_section(json);
}

static void print_unreadable(struct json *json, const struct nightly *nightly)
{
	uint64_t left = nightly->limit;

	begin_section(json, "unreadable_folders", nightly->ingest.found.unreadable.len,
		      "folders");
	vec_for_each(folder, &nightly->ingest.found.unreadable)
		if (left && left--)
			json_string(json, *folder);
	end_section(json);
}

struct listing_json {
	struct json *json;
	const struct nightly *nightly;
	uint64_t left;
};

static bool print_incident(void *context, const struct incident_row *row)
{
	struct listing_json *listing = context;
	struct json *json = listing->json;

	if (!ids_hold(&listing->nightly->news.ids, row->summary.id))
		return true;
	if (listing->left == 0)
		return false;
	listing->left--;
	json_object_begin(json);
	print_json_id(json, "incident", row->summary.id);
	print_json_where(json, row);
	print_json_u64(json, "chains", row->summary.chains);
	print_json_u64(json, "zombies", row->summary.zombies);
	json_object_end(json);
	return true;
}

static bool print_incidents(struct json *json, const struct nightly *nightly,
			    struct index_view *view, struct error *error)
{
	struct listing_json listing = { json, nightly, nightly->limit };
	struct selector all = SELECTOR_ALL;
	uint64_t count;
	bool good = true;

	begin_section(json, "incidents", nightly->news.ids.len, "incidents");
	if (nightly->news.ids.len)
		good = list_incidents(view, &all, print_incident, &listing, &count, error);
	end_section(json);
	return good;
}

bool nightly_print_json(const struct nightly *nightly, struct index_view *view,
			struct error *error)
{
	const struct night_news *news = &nightly->news;
	struct json json;
	bool good;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	print_run(&json, nightly, view != NULL);
	print_groups(&json, nightly, "new_chains", &news->diff, DIFF_NEW);
	print_groups(&json, nightly, "worse_chains", &news->diff, DIFF_WORSE);
	print_groups(&json, nightly, "gone_chains", &news->gone, DIFF_GONE);
	print_storms(&json, nightly);
	print_missing(&json, nightly);
	print_quarantined(&json, nightly);
	print_gone(&json, nightly);
	print_unreadable(&json, nightly);
	good = print_incidents(&json, nightly, view, error);
	json_object_end(&json);
	json_end(&json);
	return good;
}
