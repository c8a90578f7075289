/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 to UTF-8: known characters, any input cut in any way, iconv(3) as the oracle for what is
 * valid, and what becomes of surrogates and bytes that are left alone.
 */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"
#include "stages/text.h"

#define BOTH_ENDS 2

static const enum encoding encodings[BOTH_ENDS] = { ENCODING_UTF16LE, ENCODING_UTF16BE };

/* Decodes in pieces of `step` bytes, each into a buffer of exactly the promised size. */
static size_t decode(enum encoding encoding, struct slice in, size_t step, char *out)
{
	struct text_decoder decoder = { .encoding = encoding };
	size_t done = 0;

	while (in.len) {
		struct slice piece = slice_first(in, step);
		char *room = mem_alloc(TEXT_DECODED_MAX(piece.len));
		size_t len = text_decode(&decoder, piece, room);

		assert_true(len <= TEXT_DECODED_MAX(piece.len));
		memcpy(out + done, room, len);
		free(room);
		done += len;
		in = slice_skip(in, piece.len);
	}
	return done + text_decode_end(&decoder, out + done);
}

static void check(enum encoding encoding, struct slice in, struct slice expected)
{
	char out[4096];

	assert_true(in.len * 2 + 8 < sizeof(out));
	for (size_t step = 1; step <= in.len + 1; step++) {
		size_t len = decode(encoding, in, step, out);

		assert_int_equal(len, expected.len);
		assert_memory_equal(out, expected.at, len);
	}
}

