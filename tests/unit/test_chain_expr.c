/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chain expressions: what is accepted, what is refused and where the error points, and
 * matching compared with a reference that walks every path through random small chains
 * and rings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "index/chain_expr.h"

static struct chain_expr *parse(const char *text)
{
	struct error error = ERROR_INIT;
	struct chain_expr *expr = chain_expr_parse(text, &error);

	if (!expr)
		fail_msg("%s: %s", text, error.text);
	return expr;
}

/* images: names with blanks between them. */
static bool matches(const char *text, const char *images, uint32_t cycle_start)
{
	struct chain_expr *expr = parse(text);
	struct slice hops[32], rest = slice_from(images);
	size_t count = 0;
	bool found;

	while (rest.len) {
		ptrdiff_t blank = slice_find(rest, SLICE(" "));
		size_t len = blank < 0 ? rest.len : (size_t)blank;

		hops[count++] = slice_first(rest, len);
		rest = slice_skip(rest, len + 1);
	}
	found = chain_expr_matches(expr, hops, count, cycle_start);
	chain_expr_free(expr);
	return found;
}

static bool matches_line(const char *text, const char *images)
{
	return matches(text, images, NUMBER_NONE);
}

static void test_single_name(void **state)
{
	(void)state;
	assert_true(matches_line("b.exe", "a.exe B.EXE c.exe"));
	assert_false(matches_line("d.exe", "a.exe b.exe c.exe"));
	assert_true(matches_line("^a.exe", "a.exe b.exe"));
	assert_false(matches_line("^b.exe", "a.exe b.exe"));
	assert_true(matches_line("b.exe$", "a.exe b.exe"));
	assert_false(matches_line("a.exe$", "a.exe b.exe"));
	assert_true(matches_line(" ^ a.exe $ ", "a.exe"));
	assert_false(matches_line("^a.exe$", "a.exe b.exe"));
	assert_true(matches_line("?.exe", "a.exe"));
}

static void test_operators(void **state)
{
	(void)state;
	assert_true(matches_line("a > b", "x a b"));
	assert_true(matches_line("a>b>c", "a b c"));
	assert_false(matches_line("a > c", "a b c"));
	assert_true(matches_line("a >> c", "a b c"));
	assert_true(matches_line("a >> b", "a b c"));
	assert_false(matches_line("a >> a", "a b c"));
	assert_false(matches_line("c >> a", "a b c"));
	assert_true(matches_line("^Client*.exe >> c.exe$", "client7.exe b.exe c.exe"));
	assert_true(matches_line("a > * > c", "a b c"));
	/* The first a is a dead end, the second is not. */
	assert_true(matches_line("a > b", "a a b"));
	assert_true(matches_line("a >> b > c", "a b x b c"));
}

static void test_rings(void **state)
{
	(void)state;
	assert_true(matches("c > a", "a b c", 0));
	assert_false(matches("c > a", "a b c", 1));
	assert_true(matches("c > b", "a b c", 1));
	assert_true(matches("b >> b", "a b c", 1));
	assert_false(matches("a >> a", "a b c", 1));
	assert_true(matches("c >> c", "a b c", 2));
	assert_true(matches("a > a > a > a", "a", 0));
	assert_true(matches("^a >> c$", "a b c", 0));
	assert_true(matches("c > a > b > c$", "a b c", 0));
	assert_false(matches("c > a$", "a b c", 0));
}

static void test_names(void **state)
{
	(void)state;
	struct slice images[] = { SLICE("System"), SLICE("Secure System"), SLICE("a>b$"),
				  SLICE("Mem*") };
	struct chain_expr *expr = parse("secure system");

	assert_true(chain_expr_matches(expr, images, 4, NUMBER_NONE));
	chain_expr_free(expr);
	expr = parse("^system > \"Secure System\" > \"a>b$\" > \"mem*\"$");
	assert_true(chain_expr_matches(expr, images, 4, NUMBER_NONE));
	assert_false(chain_expr_matches(expr, images, 3, NUMBER_NONE));
	assert_false(chain_expr_matches(expr, images, 0, NUMBER_NONE));
	chain_expr_free(expr);
	/* Quoted, a star is a star. */
	assert_false(matches_line("\"me*\"", "memory"));
	assert_true(matches_line("me*", "memory"));
	/* In the middle of a name they are letters. */
	assert_true(matches_line("a$b^c", "a$b^c"));
	assert_true(matches_line("BackgroundTransferHost.exe > b", "backgroundtrans b"));
}

static void check_needle(const char *text, const char *needle)
{
	struct chain_expr *expr = parse(text);
	struct slice found = chain_expr_needle(expr);

	if (!slice_equal(found, slice_from(needle)))
		fail_msg("%s: needle \"%.*s\"", text, SLICE_ARG(found));
	chain_expr_free(expr);
}

static void test_needle(void **state)
{
	(void)state;
	check_needle("a.exe", "a.exe");
	check_needle("^ a.exe $", "a.exe");
	check_needle("*.exe > b.exe", "b.exe");
	check_needle("*.exe >> ?", "");
	check_needle("* > \"c*\"", "c*");
}

