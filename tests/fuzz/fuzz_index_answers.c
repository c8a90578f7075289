/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the digest or the chains of incidents that a reader which was taken over hands to the keeper: the first byte says which.
 * What is taken must go into the index, answer every question in every format, and leave nothing behind when its bundles go again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "index/derive.h"
#include "index/goes_with.h"
#include "index/query_diff.h"
#include "index/query_like.h"
#include "pipeline/print_diff.h"
#include "pipeline/query.h"
#include "stages/census.h"
#include "stages/incident.h"
#include "tests/fuzz/scratch_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INCIDENTS 2

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_index_answers: %s\n", what);
	abort();
}

/* ---- what is given ---- */

struct made {
	byte_vec summary, chains, census, digest, records;
};

static struct slice as_slice(const byte_vec *bytes)
{
	return (struct slice){ (const char *)bytes->at, bytes->len };
}

static void make_summary(byte_vec *out, uint64_t id)
{
	struct summary summary = { .id = id,
				   .machine = id == 1 ? SLICE("PC1") : SLICE_NONE,
				   .build = NUMBER_NONE,
				   .session_time = (int64_t)id,
				   .zombies = 5000,
				   .address_digits = 16 };
	struct source source = { .member = SLICE("kd.log"), .encoding = SLICE("utf-8") };

	vec_push(&summary.sources, source);
	summary_encode(&summary, out);
	summary_free(&summary);
}

/* An incident without records, but for what the input gives. */
static void make(struct made *made, uint64_t id, bool digest, const uint8_t *data, size_t size)
{
	struct incident incident;

	incident_init(&incident);
	incident.id = id;
	incident_analyse(&incident);
	make_summary(&made->summary, id);
	chain_list_encode(&incident.chains, &made->chains);
	census_encode(&incident.records, &made->census);
	digest_encode(&incident, &made->digest);
	incident_encode(&incident, &made->records);
	if (digest) {
		made->digest.len = 0;
		bytes_put(&made->digest, data, size);
	} else {
		made->chains.len = 0;
		bytes_put(&made->chains, data, size);
	}
	incident_free(&incident);
}

static void made_free(struct made *made)
{
	vec_free(&made->summary);
	vec_free(&made->chains);
	vec_free(&made->census);
	vec_free(&made->digest);
	vec_free(&made->records);
}

static bool write_bundle(uint64_t id, const struct made *made)
{
	struct error error = ERROR_INIT;
	struct bundle_row row = { .path = id == 1 ? SLICE("/a.zip") : SLICE("/b.zip") };
	struct encoded_incident encoded = { .summary = SLICE_NONE };
	struct bundle_result result = { .row = &row, .incidents = &encoded };
	bool written;

	if (made) {
		encoded.summary = as_slice(&made->summary);
		encoded.chains = as_slice(&made->chains);
		encoded.census = as_slice(&made->census);
		encoded.digest = as_slice(&made->digest);
		encoded.records = as_slice(&made->records);
		vec_push(&row.incidents, id);
	}
	written = index_write(scratch_index(), &result, 1, &error);
	check(written || error.kind == ERROR_INTERNAL, error.text);
	bundle_row_free(&row);
	return written;
}

/* ---- what is asked ---- */

static void ask_of_incidents(struct index_view *view, const char *image)
{
	static const enum format formats[] = { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
	struct error error = ERROR_INIT;
	hit_vec hits = { 0 };
	size_t total;

	for (int question = 0; question < INCIDENT_QUESTIONS; question++) {
		struct incident_filter filter = { .selector = SELECTOR_ALL,
						  .least_zombies = 1 };

		filter.asked[question] = true;
		filter.image[question] = question == QUESTION_process && !image ? "*" : image;
		check(query_incidents(view, &filter, &hits, &total, &error), error.text);
		for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
			check(print_hits(view, &filter, &hits, total, formats[i], &error),
			      error.text);
	}
	vec_free(&hits);
}

static void ask_of_chains(struct index_view *view, bool by_incident)
{
	static const enum format formats[] = { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV,
					       FORMAT_DOT };
	struct error error = ERROR_INIT;
	struct groups_wish wish = { .occurrences = OCCURRENCES_ALL };

	for (int grouping = 0; grouping < GROUPINGS; grouping++) {
		struct chain_filter filter = CHAIN_FILTER_ALL;
		struct chain_groups *groups;

		filter.grouping = (enum grouping)grouping;
		filter.by_incident = by_incident;
		groups = query_chains(view, &filter, &error);
		check(groups != NULL, error.text);
		for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
			wish.format = formats[i];
			check(print_groups(groups, &wish, &error), error.text);
		}
		chain_groups_free(groups);
	}
}

static void compare(struct index_view *view)
{
	struct chain_filter filter = CHAIN_FILTER_ALL;
	struct selector all = SELECTOR_ALL;
	struct error error = ERROR_INIT;
	struct associations found = { .tests = 0 };
	id_vec before = { 0 }, after = { 0 };
	struct likes likes = { .total = 0 };
	struct diff diff = { .first = 0 };

	vec_push(&before, 1);
	vec_push(&after, 2);
	check(query_diff(view, &filter, &before, &after, &diff, &error), error.text);
	print_diff(&diff, FORMAT_JSON);
	check(query_like(view, 1, &all, &likes, &error), error.text);
	check(goes_with(view, &before, &after, &found, &error), error.text);
	associations_free(&found);
	likes_free(&likes);
	diff_free(&diff);
	vec_free(&before);
	vec_free(&after);
}

static void ask(void)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(scratch_index(), &error);

	check(view != NULL, error.text);
	ask_of_incidents(view, NULL);
	ask_of_incidents(view, "a*");
	ask_of_chains(view, false);
	ask_of_chains(view, true);
	compare(view);
	index_view_end(view);
}

static void check_empty(void)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(scratch_index(), &error);

	check(view != NULL, error.text);
	for (int i = 0; i < DERIVED_TABLES; i++)
		check(table_rows(view, derived_tables[i]) == 0, "something was left behind");
	index_view_end(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made made[INCIDENTS] = { { .summary = { 0 } } };
	FILE *terminal = stdout;

	if (size == 0)
		return 0;
	for (uint64_t id = 1; id <= INCIDENTS; id++)
		make(&made[id - 1], id, data[0] & 1, data + 1, size - 1);
	if (write_bundle(1, &made[0]) & write_bundle(2, &made[1])) {
		stdout = fopen("/dev/null", "w");
		check(stdout != NULL, "/dev/null");
		ask();
		fclose(stdout);
		stdout = terminal;
	}
	write_bundle(1, NULL);
	write_bundle(2, NULL);
	check_empty();
	for (size_t i = 0; i < INCIDENTS; i++)
		made_free(&made[i]);
	return 0;
}
