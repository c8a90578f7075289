/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: all that is put is got back; no prefix, count or length leads the reader astray. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/bytes.h"

static uint64_t random_state = 5;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Any number of significant bits, with the borders of the encoding met often. */
static uint64_t random_value(void)
{
	unsigned bits = next_random() % 65;
	uint64_t below = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;

	switch (next_random() % 3) {
	case 0:
		return below;
	case 1:
		return below + 1;
	default:
		return next_random() & below;
	}
}

static void test_varints_come_back(void **state)
{
	byte_vec out = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t value = random_value();
		unsigned bits = value ? 64 - (unsigned)__builtin_clzll(value) : 1;
		struct bytes_reader reader;

		out.len = 0;
		bytes_put_varint(&out, value);
		assert_int_equal(out.len, (bits + 6) / 7);
		reader = bytes_reader_from(out.at, out.len);
		assert_int_equal(bytes_get_varint(&reader), value);
		assert_false(reader.bad);
		assert_int_equal(bytes_left(&reader), 0);
		out.len = 0;
		bytes_put_signed(&out, (int64_t)value);
		reader = bytes_reader_from(out.at, out.len);
		assert_int_equal(bytes_get_signed(&reader), (int64_t)value);
		assert_false(reader.bad);
	}
	vec_free(&out);
}

static void test_exact_bytes(void **state)
{
	static const unsigned char expected[] = {
		0x00, 0x7f, 0x80, 0x01, 0xac, 0x02, /* varints 0, 127, 128, 300 */
		0x00, 0x01, 0x02, 0x03,             /* signed 0, -1, 1, -2 */
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
		0x07, 0x08,                   /* most significant first */
		0x02, 'n',  't',  0x00, 0xff, /* texts "nt" and "", a byte */
	};
	byte_vec out = { 0 };

	(void)state;
	bytes_put_varint(&out, 0);
	bytes_put_varint(&out, 127);
	bytes_put_varint(&out, 128);
	bytes_put_varint(&out, 300);
	bytes_put_signed(&out, 0);
	bytes_put_signed(&out, -1);
	bytes_put_signed(&out, 1);
	bytes_put_signed(&out, -2);
	bytes_put_u64_be(&out, 0x0102030405060708u);
	bytes_put_text(&out, SLICE("nt"));
	bytes_put_text(&out, SLICE_NONE);
	bytes_put_u8(&out, 0xff);
	bytes_put(&out, NULL, 0);
	assert_int_equal(out.len, sizeof(expected));
	assert_memory_equal(out.at, expected, sizeof(expected));
	vec_free(&out);
}

/*
 * A message of random fields, whose kinds and values come from a seed: written, and read
 * back from whole or cut bytes by drawing the same kinds and values again.
 */
#define FIELDS 12

static void write_message(byte_vec *out, uint64_t message_seed)
{
	char text[300];

	random_state = message_seed;
	for (int i = 0; i < FIELDS; i++) {
		uint64_t kind = next_random() % 5, value = random_value();

		switch (kind) {
		case 0:
			bytes_put_u8(out, (uint8_t)value);
			break;
		case 1:
			bytes_put_varint(out, value);
			break;
		case 2:
			bytes_put_signed(out, (int64_t)value);
			break;
		case 3:
			bytes_put_u64_be(out, value);
			break;
		default:
			memset(text, (char)value, sizeof(text));
			bytes_put_text(out, (struct slice){ text, value % sizeof(text) });
		}
	}
}

static bool is_text_of(struct slice text, uint64_t value)
{
	bool same = text.len == value % 300;

	for (size_t i = 0; i < text.len; i++)
		same = same && text.at[i] == (char)value;
	return same;
}

static bool read_field(struct bytes_reader *reader, uint64_t kind, uint64_t value)
{
	switch (kind) {
	case 0:
		return bytes_get_u8(reader) == (uint8_t)value;
	case 1:
		return bytes_get_varint(reader) == value;
	case 2:
		return bytes_get_signed(reader) == (int64_t)value;
	case 3:
		return bytes_get_u64_be(reader) == value;
	default:
		return is_text_of(bytes_get_text(reader), value);
	}
}

/* The number of fields read before the reader turned bad; each of them must be right. */
static int read_message(struct bytes_reader *reader, uint64_t message_seed)
{
	int good = 0;

	random_state = message_seed;
	for (int i = 0; i < FIELDS; i++) {
		uint64_t kind = next_random() % 5, value = random_value();
		bool was_bad = reader->bad;
		bool same = read_field(reader, kind, value);

		assert_true(same || reader->bad);
		if (was_bad)
			assert_true(reader->bad);
		good += !reader->bad;
	}
	return good;
}

static void test_every_prefix_is_bad(void **state)
{
	byte_vec out = { 0 };

	(void)state;
	for (uint64_t message_seed = 1; message_seed < 200; message_seed++) {
		out.len = 0;
		write_message(&out, message_seed);
		for (size_t len = 0; len <= out.len; len++) {
			/* A copy of just that size, for the sanitizer to guard. */
			unsigned char *cut = malloc(len);
			struct bytes_reader reader = bytes_reader_from(cut, len);
			int good;

			if (len)
				memcpy(cut, out.at, len);
			good = read_message(&reader, message_seed);
			assert_int_equal(reader.bad, len < out.len);
			assert_int_equal(good == FIELDS, len == out.len);
			assert_int_equal(bytes_left(&reader), 0);
			free(cut);
		}
	}
	vec_free(&out);
}