static void test_errors(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "empty" },
		{ "  ", "empty" },
		{ "^", "a name is missing at the end" },
		{ "$", "a name is missing at column 1" },
		{ "^$", "a name is missing at column 2" },
		{ ">", "a name is missing at column 1" },
		{ "> b", "before \"> b\"" },
		{ "a >", "a name is missing at the end" },
		{ "a > > b", "a name is missing at column 5" },
		{ "a >>> b", "no >>> at column 3" },
		{ "a >> >> b", "a name is missing at column 6" },
		{ "a$ > b", "a $ that is not at the very end at column 2" },
		{ "a > ^b", "a ^ that is not at the very beginning at column 5" },
		{ "^^a", "a ^ that is not" },
		{ "a$$", "a $ that is not" },
		{ "\"a", "never closed at column 1" },
		{ "a > \"b", "never closed at column 5" },
		{ "\"\"", "an empty name" },
		{ "a\"b\"", "a quote inside a name at column 2" },
		{ "\"a\" b", "neither > nor >> behind a name at column 5" },
		{ "\"a\"$ > b", "a $ that is not at the very end at column 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = ERROR_INIT;

		if (chain_expr_parse(wrong[i][0], &error))
			fail_msg("%s is accepted", wrong[i][0]);
		assert_int_equal(error.kind, ERROR_USAGE);
		if (!strstr(error.text, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], error.text);
	}
}

/* ---- the reference ---- */

#define MAX_HOPS 6
#define MAX_NAMES 4

struct trial {
	char images[MAX_HOPS], names[MAX_NAMES];
	bool far[MAX_NAMES], from_first, to_last;
	size_t hops, count;
	uint32_t cycle_start;
};

static size_t next_hop(const struct trial *trial, size_t hop)
{
	return hop + 1 < trial->hops ? hop + 1 : trial->cycle_start;
}

/* Whether the names from `name` on can be read with the first of them at `hop`. */
static bool walk(const struct trial *trial, size_t name, size_t hop)
{
	size_t steps;

	if (trial->names[name] != '*' && trial->names[name] != trial->images[hop])
		return false;
	if (name + 1 == trial->count)
		return !trial->to_last || hop == trial->hops - 1;
	steps = trial->far[name + 1] ? 2 * trial->hops : 1;
	while (steps--) {
		hop = next_hop(trial, hop);
		if (hop >= trial->hops)
			return false;
		if (walk(trial, name + 1, hop))
			return true;
	}
	return false;
}

static bool walk_from_all(const struct trial *trial)
{
	for (size_t hop = 0; hop < (trial->from_first ? 1 : trial->hops); hop++)
		if (walk(trial, 0, hop))
			return true;
	return false;
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static struct trial draw_trial(uint64_t *seed)
{
	struct trial trial = { .hops = 1 + draw(seed, MAX_HOPS),
			       .count = 1 + draw(seed, MAX_NAMES) };

	for (size_t i = 0; i < trial.hops; i++)
		trial.images[i] = (char)('a' + draw(seed, 3));
	for (size_t i = 0; i < trial.count; i++) {
		trial.names[i] = "abc*"[draw(seed, 4)];
		trial.far[i] = draw(seed, 2);
	}
	trial.from_first = draw(seed, 3) == 0;
	trial.to_last = draw(seed, 3) == 0;
	trial.cycle_start = draw(seed, 2) ? draw(seed, (uint32_t)trial.hops) : NUMBER_NONE;
	return trial;
}

static bool match_trial(const struct trial *trial, char text[static 64])
{
	struct slice images[MAX_HOPS];
	struct chain_expr *expr;
	int len = sprintf(text, "%s", trial->from_first ? "^" : "");
	bool found;

	for (size_t i = 0; i < trial->count; i++)
		len += sprintf(text + len, "%s%c",
			       i == 0          ? ""
			       : trial->far[i] ? " >> "
					       : " > ",
			       trial->names[i]);
	sprintf(text + len, "%s", trial->to_last ? "$" : "");
	for (size_t i = 0; i < trial->hops; i++)
		images[i] = (struct slice){ &trial->images[i], 1 };
	expr = parse(text);
	found = chain_expr_matches(expr, images, trial->hops, trial->cycle_start);
	chain_expr_free(expr);
	return found;
}

static void test_against_reference(void **state)
{
	uint64_t seed = 20100310;
	size_t found = 0, count = 200000;
	char text[64];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct trial trial = draw_trial(&seed);
		bool expected = walk_from_all(&trial);

		if (match_trial(&trial, text) != expected)
			fail_msg("%s on %.*s, ring from %u: expected %d", text,
				 (int)trial.hops, trial.images, trial.cycle_start, expected);
		found += expected;
	}
	/* Both answers must be common, or the comparison says little. */
	assert_in_range(found, count / 10, count * 9 / 10);
}

static void test_long_chain(void **state)
{
	enum { HOPS = 20000 };
	struct slice *images = mem_alloc(HOPS * sizeof(*images));
	struct chain_expr *expr = parse("^a >> a >> a >> b$");

	(void)state;
	for (size_t i = 0; i < HOPS; i++)
		images[i] = SLICE("a");
	assert_false(chain_expr_matches(expr, images, HOPS, 0));
	images[HOPS - 1] = SLICE("b");
	assert_true(chain_expr_matches(expr, images, HOPS, 0));
	chain_expr_free(expr);
	free(images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single_name),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_needle),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_long_chain),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
