/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index knows of groups follows from the bundles that are in it and from nothing else: after every write of a random history,
 * in batches, with the same dump in several bundles, every table is byte for byte that of a fresh index with the same bundles. And
 * what the rows of signatures answer is what the incidents answer one by one, for any question.
 */
#include "tests/unit/test_index_fixture.h"

#include "tests/unit/query_fixture.h"

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* ---- random samples ---- */

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* Cut and full names of one image, runs, unknown images, names that only look unknown, names that a blank ends where they are
 * cut. */
static const char *const paths[] = {
	"a.exe>b.exe",
	"A.EXE>b.exe",
	"a.exe>a.exe>b.exe",
	"a.exe>BackgroundTrans",
	"a.exe>BackgroundTransferHost.exe",
	"A.exe>BACKGROUNDTRANSporter.exe",
	"BackgroundTrans>BackgroundTransferHost.exe>b.exe",
	"b.exe>a.exe>c.exe",
	"b.exe>c.exe>a.exe",
	"c.exe",
	"b.exe",
	">a.exe",
	"?>a.exe",
	"b.exe>?",
	"b.exe>",
	"Fourteen chars  and more>b.exe",
	"fourteen chars>b.exe",
	"Fifteen lettersexe>b.exe",
	"x.exe>y.exe>x.exe>y.exe>z.exe",
};
static const char *const reasons[] = { NULL, "UserRequest", "WrQueue" };
static const char *const chain_frames[] = { NULL, "m!Wait", "m!Wait+0x12", "n!Sleep" };
static const char *const machines[] = { NULL, "PC1", "pc1", "PC2", "PC3" };
static const char *const images[] = { "a.exe", "A.EXE", "BackgroundTransferHost.exe",
				      "BackgroundTrans", "WerFault.exe" };

static uint32_t hops_of(const char *path)
{
	uint32_t hops = 1;

	while ((path = strchr(path, '>'))) {
		path++;
		hops++;
	}
	return hops;
}

static void draw_chain(struct sample_chain *chain, uint64_t *seed)
{
	*chain = (struct sample_chain){
		.path = paths[draw(seed, COUNT(paths))],
		.wait_ms = draw(seed, 4) * 1000,
		.via = draw(seed, 4) ? EDGE_ALPC : EDGE_MUTANT,
		.reason = reasons[draw(seed, 4) ? 0 : draw(seed, COUNT(reasons))],
		.frame = chain_frames[draw(seed, COUNT(chain_frames))],
	};
	if (draw(seed, 4) == 0) {
		chain->ring = 1 + (draw(seed, 2) ? draw(seed, hops_of(chain->path)) : 0);
		chain->reason = chain->frame = NULL;
	}
}

static void draw_incident(struct sample_incident *incident, uint64_t *seed)
{
	static const char *const records[] = { "one", "two", "three" };

	*incident = (struct sample_incident){
		.machine = machines[draw(seed, COUNT(machines))],
		.time = draw(seed, 4) * 1000,
		.build = draw(seed, 2) * 6002,
		.member = draw(seed, 2) ? "b.log" : NULL,
		.partial = draw(seed, 3) == 0,
		.records = records[draw(seed, 3)],
	};
	for (uint32_t i = draw(seed, SAMPLE_CHAINS + 1); i-- > 0;)
		draw_chain(&incident->chains[i], seed);
	for (uint32_t i = draw(seed, 3); i-- > 0;)
		incident->processes[i] = (struct sample_process){
			.image = images[draw(seed, COUNT(images))],
			.threads = draw(seed, 4),
			.zombies = draw(seed, 3),
			.boxes = draw(seed, 2),
		};
}

/* Of few ids, so that one dump lies in several bundles, and often differs there. */
static void draw_bundle(struct sample_bundle *bundle, uint32_t ids, uint64_t *seed)
{
	uint64_t id = 0;

	memset(bundle->incidents, 0, sizeof(bundle->incidents));
	for (uint32_t i = 0, count = draw(seed, SAMPLE_INCIDENTS + 1); i < count; i++) {
		draw_incident(&bundle->incidents[i], seed);
		id += 1 + draw(seed, ids / SAMPLE_INCIDENTS);
		bundle->incidents[i].id = id;
	}
}

/* ---- any history leads to the same ---- */

#define BUNDLES 8
#define IDS 12

