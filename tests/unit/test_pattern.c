/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name patterns: known cases, every short pattern against every short name compared with
 * an obvious recursive matcher, and a pattern that would take for ever with careless
 * backtracking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index/pattern.h"
#include "stages/record.h"
#include "pipeline/base/mem.h"

static bool match(const char *pattern, const char *name)
{
	return pattern_matches(slice_from(pattern), slice_from(name));
}

static bool match_image(const char *pattern, const char *image)
{
	return pattern_matches_image(slice_from(pattern), slice_from(image));
}

static void test_literals(void **state)
{
	(void)state;
	assert_true(match("ProcessA.exe", "processa.EXE"));
	assert_false(match("ProcessA.exe", "ProcessA.ex"));
	assert_false(match("ProcessA.exe", "ProcessA.exe "));
	assert_true(match("", ""));
	assert_false(match("", "a"));
	/* Only ASCII letters lose their case: [ and { differ in the same bit. */
	assert_false(match("[", "{"));
	assert_true(pattern_is_literal(SLICE("a.b")));
	assert_true(pattern_is_literal(SLICE("")));
	assert_false(pattern_is_literal(SLICE("a*")));
	assert_false(pattern_is_literal(SLICE("?")));
}

static void test_wildcards(void **state)
{
	(void)state;
	assert_true(match("*", ""));
	assert_true(match("**", "abc"));
	assert_true(match("proc*.exe", "PROCDUMP64.EXE"));
	assert_false(match("proc*.exe", "procdump64.dll"));
	assert_true(match("*a*b*c", "xxaxbxbcxc"));
	assert_true(match("a?c", "abc"));
	assert_false(match("a?c", "ac"));
	assert_false(match("?", ""));
	/* One letter, whatever its bytes; a byte that is no UTF-8 is one as well. */
	assert_true(match("a?c", "a\xC3\xA4"
				 "c"));
	assert_false(match("a??c", "a\xC3\xA4"
				   "c"));
	assert_true(match("a?c", "a\xFF"
				 "c"));
}

static void test_within(void **state)
{
	struct slice os = SLICE("Windows Server 2008 SP2");

	(void)state;
	assert_true(pattern_matches_within(SLICE("server 2008"), os));
	assert_true(pattern_matches_within(SLICE("windows"), os));
	assert_true(pattern_matches_within(SLICE("sp2"), os));
	assert_true(pattern_matches_within(SLICE("2??8"), os));
	assert_true(pattern_matches_within(SLICE("win*sp"), os));
	assert_true(pattern_matches_within(SLICE(""), os));
	assert_false(pattern_matches_within(SLICE("2012"), os));
	assert_false(pattern_matches_within(SLICE("sp2?"), os));
}

static void test_cut_images(void **state)
{
	(void)state;
	/* "BackgroundTransferHost.exe" as EPROCESS keeps it. */
	assert_true(match_image("BackgroundTransferHost.exe", "BackgroundTrans"));
	assert_true(match_image("backgroundtrans", "BackgroundTransferHost.exe"));
	assert_false(match_image("BackgroundTransferHost.exe", "BackgroundTran"));
	assert_false(match_image("BackgroundTran", "BackgroundTransferHost.exe"));
	assert_true(match_image("Background*Host.exe", "BackgroundTrans"));
	assert_true(match_image("Background*", "BackgroundTrans"));
	assert_true(match_image("BackgroundTransferHos?.exe", "BackgroundTrans"));
	assert_false(match_image("Foreground*Host.exe", "BackgroundTrans"));
	assert_false(match_image("Background*Host.exe", "BackgroundTran"));
	/* Fifteen bytes with an extension: whole. */
	assert_true(match_image("*.exe", "ProcessABCD.exe"));
	assert_false(match_image("*.dll", "ProcessABCD.exe"));
	assert_false(match_image("ProcessABCD.ex", "ProcessABCD.exe"));
}

static bool slow_match(const char *pattern, const char *name)
{
	if (*pattern == '\0')
		return *name == '\0';
	if (*pattern == '*')
		return slow_match(pattern + 1, name) ||
		       (*name && slow_match(pattern, name + 1));
	return *name && (*pattern == '?' || *pattern == *name) &&
	       slow_match(pattern + 1, name + 1);
}

/* The number written to base `letters`, one letter a digit. */
static void spell(char *out, unsigned len, unsigned number, const char *letters, unsigned base)
{
	for (unsigned i = 0; i < len; i++, number /= base)
		out[i] = letters[number % base];
	out[len] = '\0';
}

static unsigned power(unsigned base, unsigned exponent)
{
	return exponent ? base * power(base, exponent - 1) : 1;
}

static void check_pattern(const char *pattern)
{
	char name[8];

	for (unsigned len = 0; len <= 5; len++)
		for (unsigned i = 0; i < power(2, len); i++) {
			spell(name, len, i, "ab", 2);
			if (match(pattern, name) != slow_match(pattern, name))
				fail_msg("\"%s\" and \"%s\"", pattern, name);
		}
}

static void test_against_reference(void **state)
{
	char pattern[8];

	(void)state;
	for (unsigned len = 0; len <= 5; len++)
		for (unsigned i = 0; i < power(4, len); i++) {
			spell(pattern, len, i, "ab*?", 4);
			check_pattern(pattern);
		}
}

/* Whatever matches an image may match what the tables have of it, be it cut in a run of blanks or in a letter. */
static void test_what_is_cut_may_match(void **state)
{
	static const char *const letters[] = { "a", "B", ".", " ", "\xc3\xa4" };
	uint64_t seed = 3;
	size_t matched = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char name[64] = "", pattern[64] = "";
		struct slice cut;

		for (int i = 0; i < 18; i++) {
			const char *letter;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			letter = letters[(seed >> 33) % 5];
			strcat(name, letter);
			if (seed >> 60 == 0)
				strcat(pattern, "*");
			else if (seed >> 60 == 1)
				strcat(pattern, "?");
			else if (seed >> 60 > 2 || i % 2)
				strcat(pattern, letter);
		}
		cut = image_cut(slice_from(name));
		if (!pattern_matches_image(slice_from(pattern), slice_from(name)))
			continue;
		matched++;
		if (!pattern_may_match_cut(slice_from(pattern), cut))
			fail_msg("\"%s\" and \"%s\"", pattern, name);
	}
	assert_true(matched > 10000);
	assert_false(pattern_may_match_cut(SLICE("b*"), SLICE("a")));
	assert_false(pattern_may_match_cut(SLICE("ab"), SLICE("a")));
	assert_true(pattern_may_match_cut(SLICE("ab*"), SLICE("a")));
}

static void test_many_stars(void **state)
{
	char pattern[201], name[2001];

	(void)state;
	for (unsigned i = 0; i < 200; i += 2)
		memcpy(pattern + i, "*a", 3);
	pattern[199] = 'b';
	memset(name, 'a', 2000);
	name[2000] = '\0';
	assert_false(match(pattern, name));
	name[1999] = 'b';
	assert_true(match(pattern, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_cut_images),
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_what_is_cut_may_match),
		cmocka_unit_test(test_many_stars),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
