/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged values: every bit of every sealed value is flipped once, and every read must
 * either say that the index is damaged or not have looked at it; so must a write that
 * takes the incidents out again. Then the same with the seal made good again, so that the
 * decoders themselves meet wrong bytes: they may believe them, but nothing else.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/baseline.h"
#include "index/change.h"
#include "index/list.h"
#include "index/pin.h"
#include "index/quarantine.h"
#include "index/query_chain.h"
#include "index/query_incident.h"
#include "index/query_like.h"

static const struct sample_bundle samples[] = {
	{ "/data/a.zip",
	  {
		  { .id = 1,
		    .machine = "PC1",
		    .os = "Windows",
		    .build = 6002,
		    .time = 1000,
		    .chains = { { "a.exe>b.exe", 5, 0 }, { "b.exe>c.exe", 0, 1 } },
		    .processes = { { "a.exe", 3, .zombies = 2 },
				   { "a.exe", 9, .boxes = 1 },
				   { "b.exe", 0 },
				   { "WerFault.exe", 1 } } },
		  { .id = 2, .chains = { { "a.exe>b.exe", 0, 0 } } },
	  } },
	{ "/data/b.zip", { { .id = 2, .member = "x", .chains = { { "a.exe>b.exe", 0, 0 } } } } },
};

/* How many of all reads failed; each failure must be one of damage. */
struct reads {
	struct index_view *view;
	struct error error;
	size_t failed;
};

static void count_read(struct reads *reads, bool good)
{
	if (!good && reads->error.kind != ERROR_NONE) {
		if (reads->error.kind != ERROR_FORMAT)
			fail_msg("%d: %s", reads->error.kind, reads->error.text);
		assert_non_null(strstr(reads->error.text, "the index is damaged: "));
		reads->failed++;
	}
	reads->error = ERROR_INIT;
}

static bool visit(void *context, const struct incident_row *row)
{
	*(uint64_t *)context += row->summary.id;
	return true;
}

static void read_incident(struct reads *reads, uint64_t id)
{
	struct incident_row row;
	struct chain_list list = { .chains_found = 0 };
	struct slice bytes;

	count_read(reads, index_records(reads->view, id, &bytes, &reads->error));
	count_read(reads, index_chains(reads->view, id, &bytes, &reads->error));
	if (index_incident(reads->view, id, &row, &reads->error)) {
		count_read(reads, index_row_chains(reads->view, &row, &list, &reads->error));
		chain_list_free(&list);
	}
	count_read(reads, reads->error.kind == ERROR_NONE);
	incident_row_free(&row);
}

static bool see(void *context, const struct occurrence *occurrence)
{
	*(uint64_t *)context += occurrence->chain->hops;
	return true;
}

static void read_query(struct reads *reads, const struct chain_expr *expr, bool by_incident)
{
	struct chain_filter filter = CHAIN_FILTER_ALL;
	struct chain_groups *groups;
	uint64_t sum = 0;

	filter.expr = expr;
	filter.by_incident = by_incident;
	groups = query_chains(reads->view, &filter, &reads->error);
	count_read(reads, groups != NULL);
	for (size_t i = 0; groups && i < chain_groups_count(groups); i++)
		count_read(reads, chain_groups_visit(groups, i, see, &sum, &reads->error));
	chain_groups_free(groups);
}

static void read_questions(struct reads *reads)
{
	hit_vec hits = { 0 };
	size_t total;

	for (int question = 0; question < INCIDENT_QUESTIONS; question++) {
		struct incident_filter filter = { .selector = SELECTOR_ALL };

		/* Judged of the records, which here are a text. */
		if (question == QUESTION_missing_threads)
			continue;
		filter.asked[question] = true;
		filter.least_zombies = 1;
		if (question == QUESTION_process)
			filter.image[question] = "*";
		count_read(reads, query_incidents(reads->view, &filter, &hits, &total,
						  &reads->error));
		filter.image[question] = "*";
		count_read(reads, query_incidents(reads->view, &filter, &hits, &total,
						  &reads->error));
	}
	vec_free(&hits);
}

