/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms: those of a known key, held against another HMAC (Python's); which names have the same one, asked of random names;
 * and that a word which is left is found in a file, wherever and however it stands there, and nothing where there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/base/csv.h"
#include "pipeline/base/json.h"
#include "pipeline/export/export.h"
#include "pipeline/export/redact_search.h"
#include "pipeline/export/redact_words.h"

#define ROUNDS 4000

static struct redact *redact;

static int begin(void **state)
{
	struct error error = ERROR_INIT;
	uint8_t key[32];

	(void)state;
	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)i;
	redact = redact_new(key, sizeof(key), &error);
	assert_non_null(redact);
	return 0;
}

static int end(void **state)
{
	(void)state;
	redact_free(redact);
	return 0;
}

static void expect(enum export_privacy privacy, const char *name, const char *want)
{
	struct slice got = redact_text(redact, privacy, slice_from(name));

	if (!slice_equal(got, slice_from(want)))
		fail_msg("%s is %.*s, not %s", name, SLICE_ARG(got), want);
}

static void the_hmac_is_that_of_others(void **state)
{
	(void)state;
	expect(EXPORT_IMAGE, "ProcessA.exe", "image-f67fbb88da8b9e1b.exe");
	expect(EXPORT_IMAGE, "PROCESSA.EXE", "image-f67fbb88da8b9e1b.exe");
	expect(EXPORT_IMAGE, "LongServiceName", "image-6ec7593d9957d421");
	expect(EXPORT_IMAGE, "LongServiceNameHost.exe", "image-6ec7593d9957d421-c525fc28.exe");
	expect(EXPORT_MACHINE, "TS01", "machine-8d8d50761f31c863");
	expect(EXPORT_MACHINE, "ts01.corp.example",
	       "machine-8d8d50761f31c863.domain-1a84002d1ee4dd9e");
	expect(EXPORT_MACHINE, "CORP.EXAMPLE\\TS01",
	       "domain-1a84002d1ee4dd9e\\machine-8d8d50761f31c863");
	expect(EXPORT_PATH, "Users/Alice/Contoso.log.zst!/x",
	       "path-b2c7728d01586158/user-34d45cbc91de5ce7/path-9a9033eafe397ba6.log.zst!/"
	       "path-183144e394cafd9e");
}

static void what_windows_has_stays(void **state)
{
	static const struct {
		enum export_privacy privacy;
		const char *text;
	} cases[] = {
		{ EXPORT_IMAGE, "svchost.exe" },
		{ EXPORT_IMAGE, "LSASS.EXE" },
		{ EXPORT_IMAGE, "SearchProtocolH" },
		{ EXPORT_IMAGE, "SearchProtocolHost.exe" },
		{ EXPORT_IMAGE, "System" },
		{ EXPORT_IMAGE, "WerFault.exe" },
		{ EXPORT_FRAME, "nt!KiSwapContext" },
		{ EXPORT_FRAME, "USER32!MessageBoxW+0x2f" },
		{ EXPORT_FRAME, "nt!?? ::FNODOBFM::`string'" },
		{ EXPORT_FRAME, "0x774d756a" },
		{ EXPORT_FRAME, "00007ffd`c4d2d0a4" },
		{ EXPORT_FRAME, "+0xfe0343a5" },
		{ EXPORT_WORDS,
		  "Windows 7 Kernel Version 7601 (Service Pack 1) MP (8 procs) Free x64" },
		{ EXPORT_WORDS, "WrLpcReply" },
		{ EXPORT_WORDS, "0xD1" },
		{ EXPORT_PATH, "C:/../." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].privacy, cases[i].text, cases[i].text);
}

