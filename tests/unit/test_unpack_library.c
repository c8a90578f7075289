/* SPDX-License-Identifier: Apache-2.0 */
/* Loading libarchive: what is told of a machine that has none, or one that lacks a function; and the one that serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stages/unpack.h"
#include "stages/unpack_library.h"

static void test_no_such_library(void **state)
{
	static struct libarchive calls;
	struct error error = ERROR_INIT;

	(void)state;
	assert_false(library_load(&calls, "libarchive.so.none", &error));
	assert_int_equal(error.kind, ERROR_IO);
	assert_non_null(strstr(error.text, "libarchive.so.none"));
}

/* Of the calls of libarchive the C library has none. */
static void test_library_without_a_function(void **state)
{
	static struct libarchive calls;
	struct error error = ERROR_INIT;

	(void)state;
	assert_false(library_load(&calls, "libc.so.6", &error));
	assert_int_equal(error.kind, ERROR_IO);
	assert_non_null(strstr(error.text, "libc.so.6 has no archive_"));
}

/* The functions are those that this test is linked to, each in its own place; and nobody can replace them any more. */
static void test_the_library_that_serves(void **state)
{
	struct error error = ERROR_INIT;
	int pair[2];

	(void)state;
	assert_true(unpack_prepare(&error));
	assert_true(unpack_prepare(&error));
#define ARCHIVE_CALL(name) assert_ptr_equal(libarchive.name, archive_##name);
#include "stages/archive_calls.def"
#undef ARCHIVE_CALL
	if (sysconf(_SC_PAGESIZE) != LIBRARY_PAGE)
		return;
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(read(pair[0], &libarchive, 1), -1); /* EFAULT instead of a signal */
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_such_library),
		cmocka_unit_test(test_library_without_a_function),
		cmocka_unit_test(test_the_library_that_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
