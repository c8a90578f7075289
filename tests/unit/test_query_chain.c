/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `query --chain`: the case study's question on a small index, then random indexes where
 * every group and every number of it is compared with what a plain loop over the samples
 * finds.
 */
#include "tests/unit/test_index_fixture.h"

#include "tests/unit/query_fixture.h"

#define ABC "ProcessA.exe>ProcessB.exe>ProcessC.exe"

static struct chain_filter filter_all(const struct chain_expr *expr)
{
	struct chain_filter filter = CHAIN_FILTER_ALL;

	filter.expr = expr;
	return filter;
}

#define SEEN_MAX 512

/* The chains of a group, as they were visited. */
struct seen {
	uint64_t incidents[SEEN_MAX];
	uint32_t places[SEEN_MAX]; /* in their incidents */
	char bundles[SEEN_MAX][32];
	size_t count, stop; /* after so many; 0 for never */
};

static bool see(void *context, const struct occurrence *occurrence)
{
	struct seen *seen = context;
	struct slice bundle = occurrence->row->bundles.at[0];

	assert_true(seen->count < SEEN_MAX);
	assert_int_equal(occurrence->row->summary.id, occurrence->incident);
	seen->incidents[seen->count] = occurrence->incident;
	seen->places[seen->count] =
		(uint32_t)(occurrence->chain - occurrence->list->chains.at);
	snprintf(seen->bundles[seen->count], sizeof(seen->bundles[0]), "%.*s",
		 SLICE_ARG(bundle));
	return ++seen->count != seen->stop;
}

static void must_visit(const struct chain_groups *groups, size_t i, struct seen *seen)
{
	struct error error = { .kind = ERROR_IO };

	seen->count = 0;
	assert_true(chain_groups_visit(groups, i, see, seen, &error));
	assert_int_equal(error.kind, ERROR_NONE);
	/* By incident, and then as the incident has them. */
	for (size_t k = 1; k < seen->count; k++)
		assert_true(seen->incidents[k - 1] < seen->incidents[k] ||
			    (seen->incidents[k - 1] == seen->incidents[k] &&
			     seen->places[k - 1] < seen->places[k]));
}

/* ---- a small index ---- */

static const struct sample_bundle samples[] = {
	{ "/data/1.zip",
	  { { .id = 1,
	      .machine = "PC1",
	      .time = 5000,
	      .chains = { { ABC, 222000, 0 }, { ABC, 100, 0 }, { "x.exe>y.exe", 0, 1 } } } } },
	{ "/data/2.zip",
	  { { .id = 2, .machine = "pc1", .time = 4000, .chains = { { ABC, 0, 0 } } },
	    { .id = 3, .machine = "PC2", .chains = { { "processa.exe>q.exe", 50, 0 } } } } },
	{ "/data/3.zip",
	  { { .id = 4, .chains = { { "PROCESSA.EXE>ProcessB.exe>processc.exe", 0, 0 } } },
	    { .id = 5, .chains = { { "a.exe>BackgroundTrans", 0, 0 } } },
	    { .id = 6, .time = 1, .chains = { { "a.exe>BackgroundTransferHost.exe", 0, 0 } } } } },
};

static struct index *open_index;
static struct index_view *view;
static char *folder;

static int set_up(void **state)
{
	(void)state;
	folder = new_folder();
	fill(folder, samples, sizeof(samples) / sizeof(samples[0]));
	open_index = must_open_read(folder);
	view = must_view(open_index);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	index_view_end(view);
	index_close(open_index);
	remove_folder(folder);
	return 0;
}

