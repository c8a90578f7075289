/* SPDX-License-Identifier: Apache-2.0 */
/* Tables by exact text, wide, narrow and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/utf8.h"
#include "pipeline/text_table.h"

static const struct text_column columns[] = {
	{ "ID", TEXT_LEFT, TEXT_WHOLE },
	{ "COUNT", TEXT_RIGHT, TEXT_WHOLE },
	{ "NAME", TEXT_LEFT, TEXT_CUT_END },
	{ "PATH", TEXT_LEFT, TEXT_CUT_MIDDLE },
};

static struct text_table table;
static char *printed;
static size_t printed_len;

static void start(size_t room)
{
	FILE *out = open_memstream(&printed, &printed_len);

	assert_non_null(out);
	text_table_init(&table, out, columns, 4, room);
}

static void add(const char *id, uint64_t count, const char *name, const char *path)
{
	text_table_string(&table, id);
	text_table_u64(&table, count);
	text_table_string(&table, name);
	text_table_string(&table, path);
}

static void finish(void)
{
	text_table_end(&table);
	fclose(table.out);
}

static void expect(const char *expected)
{
	finish();
	assert_string_equal(printed, expected);
	free(printed);
}

static void test_as_wide_as_its_cells(void **state)
{
	(void)state;
	start(0);
	add("9f3c", 7, "A.exe", "/srv/cases/a.zip");
	add("01", 1234567, "", "/srv/b.zip");
	expect("ID      COUNT  NAME   PATH\n"
	       "9f3c        7  A.exe  /srv/cases/a.zip\n"
	       "01    1234567  -      /srv/b.zip\n");
}

static void test_no_rows_print_nothing(void **state)
{
	(void)state;
	start(80);
	expect("");
}

static void test_what_fits_is_left_alone(void **state)
{
	(void)state;
	start(60);
	add("1", 1, "TerminalServer07.exe", "/srv/1.zip");
	expect("ID  COUNT  NAME                  PATH\n"
	       "1       1  TerminalServer07.exe  /srv/1.zip\n");
	start(44); /* to the column */
	add("1", 1, "TerminalServer07.exe", "/srv/1.zip");
	expect("ID  COUNT  NAME                  PATH\n"
	       "1       1  TerminalServer07.exe  /srv/1.zip\n");
}

static void test_the_widest_is_shortened_first(void **state)
{
	(void)state;
	start(50);
	add("1", 1, "TerminalSrv.exe", "/srv/cases/2010/march/case_study.zip");
	expect("ID  COUNT  NAME             PATH\n"
	       "1       1  TerminalSrv.exe  /srv/cases\xE2\x80\xA6"
	       "e_study.zip\n");
	start(39);
	add("1", 1, "TerminalServer07.exe", "/srv/cases/2010/march/case_study.zip");
	expect("ID  COUNT  NAME           PATH\n"
	       "1       1  TerminalServ\xE2\x80\xA6  /srv/c\xE2\x80\xA6"
	       "dy.zip\n");
}

static void test_no_narrower_than_can_be_read(void **state)
{
	(void)state;
	for (size_t room = 1; room < 36; room++) {
		start(room);
		add("1", 1, "TerminalServer07.exe", "/srv/cases/2010/march/case_study.zip");
		expect("ID  COUNT  NAME          PATH\n"
		       "1       1  TerminalSer\xE2\x80\xA6  /srv/\xE2\x80\xA6"
		       "dy.zip\n");
	}
}

static const struct text_column many[] = {
	{ "INCIDENT", TEXT_LEFT, TEXT_WHOLE },
	{ "SESSION TIME", TEXT_LEFT, TEXT_WHOLE },
	{ "PROCESSES", TEXT_RIGHT, TEXT_WHOLE },
	{ "ZOMBIES", TEXT_RIGHT, TEXT_WHOLE },
	{ "BUNDLE", TEXT_LEFT, TEXT_CUT_MIDDLE },
};

