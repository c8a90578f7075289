/* SPDX-License-Identifier: Apache-2.0 */
/* Lines folded to a width: at blanks, below their text, colours without width, words and wide letters whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/fold.h"

static void expect(const char *line, size_t width, const char *expected)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	fold_line(out, slice_from(line), width);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_what_fits(void **state)
{
	(void)state;
	expect("", 10, "\n");
	expect("0123456789", 10, "0123456789\n");
	expect("  a  b", 10, "  a  b\n");
}

static void test_at_blanks(void **state)
{
	(void)state;
	expect("alpha beta gamma", 10, "alpha beta\n  gamma\n");
	expect("alpha beta gamma", 9, "alpha\n  beta\n  gamma\n");
	expect("alpha   beta", 8, "alpha\n  beta\n");
	expect("alpha beta   ", 10, "alpha beta\n");
}

static void test_below_the_text(void **state)
{
	(void)state;
	expect("    alpha beta gamma", 16, "    alpha beta\n      gamma\n");
	expect("  1  alpha beta gamma", 16, "  1  alpha beta\n       gamma\n");
}

static void test_words_are_whole(void **state)
{
	(void)state;
	expect("/srv/cases/2010/march.zip", 10, "/srv/cases/2010/march.zip\n");
	expect("  /srv/cases/2010/march.zip member", 10,
	       "  /srv/cases/2010/march.zip\n    member\n");
}

static void test_colours_and_wide_letters(void **state)
{
	(void)state;
	expect("\x1b[31malpha\x1b[0m beta", 10, "\x1b[31malpha\x1b[0m beta\n");
	expect("\xE6\xBC\xA2\xE6\xBC\xA2 \xE6\xBC\xA2\xE6\xBC\xA2", 9,
	       "\xE6\xBC\xA2\xE6\xBC\xA2 \xE6\xBC\xA2\xE6\xBC\xA2\n");
	expect("\xE6\xBC\xA2\xE6\xBC\xA2 \xE6\xBC\xA2\xE6\xBC\xA2", 8,
	       "\xE6\xBC\xA2\xE6\xBC\xA2\n  \xE6\xBC\xA2\xE6\xBC\xA2\n");
	expect("\x1b[31", 8, "\x1b[31\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_fits),
		cmocka_unit_test(test_at_blanks),
		cmocka_unit_test(test_below_the_text),
		cmocka_unit_test(test_words_are_whole),
		cmocka_unit_test(test_colours_and_wide_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
