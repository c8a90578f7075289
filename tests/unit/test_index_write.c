/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing bundles and reading them back: replacing, incidents that lie in several
 * bundles, and above all that the content follows from the bundles alone, not from the
 * order or history of writing.
 */
#include "tests/unit/test_index_fixture.h"

#define ABC "ProcessA.exe>ProcessB.exe>ProcessC.exe"

static const struct sample_bundle first = {
	"/data/case-1.zip",
	{
		{
			.id = 0x1111,
			.machine = "PC1",
			.os = "Windows Server 2008 SP2",
			.build = 6002,
			.time = 1000,
			.chains = { { ABC, 222000, 0 }, { "x.exe>y.exe", 0, 0 } },
			.records = "records of 1111",
		},
		{ .id = 0x2222, .member = "zz.log", .chains = { { ABC, 0, 0 } } },
	},
};

static bool get_incident(struct index_view *view, uint64_t id, struct incident_row *row)
{
	struct error error = ERROR_INIT;
	bool found = index_incident(view, id, row, &error);

	assert_int_equal(error.kind, ERROR_NONE);
	return found;
}

static void test_round_trip(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct incident_row row;
	struct chain_list list = { .chains_found = 0 };
	struct index_view *view;
	struct index *index;
	struct slice records;

	(void)state;
	fill(folder, &first, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_true(get_incident(view, 0x1111, &row));
	assert_text(row.summary.machine, "PC1");
	assert_int_equal(row.summary.build, 6002);
	assert_int_equal(row.summary.session_time, 1000);
	assert_int_equal(row.bundles.len, 1);
	assert_text(row.bundles.at[0], "/data/case-1.zip");
	assert_true(index_row_chains(view, &row, &list, &error));
	assert_int_equal(list.chains.len, 2);
	assert_int_equal(chain_signature(&list.chains.at[0]),
			 sample_signature(&first.incidents[0].chains[0]));
	assert_true(index_records(view, 0x1111, &records, &error));
	assert_text(records, "records of 1111");
	chain_list_free(&list);
	incident_row_free(&row);
	assert_false(get_incident(view, 0x1112, &row));
	incident_row_free(&row);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

static void test_bundle_row(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct bundle_row row;
	struct index_view *view;
	struct index *index;

	(void)state;
	fill(folder, &first, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_true(index_bundle(view, "/data/case-1.zip", &row, &error));
	assert_int_equal(row.size, 1016);
	assert_int_equal(row.mtime_ns, -5);
	assert_int_equal(row.content.high, hash128("/data/case-1.zip", 16).high);
	assert_int_equal(row.incidents.len, 2);
	assert_int_equal(row.incidents.at[1], 0x2222);
	assert_int_equal(row.members.len, 3);
	assert_text(row.members.at[1].path, "zz.log");
	assert_int_equal(row.members.at[1].outcome, OUTCOME_PARSED);
	assert_text(row.members.at[2].reason, "binary");
	assert_int_equal(row.members.at[2].bytes, 300);
	bundle_row_free(&row);
	error.kind = ERROR_IO;
	assert_false(index_bundle(view, "/data/case-2.zip", &row, &error));
	assert_int_equal(error.kind, ERROR_NONE);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

static void assert_rows(const char *folder, enum table table, size_t rows)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);

	assert_int_equal(count_rows(view, table), rows);
	index_view_end(view);
	index_close(index);
}

static void test_replace(void **state)
{
	struct sample_bundle changed = first;
	char *folder = new_folder(), *fresh = new_folder();
	byte_vec a = { 0 }, b = { 0 };

	(void)state;
	changed.incidents[1].id = 0x3333;
	changed.incidents[0].time = 2000;
	changed.incidents[0].chains[1].path = "x.exe>z.exe";
	fill(folder, &first, 1);
	fill(folder, &changed, 1);
	fill(fresh, &changed, 1);
	dump(folder, &a);
	dump(fresh, &b);
	assert_same_bytes(&a, &b);
	/* Writing the same again changes nothing. */
	fill(folder, &changed, 1);
	dump(folder, &a);
	assert_same_bytes(&a, &b);
	vec_free(&a);
	vec_free(&b);
	remove_folder(folder);
	remove_folder(fresh);
}

/* A bundle that yields nothing any more: only its row stays. */
static void test_remove(void **state)
{
	static const struct sample_bundle empty = { "/data/case-1.zip", { { .id = 0 } } };
	char *folder = new_folder();

	(void)state;
	fill(folder, &first, 1);
	assert_rows(folder, TABLE_INCIDENT, 2);
	assert_rows(folder, TABLE_SIGNATURE_INCIDENT, 3);
	assert_rows(folder, TABLE_IMAGE_SIGNATURE, 5);
	fill(folder, &empty, 1);
	for (int table = TABLE_INCIDENT; table < TABLES; table++)
		assert_rows(folder, table, 0);
	assert_rows(folder, TABLE_BUNDLE, 1);
	remove_folder(folder);
}

static const struct sample_bundle copy_b = {
	"/b/copy.zip",
	{ { .id = 7, .member = "dump.log", .time = 5, .chains = { { ABC, 0, 0 } } } },
};
static const struct sample_bundle copy_a = {
	"/a/copy.7z",
	{ { .id = 7, .member = "in/kd.log", .time = 5, .chains = { { ABC, 0, 0 } } } },
};

static void test_two_bundles(void **state)
{
	const struct sample_bundle both[] = { copy_b, copy_a };
	char *folder = new_folder();
	struct incident_row row;
	struct index_view *view;
	struct index *index;

	(void)state;
	fill(folder, both, 2);
	assert_rows(folder, TABLE_INCIDENT, 1);
	/* The same bytes are kept once. */
	assert_rows(folder, TABLE_RECORDS, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_true(get_incident(view, 7, &row));
	assert_int_equal(row.bundles.len, 2);
	assert_text(row.bundles.at[0], "/a/copy.7z");
	assert_text(row.summary.sources.at[0].member, "in/kd.log");
	assert_text(row.bundles.at[1], "/b/copy.zip");
	assert_text(incident_row_summary(&row, 1)->sources.at[0].member, "dump.log");
	incident_row_free(&row);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* Of two readings the one that is whole comes first, and its records with it. */
static void test_partial_reading(void **state)
{
	struct sample_bundle whole = copy_b, partial = copy_a, gone = copy_b;
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct incident_row row;
	struct index_view *view;
	struct index *index;
	struct slice records;

	(void)state;
	partial.incidents[0].partial = true;
	partial.incidents[0].records = "half";
	partial.incidents[0].chains[0].path = "ProcessA.exe>ProcessB.exe";
	partial.incidents[0].time = 0;
	whole.incidents[0].records = "whole";
	gone.incidents[0].id = 0;
	fill(folder, &partial, 1);
	fill(folder, &whole, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_true(get_incident(view, 7, &row));
	assert_text(row.bundles.at[0], "/b/copy.zip");
	assert_int_equal(row.summary.session_time, 5);
	assert_true(index_records(view, 7, &records, &error));
	assert_text(records, "whole");
	assert_int_equal(count_rows(view, TABLE_RECORDS), 2);
	/* Postings are those of the first place alone. */
	assert_int_equal(count_rows(view, TABLE_SIGNATURE_INCIDENT), 1);
	assert_int_equal(count_rows(view, TABLE_BY_TIME), 1);
	incident_row_free(&row);
	index_view_end(view);
	index_close(index);
	/* When its bundle is gone the other takes over. */
	fill(folder, &gone, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_true(index_records(view, 7, &records, &error));
	assert_text(records, "half");
	assert_int_equal(count_rows(view, TABLE_RECORDS), 1);
	assert_int_equal(count_rows(view, TABLE_IMAGE_SIGNATURE), 2);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* ---- the content does not depend on order or history ---- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

#define BUNDLES 40

static const char *const paths[] = {
	"a.exe",
	"a.exe>b.exe",
	"A.EXE>b.exe>BackgroundTransferHost.exe",
	"a.exe>b.exe>BackgroundTrans",
	"b.exe>b.exe",
	"Secure System>c.exe",
	"x.exe>a.exe>b.exe>a.exe",
	">a.exe",
};

static const char *const images[] = {
	"a.exe",           "A.EXE", "BackgroundTransferHost.exe",
	"BackgroundTrans", "b.exe", "WerFault.exe",
};

static void draw_incident(struct sample_incident *incident, uint64_t *seed)
{
	static const char *const records[] = { "one", "two", "three" };
	static const char *const members[] = { "kd.log", "b.log", NULL };

	*incident = (struct sample_incident){ .records = records[draw(seed, 3)] };
	incident->time = draw(seed, 3) * 1000;
	incident->partial = draw(seed, 3) == 0;
	incident->member = members[draw(seed, 3)];
	for (uint32_t i = draw(seed, SAMPLE_CHAINS + 1); i-- > 0;)
		incident->chains[i] = (struct sample_chain){ .path = paths[draw(seed, 8)],
							     .wait_ms = draw(seed, 2),
							     .ring = draw(seed, 2) };
	incident->build = draw(seed, 3) * 1000;
	for (uint32_t i = draw(seed, SAMPLE_PROCESSES + 1); i-- > 0;)
		incident->processes[i] = (struct sample_process){
			.image = images[draw(seed, 6)],
			.threads = draw(seed, 4),
			.zombies = draw(seed, 3),
			.boxes = draw(seed, 2),
			.gone = draw(seed, 4) == 0,
		};
}

/* Few ids, so that most incidents lie in several bundles and often differ there. */
static void draw_bundle(struct sample_bundle *bundle, uint64_t *seed)
{
	uint64_t id = 0;
	uint32_t count = draw(seed, SAMPLE_INCIDENTS + 1);

	memset(bundle->incidents, 0, sizeof(bundle->incidents));
	for (uint32_t i = 0; i < count; i++) {
		draw_incident(&bundle->incidents[i], seed);
		id += 1 + draw(seed, 6);
		bundle->incidents[i].id = id;
	}
}

static void shuffle(struct sample_bundle *bundles, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = draw(seed, (uint32_t)i);
		struct sample_bundle kept = bundles[k];

		bundles[k] = bundles[i - 1];
		bundles[i - 1] = kept;
	}
}

/* Writes them in batches of any size. */
static void write_in_batches(const char *folder, const struct sample_bundle *bundles,
			     size_t count, uint64_t *seed)
{
	struct index *index = must_open_write(folder);

	while (count) {
		size_t batch = 1 + draw(seed, (uint32_t)count);

		if (batch > 7)
			batch = 7;
		must_write(index, bundles, batch);
		bundles += batch;
		count -= batch;
	}
	index_close(index);
}

static void write_history(const char *folder, const struct sample_bundle *bundles,
			  uint64_t *seed)
{
	struct sample_bundle past[BUNDLES];

	/* What the bundles held at other times is gone without a trace. */
	for (uint32_t rounds = draw(seed, 3); rounds-- > 0;) {
		memcpy(past, bundles, sizeof(past));
		for (size_t i = 0; i < BUNDLES; i++)
			draw_bundle(&past[i], seed);
		write_in_batches(folder, past, BUNDLES, seed);
	}
	memcpy(past, bundles, sizeof(past));
	shuffle(past, BUNDLES, seed);
	write_in_batches(folder, past, BUNDLES, seed);
}

static void test_any_order_and_history(void **state)
{
	struct sample_bundle bundles[BUNDLES];
	byte_vec expected = { 0 }, found = { 0 };
	char names[BUNDLES][32], *folder = new_folder();
	uint64_t seed = 17;

	(void)state;
	for (size_t i = 0; i < BUNDLES; i++) {
		snprintf(names[i], sizeof(names[i]), "/data/%zu.zip", i * 7919 % 100);
		bundles[i].path = names[i];
		draw_bundle(&bundles[i], &seed);
	}
	fill(folder, bundles, BUNDLES);
	dump(folder, &expected);
	remove_folder(folder);
	for (int trial = 0; trial < 20; trial++) {
		folder = new_folder();
		write_history(folder, bundles, &seed);
		dump(folder, &found);
		assert_same_bytes(&expected, &found);
		remove_folder(folder);
	}
	vec_free(&expected);
	vec_free(&found);
}

/* An image called "?" and one that is not known are signed alike, so that the rows of their signature may come of either. */
static void test_a_name_like_none(void **state)
{
	static const struct sample_bundle unknown = {
		"/a.zip", { { .id = 1, .chains = { { .path = "b.exe>" } } } }
	};
	static const struct sample_bundle named = {
		"/b.zip", { { .id = 2, .chains = { { .path = "b.exe>?" } } } }
	};
	static const struct sample_bundle gone = { .path = "/a.zip" };
	char *one_way = new_folder(), *other_way = new_folder();
	byte_vec a = { 0 }, b = { 0 };

	(void)state;
	fill(one_way, &unknown, 1);
	fill(one_way, &named, 1);
	fill(other_way, &named, 1);
	fill(other_way, &unknown, 1);
	dump(one_way, &a);
	dump(other_way, &b);
	assert_same_bytes(&a, &b);
	fill(one_way, &gone, 1);
	fill(other_way, &gone, 1);
	dump(one_way, &a);
	dump(other_way, &b);
	assert_same_bytes(&a, &b);
	vec_free(&a);
	vec_free(&b);
	remove_folder(one_way);
	remove_folder(other_way);
}

/* ---- what is refused ---- */

static void refuse(struct index *index, const struct made_bundle *made, size_t count,
		   const char *text)
{
	struct bundle_result results[2];
	struct error error = ERROR_INIT;

	for (size_t i = 0; i < count; i++) {
		results[i] = (struct bundle_result){ .row = (struct bundle_row *)&made[i].row,
						     .incidents = made[i].encoded };
	}
	assert_false(index_write(index, results, count, &error));
	assert_int_equal(error.kind, ERROR_INTERNAL);
	if (!strstr(error.text, text))
		fail_msg("%s", error.text);
}

static void test_bad_results(void **state)
{
	char *folder = new_folder();
	struct made_bundle made[2];
	struct index *index = must_open_write(folder);
	byte_vec before = { 0 }, after = { 0 };

	(void)state;
	must_write(index, &first, 1);
	index_close(index);
	dump(folder, &before);
	index = must_open_write(folder);
	make_bundle(&made[0], &copy_a);
	make_bundle(&made[1], &copy_a);
	refuse(index, made, 2, "twice");
	made[1].row.path = SLICE("/c.zip");
	made[1].encoded[0].chains.len--;
	refuse(index, made, 2, "chains of incident 0000000000000007 cannot be decoded");
	made[1].encoded[0].chains.len++;
	made[1].encoded[0].census.len--;
	refuse(index, made, 2, "census of incident 0000000000000007 cannot be decoded");
	made[1].encoded[0].census.len++;
	made[1].encoded[0].digest.len--;
	refuse(index, made, 2, "digest of incident 0000000000000007 cannot be decoded");
	made[1].encoded[0].digest.len++;
	made[1].encoded[0].summary.len--;
	refuse(index, made, 2, "summary of incident 0000000000000007 cannot be decoded");
	made[1].encoded[0].summary.len++;
	made[1].row.incidents.at[0] = 8;
	refuse(index, made, 2, "summary of incident 0000000000000008 cannot be decoded");
	vec_push(&made[1].row.incidents, 8);
	refuse(index, made, 2, "not in order");
	made[1].row.path = SLICE_NONE;
	made[1].row.incidents.len = 1;
	refuse(index, made, 2, "without a path");
	made_free(&made[0]);
	made_free(&made[1]);
	index_close(index);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

/* Paths longer than any key, and many members. */
static void test_large_bundle(void **state)
{
	char *folder = new_folder(), path[4000];
	struct sample_bundle sample = { path, { { .id = 1 } } };
	struct error error = ERROR_INIT;
	struct made_bundle made;
	struct bundle_row row;
	struct index_view *view;
	struct index *index = must_open_write(folder);

	(void)state;
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	make_bundle(&made, &sample);
	for (int i = 0; i < 100000; i++)
		vec_push(&made.row.members,
			 ((struct member_row){ .path = SLICE("zz/empty"),
					       .reason = SLICE("empty"),
					       .outcome = OUTCOME_IGNORED }));
	assert_true(index_write(
		index, &(struct bundle_result){ .row = &made.row, .incidents = made.encoded },
		1, &error));
	made_free(&made);
	view = must_view(index);
	assert_true(index_bundle(view, path, &row, &error));
	assert_int_equal(row.members.len, 100002);
	bundle_row_free(&row);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* A touched file: its row tells the new time, nothing else moves. What is not known cannot be unchanged. */
static void test_touched_bundle(void **state)
{
	struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	struct bundle_row touched = { .path = SLICE("/a.zip"), .size = 1, .mtime_ns = 77 };
	struct bundle_result result = { .row = &touched, .unchanged = true };
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	struct index *index = must_open_write(folder);
	struct index_view *view;
	struct made_bundle made;
	struct bundle_row row;

	(void)state;
	assert_false(index_write(index, &result, 1, &error));
	assert_int_equal(error.kind, ERROR_INTERNAL);
	error = (struct error)ERROR_INIT;
	make_bundle(&made, &sample);
	assert_true(index_write(
		index, &(struct bundle_result){ .row = &made.row, .incidents = made.encoded },
		1, &error));
	touched.size = made.row.size;
	assert_true(index_write(index, &result, 1, &error));
	view = must_view(index);
	assert_true(index_bundle(view, "/a.zip", &row, &error));
	assert_int_equal(row.mtime_ns, 77);
	assert_int_equal(row.size, made.row.size);
	assert_int_equal(row.members.len, made.row.members.len);
	assert_int_equal(row.incidents.len, 1);
	assert_true(hash128_equal(&row.content, &made.row.content));
	bundle_row_free(&row);
	index_view_end(view);
	made_free(&made);
	index_close(index);
	assert_rows(folder, TABLE_INCIDENT, 1);
	remove_folder(folder);
}

static void test_nothing_to_write(void **state)
{
	char *folder = new_folder();
	struct index *index = must_open_write(folder);
	struct error error = ERROR_INIT;

	(void)state;
	assert_true(index_write(index, NULL, 0, &error));
	index_close(index);
	assert_rows(folder, TABLE_BUNDLE, 0);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bundle_row),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_two_bundles),
		cmocka_unit_test(test_partial_reading),
		cmocka_unit_test(test_any_order_and_history),
		cmocka_unit_test(test_a_name_like_none),
		cmocka_unit_test(test_bad_results),
		cmocka_unit_test(test_large_bundle),
		cmocka_unit_test(test_touched_bundle),
		cmocka_unit_test(test_nothing_to_write),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