/* What still does not fit goes on below, headings and all; the lines do not depend on later rows. */
static void test_a_row_of_two_lines(void **state)
{
	FILE *out = open_memstream(&printed, &printed_len);

	(void)state;
	text_table_init(&table, out, many, 5, 64);
	for (int i = 0; i < 2; i++) {
		text_table_string(&table, "9f3c41aa02b7d6e5");
		text_table_string(&table, i ? "-" : "2010-03-10T17:22:09.137Z");
		text_table_u64(&table, 6080);
		text_table_u64(&table, i ? 1 : 31000);
		text_table_string(&table, i ? "a.zip"
					    : "/srv/cases/2010/march/a-customer-of-a-long-name/"
					      "case_study.zip");
	}
	expect("INCIDENT          SESSION TIME              PROCESSES  ZOMBIES\n"
	       "    BUNDLE\n"
	       "9f3c41aa02b7d6e5  2010-03-10T17:22:09.137Z       6080    31000\n"
	       "    /srv/cases/2010/march/a-custo\xE2\x80\xA6-of-a-long-name/case_study.zip\n"
	       "9f3c41aa02b7d6e5  -                              6080        1\n"
	       "    a.zip\n");
}

static const struct text_column spare[] = {
	{ "ID", TEXT_LEFT, TEXT_WHOLE },
	{ "PROCESSES", TEXT_RIGHT, TEXT_WHOLE, .spare = 2 },
	{ "ZOMBIES", TEXT_RIGHT, TEXT_WHOLE },
	{ "MACHINE", TEXT_LEFT, TEXT_CUT_END, .least = 9 },
	{ "THREADS", TEXT_RIGHT, TEXT_WHOLE, .spare = 1 },
	{ "BUNDLE", TEXT_LEFT, TEXT_CUT_PATH },
};

static void expect_spare(size_t room, const char *id, const char *expected)
{
	FILE *out = open_memstream(&printed, &printed_len);

	text_table_init(&table, out, spare, 6, room);
	text_table_string(&table, id);
	text_table_u64(&table, 6080);
	text_table_u64(&table, 31000);
	text_table_string(&table, "TerminalServer07");
	text_table_u64(&table, 12);
	text_table_string(&table, "/srv/cases/2010/march/case_study.zip");
	expect(expected);
}

/* To the column: all, then without the most spare one, then without both; then all, on two lines. */
static void test_what_can_be_spared(void **state)
{
	(void)state;
	expect_spare(70, "9f3c41aa02b7d6e5",
		     "ID                PROCESSES  ZOMBIES  MACHINE    THREADS  BUNDLE\n"
		     "9f3c41aa02b7d6e5       6080    31000  Terminal\xE2\x80\xA6       12  \xE2\x80\xA6"
		     "e_study.zip\n");
	expect_spare(69, "9f3c41aa02b7d6e5",
		     "ID                ZOMBIES  MACHINE          THREADS  BUNDLE\n"
		     "9f3c41aa02b7d6e5    31000  TerminalServer\xE2\x80\xA6       12  \xE2\x80\xA6"
		     "case_study.zip\n");
	expect_spare(60, "9f3c41aa02b7d6e5-",
		     "ID                 ZOMBIES  MACHINE    THREADS  BUNDLE\n"
		     "9f3c41aa02b7d6e5-    31000  Terminal\xE2\x80\xA6       12  \xE2\x80\xA6"
		     "e_study.zip\n");
	expect_spare(60, "9f3c41aa02b7d6e5--",
		     "ID                  ZOMBIES  MACHINE         BUNDLE\n"
		     "9f3c41aa02b7d6e5--    31000  TerminalServe\xE2\x80\xA6  \xE2\x80\xA6"
		     "ase_study.zip\n");
	expect_spare(60, "9f3c41aa02b7d6e5-----------",
		     "ID                           PROCESSES  ZOMBIES\n"
		     "    MACHINE           THREADS  BUNDLE\n"
		     "9f3c41aa02b7d6e5-----------       6080    31000\n"
		     "    TerminalServer07       12  /srv/cases/201\xE2\x80\xA6"
		     "case_study.zip\n");
}

