/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as they arrive on stderr. It is a packet pipe here: each read() gives back
 * exactly one write(), so that a line written in two pieces is seen.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/base/log.h"

static int saved_stderr, ends[2];
static char said[70000];

static void catch_stderr(void)
{
	assert_return_code(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_return_code(dup2(ends[1], STDERR_FILENO), 0);
}

static void release_stderr(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(ends[0]);
	close(ends[1]);
}

/* One write to stderr; "" when there was none. */
static const char *next_write(void)
{
	ssize_t len = read(ends[0], said, sizeof(said) - 1);

	said[len < 0 ? 0 : len] = '\0';
	return said;
}

static void test_one_line_one_write(void **state)
{
	(void)state;
	catch_stderr();
	log_note("%d bundles in %s", 3, "/cases");
	log_warning("one");
	log_error("%s", "");
	assert_string_equal(next_write(), "pipeline: 3 bundles in /cases\n");
	assert_string_equal(next_write(), "pipeline: one\n");
	assert_string_equal(next_write(), "pipeline: \n");
	assert_string_equal(next_write(), "");
	release_stderr();
}

static void test_quiet_leaves_notes_out(void **state)
{
	(void)state;
	catch_stderr();
	log_set_quiet(true);
	log_note("a");
	log_warning("b");
	log_error("c");
	log_set_quiet(false);
	log_note("d");
	assert_string_equal(next_write(), "pipeline: b\n");
	assert_string_equal(next_write(), "pipeline: c\n");
	assert_string_equal(next_write(), "pipeline: d\n");
	assert_string_equal(next_write(), "");
	release_stderr();
}

static void test_nothing_raw_reaches_the_terminal(void **state)
{
	(void)state;
	catch_stderr();
	log_error("%s", "a\x1b[2J\nb\x7f\xC2\x9B\xE2\x80\xAE\xFF\xC3\xA9.zip");
	assert_string_equal(next_write(), "pipeline: a\\x1b[2J\\x0ab\\x7f\\x9b\\u{202e}"
					  "\xEF\xBF\xBD\xC3\xA9.zip\n");
	release_stderr();
}

static void test_lengths(void **state)
{
	static char text[20001];
	static const size_t lengths[] = { 500, 511, 512, 513, 3000 };

	(void)state;
	catch_stderr();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(text, 'a', lengths[i]);
		text[lengths[i]] = '\0';
		log_error("%s", text);
		next_write();
		assert_int_equal(strlen(said), strlen("pipeline: \n") + lengths[i]);
		assert_int_equal(strspn(said + 10, "a"), lengths[i]);
	}
	release_stderr();
}

static void test_endless_text_is_cut(void **state)
{
	static char text[200001], whole[70000];

	(void)state;
	catch_stderr();
	memset(text, 'a', sizeof(text) - 1);
	log_error("%s", text);
	while (*next_write())
		strcat(whole, said);
	assert_in_range(strlen(whole), 10000, 20000);
	assert_string_equal(whole + strlen(whole) - 5, "a...\n");
	release_stderr();
}

static void *say_often(void *letter)
{
	for (int i = 0; i < 20; i++)
		log_error("%s%s%s", (char *)letter, (char *)letter, (char *)letter);
	return NULL;
}

static void test_lines_of_threads_are_not_mixed(void **state)
{
	static char letters[][2] = { "a", "b", "c", "d" };
	pthread_t threads[4];
	int lines = 0;

	(void)state;
	catch_stderr();
	fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, say_often, letters[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	while (*next_write()) {
		assert_int_equal(strlen(said), strlen("pipeline: aaa\n"));
		assert_int_equal(said[10], said[11]);
		assert_int_equal(said[11], said[12]);
		lines++;
	}
	assert_int_equal(lines, 80);
	release_stderr();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line_one_write),
		cmocka_unit_test(test_quiet_leaves_notes_out),
		cmocka_unit_test(test_nothing_raw_reaches_the_terminal),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_endless_text_is_cut),
		cmocka_unit_test(test_lines_of_threads_are_not_mixed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