struct history {
	struct sample_bundle bundles[BUNDLES];
	char names[BUNDLES][16];
	bool written[BUNDLES];
};

static void history_init(struct history *history)
{
	memset(history, 0, sizeof(*history));
	for (size_t i = 0; i < BUNDLES; i++) {
		snprintf(history->names[i], sizeof(history->names[i]), "/d/%zu.zip",
			 i * 7 % 10);
		history->bundles[i].path = history->names[i];
	}
}

/* Some bundles change, in one batch: replaced, emptied, or as they are but for a copy of another's incidents. */
static void write_some(struct history *history, const char *folder, uint64_t *seed)
{
	struct sample_bundle batch[BUNDLES];
	size_t count = 0;

	for (size_t i = 0; i < BUNDLES; i++) {
		struct sample_bundle *bundle = &history->bundles[i];

		if (draw(seed, 3))
			continue;
		switch (draw(seed, 5)) {
		case 0:
			memset(bundle->incidents, 0, sizeof(bundle->incidents));
			break;
		case 1:
			memcpy(bundle->incidents,
			       history->bundles[draw(seed, BUNDLES)].incidents,
			       sizeof(bundle->incidents));
			break;
		case 2:
			if (bundle->incidents[0].id)
				draw_chain(&bundle->incidents[0].chains[0], seed);
			break;
		default:
			draw_bundle(bundle, IDS, seed);
		}
		history->written[i] = true;
		batch[count++] = *bundle;
	}
	fill(folder, batch, count);
}

static void dump_fresh(const struct history *history, byte_vec *out)
{
	struct sample_bundle batch[BUNDLES];
	char *folder = new_folder();
	size_t count = 0;

	for (size_t i = 0; i < BUNDLES; i++)
		if (history->written[i])
			batch[count++] = history->bundles[i];
	fill(folder, batch, count);
	dump(folder, out);
	remove_folder(folder);
}

/* Row by row, so that it can be told which is not as it should be. */
static void compare_dumps(const byte_vec *expected, const byte_vec *found, int round, int step)
{
	struct bytes_reader a = bytes_reader_from(expected->at, expected->len);
	struct bytes_reader b = bytes_reader_from(found->at, found->len);

	if (expected->len == found->len && memcmp(expected->at, found->at, found->len) == 0)
		return;
	for (int table = 0; table < TABLES; table++) {
		assert_int_equal(bytes_get_u8(&a), table);
		if (bytes_get_u8(&b) != table)
			fail_msg("round %d step %d: more rows before table %s", round,
				 step, table_name((enum table)table));
		while (bytes_left(&a) && *(const unsigned char *)a.at != table + 1) {
			struct slice key = bytes_get_text(&a), value = bytes_get_text(&a);

			if (!slice_equal(bytes_get_text(&b), key) ||
			    !slice_equal(bytes_get_text(&b), value))
				fail_msg("round %d step %d: table %s", round, step,
					 table_name((enum table)table));
		}
	}
	fail_msg("round %d step %d", round, step);
}

static void test_any_history(void **state)
{
	static struct history history;
	byte_vec expected = { 0 }, found = { 0 };
	uint64_t seed = 31337;

	(void)state;
	for (int round = 0; round < 40; round++) {
		char *folder = new_folder();

		history_init(&history);
		for (int step = 0; step < 12; step++) {
			write_some(&history, folder, &seed);
			dump(folder, &found);
			dump_fresh(&history, &expected);
			compare_dumps(&expected, &found, round, step);
		}
		remove_folder(folder);
	}
	vec_free(&expected);
	vec_free(&found);
}