static void test_letters_are_not_torn(void **state)
{
	(void)state;
	start(37);
	/* Wide letters: 6 of them fill 12 columns, and an ellipsis takes the place of one. An e with its accent is one. */
	add("1", 1,
	    "\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2",
	    "/srv/0123456789012345e\xCC\x81"
	    "23456");
	expect("ID  COUNT  NAME          PATH\n"
	       "1       1  \xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE2\x80\xA6   "
	       "/srv/\xE2\x80\xA6"
	       "e\xCC\x81"
	       "23456\n");
	start(29);
	add("1", 1, "Name",
	    "/srv/012345678901234567890123456e\xCC\x81"
	    "123456");
	finish();
	assert_non_null(strstr(printed, "/srv/\xE2\x80\xA6"
					"123456\n"));
	free(printed);
}

static void test_controls_are_shown_and_counted(void **state)
{
	(void)state;
	start(0);
	add("1", 1, "\x1b[31m", "p");
	add("2", 2, "A.exe", "q");
	expect("ID  COUNT  NAME      PATH\n"
	       "1       1  \\x1b[31m  p\n"
	       "2       2  A.exe     q\n");
	start(36);
	add("1", 1, "\x1b[31m\x1b[32m",
	    "0\x1b\x1b\x1b\x1b\x1b\x1b"
	    "1");
	expect("ID  COUNT  NAME          PATH\n"
	       "1       1  \\x1b[31m\xE2\x80\xA6     0\\x1b\xE2\x80\xA6\\x1b1\n");
}

static void test_one_absurd_name_widens_only_its_line(void **state)
{
	char *name = malloc(100001);
	size_t first, second;

	(void)state;
	memset(name, 'x', 100000);
	name[100000] = 0;
	start(0);
	add("1", 1, name, "p");
	add("2", 2, "A.exe", "q");
	finish();
	first = (size_t)(strchr(printed, '\n') - printed) + 1;
	second = first + (size_t)(strchr(printed + first, '\n') - (printed + first)) + 1;
	assert_true(second - first > 100000);
	assert_true(first < TEXT_TABLE_MOST + 100);
	assert_true(printed_len - second < TEXT_TABLE_MOST + 100);
	free(printed);
	free(name);
}

/* Lines of more than one batch: headings once, columns that only grow. */
static void test_batches(void **state)
{
	size_t lines = 0;
	uint64_t count = 0;
	char *at;

	(void)state;
	start(0);
	for (size_t i = 0; i < 3 * TEXT_TABLE_BATCH + 5; i++)
		add("1", i, i == TEXT_TABLE_BATCH + 1 ? "A long name.exe" : "A", "p");
	assert_true(table.cells.len <= 4 * TEXT_TABLE_BATCH);
	finish();
	for (at = printed; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 3 * TEXT_TABLE_BATCH + 6);
	at = printed;
	assert_int_equal(strncmp(at, "ID  COUNT  NAME  PATH\n", 22), 0);
	for (at = strchr(at, '\n') + 1; *at; at = strchr(at, '\n') + 1, count++) {
		assert_int_equal(strtoull(at + 2, NULL, 10), count);
		assert_int_equal(strchr(at, '\n') - at, count < TEXT_TABLE_BATCH ? 18 : 29);
	}
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_wide_as_its_cells),
		cmocka_unit_test(test_no_rows_print_nothing),
		cmocka_unit_test(test_what_fits_is_left_alone),
		cmocka_unit_test(test_the_widest_is_shortened_first),
		cmocka_unit_test(test_no_narrower_than_can_be_read),
		cmocka_unit_test(test_a_row_of_two_lines),
		cmocka_unit_test(test_what_can_be_spared),
		cmocka_unit_test(test_letters_are_not_torn),
		cmocka_unit_test(test_controls_are_shown_and_counted),
		cmocka_unit_test(test_one_absurd_name_widens_only_its_line),
		cmocka_unit_test(test_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