static void test_through_an_image(void **state)
{
	struct chain_expr *expr = must_parse("ProcessA.exe");
	struct chain_filter filter = filter_all(expr);
	struct chain_groups *groups = must_query(view, &filter);
	const struct chain_group *group = chain_groups_at(groups, 0);
	struct seen seen = { .stop = 0 };

	(void)state;
	assert_int_equal(chain_groups_count(groups), 2);
	assert_int_equal(group->signature,
			 sample_signature(&samples[0].incidents[0].chains[0]));
	assert_int_equal(group->row.incidents, 3);
	assert_int_equal(group->row.chains, 4);
	/* PC1 and pc1 are one; the third names none. */
	assert_int_equal(group->row.machines, 1);
	assert_int_equal(group->row.first_seen, 4000);
	assert_int_equal(group->row.last_seen, 5000);
	assert_true(group->row.last_zone_known);
	assert_int_equal(group->row.longest_wait_ms, 222000);
	assert_text(group->row.label,
		    "processa.exe -alpc-> processb.exe -alpc-> processc.exe [wait]");
	must_visit(groups, 0, &seen);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.incidents[1], 1);
	assert_int_equal(seen.incidents[2], 2);
	assert_string_equal(seen.bundles[2], "/data/2.zip");
	assert_int_equal(seen.incidents[3], 4);
	seen.stop = 3;
	must_visit(groups, 0, &seen);
	assert_int_equal(seen.count, 3);
	group = chain_groups_at(groups, 1);
	assert_int_equal(group->row.incidents, 1);
	assert_int_equal(group->row.first_seen, MOMENT_NONE);
	assert_int_equal(group->row.longest_wait_ms, 50);
	chain_groups_free(groups);
	chain_expr_free(expr);
}

/* The full name wins over the cut one, whichever was asked for. */
static void test_cut_names(void **state)
{
	static const char *const asked[] = { "backgroundtrans", "BackgroundTransferHost.exe",
					     "Background*Host.exe" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct chain_expr *expr = must_parse(asked[i]);
		struct chain_filter filter = filter_all(expr);
		struct chain_groups *groups = must_query(view, &filter);
		const struct signature_row *row = &chain_groups_at(groups, 0)->row;
		struct seen seen = { .stop = 0 };

		assert_int_equal(chain_groups_count(groups), 1);
		assert_int_equal(row->incidents, 2);
		assert_text(row->label, "a.exe -alpc-> backgroundtransferhost.exe [wait]");
		must_visit(groups, 0, &seen);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.incidents[0], 5);
		assert_int_equal(seen.incidents[1], 6);
		chain_groups_free(groups);
		chain_expr_free(expr);
	}
}

/* Incidents of all groups and of those within limit and offset. */
static void expect(const struct chain_filter *filter, size_t total, size_t count,
		   uint64_t incidents)
{
	struct chain_groups *groups = must_query(view, filter);
	uint64_t sum = 0;

	assert_int_equal(chain_groups_total(groups), total);
	assert_int_equal(chain_groups_count(groups), count);
	for (size_t i = 0; i < count; i++)
		sum += chain_groups_at(groups, i)->row.incidents;
	assert_int_equal(sum, incidents);
	chain_groups_free(groups);
}

static void test_filters(void **state)
{
	struct chain_filter filter = filter_all(NULL);

	(void)state;
	expect(&filter, 4, 4, 7);
	filter.selector.limit = 2;
	expect(&filter, 4, 2, 5);
	filter.selector.offset = 3;
	expect(&filter, 4, 1, 1);
	filter.selector.offset = 4;
	expect(&filter, 4, 0, 0);
	filter = filter_all(NULL);
	filter.selector.cycle = CYCLE_ANY;
	expect(&filter, 1, 1, 1);
	filter.selector.cycle = CYCLE_THREAD;
	expect(&filter, 1, 1, 1);
	filter.selector.cycle = CYCLE_PROCESS;
	expect(&filter, 0, 0, 0);
	filter.selector.cycle = CYCLE_NONE;
	expect(&filter, 3, 3, 6);
	filter = filter_all(NULL);
	filter.selector.min_wait_ms = 50;
	expect(&filter, 2, 2, 2);
	filter.selector.min_wait_ms = 51;
	expect(&filter, 1, 1, 1);
	filter.selector.min_wait_ms = 0;
	expect(&filter, 2, 2, 2);
	filter = filter_all(NULL);
	filter.selector.machine = "pc?";
	expect(&filter, 3, 3, 4);
}

static void test_selector_and_image(void **state)
{
	struct chain_expr *expr = must_parse("^ProcessA.exe >> ProcessC.exe$");
	struct chain_filter filter = filter_all(expr);

	(void)state;
	expect(&filter, 1, 1, 3);
	filter.selector.since = 4500;
	expect(&filter, 1, 1, 1);
	filter.selector.since = 6000;
	expect(&filter, 0, 0, 0);
	chain_expr_free(expr);
}

/* ---- brute force ---- */

#define BUNDLES 60

static const char *const paths[] = {
	"a.exe>b.exe>c.exe",
	"A.exe>B.exe>C.exe",
	"a.exe>c.exe",
	"b.exe>BackgroundTransferHost.exe",
	"b.exe>BackgroundTrans",
	"Secure System>a.exe>Secure System",
	"c.exe",
	"d.exe>d.exe>b.exe>a.exe",
};

