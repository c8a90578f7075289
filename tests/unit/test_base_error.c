/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: texts, contexts, and cutting at the border of a letter. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/error.h"
#include "pipeline/base/utf8.h"

#define TEXT_MAX (sizeof(((struct error *)0)->text) - 1)
#define ELLIPSIS "\xE2\x80\xA6"

static void test_set(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	assert_int_equal(error.kind, ERROR_NONE);
	error.reason = "stale";
	assert_false(error_set(&error, ERROR_USAGE, "no such command: %s", "ingets"));
	assert_int_equal(error.kind, ERROR_USAGE);
	assert_string_equal(error.text, "no such command: ingets");
	assert_null(error.reason);
}

static void test_context_goes_in_front(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	assert_false(error_input(&error, "truncated", "truncated %s input", "gzip"));
	assert_false(error_context(&error, "%s", "kd.log"));
	assert_false(error_context(&error, "case.zip"));
	assert_false(error_context(&error, "ingest"));
	assert_string_equal(error.text, "ingest: case.zip: kd.log: truncated gzip input");
	assert_int_equal(error.kind, ERROR_INPUT);
	assert_string_equal(error.reason, "truncated");
}

static void test_errno_is_told_and_kept(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	errno = ENOENT;
	assert_false(error_errno(&error, "open %s", "index.mdb"));
	assert_string_equal(error.text, "open index.mdb: No such file or directory");
	assert_int_equal(error.kind, ERROR_IO);
	assert_int_equal(errno, ENOENT);
}

static void test_arguments_may_lie_in_the_error(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	error_set(&error, ERROR_IO, "disk full");
	error_set(&error, ERROR_INTERNAL, "%s, %s", error.text, error.text);
	assert_string_equal(error.text, "disk full, disk full");
	error_context(&error, "<%s>", error.text);
	assert_string_equal(error.text, "<disk full, disk full>: disk full, disk full");
}

static void test_one_line(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	error_set(&error, ERROR_IO, "a\nb\r\nc\n");
	assert_string_equal(error.text, "a b  c ");
}

/* A text of `ascii` letters, then a longer letter again and again, beyond what fits. */
static void cut_after(size_t ascii, const char *letter)
{
	struct error error = ERROR_INIT;
	char text[1000] = "";
	size_t len, kept;

	memset(text, 'a', ascii);
	while (strlen(text) < 600)
		strcat(text, letter);
	error_set(&error, ERROR_IO, "%s", text);
	len = strlen(error.text);
	kept = len - strlen(ELLIPSIS);
	assert_string_equal(error.text + kept, ELLIPSIS);
	assert_memory_equal(error.text, text, kept);
	assert_true(utf8_valid(slice_from(error.text)));
	/* As much as fits is kept. */
	assert_true(len <= TEXT_MAX && len + strlen(letter) > TEXT_MAX);
}

static void test_cut_at_a_letter(void **state)
{
	(void)state;
	for (size_t ascii = 0; ascii < 490; ascii++) {
		cut_after(ascii, "\xC3\xA9");
		cut_after(ascii, "\xE2\x82\xAC");
		cut_after(ascii, "\xF0\x9F\x98\x80");
	}
}

static void test_longest_is_not_cut(void **state)
{
	struct error error = ERROR_INIT;
	char text[600];

	(void)state;
	for (size_t len = TEXT_MAX - 5; len < TEXT_MAX + 5; len++) {
		memset(text, 'a', len);
		text[len] = '\0';
		error_set(&error, ERROR_IO, "%s", text);
		if (len <= TEXT_MAX)
			assert_string_equal(error.text, text);
		else
			assert_string_equal(error.text + TEXT_MAX - 3, ELLIPSIS);
	}
}

static void test_bytes_that_are_no_letters(void **state)
{
	struct error error = ERROR_INIT;
	char text[600];

	(void)state;
	memset(text, 0x80, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&error, ERROR_IO, "%s", text);
	assert_in_range(strlen(error.text), TEXT_MAX - 4, TEXT_MAX);
}

static void test_context_cuts_the_end(void **state)
{
	struct error error = ERROR_INIT;
	char *end;

	(void)state;
	error_set(&error, ERROR_IO, "the end");
	for (int i = 0; i < 100; i++)
		error_context(&error, "level %d", i);
	assert_memory_equal(error.text, "level 99: level 98: ", 20);
	end = error.text + strlen(error.text) - strlen(ELLIPSIS);
	assert_string_equal(end, ELLIPSIS);
	/* A context that leaves no room for anything else. */
	error_context(&error, "%0600d", 1);
	assert_int_equal(strspn(error.text, "0"), TEXT_MAX - strlen(ELLIPSIS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_context_goes_in_front),
		cmocka_unit_test(test_errno_is_told_and_kept),
		cmocka_unit_test(test_arguments_may_lie_in_the_error),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_cut_at_a_letter),
		cmocka_unit_test(test_longest_is_not_cut),
		cmocka_unit_test(test_bytes_that_are_no_letters),
		cmocka_unit_test(test_context_cuts_the_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
