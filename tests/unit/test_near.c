/* SPDX-License-Identifier: Apache-2.0 */
/* Near misses: what is suggested, and what is too far away to be meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/near.h"

static const char *suggest(const char *typed, const char *const *words)
{
	static char text[NEAR_TEXT_SIZE];
	struct near near = near_begin(slice_from(typed));

	for (; *words; words++)
		near_offer(&near, slice_from(*words));
	return near_text(text, &near, "--");
}

static const char *const words[] = { "ingest",        "list", "format", "min-wait",
				     "min-incidents", "os",   NULL };

static void test_one_letter_wrong(void **state)
{
	(void)state;
	assert_string_equal(suggest("lsit", words), ", did you mean '--list'?");
	assert_string_equal(suggest("lst", words), ", did you mean '--list'?");
	assert_string_equal(suggest("lisst", words), ", did you mean '--list'?");
	assert_string_equal(suggest("lixt", words), ", did you mean '--list'?");
	assert_string_equal(suggest("FROMAT", words), ", did you mean '--format'?");
}

static void test_beginnings(void **state)
{
	(void)state;
	assert_string_equal(suggest("min", words),
			    ", did you mean '--min-wait' or '--min-incidents'?");
	assert_string_equal(suggest("fo", words), ", did you mean '--format'?");
}

static void test_too_far(void **state)
{
	(void)state;
	assert_string_equal(suggest("xyzzy", words), "");
	assert_string_equal(suggest("", words), "");
	assert_string_equal(suggest("x", words), "");
	assert_string_equal(suggest("loop", words), "");
	assert_string_equal(suggest("ab", words), "");
	assert_string_equal(
		suggest("fffffffffffffffffffffffffffffffffffffffffffffffffffffffff", words),
		"");
}

/* However long what is offered, the text is whole or cut, never beyond its room. */
static void test_long_words(void **state)
{
	static const char *const longer[] = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
					      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac",
					      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad",
					      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae",
					      NULL };

	(void)state;
	assert_true(strlen(suggest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", longer)) <
		    NEAR_TEXT_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_letter_wrong),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_too_far),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
