/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about incidents: what the tables answer is what a plain loop over the samples finds, for each question alone and for
 * several together, with selectors, limits and offsets.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/pattern.h"
#include "index/query_chain.h"
#include "index/query_incident.h"

static uint64_t seed = 77;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* ---- random samples ---- */

#define BUNDLES 40

/* Special ones, cut ones and full ones, and such whose cut ends in a blank or looks whole. */
static const char *const images[] = {
	"a.exe",
	"A.EXE",
	"b.exe",
	"svchost.exe",
	"BackgroundTransferHost.exe",
	"BackgroundTrans",
	"backgroundtransporter.exe",
	"WerFault.exe",
	"werfault.exe",
	"WerFaultSecure.exe",
	"WerFaultSecure.",
	"procdump64.exe",
	"Fourteen chars  and more.exe",
	"fourteen chars",
	"elevenchars.exelonger.exe",
	"elevenchars.exe",
	"umlaut-is-cut\xc3\xa4.exe",
	"umlaut-is-cut\xc3\xa4",
	"umlaut-is-cut-\xc3\xa4",
};
static const uint32_t threads[] = { 0, 1, 2, 3, 12, 12, 13, 14, 16, 40 };
static const uint32_t builds[] = { 0, 6002, 7601 };
static const char *const machines[] = { NULL, "PC1", "PC2" };

static struct sample_bundle samples[BUNDLES];
static char names[BUNDLES][16];

static void draw_incident(struct sample_incident *incident, uint32_t some)
{
	*incident = (struct sample_incident){ .readable = true,
					      .machine = machines[draw(COUNT(machines))],
					      .build = builds[draw(COUNT(builds))],
					      .time = draw(4) * 1000 };
	for (uint32_t i = draw(SAMPLE_PROCESSES + 1); i-- > 0;)
		incident->processes[i] = (struct sample_process){
			.image = images[draw(some)],
			.threads = threads[draw(COUNT(threads))],
			.zombies = draw(3) ? 0 : draw(4),
			.boxes = draw(5) == 0,
			.gone = draw(6) == 0,
		};
	for (uint32_t i = draw(3); i-- > 0;)
		incident->chains[i] = (struct sample_chain){
			.path = draw(2) ? "a.exe>b.exe" : "b.exe>c.exe",
			.wait_ms = draw(3) * 1000,
			.ring = draw(3) == 0,
		};
}

/* The last bundles are copies of the first. */
static void draw_samples(void)
{
	uint32_t some = draw(2) ? 6 : COUNT(images);

	memset(samples, 0, sizeof(samples));
	for (size_t i = 0; i < BUNDLES; i++) {
		snprintf(names[i], sizeof(names[i]), "/d/%02zu.zip", i);
		samples[i].path = names[i];
		if (i >= BUNDLES - 5) {
			memcpy(samples[i].incidents, samples[i - (BUNDLES - 5)].incidents,
			       sizeof(samples[i].incidents));
			continue;
		}
		for (uint32_t k = 0, count = draw(SAMPLE_INCIDENTS + 1); k < count; k++) {
			draw_incident(&samples[i].incidents[k], some);
			samples[i].incidents[k].id =
				1 + (i * 31 % BUNDLES) * SAMPLE_INCIDENTS + k;
		}
	}
}

/* Each incident once. */
#define for_each_sample(sample)                                                       \
	for (size_t i_ = 0; i_ < BUNDLES - 5; i_++)                                   \
		for (const struct sample_incident *sample = samples[i_].incidents;    \
		     sample < samples[i_].incidents + SAMPLE_INCIDENTS && sample->id; \
		     sample++)

/* ---- by plain loops ---- */