/* Behind any number of varints stands what reading them one by one comes to; where there are fewer, both turn bad. */
static void test_varints_are_passed(void **state)
{
	byte_vec out = { 0 };

	(void)state;
	for (int i = 0; i < 200; i++)
		bytes_put_varint(&out, next_random() % 3 ? random_value() % 100
							 : random_value());
	for (size_t len = 0; len <= out.len; len += next_random() % 9)
		for (size_t count = 0; count <= 210; count += 1 + next_random() % 5) {
			struct bytes_reader skips = bytes_reader_from(out.at, len);
			struct bytes_reader reads = skips;

			bytes_skip_varints(&skips, count);
			for (size_t i = 0; i < count; i++)
				bytes_get_varint(&reads);
			assert_int_equal(skips.bad, reads.bad);
			assert_ptr_equal(skips.at, reads.at);
		}
	vec_free(&out);
}

static void test_bad_stays_bad(void **state)
{
	static const unsigned char bytes[] = { 0x05, 'a', 0x01, 'b', 1, 2, 3, 4, 5 };
	struct bytes_reader reader = bytes_reader_from(bytes, 3);

	(void)state;
	assert_int_equal(bytes_get_text(&reader).len, 0);
	assert_true(reader.bad);
	assert_int_equal(bytes_left(&reader), 0);
	assert_int_equal(bytes_get_u8(&reader), 0);
	assert_int_equal(bytes_get_varint(&reader), 0);
	assert_int_equal(bytes_get_max(&reader, 9), 0);
	assert_int_equal(bytes_get_signed(&reader), 0);
	assert_int_equal(bytes_get_u64_be(&reader), 0);
	assert_int_equal(bytes_get_text(&reader).len, 0);
	assert_int_equal(bytes_get_count(&reader, 1), 0);
	assert_true(reader.bad);

	/* A caller may say so itself, with bytes left. */
	reader = bytes_reader_from(bytes, sizeof(bytes));
	reader.bad = true;
	assert_int_equal(bytes_get_u8(&reader), 0);
	assert_int_equal(bytes_get_text(&reader).len, 0);
	assert_true(reader.bad);
}

static void check_varint(const char *bytes, size_t len, bool good, uint64_t value)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);

	assert_int_equal(bytes_get_varint(&reader), value);
	assert_int_equal(reader.bad, !good);
}

static void test_varints_too_long(void **state)
{
	(void)state;
	check_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, true, UINT64_MAX);
	check_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, false, 0);
	check_varint("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, false, 0);
	check_varint("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00", 11, false, 0);
	check_varint("\x80", 1, false, 0);
	check_varint(NULL, 0, false, 0);
}

static void test_max(void **state)
{
	struct bytes_reader reader = bytes_reader_from("\x07\x08\x00", 3);

	(void)state;
	assert_int_equal(bytes_get_max(&reader, 7), 7);
	assert_false(reader.bad);
	assert_int_equal(bytes_get_max(&reader, 7), 0);
	assert_true(reader.bad);
}

/* A count is believed exactly when that many elements could follow. */
static void test_counts_cannot_lie(void **state)
{
	byte_vec out = { 0 };

	(void)state;
	for (uint64_t count = 0; count < 40; count++) {
		for (size_t left = 0; left < 40; left++) {
			for (size_t min_size = 1; min_size < 9; min_size++) {
				bool fits = count * min_size <= left;
				struct bytes_reader reader;

				out.len = 0;
				bytes_put_varint(&out, count);
				vec_reserve(&out, out.len + left);
				reader = bytes_reader_from(out.at, out.len + left);
				assert_int_equal(bytes_get_count(&reader, min_size),
						 fits ? count : 0);
				assert_int_equal(reader.bad, !fits);
			}
		}
	}
	vec_free(&out);
}

static void test_huge_length_of_text(void **state)
{
	byte_vec out = { 0 };

	(void)state;
	for (unsigned bit = 2; bit < 64; bit++) {
		struct bytes_reader reader;

		out.len = 0;
		bytes_put_varint(&out, (uint64_t)1 << bit);
		bytes_put(&out, "abc", 3);
		reader = bytes_reader_from(out.at, out.len);
		assert_int_equal(bytes_get_text(&reader).len, 0);
		assert_true(reader.bad);
		reader = bytes_reader_from(out.at, out.len);
		assert_int_equal(bytes_get_count(&reader, 16), 0);
		assert_true(reader.bad);
	}
	vec_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_varints_come_back),
		cmocka_unit_test(test_exact_bytes),
		cmocka_unit_test(test_every_prefix_is_bad),
		cmocka_unit_test(test_varints_are_passed),
		cmocka_unit_test(test_bad_stays_bad),
		cmocka_unit_test(test_varints_too_long),
		cmocka_unit_test(test_max),
		cmocka_unit_test(test_counts_cannot_lie),
		cmocka_unit_test(test_huge_length_of_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