/* Nothing derived is left when nothing is left to derive it from. */
static void test_nothing_is_left(void **state)
{
	static struct history history;
	char *folder = new_folder();
	struct index *index;
	struct index_view *view;
	uint64_t seed = 5;

	(void)state;
	history_init(&history);
	for (size_t i = 0; i < BUNDLES; i++)
		draw_bundle(&history.bundles[i], IDS, &seed);
	fill(folder, history.bundles, BUNDLES);
	for (size_t i = 0; i < BUNDLES; i++)
		memset(history.bundles[i].incidents, 0, sizeof(history.bundles[i].incidents));
	fill(folder, history.bundles, BUNDLES / 2);
	fill(folder, history.bundles + BUNDLES / 2, BUNDLES - BUNDLES / 2);
	index = must_open_read(folder);
	view = must_view(index);
	for (int table = TABLE_BUNDLE + 1; table < TABLES; table++)
		assert_int_equal(count_rows(view, (enum table)table), 0);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

/* ---- the short way is the long way ---- */

#define MANY 60

struct seen {
	byte_vec bytes;
	size_t count;
};

static bool see(void *context, const struct occurrence *occurrence)
{
	struct seen *seen = context;

	bytes_put_u64_be(&seen->bytes, occurrence->incident);
	bytes_put_varint(&seen->bytes,
			 (uint64_t)(occurrence->chain - occurrence->list->chains.at));
	bytes_put_text(&seen->bytes, occurrence->row->bundles.at[0]);
	seen->count++;
	return true;
}

/* All that is told of a group, its chains among it. */
static size_t write_group(const struct chain_groups *groups, size_t i, byte_vec *out)
{
	const struct chain_group *group = chain_groups_at(groups, i);
	struct error error = ERROR_INIT;
	struct seen seen = { .count = 0 };

	bytes_put_u64_be(out, group->signature);
	signature_row_encode(&group->row, out);
	assert_true(chain_groups_visit(groups, i, see, &seen, &error));
	assert_true(seen.count == group->row.chains);
	bytes_put(out, seen.bytes.at, seen.bytes.len);
	vec_free(&seen.bytes);
	return seen.count;
}

/* Returns how many groups there were. */
static size_t compare_ways(struct index_view *view, struct chain_filter filter,
			   const char *what)
{
	struct chain_groups *shorter = must_query(view, &filter), *longer;
	byte_vec a = { 0 }, b = { 0 };
	size_t count, total;

	filter.by_incident = true;
	longer = must_query(view, &filter);
	count = chain_groups_count(longer);
	if (chain_groups_count(shorter) != count)
		fail_msg("%s: %zu groups, not %zu", what, chain_groups_count(shorter), count);
	total = chain_groups_total(shorter);
	if (total != SIZE_MAX)
		assert_int_equal(total, chain_groups_total(longer));
	else
		assert_true(filter.selector.limit > 0);
	for (size_t i = 0; i < count; i++) {
		a.len = b.len = 0;
		write_group(shorter, i, &a);
		write_group(longer, i, &b);
		if (!slice_equal(bytes_slice(&a), bytes_slice(&b)))
			fail_msg("%s: group %zu differs", what, i);
	}
	vec_free(&a);
	vec_free(&b);
	chain_groups_free(shorter);
	chain_groups_free(longer);
	return count;
}

static const char *const asked[] = {
	NULL,
	"a.exe",
	"A.exe > b.exe",
	"^a.exe >> b.exe$",
	"backgroundtrans",
	"BackgroundTransferHost.exe",
	"BackgroundTransporter.exe$",
	"background*host.exe",
	"*porter.exe",
	"?.exe > ?.exe",
	"fourteen chars",
	"fourteen chars  and more",
	"Fifteen lettersexe",
	"fifteen letters*exe",
	"*",
	"no.exe",
};
static const char *const blockers[] = {
	NULL, "b.exe", "A.EXE", "*.exe", "c.exe", "backgroundtransf", "Background*Host*"
};

static size_t compare_random_filter(struct index_view *view, uint64_t *seed)
{
	static const int cycles[] = { CYCLE_NO_MATTER, CYCLE_NO_MATTER, CYCLE_ANY,
				      CYCLE_NONE,      CYCLE_THREAD,    CYCLE_PROCESS };
	const char *text = asked[draw(seed, COUNT(asked))];
	struct chain_expr *expr = must_parse(text);
	struct chain_filter filter = CHAIN_FILTER_ALL;
	char what[200];
	size_t count;

	filter.expr = expr;
	if (draw(seed, 2))
		filter.blocker = blockers[draw(seed, COUNT(blockers))];
	filter.selector.cycle = cycles[draw(seed, COUNT(cycles))];
	if (draw(seed, 2))
		filter.selector.limit = 1 + draw(seed, 6);
	if (draw(seed, 2))
		filter.selector.offset = draw(seed, 8) ? draw(seed, 6) : UINT64_MAX - 1;
	if (draw(seed, 3) == 0)
		filter.min_incidents = draw(seed, 8);
	if (draw(seed, 8) == 0)
		filter.selector.min_wait_ms = draw(seed, 4) * 1000;
	if (draw(seed, 8) == 0)
		filter.selector.machine = "pc1";
	snprintf(what, sizeof(what),
		 "%s, blocker %s, cycle %d, limit %llu, offset %llu, least %llu",
		 text ? text : "all", filter.blocker ? filter.blocker : "any",
		 filter.selector.cycle, (unsigned long long)filter.selector.limit,
		 (unsigned long long)filter.selector.offset,
		 (unsigned long long)filter.min_incidents);
	count = compare_ways(view, filter, what);
	chain_expr_free(expr);
	return count;
}

static void fill_many(const char *folder, uint64_t *seed)
{
	static struct sample_bundle bundles[MANY];
	static char names[MANY][16];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "/d/%zu.zip", i);
		bundles[i].path = names[i];
		draw_bundle(&bundles[i], 160, seed);
	}
	fill(folder, bundles, MANY);
}