static bool count_all(void *from, struct slice image, uint32_t build, thread_counts *counts)
{
	uint64_t by_threads[64] = { 0 };

	(void)from;
	for_each_sample(sample)
	{
		if (build != NUMBER_NONE && sample->build != build)
			continue;
		for (size_t i = 0; i < SAMPLE_PROCESSES && sample->processes[i].image; i++)
			if (!sample->processes[i].gone &&
			    image_key(slice_from(sample->processes[i].image)) ==
				    image_key(image))
				by_threads[sample->processes[i].threads]++;
	}
	counts->len = 0;
	for (uint32_t i = 0; i < 64; i++)
		if (by_threads[i])
			vec_push(counts, ((struct thread_count){ i, by_threads[i] }));
	return true;
}

static uint64_t count_findings(const struct sample_incident *sample, uint8_t pattern,
			       const char *image)
{
	const struct baseline baseline = { .counts = count_all };
	struct findings findings = { 0 };
	struct incident incident;
	uint64_t count = 0;

	make_processes(&incident, sample);
	find_patterns(&incident, &baseline, &findings);
	vec_for_each(finding, &findings.list) {
		struct slice name = names_text(&incident.records.names, finding->image);

		if (finding->pattern != pattern ||
		    (image && !pattern_matches_image(slice_from(image), name)))
			continue;
		count += pattern == PATTERN_special_process ? finding->count : 1;
	}
	findings_free(&findings);
	incident_free(&incident);
	return count;
}

static uint64_t count_processes(const struct sample_incident *sample, const char *image)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SAMPLE_PROCESSES && sample->processes[i].image; i++)
		if (pattern_matches_image(slice_from(image),
					  slice_from(sample->processes[i].image)))
			count += !sample->processes[i].gone + sample->processes[i].zombies;
	return count;
}

static uint64_t count_zombies(const struct sample_incident *sample)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SAMPLE_PROCESSES && sample->processes[i].image; i++)
		count += sample->processes[i].zombies;
	return count;
}

static uint64_t count_one(const struct incident_filter *filter, int question,
			  const struct sample_incident *sample)
{
	const char *image = filter->image[question];
	uint64_t count;

	switch ((enum incident_question)question) {
	case QUESTION_zombies:
		count = count_zombies(sample);
		return count >= filter->least_zombies ? count : 0;
	case QUESTION_special:
		return count_findings(sample, PATTERN_special_process, image);
	case QUESTION_missing_threads:
		return count_findings(sample, PATTERN_missing_threads, image);
	case QUESTION_message_box:
		return count_findings(sample, PATTERN_message_box, image);
	default:
		return count_processes(sample, image);
	}
}

static bool is_selected(const struct selector *selector, const struct sample_incident *sample)
{
	bool chain = !selector_asks_for_chains(selector);

	for (size_t i = 0; i < SAMPLE_CHAINS && sample->chains[i].path; i++)
		chain |= (selector->cycle == CYCLE_NO_MATTER || sample->chains[i].ring) &&
			 (selector->min_wait_ms == MS_NONE ||
			  sample->chains[i].wait_ms >= selector->min_wait_ms);
	return chain &&
	       (!selector->machine ||
		(sample->machine && strcmp(sample->machine, selector->machine) == 0)) &&
	       (selector->since == MOMENT_NONE ||
		(sample->time && sample->time >= selector->since));
}

static int most_first(const void *left, const void *right)
{
	const struct incident_hit *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void find_hits(const struct incident_filter *filter, hit_vec *hits)
{
	hits->len = 0;
	for_each_sample(sample)
	{
		struct incident_hit hit = { .id = sample->id };
		bool all = is_selected(&filter->selector, sample);

		for (int i = 0; all && i < INCIDENT_QUESTIONS; i++) {
			uint64_t count = filter->asked[i] ? count_one(filter, i, sample) : 1;

			all = count > 0;
			if (i == (int)incident_filter_first(filter))
				hit.count = count;
		}
		if (all)
			vec_push(hits, hit);
	}
	if (hits->len)
		qsort(hits->at, hits->len, sizeof(hits->at[0]), most_first);
}

/* ---- the comparison ---- */

static void describe(const struct incident_filter *filter, char *out, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < INCIDENT_QUESTIONS; i++)
		if (filter->asked[i])
			len += (size_t)snprintf(out + len, size - len, "%d(%s) ", i,
						filter->image[i] ? filter->image[i] : "");
	snprintf(out + len, size - len, "limit %d offset %d", (int)filter->selector.limit,
		 (int)filter->selector.offset);
}