static const char *const machines[] = { NULL, "PC1", "PC2", "pc2" };

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void draw_incident(struct sample_incident *incident, uint64_t *seed)
{
	incident->machine = machines[draw(seed, 4)];
	incident->time = draw(seed, 5) * 100;
	for (uint32_t i = draw(seed, SAMPLE_CHAINS + 1); i-- > 0;) {
		struct sample_chain *chain = &incident->chains[i];

		chain->path = paths[draw(seed, 8)];
		chain->wait_ms = draw(seed, 4) * 1000;
		chain->ring = draw(seed, 4) == 0;
	}
}

static void draw_bundles(struct sample_bundle *bundles, char names[][32], uint64_t *seed)
{
	memset(bundles, 0, BUNDLES * sizeof(*bundles));
	for (size_t i = 0; i < BUNDLES; i++) {
		uint32_t count = draw(seed, SAMPLE_INCIDENTS + 1);

		snprintf(names[i], 32, "/data/%zu.zip", i);
		bundles[i].path = names[i];
		for (uint32_t k = 0; k < count; k++) {
			draw_incident(&bundles[i].incidents[k], seed);
			bundles[i].incidents[k].id = i * SAMPLE_INCIDENTS + k + 1;
		}
	}
}

/* What a group of this signature should say. */
struct expected {
	uint64_t incidents, chains, machines;
	int64_t first_seen, last_seen, longest_wait_ms;
	struct slice label; /* in bytes */
	byte_vec bytes;
	bool machine_seen[2];
};

static bool chain_expected(const struct chain_filter *filter, const struct sample_chain *sample)
{
	struct chain_list list = { .chains_found = 0 };
	struct slice images[8];
	size_t hops = 0;
	bool found;

	make_chain(&list, sample);
	chain_for_each_hop(hop, &list, &list.chains.at[0])
		images[hops++] = names_text(&list.names, hop->image);
	found = (!filter->expr || chain_expr_matches(filter->expr, images, hops,
						     list.chains.at[0].cycle_start)) &&
		(filter->selector.cycle == CYCLE_NO_MATTER || sample->ring) &&
		(filter->selector.min_wait_ms == MS_NONE ||
		 sample->wait_ms >= filter->selector.min_wait_ms);
	chain_list_free(&list);
	return found;
}

static void expect_incident(struct expected *expected, const struct chain_filter *filter,
			    const struct sample_incident *incident, uint64_t signature)
{
	bool any = false;
	byte_vec bytes = { 0 };

	for (size_t i = 0; i < SAMPLE_CHAINS && incident->chains[i].path; i++) {
		const struct sample_chain *chain = &incident->chains[i];
		struct slice label;

		if (sample_signature(chain) != signature || !chain_expected(filter, chain))
			continue;
		any = true;
		expected->chains++;
		if (chain->wait_ms && chain->wait_ms > expected->longest_wait_ms)
			expected->longest_wait_ms = chain->wait_ms;
		label = sample_label(chain, GROUPING_KIND, &bytes);
		if (slice_compare(label, expected->label) <= 0)
			continue;
		expected->bytes.len = 0;
		bytes_put(&expected->bytes, label.at, label.len);
		expected->label = bytes_slice(&expected->bytes);
	}
	vec_free(&bytes);
	if (!any)
		return;
	expected->incidents++;
	if (incident->machine)
		expected->machine_seen[incident->machine[2] - '1'] = true;
	if (!incident->time)
		return;
	if (expected->first_seen == MOMENT_NONE || incident->time < expected->first_seen)
		expected->first_seen = incident->time;
	if (incident->time > expected->last_seen)
		expected->last_seen = incident->time;
}

static bool selected(const struct chain_filter *filter, const struct sample_incident *incident)
{
	return filter->selector.since == MOMENT_NONE ||
	       (incident->time && incident->time >= filter->selector.since);
}

static struct expected brute_force(const struct sample_bundle *bundles,
				   const struct chain_filter *filter, uint64_t signature)
{
	struct expected expected = {
		.first_seen = MOMENT_NONE,
		.last_seen = MOMENT_NONE,
		.longest_wait_ms = MS_NONE,
		.label = SLICE(""),
	};

	for (size_t i = 0; i < BUNDLES; i++)
		for (size_t k = 0; k < SAMPLE_INCIDENTS && bundles[i].incidents[k].id; k++)
			if (selected(filter, &bundles[i].incidents[k]))
				expect_incident(&expected, filter,
						&bundles[i].incidents[k], signature);
	expected.machines = (uint64_t)expected.machine_seen[0] + expected.machine_seen[1];
	return expected;
}