static void read_baselines(struct reads *reads, const char *pattern, uint32_t build)
{
	struct baseline_source source = { .view = reads->view };
	struct baseline baseline = baseline_of_index(&source);
	thread_counts counts = { 0 };
	baseline_rows rows = { 0 };

	count_read(reads,
		   index_baselines(reads->view, slice_from(pattern), &rows, &reads->error));
	baseline_rows_free(&rows);
	baseline.counts(baseline.from, slice_from(pattern), build, &counts);
	reads->error = source.error;
	count_read(reads, reads->error.kind == ERROR_NONE);
	vec_free(&counts);
}

static size_t read_all(struct index_view *view)
{
	struct reads reads = { .view = view };
	struct selector all = SELECTOR_ALL;
	struct chain_expr *expr = chain_expr_parse("a.exe", &reads.error);
	struct bundle_row bundle;
	uint64_t sum = 0, count, id;
	struct quarantine_wish any = { .reason = NULL };
	quarantined_vec members = { 0 };
	pin_vec pins = { 0 };

	for (size_t i = 0; i < 2; i++) {
		count_read(&reads, index_bundle(view, samples[i].path, &bundle, &reads.error));
		bundle_row_free(&bundle);
	}
	read_incident(&reads, 1);
	read_incident(&reads, 2);
	count_read(&reads, list_incidents(view, &all, visit, &sum, &count, &reads.error));
	for (int by_incident = 0; by_incident < 2; by_incident++) {
		read_query(&reads, expr, by_incident);
		read_query(&reads, NULL, by_incident);
	}
	read_questions(&reads);
	read_baselines(&reads, "a.exe", NUMBER_NONE);
	read_baselines(&reads, "b.exe", 6002);
	read_baselines(&reads, "*", NUMBER_NONE);
	count_read(&reads, index_pins(view, &pins, &reads.error));
	vec_free(&pins);
	count_read(&reads, index_quarantine(view, &any, &members, &reads.error));
	vec_free(&members);
	if (index_resolve(view, "b.zip", &id, &reads.error) == 0)
		count_read(&reads, reads.error.kind == ERROR_USAGE);
	chain_expr_free(expr);
	return reads.failed;
}

/* Takes the incidents out, as a bundle that yields nothing any more would, and counts what failed. */
static size_t remove_all(struct index_view *view)
{
	const struct change changes[] = {
		{ .id = 1, .path = slice_from(samples[0].path) },
		{ .id = 2, .path = slice_from(samples[0].path) },
		{ .id = 2, .path = slice_from(samples[1].path) },
	};
	struct reads reads = { .view = view };
	struct consequences all = { .postings = { 0 } };

	count_read(&reads, incident_change(view, &changes[0], 1, &all, &reads.error));
	count_read(&reads, incident_change(view, &changes[1], 2, &all, &reads.error));
	if (reads.failed == 0)
		count_read(&reads, consequences_apply(&all, view, &reads.error));
	consequences_free(&all);
	return reads.failed;
}

struct row {
	enum table table;
	struct key key;
	byte_vec value;
};

typedef VEC(struct row) row_vec;

static void collect_rows(struct index_view *view, enum table table, row_vec *rows)
{
	struct error error = ERROR_INIT;
	struct table_scan scan;

	assert_true(scan_begin(&scan, view, table, SLICE_NONE, &error));
	while (scan_next(&scan, &error)) {
		struct row row = { .table = table, .key = { .len = (uint8_t)scan.key.len } };

		memcpy(row.key.bytes, scan.key.at, scan.key.len);
		bytes_put(&row.value, scan.value.at, scan.value.len);
		vec_push(rows, row);
	}
	scan_end(&scan);
}