static void compare_ids(struct index_view *view, const struct incident_filter *filter,
			const hit_vec *expected)
{
	struct error error = ERROR_INIT;
	id_vec ids = { 0 };

	assert_true(query_incident_ids(view, filter, &ids, &error));
	assert_int_equal(ids.len, expected->len);
	for (size_t i = 1; i < ids.len; i++)
		assert_true(ids.at[i - 1] < ids.at[i]);
	vec_for_each(hit, expected)
		assert_true(ids_hold(&ids, hit->id));
	vec_free(&ids);
}

/* Returns how many incidents there are. */
static size_t compare(struct index_view *view, const struct incident_filter *filter)
{
	const struct selector *selector = &filter->selector;
	struct error error = ERROR_INIT;
	hit_vec expected = { 0 }, found = { 0 };
	size_t total, first, count, seen;
	char what[400];

	describe(filter, what, sizeof(what));
	find_hits(filter, &expected);
	if (!query_incidents(view, filter, &found, &total, &error))
		fail_msg("%s: %s", what, error.text);
	first = selector->offset < expected.len ? (size_t)selector->offset : expected.len;
	count = expected.len - first;
	if (selector->limit && selector->limit < count)
		count = (size_t)selector->limit;
	if (found.len != count)
		fail_msg("%s: %zu incidents, not %zu", what, found.len, count);
	for (size_t i = 0; i < count; i++) {
		const struct incident_hit *a = &found.at[i], *b = &expected.at[first + i];

		if (a->id != b->id || a->count != b->count)
			fail_msg("%s: %d*%d, not %d*%d", what, (int)a->id, (int)a->count,
				 (int)b->id, (int)b->count);
	}
	if (total == SIZE_MAX)
		assert_true(selector->limit && selector->limit < expected.len);
	else
		assert_int_equal(total, expected.len);
	compare_ids(view, filter, &expected);
	seen = expected.len;
	vec_free(&expected);
	vec_free(&found);
	return seen;
}

static const char *const patterns[] = {
	NULL,
	"a.exe",
	"A.Exe",
	"*",
	"*.exe",
	"?.exe",
	"svchost.exe",
	"svc*",
	"BackgroundTrans",
	"BackgroundTransferHost.exe",
	"Background*Host.exe",
	"background*porter.exe",
	"WerFault.exe",
	"WerFault*",
	"werfaultsecure.exe",
	"procdump*",
	"fourteen chars",
	"Fourteen chars  and more.exe",
	"fourteen*more.exe",
	"Fourteen*",
	"elevenchars.exe",
	"elevenchars*longer.exe",
	"elevenchars.exelonger.exe",
	"*longer.exe",
	"umlaut-is-cut\xc3\xa4.exe",
	"umlaut-is-cut?.exe",
	"umlaut*\xc3\xa4.exe",
	"umlaut-is-cut-?",
	"no.exe",
	"no*",
};

static void ask(struct incident_filter *filter, int question, const char *image)
{
	filter->asked[question] = true;
	filter->image[question] = image;
	if (question == QUESTION_process && !image)
		filter->image[question] = "*";
	if (question == QUESTION_zombies)
		filter->least_zombies = 1 + draw(4);
}

static size_t seen[INCIDENT_QUESTIONS];

/* Every question with every image. */
static void compare_each(struct index_view *view)
{
	for (int question = 0; question < INCIDENT_QUESTIONS; question++)
		for (uint32_t i = 0; i < COUNT(patterns); i++) {
			struct incident_filter filter = { .selector = SELECTOR_ALL };

			ask(&filter, question, patterns[i]);
			seen[question] += compare(view, &filter);
			filter.selector.limit = 1 + draw(5);
			filter.selector.offset = draw(5);
			compare(view, &filter);
		}
}

static size_t seen_together;

