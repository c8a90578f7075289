/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baselines: after any history of adding, replacing and removing bundles they hold what a slow recount of the bundles that
 * are in finds, each incident once and in the version that comes first. That equal content means equal bytes is shown
 * in test_index_write.c, that damage is told in test_index_damage.c.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/baseline.h"

#define BUNDLES 12
#define IDS 9

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static const char *const images[] = { "svchost.exe", "SvcHost.exe", "a.exe",
				      "BackgroundTransferHost.exe", "BackgroundTrans" };
static const char *const folded[] = { "svchost.exe", "svchost.exe", "a.exe",
				      "backgroundtrans", "backgroundtrans" };
static const uint32_t builds[] = { 0, 6002, 7601, 26100 };

/* ---- a slow recount ---- */

struct recount {
	uint64_t processes[5]; /* by number of threads, 0 to 4 */
	uint64_t incidents;
};

static bool comes_before(const struct sample_bundle *a, const struct sample_incident *x,
			 const struct sample_bundle *b, const struct sample_incident *y)
{
	if (x->partial != y->partial)
		return y->partial;
	return strcmp(a->path, b->path) < 0;
}

/* The reading of an incident that is shown: whole ones first, then by path. NULL when no bundle holds it. */
static const struct sample_incident *shown(const struct sample_bundle *bundles, uint64_t id)
{
	const struct sample_bundle *best_bundle = NULL;
	const struct sample_incident *best = NULL;

	for (size_t i = 0; i < BUNDLES; i++)
		for (size_t k = 0; k < SAMPLE_INCIDENTS; k++) {
			const struct sample_incident *incident = &bundles[i].incidents[k];

			if (incident->id != id)
				continue;
			if (!best || comes_before(&bundles[i], incident, best_bundle, best)) {
				best_bundle = &bundles[i];
				best = incident;
			}
		}
	return best;
}

static void recount(const struct sample_bundle *bundles, const char *image,
		    uint32_t build, struct recount *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (uint64_t id = 1; id <= IDS; id++) {
		const struct sample_incident *incident = shown(bundles, id);
		uint64_t found = 0;

		if (!incident || incident->build != build)
			continue;
		for (size_t i = 0; i < SAMPLE_PROCESSES; i++)
			for (size_t k = 0; k < 5 && incident->processes[i].image; k++)
				if (strcmp(incident->processes[i].image, images[k]) == 0 &&
				    strcmp(folded[k], image) == 0) {
					sum->processes[incident->processes[i].threads]++;
					found = 1;
				}
		sum->incidents += found;
	}
}

/* Compares a row, and takes what it holds out of left. */
static void assert_row(const struct sample_bundle *bundles, const struct baseline_row *row)
{
	char image[16];
	struct recount sum;
	uint64_t processes = 0;

	snprintf(image, sizeof(image), "%.*s", SLICE_ARG(row->image));
	recount(bundles, image, row->build == NUMBER_NONE ? 0 : row->build, &sum);
	assert_int_equal(row->incidents, sum.incidents);
	vec_for_each(count, &row->counts) {
		assert_true(count == row->counts.at || count[-1].threads < count->threads);
		assert_in_range(count->threads, 0, 4);
		assert_int_equal(count->processes, sum.processes[count->threads]);
		processes += count->processes;
	}
	for (size_t i = 0; i < 5; i++)
		processes -= sum.processes[i];
	assert_int_equal(processes, 0);
}

static size_t rows_expected(const struct sample_bundle *bundles)
{
	static const char *const all[] = { "svchost.exe", "a.exe", "backgroundtrans" };
	size_t rows = 0;
	struct recount sum;

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 4; k++) {
			recount(bundles, all[i], builds[k], &sum);
			rows += sum.incidents > 0;
		}
	return rows;
}

static void assert_index_agrees(const char *folder, const struct sample_bundle *bundles)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;
	baseline_rows rows = { 0 };

	assert_true(index_baselines(view, SLICE("*"), &rows, &error));
	assert_int_equal(rows.len, rows_expected(bundles));
	vec_for_each(row, &rows)
		assert_row(bundles, row);
	baseline_rows_free(&rows);
	index_view_end(view);
	index_close(index);
}

/* Few ids, so that most incidents lie in several bundles and often differ there. */
static void draw_bundle(struct sample_bundle *bundle, uint64_t *seed)
{
	static const char *const records[] = { "one", "two", "three" };
	uint64_t id = 0;

	memset(bundle->incidents, 0, sizeof(bundle->incidents));
	for (size_t i = 0; i < SAMPLE_INCIDENTS; i++) {
		struct sample_incident *incident = &bundle->incidents[i];

		id += 1 + draw(seed, 4);
		if (id > IDS)
			break;
		*incident = (struct sample_incident){ .id = id,
						      .records = records[draw(seed, 3)],
						      .partial = draw(seed, 3) == 0,
						      .build = builds[draw(seed, 4)] };
		for (uint32_t k = draw(seed, SAMPLE_PROCESSES + 1); k-- > 0;)
			incident->processes[k] =
				(struct sample_process){ .image = images[draw(seed, 5)],
							 .threads = draw(seed, 5),
							 .zombies = draw(seed, 2) };
	}
}