/* Puts the row, reads everything and takes it out, in a transaction that is then given up. */
static size_t read_with(struct index *index, const struct row *row, struct slice value,
			bool reseal)
{
	struct error error = ERROR_INIT;
	struct index_view view;
	size_t failed;

	assert_true(view_begin(&view, index, 0, &error));
	if (reseal)
		assert_true(sealed_put(&view, row->table, &row->key, value, &error));
	else
		assert_true(table_put(&view, row->table, key_slice(&row->key), value, &error));
	failed = read_all(&view);
	failed += remove_all(&view);
	mdb_txn_abort(view.txn);
	return failed;
}

static void flip_all(struct index *index, const struct row *row)
{
	for (size_t bit = 0; bit < row->value.len * 8; bit++) {
		row->value.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (read_with(index, row, bytes_slice(&row->value), false) == 0)
			fail_msg("table %d: bit %zu is flipped unseen", row->table, bit);
		row->value.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

static void flip_all_resealed(struct index *index, const struct row *row)
{
	struct slice value = bytes_slice(&row->value);

	value.len -= sizeof(uint64_t);
	for (size_t bit = 0; bit < value.len * 8; bit++) {
		row->value.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
		read_with(index, row, value, true);
		row->value.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

/* Every shorter value, sealed and not. */
static void cut_all(struct index *index, const struct row *row)
{
	struct slice value = bytes_slice(&row->value);

	for (size_t len = 0; len < value.len; len++) {
		assert_true(read_with(index, row, slice_first(value, len), false) > 0);
		if (len < value.len - sizeof(uint64_t) && row->table != TABLE_RECORDS)
			assert_true(read_with(index, row, slice_first(value, len), true) > 0);
	}
}

/* The derived tables whose values are sealed. */
static const enum table derived[] = { TABLE_GROUPING, TABLE_SIGNATURE, TABLE_BASELINE };

static void with_rows(void (*test)(struct index *index, const struct row *row))
{
	char *folder = new_folder();
	struct index *index;
	struct index_view *view;
	row_vec rows = { 0 };

	fill(folder, samples, 2);
	index = must_open_write(folder);
	view = must_view(index);
	assert_int_equal(read_all(view), 0);
	for (int table = TABLE_BUNDLE; table <= TABLE_RECORDS; table++)
		collect_rows(view, table, &rows);
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		collect_rows(view, derived[i], &rows);
	index_view_end(view);
	/* Two of each but the baselines, which are three. */
	assert_int_equal(rows.len, 19);
	vec_for_each(row, &rows) {
		test(index, row);
		vec_free(&row->value);
	}
	vec_free(&rows);
	index_close(index);
	remove_folder(folder);
}

static void test_flipped_bits(void **state)
{
	(void)state;
	with_rows(flip_all);
}

static void test_flipped_bits_under_good_seal(void **state)
{
	(void)state;
	with_rows(flip_all_resealed);
}

static void test_cut_values(void **state)
{
	(void)state;
	with_rows(cut_all);
}

/* Where a row of eight bytes is wrong, or leads nowhere. False for tables of which a row is only read by the key of what leads
 * to it, and for machines, which are only counted. */
static bool stray_key(enum table table, struct key *key)
{
	uint64_t signature = sample_signature(&samples[0].incidents[0].chains[0]);

	*key = key_image(SLICE("a.exe"));
	switch (table) {
	case TABLE_CHAINS:
	case TABLE_CENSUS:
	case TABLE_DIGEST:
	case TABLE_RECORDS:
	case TABLE_SIGNATURE_MACHINE:
	case TABLE_RUN: /* in which any row may be */
	case TABLE_ARRIVAL:
		return false;
	case TABLE_GROUPING:
		*key = key_incident(1);
		return true;
	case TABLE_SIGNATURE:
	case TABLE_SIGNATURE_INCIDENT:
		*key = key_signature(signature);
		return true;
	case TABLE_IMAGE_INCIDENT: /* whose duplicates all have one length */
		*key = key_image(SLICE("no.exe"));
		return true;
	case TABLE_PATTERN_INCIDENT:
		*key = (struct key){ .bytes = { PATTERN_zombie_process }, .len = 1 };
		return true;
	default:
		return true;
	}
}

/* Rows that lead nowhere, of lengths that none has, or are missing. */
static void test_postings(void **state)
{
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	struct index *index;
	row_vec rows = { 0 };
	struct index_view *view, changed;

	(void)state;
	fill(folder, samples, 2);
	index = must_open_write(folder);
	view = must_view(index);
	for (int table = TABLE_INCIDENT; table <= TABLE_RECORDS; table++)
		collect_rows(view, table, &rows);
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		collect_rows(view, derived[i], &rows);
	index_view_end(view);
	vec_for_each(row, &rows) {
		assert_true(view_begin(&changed, index, 0, &error));
		assert_true(table_delete(&changed, row->table, key_slice(&row->key),
					 SLICE_NONE, &error));
		assert_true(read_all(&changed) + remove_all(&changed) > 0);
		mdb_txn_abort(changed.txn);
		vec_free(&row->value);
	}
	for (int table = TABLE_INCIDENT; table < TABLES; table++) {
		struct key key;

		if (!stray_key(table, &key))
			continue;
		assert_true(view_begin(&changed, index, 0, &error));
		assert_true(table_put(&changed, table, key_slice(&key), SLICE("8 bytes."),
				      &error));
		if (read_all(&changed) + remove_all(&changed) == 0)
			fail_msg("table %s: a stray row is not seen", table_name(table));
		mdb_txn_abort(changed.txn);
	}
	vec_free(&rows);
	index_close(index);
	remove_folder(folder);
}

/* Writing over a damaged row says so and leaves everything as it is. */
static void test_write_over_damage(void **state)
{
	static const struct sample_bundle changed = { "/data/a.zip", { { .id = 3 } } };
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	byte_vec before = { 0 }, after = { 0 };
	struct index_view view;
	struct index *index;
	struct key key = key_incident(1);

	(void)state;
	fill(folder, samples, 2);
	index = must_open_write(folder);
	assert_true(view_begin(&view, index, 0, &error));
	assert_true(table_put(&view, TABLE_INCIDENT, key_slice(&key),
			      SLICE("nonsense, sealed by none"), &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	index_close(index);
	dump(folder, &before);
	index = must_open_write(folder);
	assert_false(write_samples(index, &changed, 1, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	index_close(index);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

/* A row of a signature is not summed up of what can be read: what cannot is told. */
static void test_sum_over_damage(void **state)
{
	static const struct sample_bundle one = {
		"/data/c.zip", { { .id = 9, .chains = { { "a.exe>b.exe", 0, 0 } } } }
	};
	static const struct sample_bundle none = { "/data/c.zip", { { .id = 0 } } };
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	struct index_view view;
	struct index *index;
	struct key key = key_incident(1);

	(void)state;
	fill(folder, samples, 2);
	fill(folder, &one, 1);
	index = must_open_write(folder);
	assert_true(view_begin(&view, index, 0, &error));
	assert_true(table_put(&view, TABLE_INCIDENT, key_slice(&key),
			      SLICE("nonsense, sealed by none"), &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	assert_false(write_samples(index, &none, 1, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	index_close(index);
	remove_folder(folder);
}

/* An incident that is there, but in no list. */
static void test_like_unlisted(void **state)
{
	struct selector all = SELECTOR_ALL;
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	struct likes likes = { .total = 0 };
	struct index_view view;
	struct index *index;
	struct key key = key_by_time(1000, 1);

	(void)state;
	fill(folder, samples, 2);
	index = must_open_write(folder);
	assert_true(view_begin(&view, index, 0, &error));
	assert_true(table_delete(&view, TABLE_BY_TIME, key_slice(&key), SLICE_NONE, &error));
	assert_false(query_like(&view, 1, &all, &likes, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	likes_free(&likes);
	mdb_txn_abort(view.txn);
	index_close(index);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_flipped_bits_under_good_seal),
		cmocka_unit_test(test_cut_values),
		cmocka_unit_test(test_postings),
		cmocka_unit_test(test_write_over_damage),
		cmocka_unit_test(test_sum_over_damage),
		cmocka_unit_test(test_like_unlisted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
