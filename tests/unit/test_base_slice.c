/* SPDX-License-Identifier: Apache-2.0 */
/* Slices against the C library's functions for strings, on random short texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "pipeline/base/slice.h"

#define ROUNDS 20000

static uint64_t random_state = 1;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Up to seven letters of a small alphabet, so that texts are often alike. */
static struct slice random_text(char out[8])
{
	static const char alphabet[] = "aAbB@`[{z";
	size_t len = next_random() % 8;

	for (size_t i = 0; i < len; i++)
		out[i] = alphabet[next_random() % (sizeof(alphabet) - 1)];
	out[len] = '\0';
	return (struct slice){ out, len };
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void test_compare_like_strings(void **state)
{
	char a_text[8], b_text[8];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct slice a = random_text(a_text), b = random_text(b_text);

		assert_int_equal(sign(slice_compare(a, b)), sign(strcmp(a_text, b_text)));
		assert_int_equal(slice_equal(a, b), strcmp(a_text, b_text) == 0);
		assert_int_equal(slice_equal_icase(a, b), strcasecmp(a_text, b_text) == 0);
		assert_int_equal(slice_starts(a, b),
				 strncmp(a_text, b_text, strlen(b_text)) == 0);
		assert_int_equal(slice_starts_icase(a, b),
				 strncasecmp(a_text, b_text, strlen(b_text)) == 0);
		assert_int_equal(slice_ends(a, b),
				 a.len >= b.len &&
					 strcmp(a_text + a.len - b.len, b_text) == 0);
	}
}

static void test_find_like_strstr(void **state)
{
	char text[8], needle[8];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct slice a = random_text(text), b = random_text(needle);
		const char *found;

		b.len %= 4;
		needle[b.len] = '\0';
		found = strstr(text, needle);
		assert_int_equal(slice_find(a, b), found ? found - text : -1);
	}
}

static void test_bytes_beyond_ascii(void **state)
{
	(void)state;
	assert_true(slice_compare(SLICE("\xFF"), SLICE("a")) > 0);
	assert_true(slice_compare(SLICE("a\0a"), SLICE("a\0b")) < 0);
	/* A with grave, upper and lower case: only ASCII letters are folded. */
	assert_false(slice_equal_icase(SLICE("\xC3\x80"), SLICE("\xC3\xA0")));
	assert_false(slice_equal_icase(SLICE("\xC1"), SLICE("\xE1")));
	assert_int_equal(slice_find(SLICE("a\0b\0c"), SLICE("\0c")), 3);
}

static void test_nothing_is_a_text(void **state)
{
	(void)state;
	assert_true(slice_equal(SLICE_NONE, SLICE("")));
	assert_true(slice_equal_icase(SLICE_NONE, SLICE("")));
	assert_true(slice_starts(SLICE_NONE, SLICE_NONE));
	assert_true(slice_starts(SLICE("a"), SLICE_NONE));
	assert_true(slice_ends(SLICE_NONE, SLICE_NONE));
	assert_int_equal(slice_compare(SLICE_NONE, SLICE("")), 0);
	assert_true(slice_compare(SLICE_NONE, SLICE("a")) < 0);
	assert_int_equal(slice_find(SLICE_NONE, SLICE_NONE), 0);
	assert_int_equal(slice_find(SLICE_NONE, SLICE("a")), -1);
	assert_int_equal(slice_trim(SLICE_NONE).len, 0);
	assert_int_equal(slice_skip(SLICE_NONE, 3).len, 0);
	assert_int_equal(slice_first(SLICE_NONE, 3).len, 0);
	assert_int_equal(slice_from(NULL).len, 0);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(slice_equal(slice_trim(SLICE(" \t a b\t ")), SLICE("a b")));
	assert_true(slice_equal(slice_trim(SLICE("a")), SLICE("a")));
	assert_true(slice_equal(slice_trim(SLICE("\ra\n")), SLICE("\ra\n")));
	assert_int_equal(slice_trim(SLICE(" \t \t")).len, 0);
}

static void test_skip_and_first(void **state)
{
	struct slice text = SLICE("lsass.exe");

	(void)state;
	assert_true(slice_equal(slice_skip(text, 5), SLICE(".exe")));
	assert_true(slice_equal(slice_first(text, 5), SLICE("lsass")));
	assert_int_equal(slice_skip(text, 9).len, 0);
	assert_int_equal(slice_skip(text, SIZE_MAX).len, 0);
	assert_true(slice_equal(slice_first(text, SIZE_MAX), text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_like_strings),
		cmocka_unit_test(test_find_like_strstr),
		cmocka_unit_test(test_bytes_beyond_ascii),
		cmocka_unit_test(test_nothing_is_a_text),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_skip_and_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
