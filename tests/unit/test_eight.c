/* SPDX-License-Identifier: Apache-2.0 */
/* Eight characters at once, and pointers of sixteen, against the same asked of each character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stages/pointer.h"

#define ROUNDS 200000

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Mostly what numbers are made of, and what stands right beside it in the table of characters. */
static char draw_char(void)
{
	static const char likely[] = "0123456789abcdefABCDEF/:@G`g \t'_x";

	return draw(4) ? likely[draw(sizeof(likely) - 1)] : (char)draw(256);
}

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static void every_character_in_every_place(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		for (int place = 0; place < 8; place++) {
			uint64_t bit = 0x80ull << 8 * place;
			char text[8];

			for (int i = 0; i < 8; i++)
				text[i] = draw_char();
			text[place] = (char)c;
			assert_int_equal((eight_hex(eight_load(text)) & bit) != 0,
					 lex_is_hex((char)c));
			assert_int_equal((eight_decimal(eight_load(text)) & bit) != 0,
					 is_decimal((char)c));
		}
}

static void the_first_that_is_equal(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char text[8], c = draw_char();
		unsigned before = 0;

		for (int i = 0; i < 8; i++)
			text[i] = draw_char();
		while (before < 8 && text[before] != c)
			before++;
		if ((unsigned char)c < 0x80)
			assert_int_equal(eight_before(eight_equal(eight_load(text),
								  (unsigned char)c)),
					 before);
	}
}

static void numbers_of_every_length(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned count = 1 + draw(8);
		uint32_t number = draw(1u << 31);
		char digits[24], text[8];

		snprintf(digits, sizeof(digits), "%0*x", (int)count, number);
		digits[count] = 0;
		memset(text, draw(2) ? ' ' : '.', sizeof(text));
		memcpy(text, digits, count);
		assert_int_equal(eight_leading(eight_hex(eight_load(text))), count);
		assert_int_equal(eight_hex_value(eight_last(eight_load(text), count)),
				 strtoul(digits, NULL, 16));
		snprintf(digits, sizeof(digits), "%0*u", (int)count, number % 100000000);
		digits[count] = 0;
		memcpy(text, digits, count);
		assert_int_equal(eight_leading(eight_decimal(eight_load(text))), count);
		assert_int_equal(eight_decimal_value(eight_last(eight_load(text), count)),
				 strtoul(digits, NULL, 10));
	}
}

/* pointer.h's promise, digit by digit. */
static unsigned pointer_by_digits(const char *at)
{
	unsigned lower = at[8] == '`' ? 9 : 8;

	for (int i = 0; i < 8; i++)
		if (!lex_is_hex(at[i]))
			return 0;
	if (lex_is_blank(at[8]))
		return 8;
	for (unsigned i = lower; i < lower + 8; i++)
		if (!lex_is_hex(at[i]))
			return 0;
	return lex_is_word(at[lower + 8]) ? 0 : lower + 8;
}

static void pointers_digit_by_digit(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char *text = malloc(POINTER_ROOM); /* so that a look beyond is seen */

		for (int i = 0; i < POINTER_ROOM; i++)
			text[i] = "0123456789abcdefABCDEF"[draw(22)];
		text[8] = " \t`7`"[draw(5)];
		text[16] = draw(3) ? text[16] : draw_char();
		text[17] = draw(3) ? ' ' : draw_char();
		if (draw(3) == 0)
			text[draw(POINTER_ROOM)] = draw_char();
		assert_int_equal(pointer_length(text), pointer_by_digits(text));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_in_every_place),
		cmocka_unit_test(the_first_that_is_equal),
		cmocka_unit_test(numbers_of_every_length),
		cmocka_unit_test(pointers_digit_by_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
