/* SPDX-License-Identifier: Apache-2.0 */
/* Values off a line: what is read, how far, and above all what is refused (formats.md sections 2.5, 4.5, 6.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/lex.h"

#define REFUSED "-" /* no rest: the value is refused */

static struct cursor cursor_at(const char *text, bool open_end)
{
	return (struct cursor){ text, text + strlen(text), open_end };
}

/* The cursor stands before `rest`, or where it was when the value is refused. */
static void check_rest(const char *text, struct cursor cursor, bool got, const char *rest)
{
	const char *at = strcmp(rest, REFUSED) == 0 ? text : rest;

	if (got != (at == rest))
		fail_msg("'%s' is %s", text, got ? "taken" : "refused");
	if (!slice_equal(lex_rest(&cursor), slice_from(at)))
		fail_msg("'%s' leaves '%.*s'", text, SLICE_ARG(lex_rest(&cursor)));
}

static void test_address(void **state)
{
	static const struct {
		const char *text, *rest;
		uint64_t address;
		uint8_t digits;
		bool cut;
	} cases[] = {
		{ "fffffa8004a0c060", "", 0xfffffa8004a0c060, 16, false },
		{ "fffffa8004a0c060", "", 0xfffffa8004a0c060, 16, true },
		{ "  FFFFFA8004A0C060 x", " x", 0xfffffa8004a0c060, 16, true },
		{ "fffffa80`04a0c060 x", " x", 0xfffffa8004a0c060, 16, true },
		{ "0xfffff800`01654000", "", 0xfffff80001654000, 16, false },
		{ "8208ec10", "", 0x8208ec10, 8, false },
		{ "0x8208ec10,", ",", 0x8208ec10, 8, true },
		{ "8208ec10", REFUSED, 0, 0, true }, /* may be the half of sixteen */
		{ "8208ec10 ", " ", 0x8208ec10, 8, true },
		{ "00000000", "", 0, 0, false },
		{ "00000000", REFUSED, 0, 0, true },
		{ "0000000000000000", "", 0, 16, true },
		{ "0", "", 0, 0, false },
		{ "0 (Unnamed)", " (Unnamed)", 0, 0, true },
		{ "fffffa8004a", REFUSED, 0, 0, false }, /* 11 digits are a cut */
		{ "fffffa8004a0c06", REFUSED, 0, 0, false },
		{ "fffffa8004a0c0600", REFUSED, 0, 0, false },
		{ "8208ec1", REFUSED, 0, 0, false },
		{ "fffffa80`", REFUSED, 0, 0, false }, /* so is a half behind its backtick */
		{ "fffffa80` ", REFUSED, 0, 0, false },
		{ "fffffa80``04a0c060", REFUSED, 0, 0, false },
		{ "fffffa80`04a0", REFUSED, 0, 0, false },
		{ "00000000`", REFUSED, 0, 0, false },
		{ "fffffa80`", REFUSED, 0, 0, true },
		{ "fffffa8`004a0c060", REFUSED, 0, 0, false },
		{ "fffffa8004a0c060g", REFUSED, 0, 0, false },
		{ "fffffa8004a0c060_", REFUSED, 0, 0, false },
		{ "fffffa8004a0c060:", ":", 0xfffffa8004a0c060, 16, false },
		{ "0x", REFUSED, 0, 0, false },
		{ "0x ", REFUSED, 0, 0, false },
		{ "N/A", REFUSED, 0, 0, false },
		{ "", REFUSED, 0, 0, false },
		{ "   ", REFUSED, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor cursor = cursor_at(cases[i].text, cases[i].cut);
		uint64_t address = 0;
		uint8_t digits = 0;
		bool got = lex_address(&cursor, &address, &digits);

		check_rest(cases[i].text, cursor, got, cases[i].rest);
		assert_int_equal(address, cases[i].address);
		assert_int_equal(digits, cases[i].digits);
	}
}

static void test_hex(void **state)
{
	static const struct {
		const char *text, *rest;
		uint32_t value;
		bool cut;
	} cases[] = {
		{ "0bbc", "", 0xbbc, false },
		{ "0bbc", REFUSED, 0, true },
		{ " 13c40.1332c", ".1332c", 0x13c40, true },
		{ "13C40 ", " ", 0x13c40, true },
		{ "ffffffff", "", 0xffffffff, false },
		{ "100000000", REFUSED, 0, false },
		{ "000000001", REFUSED, 0, false },
		{ "xyz", REFUSED, 0, false },
		{ "", REFUSED, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor cursor = cursor_at(cases[i].text, cases[i].cut);
		uint32_t value = 0;
		bool got = lex_hex(&cursor, &value);

		check_rest(cases[i].text, cursor, got, cases[i].rest);
		assert_int_equal(value, cases[i].value);
	}
}

static void test_decimal_saturates(void **state)
{
	static const struct {
		const char *text, *rest;
		uint64_t value;
		bool cut;
	} cases[] = {
		{ "0", "", 0, false },
		{ "105.", ".", 105, true },
		{ "105", REFUSED, 0, true },
		{ "   34 ", " ", 34, true },
		{ "18446735300397918280 (", " (", 18446735300397918280u, false },
		{ "18446744073709551614", "", UINT64_MAX - 1, false },
		{ "18446744073709551615", "", UINT64_MAX, false },
		{ "18446744073709551616", "", UINT64_MAX, false },
		{ "18446744073709551620", "", UINT64_MAX, false },
		{ "99999999999999999999999999999999", "", UINT64_MAX, false },
		{ "184467440737095516160000000000000001", "", UINT64_MAX, false },
		{ "-1", REFUSED, 0, false },
		{ "<Data Not Accessible>", REFUSED, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor cursor = cursor_at(cases[i].text, cases[i].cut);
		uint64_t value = 0;
		bool got = lex_decimal(&cursor, &value);

		check_rest(cases[i].text, cursor, got, cases[i].rest);
		assert_true(value == cases[i].value);
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *text, *rest;
		int64_t ms;
		bool cut;
	} cases[] = {
		{ "0:00:51:28.781)", ")", 3088781, true },
		{ "4:18:41:06.375)", ")", 4 * 86400000 + 67266375, false },
		{ "0:00:00:00.015", "", 15, false },
		{ "0:00:00:00.015", REFUSED, -1, true },
		{ "0:00:03:4", REFUSED, -1, true },
		{ "0:00:03:42.", REFUSED, -1, true },
		{ "15:06:36.0338", "", 54396033, false }, /* four decimals, cut to ms */
		{ "3:50:14.5", "", 13814500, false },
		{ "2:53:56", "", 10436000, false },
		{ "99999:00:00:00", "", 99999 * INT64_C(86400000), false },
		{ "9999999999:00:00:00", REFUSED, -1, false },
		{ "0:00:00:00.1234567890", REFUSED, -1, false },
		{ "12:30", REFUSED, -1, false },
		{ "<Invalid>", REFUSED, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor cursor = cursor_at(cases[i].text, cases[i].cut);
		int64_t ms = -1;
		bool got = lex_duration(&cursor, &ms);

		check_rest(cases[i].text, cursor, got, cases[i].rest);
		assert_true(ms == cases[i].ms);
	}
}

static void test_words_and_labels(void **state)
{
	struct cursor cursor = cursor_at("  queued at port fffffa80", true);
	struct slice text;

	(void)state;
	assert_true(lex_words(&cursor, SLICE("queued at port")));
	assert_true(slice_equal(lex_rest(&cursor), SLICE("fffffa80")));
	assert_false(lex_token(&cursor, &text));
	assert_false(lex_to_end(&cursor, &text));
	assert_false(lex_words(&cursor, SLICE("fffffa8000")));
	cursor = cursor_at("fffffa80", false);
	assert_true(lex_token(&cursor, &text));
	assert_true(slice_equal(text, SLICE("fffffa80")));
	assert_true(lex_at_end(&cursor));
	assert_false(lex_token(&cursor, &text));
	cursor = cursor_at("  viewer (2).exe \t", false);
	assert_true(lex_to_end(&cursor, &text));
	assert_true(slice_equal(text, SLICE("viewer (2).exe")));
	assert_false(lex_to_end(&cursor, &text));
	cursor = cursor_at(" MessageID  \t : 0x10E8", false);
	assert_true(lex_label(&cursor, &text));
	assert_true(slice_equal(text, SLICE("MessageID")));
	assert_true(slice_equal(lex_rest(&cursor), SLICE("0x10E8")));
	cursor = cursor_at("QuotaPoolUsage[PagedPool]  65968", false);
	assert_false(lex_label(&cursor, &text));
	cursor = cursor_at(": x", false);
	assert_false(lex_label(&cursor, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),           cmocka_unit_test(test_hex),
		cmocka_unit_test(test_decimal_saturates), cmocka_unit_test(test_duration),
		cmocka_unit_test(test_words_and_labels),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