static void compare_several(struct index_view *view)
{
	for (int round = 0; round < 60; round++) {
		struct incident_filter filter = { .selector = SELECTOR_ALL };

		for (int question = 0; question < INCIDENT_QUESTIONS; question++)
			if (draw(3) == 0)
				ask(&filter, question,
				    patterns[draw(3) ? 0 : draw(COUNT(patterns))]);
		if (incident_filter_first(&filter) == INCIDENT_QUESTIONS)
			ask(&filter, QUESTION_process, "*");
		if (draw(2))
			filter.selector.limit = 1 + draw(4);
		if (draw(3) == 0)
			filter.selector.offset = draw(4);
		if (draw(5) == 0)
			filter.selector.machine = "PC1";
		if (draw(5) == 0)
			filter.selector.since = 2000;
		if (draw(5) == 0)
			filter.selector.cycle = CYCLE_ANY;
		if (draw(5) == 0)
			filter.selector.min_wait_ms = 1000;
		seen_together += compare(view, &filter);
	}
}

/* The groups of the chains of some incidents: nobody else's chains are among them, and none of theirs is missing. */
static bool see(void *context, const struct occurrence *occurrence)
{
	assert_true(ids_hold(context, occurrence->incident));
	return true;
}

static void compare_among(struct index_view *view)
{
	struct incident_filter filter = { .selector = SELECTOR_ALL };
	struct chain_filter chains = CHAIN_FILTER_ALL;
	struct error error = ERROR_INIT;
	struct chain_groups *groups;
	uint64_t expected = 0, found = 0;
	id_vec ids = { 0 };

	ask(&filter, QUESTION_process, "a.exe");
	assert_true(query_incident_ids(view, &filter, &ids, &error));
	chains.among = &ids;
	groups = query_chains(view, &chains, &error);
	assert_non_null(groups);
	for (size_t i = 0; i < chain_groups_count(groups); i++) {
		found += chain_groups_at(groups, i)->row.chains;
		assert_true(chain_groups_visit(groups, i, see, &ids, &error));
	}
	for_each_sample(sample) for (size_t i = 0; i < SAMPLE_CHAINS && sample->chains[i].path;
				     i++) expected += ids_hold(&ids, sample->id);
	assert_true(found == expected);
	chain_groups_free(groups);
	vec_free(&ids);
}

static void with_samples(void (*test)(struct index_view *view), int rounds)
{
	for (int round = 0; round < rounds; round++) {
		char *folder = new_folder();
		struct index *index;
		struct index_view *view;

		draw_samples();
		fill(folder, samples, BUNDLES);
		index = must_open_read(folder);
		view = must_view(index);
		test(view);
		index_view_end(view);
		index_close(index);
		remove_folder(folder);
	}
}

static void test_each_question(void **state)
{
	(void)state;
	with_samples(compare_each, 4);
	for (int question = 0; question < INCIDENT_QUESTIONS; question++)
		assert_true(seen[question] > 150);
}

static void test_several_questions(void **state)
{
	(void)state;
	with_samples(compare_several, 4);
	assert_true(seen_together > 500);
}

static void test_groups_among_incidents(void **state)
{
	(void)state;
	with_samples(compare_among, 3);
}

/* Nothing asked: no incident is the answer, and nothing counts. */
static void ask_nothing(struct index_view *view)
{
	const struct incident_filter filter = { .selector = SELECTOR_ALL };
	struct error error = { .kind = ERROR_IO };
	hit_vec hits = { 0 };
	size_t total;

	assert_int_equal(incident_filter_first(&filter), INCIDENT_QUESTIONS);
	assert_true(query_incidents(view, &filter, &hits, &total, &error));
	assert_int_equal(error.kind, ERROR_NONE);
	assert_int_equal(hits.len, 0);
	assert_int_equal(total, 0);
}

static void test_no_question(void **state)
{
	(void)state;
	with_samples(ask_nothing, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_question),
		cmocka_unit_test(test_several_questions),
		cmocka_unit_test(test_groups_among_incidents),
		cmocka_unit_test(test_no_question),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