static void compare_group(const struct chain_groups *groups, size_t i,
			  const struct expected *expected)
{
	const struct signature_row *row = &chain_groups_at(groups, i)->row;
	static struct seen seen;

	assert_int_equal(row->incidents, expected->incidents);
	assert_int_equal(row->chains, expected->chains);
	assert_int_equal(row->machines, expected->machines);
	assert_int_equal(row->first_seen, expected->first_seen);
	assert_int_equal(row->last_seen, expected->last_seen);
	assert_int_equal(row->longest_wait_ms, expected->longest_wait_ms);
	assert_true(slice_equal(row->label, expected->label));
	must_visit(groups, i, &seen);
	assert_int_equal(seen.count, row->chains);
}

/* The chains that samples may have, each signature once; returns how many there are. */
static size_t list_signatures(uint64_t *signatures)
{
	size_t count = 0;

	for (size_t i = 0; i < 16; i++) {
		struct sample_chain chain = { .path = paths[i / 2], .ring = i % 2 };
		size_t k = 0;

		signatures[count] = sample_signature(&chain);
		while (signatures[k] != signatures[count])
			k++;
		count += k == count;
	}
	return count;
}

/* Every signature that there can be: some group is it, or nothing is expected of it. */
static size_t compare(const struct sample_bundle *bundles,
		      const struct chain_filter *filter, const struct chain_groups *groups)
{
	uint64_t signatures[16];
	size_t seen = 0, count = list_signatures(signatures);

	for (size_t i = 0; i < count; i++) {
		struct expected expected = brute_force(bundles, filter, signatures[i]);
		bool found = false;

		for (size_t k = 0; k < chain_groups_count(groups); k++) {
			if (chain_groups_at(groups, k)->signature != signatures[i])
				continue;
			compare_group(groups, k, &expected);
			found = true;
		}
		assert_int_equal(found, expected.chains > 0);
		seen += found;
		vec_free(&expected.bytes);
	}
	assert_int_equal(seen, chain_groups_total(groups));
	for (size_t k = 1; k < chain_groups_count(groups); k++)
		assert_true(chain_group_compare(chain_groups_at(groups, k - 1),
						chain_groups_at(groups, k)) < 0);
	return seen;
}

static size_t compare_all(struct index_view *random, const struct sample_bundle *bundles)
{
	static const char *const asked[] = {
		NULL,
		"a.exe",
		"a.exe > b.exe",
		"^a.exe >> c.exe$",
		"b.exe >> b.exe",
		"secure system",
		"*.exe$",
		"backgroundtransferhost.exe",
		"?.exe > ?.exe",
		"z.exe",
	};
	size_t seen = 0;

	for (size_t i = 0; i < 10 * 8; i++) {
		struct chain_expr *expr = must_parse(asked[i % 10]);
		struct chain_filter filter = filter_all(expr);
		struct chain_groups *groups;

		if (i / 10 & 1)
			filter.selector.cycle = CYCLE_ANY;
		if (i / 10 & 2)
			filter.selector.min_wait_ms = 2000;
		if (i / 10 & 4)
			filter.selector.since = 200;
		groups = must_query(random, &filter);
		seen += compare(bundles, &filter, groups);
		chain_groups_free(groups);
		chain_expr_free(expr);
	}
	return seen;
}

static void test_against_brute_force(void **state)
{
	struct sample_bundle bundles[BUNDLES];
	char names[BUNDLES][32];
	uint64_t seed = 4328;
	size_t seen = 0;

	(void)state;
	for (int trial = 0; trial < 5; trial++) {
		char *where = new_folder();
		struct index *index;
		struct index_view *random;

		draw_bundles(bundles, names, &seed);
		fill(where, bundles, BUNDLES);
		index = must_open_read(where);
		random = must_view(index);
		seen += compare_all(random, bundles);
		index_view_end(random);
		index_close(index);
		remove_folder(where);
	}
	assert_true(seen > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_through_an_image),
		cmocka_unit_test(test_cut_names),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_selector_and_image),
		cmocka_unit_test(test_against_brute_force),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
