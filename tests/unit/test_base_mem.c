/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: what comes back, and that running out leaves with the status asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/base/mem.h"

static void test_requests_of_nothing(void **state)
{
	void *memory[] = {
		mem_alloc(0),
		mem_alloc_zero(0, 8),
		mem_alloc_zero(8, 0),
		mem_resize(NULL, 0, 8),
		mem_resize(mem_alloc(8), 0, 8),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		assert_non_null(memory[i]);
		free(memory[i]);
	}
}

static void test_zeroed_and_copied(void **state)
{
	unsigned char *zeros = mem_alloc_zero(1000, 3);
	char *copy = mem_strdup("kd.log");

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(zeros[i], 0);
	assert_string_equal(copy, "kd.log");
	free(zeros);
	free(copy);
}

static void test_resize_keeps_what_was_there(void **state)
{
	uint32_t *numbers = NULL;

	(void)state;
	for (uint32_t count = 1; count < 500; count++) {
		numbers = mem_resize(numbers, count, sizeof(*numbers));
		numbers[count - 1] = count;
		for (uint32_t i = 0; i < count; i++)
			assert_int_equal(numbers[i], i + 1);
	}
	free(numbers);
}

/* The exit status and the first bytes on stderr of a process that asks for too much. */
static int status_of(int status, size_t count, size_t size, char *said, size_t said_size)
{
	int ends[2], result;
	ssize_t len;
	pid_t child;

	assert_return_code(pipe(ends), 0);
	child = fork();
	assert_return_code(child, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		if (status != 2)
			mem_set_exit_status(status);
		free(mem_resize(NULL, count, size));
		_exit(0);
	}
	close(ends[1]);
	len = read(ends[0], said, said_size - 1);
	assert_true(len >= 0);
	said[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &result, 0), child);
	assert_true(WIFEXITED(result));
	return WEXITSTATUS(result);
}

static void test_overflow_leaves_with_status(void **state)
{
	char said[200];

	(void)state;
	assert_int_equal(status_of(2, SIZE_MAX / 2, 3, said, sizeof(said)), 2);
	assert_string_equal(said, "pipeline: out of memory\n");
	assert_int_equal(status_of(71, SIZE_MAX / 8 + 2, 8, said, sizeof(said)), 71);
	assert_string_equal(said, "pipeline: out of memory\n");
	assert_int_equal(status_of(71, 4, 4, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_of_nothing),
		cmocka_unit_test(test_zeroed_and_copied),
		cmocka_unit_test(test_resize_keeps_what_was_there),
		cmocka_unit_test(test_overflow_leaves_with_status),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