static void test_any_history_against_a_recount(void **state)
{
	struct sample_bundle bundles[BUNDLES] = { 0 };
	char paths[BUNDLES][16], *folder = new_folder();
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < BUNDLES; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/%zu.zip", i * 7 % BUNDLES);
		bundles[i].path = paths[i];
	}
	for (int step = 0; step < 300; step++) {
		size_t first = draw(&seed, BUNDLES);
		size_t count = 1 + draw(&seed, (uint32_t)(BUNDLES - first));

		/* Now and then a bundle is emptied, and nearly always some stay as they are. */
		for (size_t i = first; i < first + count; i++) {
			if (draw(&seed, 5) == 0)
				memset(bundles[i].incidents, 0, sizeof(bundles[i].incidents));
			else if (draw(&seed, 2))
				draw_bundle(&bundles[i], &seed);
		}
		fill(folder, bundles + first, count);
		assert_index_agrees(folder, bundles);
	}
	for (size_t i = 0; i < BUNDLES; i++)
		memset(bundles[i].incidents, 0, sizeof(bundles[i].incidents));
	fill(folder, bundles, BUNDLES);
	assert_index_agrees(folder, bundles);
	remove_folder(folder);
}

/* ---- what is asked ---- */

static const struct sample_bundle three[] = {
	{ "/a.zip",
	  { { .id = 1,
	      .build = 6002,
	      .processes = { { "svchost.exe", 12 }, { "SVCHOST.EXE", 12 }, { "svchost.exe", 30 } } },
	    { .id = 2,
	      .build = 7601,
	      .processes = { { "svchost.exe", 12 }, { "spoolsv.exe", 9 } } } } },
	{ "/b.zip", { { .id = 3, .processes = { { "svchost.exe", 2 } } } } },
};

/* As "threads*processes" each. */
static void assert_counts(struct index_view *view, const char *image, uint32_t build,
			  const char *expected)
{
	struct baseline_source source = { .view = view };
	struct baseline baseline = baseline_of_index(&source);
	thread_counts counts = { 0 };
	char text[256] = "";
	size_t len = 0;

	/* What was in it before is not in it after. */
	vec_push(&counts, ((struct thread_count){ 77, 77 }));
	assert_true(baseline.counts(baseline.from, slice_from(image), build, &counts));
	assert_int_equal(source.error.kind, ERROR_NONE);
	vec_for_each(count, &counts)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u*%llu",
					len ? " " : "", count->threads,
					(unsigned long long)count->processes);
	assert_string_equal(text, expected);
	vec_free(&counts);
}

static void test_counts(void **state)
{
	char *folder = new_folder();
	struct index_view *view;
	struct index *index;

	(void)state;
	fill(folder, three, 2);
	index = must_open_read(folder);
	view = must_view(index);
	assert_counts(view, "svchost.exe", 6002, "12*2 30*1");
	assert_counts(view, "SvcHost.exe", 7601, "12*1");
	assert_counts(view, "svchost.exe", 2600, "");
	/* Of all builds, those that are not known among them. */
	assert_counts(view, "svchost.exe", NUMBER_NONE, "2*1 12*3 30*1");
	assert_counts(view, "spoolsv.exe", NUMBER_NONE, "9*1");
	assert_counts(view, "svchost", NUMBER_NONE, "");
	assert_counts(view, "zeta.exe", NUMBER_NONE, "");
	/* Names are names here, not patterns. */
	assert_counts(view, "svchost.*", NUMBER_NONE, "");
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

static void assert_found(struct index_view *view, const char *pattern, const char *expected)
{
	struct error error = ERROR_INIT;
	baseline_rows rows = { 0 };
	char text[256] = "";
	size_t len = 0;

	assert_true(index_baselines(view, slice_from(pattern), &rows, &error));
	vec_for_each(row, &rows)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s %d %llu",
					len ? ", " : "", SLICE_ARG(row->image),
					(int)row->build, (unsigned long long)row->incidents);
	assert_string_equal(text, expected);
	baseline_rows_free(&rows);
}