static void test_known_characters(void **state)
{
	(void)state;
	check(ENCODING_UTF16LE, SLICE("A\0\xe9\0\xac\x20"), SLICE("A\xc3\xa9\xe2\x82\xac"));
	check(ENCODING_UTF16BE, SLICE("\0A\0\xe9\x20\xac"), SLICE("A\xc3\xa9\xe2\x82\xac"));
	check(ENCODING_UTF16LE, SLICE("\x3d\xd8\x00\xde"), SLICE("\xf0\x9f\x98\x80"));
	check(ENCODING_UTF16BE, SLICE("\xd8\x3d\xde\x00"), SLICE("\xf0\x9f\x98\x80"));
	check(ENCODING_UTF16LE, SLICE("\xff\xdb\xff\xdf"), SLICE("\xf4\x8f\xbf\xbf"));
	check(ENCODING_UTF16LE,
	      SLICE("\xff\xfe"
		    "A\0"),
	      SLICE("\xef\xbb\xbf"
		    "A")); /* BOM */
	check(ENCODING_UTF16BE, SLICE("\xfe\xff\0A"),
	      SLICE("\xef\xbb\xbf"
		    "A"));
	check(ENCODING_UTF16LE, SLICE("\0\0\x7f\0\x80\0\xff\x07\0\x08\xff\xff"),
	      SLICE("\0\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
}

#define LOST "\xef\xbf\xbd"

static void test_what_is_alone(void **state)
{
	(void)state;
	check(ENCODING_UTF16LE, SLICE(""), SLICE(""));
	check(ENCODING_UTF16LE, SLICE("A"), SLICE(LOST));
	check(ENCODING_UTF16LE, SLICE("A\0B"), SLICE("A" LOST));
	check(ENCODING_UTF16LE, SLICE("\x3d\xd8"), SLICE(LOST));
	check(ENCODING_UTF16LE, SLICE("\x3d\xd8x"), SLICE(LOST LOST));
	check(ENCODING_UTF16LE,
	      SLICE("\x3d\xd8"
		    "A\0"),
	      SLICE(LOST "A"));
	check(ENCODING_UTF16LE,
	      SLICE("\0\xde"
		    "A\0"),
	      SLICE(LOST "A"));
	check(ENCODING_UTF16LE, SLICE("\x3d\xd8\x3d\xd8\0\xde"),
	      SLICE(LOST "\xf0\x9f\x98\x80"));
	check(ENCODING_UTF16LE, SLICE("\0\xde\x3d\xd8\x3d\xd8"), SLICE(LOST LOST LOST));
	check(ENCODING_UTF16BE, SLICE("\xd8\x3d\xd8\x3d\xd8"), SLICE(LOST LOST LOST));
}

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* A character of a log: mostly ASCII, at times anything, surrogate pairs and lone surrogates too. */
static unsigned random_unit(uint32_t *seed)
{
	switch (random_next(seed) % 24) {
	case 0:
		return random_next(seed) & 0xffff;
	case 1:
		return 0xd800 | (random_next(seed) & 0x7ff);
	case 2:
		return 0x80 + random_next(seed) % 0x800;
	default:
		return random_next(seed) % 0x80;
	}
}

static void units_put(char *out, size_t count, enum encoding encoding, uint32_t *seed,
		      bool valid)
{
	bool big = encoding == ENCODING_UTF16BE;

	for (size_t i = 0; i < count; i++) {
		unsigned unit = random_unit(seed);

		if (valid && (unit & 0xf800) == 0xd800) {
			if (i + 1 == count)
				unit = 'x';
			else
				unit &= ~0x400u;
		}
		if (valid && i > 0) {
			unsigned char high = (unsigned char)out[2 * i - (big ? 2 : 1)];

			if ((high & 0xfc) == 0xd8)
				unit = 0xdc00 | (unit & 0x3ff);
		}
		out[2 * i + !big] = (char)(unit >> 8);
		out[2 * i + big] = (char)unit;
	}
}

/* However the input is cut, the output is the same, and always valid UTF-8. */
static void test_every_cut(void **state)
{
	uint32_t seed = 1;
	char in[203], whole[700], out[700];

	(void)state;
	for (int round = 0; round < 60; round++) {
		enum encoding encoding = encodings[round % BOTH_ENDS];
		size_t len = sizeof(in) - (size_t)(round % 3), whole_len;

		units_put(in, sizeof(in) / 2, encoding, &seed, false);
		in[sizeof(in) - 1] = 'x';
		whole_len = decode(encoding, (struct slice){ in, len }, len, whole);
		assert_true(utf8_valid((struct slice){ whole, whole_len }));
		for (size_t step = 1; step < 70; step++) {
			size_t out_len =
				decode(encoding, (struct slice){ in, len }, step, out);

			assert_int_equal(out_len, whole_len);
			assert_memory_equal(out, whole, whole_len);
		}
	}
}

/* Every cut into two, with the decoder's state in between. */
static void test_every_cut_in_two(void **state)
{
	uint32_t seed = 9;
	char in[120], whole[500], out[500];

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct text_decoder decoder = { .encoding = encodings[round % BOTH_ENDS] };
		size_t whole_len;

		units_put(in, sizeof(in) / 2, decoder.encoding, &seed, false);
		whole_len = decode(decoder.encoding, (struct slice){ in, sizeof(in) },
				   1000, whole);
		for (size_t cut = 0; cut <= sizeof(in); cut++) {
			size_t len = text_decode(&decoder, (struct slice){ in, cut }, out);

			len += text_decode(&decoder,
					   (struct slice){ in + cut, sizeof(in) - cut },
					   out + len);
			len += text_decode_end(&decoder, out + len);
			assert_int_equal(len, whole_len);
			assert_memory_equal(out, whole, whole_len);
		}
	}
}

static void check_iconv(enum encoding encoding, char *in, size_t len)
{
	iconv_t convert =
		iconv_open("UTF-8", encoding == ENCODING_UTF16LE ? "UTF-16LE" : "UTF-16BE");
	char *expected = mem_alloc(len * 2 + 8), *out = mem_alloc(len * 2 + 8);
	char *from = in, *to = expected;
	size_t from_len = len, to_len = len * 2 + 8, out_len;

	assert_true(convert != (iconv_t)-1);
	assert_int_equal(iconv(convert, &from, &from_len, &to, &to_len), 0);
	iconv_close(convert);
	out_len = decode(encoding, (struct slice){ in, len }, 4093, out);
	assert_int_equal(out_len, (size_t)(to - expected));
	assert_memory_equal(out, expected, out_len);
	free(expected);
	free(out);
}

static void test_like_iconv(void **state)
{
	uint32_t seed = 5;
	size_t count = 20000;
	char *in = mem_alloc(2 * count);

	(void)state;
	for (int round = 0; round < 40; round++) {
		units_put(in, count, encodings[round % BOTH_ENDS], &seed, true);
		check_iconv(encodings[round % BOTH_ENDS], in, 2 * count);
	}
	/* Every character there is. */
	for (unsigned unit = 0; unit < 0xd800; unit++) {
		char two[2] = { (char)unit, (char)(unit >> 8) };

		check_iconv(ENCODING_UTF16LE, two, 2);
		if (unit > 0x900)
			unit += 36;
	}
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_characters),
		cmocka_unit_test(test_what_is_alone),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_cut_in_two),
		cmocka_unit_test(test_like_iconv),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