/* What any of these tells must not be in what stands for it. */
static void what_others_have_does_not(void **state)
{
	static const struct {
		enum export_privacy privacy;
		const char *text, *part;
	} cases[] = {
		{ EXPORT_IMAGE, "SearchProtocolHugo.exe", "earch" },
		{ EXPORT_IMAGE, "procdumpcontoso.exe", "contoso" },
		{ EXPORT_FRAME, "contoso!Ledger::Post+0x12", "ontoso" },
		{ EXPORT_FRAME, "contoso!Ledger::Post+0x12", "edger" },
		{ EXPORT_FRAME, "nt!C:\\contoso.pdb", "ontoso" },
		{ EXPORT_FRAME, "contoso", "ontoso" },
		{ EXPORT_FRAME, "feedface!x", "feed" },
		{ EXPORT_WORDS, "Windows Contoso", "ontoso" },
		{ EXPORT_WORDS, "Windows 10.1.2.3", "10.1" },
		{ EXPORT_WORDS, "S-1-5-21-1004336348-1177238915", "1004" },
		{ EXPORT_WORDS, "Windows 1004336348", "1004" },
		{ EXPORT_MACHINE, "10.1.2.3", "10.1" },
		{ EXPORT_MACHINE, "fe80::12", "fe80" },
		{ EXPORT_PATH, "\\\\Server7\\share", "7\\s" },
		{ EXPORT_PATH, "case.contoso", "contoso" },
		{ EXPORT_PATH, "10.20.30.400", "400" },
		{ EXPORT_PATH, "C:\\Users\\Bob\\x.dmp", "Bob" },
		{ EXPORT_HASH, "9f3c41aa02b7d6e5", "9f3c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice got =
			redact_text(redact, cases[i].privacy, slice_from(cases[i].text));

		assert_true(got.len > 0);
		if (slice_find(got, slice_from(cases[i].part)) >= 0)
			fail_msg("%s is %.*s", cases[i].text, SLICE_ARG(got));
	}
	assert_int_equal(redact_text(redact, EXPORT_QUOTE, SLICE("x")).len, 0);
}

/* ---- random names ---- */

static uint64_t seed = 20261126;

static uint64_t next_random(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

/* Of few letters, so that there are equal ones, cut ones and ones that differ in case alone; some are no ASCII, some no UTF-8. */
static struct slice make_name(char *out, size_t longest)
{
	static const char *const pieces[] = { "ab", "AB",        "q",        "Q",
					      " ",  "\xC3\xA4",  "\xC3",     ".exe",
					      "-",  "longpiece", "LongPiece" };
	size_t len = 0, want = 1 + next_random(longest);

	while (len < want) {
		const char *piece = pieces[next_random(sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(out + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return (struct slice){ out, len };
}

static struct slice digits_of(struct slice pseudonym)
{
	return slice_first(pseudonym, strlen("image-") + 16);
}

static bool has_more_digits(struct slice pseudonym)
{
	return pseudonym.len > strlen("image-") + 16 &&
	       pseudonym.at[strlen("image-") + 16] == '-';
}

/* As the manual says: all digits, or where one has but 16, these. */
static bool same_by_pseudonym(struct slice a, struct slice b)
{
	size_t all = strlen("image-") + 16 + 9;

	if (has_more_digits(a) && has_more_digits(b))
		return slice_equal(slice_first(a, all), slice_first(b, all));
	return slice_equal(digits_of(a), digits_of(b));
}

static void images_are_the_same_as_before(void **state)
{
	char one[64], other[64], kept[64];
	size_t same = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct slice a = make_name(one, 24), b = make_name(other, 24), said, more;

		if (i % 2) { /* two that have much in common */
			memcpy(other, one, a.len);
			b = (struct slice){ other, a.len };
			other[next_random(a.len)] ^= i % 4 == 1 ? 0x20 : 0;
			b.len -= next_random(a.len < 4 ? a.len : 4);
		}
		said = redact_text(redact, EXPORT_IMAGE, a);
		memcpy(kept, said.at, said.len);
		said.at = kept;
		more = redact_text(redact, EXPORT_IMAGE, b);
		same += image_same(a, b);
		if (image_same(a, b) != same_by_pseudonym(said, more))
			fail_msg("%.*s and %.*s are %.*s and %.*s", SLICE_ARG(a),
				 SLICE_ARG(b), SLICE_ARG(said), SLICE_ARG(more));
	}
	assert_in_range(same, ROUNDS / 8, ROUNDS - ROUNDS / 8);
}

/* ---- files ---- */

struct found {
	bool found;
	struct redact_place place;
};

static struct found search(FILE *file, bool json, uint64_t with_functions)
{
	struct redact_search what = { redact_words(redact), json, with_functions };
	struct error error = ERROR_INIT;
	struct found found = { 0 };

	fflush(file);
	lseek(fileno(file), 0, SEEK_SET);
	assert_true(redact_search(&what, fileno(file), &found.found, &found.place, &error));
	fclose(file);
	return found;
}

/* Rows of two columns; number `leak` has the text, in its second. */
static FILE *write_rows(bool as_json, int rows, int leak, struct slice text)
{
	FILE *file = tmpfile();
	struct json json;
	struct csv csv;

	json_init(&json, file, false);
	csv_init(&csv, file);
	for (int i = 1; i <= rows; i++) {
		struct slice value = i == leak ? text : SLICE("image-0123456789abcdef.exe");

		if (!as_json) {
			csv_string(&csv, "a, \"quoted\" one");
			csv_text(&csv, value);
			csv_end_row(&csv);
			continue;
		}
		json_object_begin(&json);
		json_key(&json, "incident");
		json_string(&json, "a, \"quoted\" one");
		json_key(&json, "image");
		json_text(&json, value);
		json_object_end(&json);
		json_end(&json);
	}
	return file;
}

static void expect_leak(enum export_privacy privacy, const char *name, const char *text)
{
	redact_text(redact, privacy, slice_from(name));
	for (int as_json = 0; as_json < 2; as_json++) {
		/* More than one piece of the file, so that lines are counted over pieces. */
		int rows = 60000, leak = text ? 1 + (int)next_random(60000) : 0;
		struct found found =
			search(write_rows(as_json, rows, leak, slice_from(text)), as_json, 0);

		if (found.found != (text != NULL))
			fail_msg("%s in %s: %sfound", name, text ? text : "nothing",
				 found.found ? "" : "not ");
		if (!text)
			continue;
		assert_int_equal(found.place.line, leak);
		assert_int_equal(found.place.column, 1);
	}
}

static void a_name_that_is_left_is_found(void **state)
{
	(void)state;
	expect_leak(EXPORT_IMAGE, "Ledger.exe", NULL);
	expect_leak(EXPORT_IMAGE, "Ledger.exe", "ledger.exe");
	expect_leak(EXPORT_IMAGE, "Ledger.exe", "see \"LEDGER\", x");
	expect_leak(EXPORT_MACHINE, "TS01", "before\tts01\x01");
	expect_leak(EXPORT_MACHINE, "m\xC3\xBCller7",
		    "M\xC3\xBCLLER7"); /* letters beyond ASCII count as they are */
	expect_leak(EXPORT_MACHINE, "bad\xC3name", "bad\xC3name");
	expect_leak(EXPORT_PATH, "/srv/Contoso_2024/x.log", "CONTOSO");
	expect_leak(EXPORT_PATH, "C:\\Users\\Bob", "{bob}");
	expect_leak(EXPORT_FRAME, "fabrikam!Post", "fabrikam");
}

/* JSON may write any letter as an escape; ours does not, but somebody may change that. */
static void escapes_are_undone(void **state)
{
	FILE *file = tmpfile();
	struct found found;

	(void)state;
	redact_text(redact, EXPORT_MACHINE, SLICE("TS01"));
	fputs("{\"a\":\"x \\u0054S\\u00301\\n\"}\n", file);
	found = search(file, true, 0);
	assert_true(found.found);
	assert_int_equal(found.place.line, 1);
	file = tmpfile();
	fputs("{\"a\":\"x\\nTS01\"}\n", file);
	assert_true(search(file, true, 0).found);
	file = tmpfile();
	fputs("{\"a\":\"\\n\\\\TS01\\t\"}\n", file);
	assert_true(search(file, true, 0).found);
	file = tmpfile();
	fputs("{\"a\":\"\\u0041TS01\", \"b\":\"TS01\\u0041\\uD83D\\uDE00\\uD83Dx\\", file);
	assert_false(search(file, true, 0).found);
}

static void what_any_export_has_is_none(void **state)
{
	static const char text[] =
		"2024-03-10T17:22:09.137Z,fffffa80,server thread,fffffa800b845bb0,nt\n";
	FILE *file = tmpfile();

	(void)state;
	redact_text(redact, EXPORT_PATH,
		    SLICE("2024-03-10T17/09.137z/fffffa80/nt/server/thread"));
	redact_text(redact, EXPORT_IMAGE, SLICE("fffffa800b845bb0"));
	fputs(text, file);
	assert_false(search(file, false, 0).found);
	assert_true(redact_words_count(redact_words(redact), false) > 5);
}

/* nt!Update is no leak of Update.exe, but one of a machine of that name. */
static void functions_are_called_as_images_are(void **state)
{
	static const char row[] = "1,nt!Update\n";
	FILE *file = tmpfile();

	(void)state;
	redact_text(redact, EXPORT_IMAGE, SLICE("Update.exe"));
	fputs(row, file);
	assert_false(search(file, false, 2).found);
	file = tmpfile();
	fputs(row, file);
	assert_true(search(file, false, 1).found);
	redact_text(redact, EXPORT_MACHINE, SLICE("UPDATE"));
	file = tmpfile();
	fputs(row, file);
	assert_true(search(file, false, 2).found);
}

/* Whatever names are: what stands for them holds none of their words. */
static void nothing_of_random_names_is_left(void **state)
{
	static const enum export_privacy classes[] = { EXPORT_IMAGE, EXPORT_MACHINE,
						       EXPORT_PATH, EXPORT_FRAME,
						       EXPORT_WORDS };
	FILE *file = tmpfile();
	struct json json;
	char name[96];

	(void)state;
	json_init(&json, file, false);
	for (int i = 0; i < ROUNDS; i++) {
		enum export_privacy privacy = classes[next_random(5)];

		json_text(&json, redact_text(redact, privacy, make_name(name, 60)));
		json_end(&json);
	}
	assert_false(search(file, true, 0).found);
}

/* ---- rows ---- */

static char *one_row(struct redact *with, void (*put)(struct export_table *table), bool *wrong)
{
	struct export_table table;
	char *text;
	size_t len;
	FILE *out = mem_stream(&text, &len);

	export_table_begin(&table, EXPORT_zombies, out, false);
	table.redact = with;
	put(&table);
	*wrong = table.wrong;
	mem_stream_end(out);
	return text;
}

static void put_right(struct export_table *table)
{
	export_word(table, "0123456789abcdef");
	export_text(table, SLICE("Ledger.exe"));
	export_u64(table, 3);
	export_row_end(table);
}

/* Text of a log in a column that is called plain. */
static void put_wrong(struct export_table *table)
{
	export_text(table, SLICE("Ledger.exe"));
	export_text(table, SLICE("Ledger.exe"));
	export_u64(table, 3);
	export_row_end(table);
}

static void a_plain_column_takes_no_text(void **state)
{
	bool wrong;
	char *text;

	(void)state;
	text = one_row(redact, put_right, &wrong);
	assert_false(wrong);
	assert_non_null(strstr(text, "\"image\":\"image-"));
	assert_null(strstr(text, "Ledger"));
	free(text);
	text = one_row(NULL, put_right, &wrong);
	assert_false(wrong);
	assert_non_null(strstr(text, "\"image\":\"Ledger.exe\""));
	free(text);
	free(one_row(NULL, put_wrong, &wrong));
	assert_true(wrong);
}

#define WITH_KEY(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KEY(the_hmac_is_that_of_others),
		WITH_KEY(what_windows_has_stays),
		WITH_KEY(what_others_have_does_not),
		WITH_KEY(images_are_the_same_as_before),
		WITH_KEY(a_name_that_is_left_is_found),
		WITH_KEY(escapes_are_undone),
		WITH_KEY(what_any_export_has_is_none),
		WITH_KEY(functions_are_called_as_images_are),
		WITH_KEY(nothing_of_random_names_is_left),
		WITH_KEY(a_plain_column_takes_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