static void test_patterns(void **state)
{
	char *folder = new_folder();
	struct index_view *view;
	struct index *index;

	(void)state;
	fill(folder, three, 2);
	index = must_open_read(folder);
	view = must_view(index);
	assert_found(view, "SVCHOST.exe",
		     "svchost.exe 6002 1, svchost.exe 7601 1, svchost.exe -1 1");
	assert_found(view, "sp*", "spoolsv.exe 7601 1");
	assert_found(view, "*v*.exe",
		     "spoolsv.exe 7601 1, svchost.exe 6002 1, svchost.exe 7601 1, "
		     "svchost.exe -1 1");
	assert_found(view, "sp", "");
	assert_found(view, "", "");
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* A name longer than the cut finds the one that was cut from it, and the other way round. */
static void test_cut_names(void **state)
{
	static const struct sample_bundle sample = {
		"/a.zip",
		{ { .id = 1,
		    .processes = { { "BackgroundTransferHost.exe", 3 },
				   { "BackgroundTrans", 5 },
				   { "fourteen bytes\xc3\xa9.exe", 1 } } } },
	};
	char *folder = new_folder();
	struct index_view *view;
	struct index *index;

	(void)state;
	fill(folder, &sample, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_counts(view, "BackgroundTransferHost.exe", NUMBER_NONE, "3*1 5*1");
	assert_counts(view, "backgroundTRANS", NUMBER_NONE, "3*1 5*1");
	assert_counts(view, "fourteen bytes\xc3\xa9.exe", NUMBER_NONE, "1*1");
	assert_counts(view, "fourteen bytes", NUMBER_NONE, "1*1");
	assert_found(view, "BackgroundTransferHost.*", "backgroundtrans -1 1");
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* One dump in two bundles counts once, and goes with the last of them. */
static void test_a_dump_in_two_bundles(void **state)
{
	static const struct sample_incident dump = { .id = 7,
						     .processes = { { "a.exe", 4 } } };
	struct sample_bundle both[] = { { "/a.zip", { dump } }, { "/b.zip", { dump } } };
	char *folder = new_folder();

	(void)state;
	fill(folder, both, 2);
	for (int left = 2; left >= 0; left--) {
		struct index *index = must_open_read(folder);
		struct index_view *view = must_view(index);

		assert_counts(view, "a.exe", NUMBER_NONE, left ? "4*1" : "");
		index_view_end(view);
		index_close(index);
		if (left) {
			both[left - 1].incidents[0].id = 0;
			fill(folder, &both[left - 1], 1);
		}
	}
	remove_folder(folder);
}

/* Who reads keeps what he began with, however many commits come while he reads. */
static void test_readers_keep_their_snapshot(void **state)
{
	struct sample_bundle bundle = { "/a.zip",
					{ { .id = 1, .processes = { { "a.exe", 4 } } } } };
	char *folder = new_folder();
	struct index *writer = must_open_write(folder), *reader;
	struct index_view *view;

	(void)state;
	must_write(writer, &bundle, 1);
	reader = must_open_read(folder);
	view = must_view(reader);
	for (uint32_t threads = 5; threads < 25; threads++) {
		bundle.incidents[0].processes[0].threads = threads;
		must_write(writer, &bundle, 1);
		assert_counts(view, "a.exe", NUMBER_NONE, "4*1");
	}
	index_view_end(view);
	view = must_view(reader);
	assert_counts(view, "a.exe", NUMBER_NONE, "24*1");
	index_view_end(view);
	index_close(reader);
	index_close(writer);
	remove_folder(folder);
}

/* A baseline that says less than its incidents added is damaged: nothing is written then. */
static void test_sums_that_do_not_fit(void **state)
{
	static const struct sample_bundle empty = { "/a.zip", { { .id = 0 } } };
	struct sample_bundle bundle = { "/a.zip",
					{ { .id = 1, .processes = { { "a.exe", 4 } } } } };
	struct thread_count few[] = { { 3, 1 } };
	struct baseline_row row = { .incidents = 1, .counts = { few, 1, 1 } };
	struct key key = key_baseline(SLICE("a.exe"), NUMBER_NONE);
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct index *index = must_open_write(folder);
	struct index_view view;
	byte_vec value = { 0 };

	(void)state;
	must_write(index, &bundle, 1);
	baseline_row_encode(&row, &value);
	assert_true(view_begin(&view, index, 0, &error));
	assert_true(sealed_put(&view, TABLE_BASELINE, &key, bytes_slice(&value), &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	assert_false(write_samples(index, &empty, 1, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	assert_non_null(strstr(error.text, "does not hold what its incidents added"));
	vec_free(&value);
	index_close(index);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_history_against_a_recount),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_cut_names),
		cmocka_unit_test(test_a_dump_in_two_bundles),
		cmocka_unit_test(test_readers_keep_their_snapshot),
		cmocka_unit_test(test_sums_that_do_not_fit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