static void with_many(void (*test)(struct index_view *view, uint64_t *seed), int rounds)
{
	uint64_t seed = 20260;

	for (int round = 0; round < rounds; round++) {
		char *folder = new_folder();
		struct index *index;
		struct index_view *view;

		fill_many(folder, &seed);
		index = must_open_read(folder);
		view = must_view(index);
		test(view, &seed);
		index_view_end(view);
		index_close(index);
		remove_folder(folder);
	}
}

static size_t groups_seen;

static void compare_many(struct index_view *view, uint64_t *seed)
{
	for (int i = 0; i < 400; i++)
		groups_seen += compare_random_filter(view, seed);
}

static void test_the_short_way_is_the_long_way(void **state)
{
	(void)state;
	groups_seen = 0;
	with_many(compare_many, 5);
	assert_true(groups_seen > 4000);
}

/* Every limit and offset cuts the same out of the same order. */
static void cut_all(struct index_view *view, uint64_t *seed)
{
	struct chain_filter filter = CHAIN_FILTER_ALL;
	struct chain_groups *all = must_query(view, &filter);
	size_t count = chain_groups_count(all);

	(void)seed;
	assert_int_equal(chain_groups_total(all), count);
	for (uint64_t limit = 1; limit <= count + 1; limit++)
		for (uint64_t offset = 0; offset <= count + 1; offset++) {
			struct chain_groups *cut;
			size_t left = offset < count ? count - offset : 0;

			filter.selector.limit = limit;
			filter.selector.offset = offset;
			cut = must_query(view, &filter);
			assert_int_equal(chain_groups_count(cut), left < limit ? left : limit);
			assert_int_equal(chain_groups_total(cut), count);
			for (size_t i = 0; i < chain_groups_count(cut); i++)
				assert_true(chain_groups_at(cut, i)->signature ==
					    chain_groups_at(all, offset + i)->signature);
			chain_groups_free(cut);
		}
	chain_groups_free(all);
}

static void test_every_limit_and_offset(void **state)
{
	(void)state;
	with_many(cut_all, 1);
}

/* ---- coarser and finer groups ---- */

/* A group of a finer grouping is a part of one of the coarser: sums of the finer are those of the coarser. */
static void nest(struct index_view *view, uint64_t *seed)
{
	uint64_t chains[GROUPINGS] = { 0 };
	size_t counts[GROUPINGS];

	(void)seed;
	for (int grouping = 0; grouping < GROUPINGS; grouping++) {
		struct chain_filter filter = CHAIN_FILTER_ALL;
		struct chain_groups *groups;
		byte_vec out = { 0 };

		filter.grouping = (enum grouping)grouping;
		groups = must_query(view, &filter);
		counts[grouping] = chain_groups_count(groups);
		for (size_t i = 0; i < counts[grouping]; i++)
			chains[grouping] += write_group(groups, i, &out);
		vec_free(&out);
		chain_groups_free(groups);
		if (grouping == 0)
			continue;
		assert_true(chains[grouping] == chains[grouping - 1]);
		assert_true(counts[grouping] > counts[grouping - 1]);
	}
}

static void test_groups_nest(void **state)
{
	(void)state;
	with_many(nest, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_history),
		cmocka_unit_test(test_nothing_is_left),
		cmocka_unit_test(test_the_short_way_is_the_long_way),
		cmocka_unit_test(test_every_limit_and_offset),
		cmocka_unit_test(test_groups_nest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
