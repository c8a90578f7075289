/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every read asks take() for its bytes, which is the only place that compares with the
 * end. A read that fails also moves to the end, so that nothing is left of a message once
 * it proved bad.
 */
#include "pipeline/base/bytes.h"

void bytes_put(byte_vec *out, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	vec_reserve(out, out->len + len);
	memcpy(out->at + out->len, bytes, len);
	out->len += len;
}

void bytes_put_u8(byte_vec *out, uint8_t value)
{
	vec_push(out, value);
}

void bytes_put_varint(byte_vec *out, uint64_t value)
{
	vec_reserve(out, out->len + VARINT_MAX);
	out->len = (size_t)(bytes_write_varint(out->at + out->len, value) - out->at);
}

void bytes_put_signed(byte_vec *out, int64_t value)
{
	bytes_put_varint(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void bytes_put_u64_be(byte_vec *out, uint64_t value)
{
	uint64_t big_endian = __builtin_bswap64(value);

	bytes_put(out, &big_endian, sizeof(big_endian));
}

void bytes_put_text(byte_vec *out, struct slice text)
{
	bytes_put_varint(out, text.len);
	bytes_put(out, text.at, text.len);
}

struct bytes_reader bytes_reader_from(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	return (struct bytes_reader){ .at = at, .end = len ? at + len : at };
}

void bytes_give_up(struct bytes_reader *reader)
{
	reader->bad = true;
	reader->at = reader->end;
}

/* The next len (> 0) bytes, or NULL when there are not so many. */
static const unsigned char *take(struct bytes_reader *reader, size_t len)
{
	const unsigned char *at = reader->at;

	if (reader->bad || (size_t)(reader->end - at) < len) {
		bytes_give_up(reader);
		return NULL;
	}
	reader->at += len;
	return at;
}

uint8_t bytes_get_u8(struct bytes_reader *reader)
{
	const unsigned char *byte = take(reader, 1);

	return byte ? *byte : 0;
}

#define VARINT_BITS 64

/* A varint that ends within the bytes that there are. */
static uint64_t get_whole(struct bytes_reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < VARINT_BITS; shift += 7) {
		unsigned char byte = *reader->at++;

		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	bytes_give_up(reader);
	return 0;
}

uint64_t bytes_get_long_varint(struct bytes_reader *reader)
{
	const unsigned char *at = reader->at;

	if (bytes_left(reader) < VARINT_MAX) {
		while (at != reader->end && *at >= 0x80)
			at++;
		if (at == reader->end) {
			bytes_give_up(reader);
			return 0;
		}
	}
	return get_whole(reader);
}

/* Eight bytes at a time while no more varints can end in them than are to be skipped. */
void bytes_skip_varints(struct bytes_reader *reader, size_t count)
{
	const uint64_t ones = 0x0101010101010101u;

	while (count >= 8 && bytes_left(reader) >= 8) {
		uint64_t bytes;

		memcpy(&bytes, reader->at, sizeof(bytes));
		count -= (~bytes >> 7 & ones) * ones >> 56; /* the last ones' upper bit is clear */
		reader->at += sizeof(bytes);
	}
	while (count && reader->at != reader->end)
		count -= *reader->at++ < 0x80;
	if (count)
		bytes_give_up(reader);
}

uint64_t bytes_get_u64_be(struct bytes_reader *reader)
{
	const unsigned char *at = take(reader, sizeof(uint64_t));
	uint64_t big_endian;

	if (!at)
		return 0;
	memcpy(&big_endian, at, sizeof(big_endian));
	return __builtin_bswap64(big_endian);
}

void bytes_get(struct bytes_reader *reader, void *to, size_t len)
{
	const unsigned char *at = len ? take(reader, len) : NULL;

	if (at)
		memcpy(to, at, len);
	else if (len)
		memset(to, 0, len);
}

struct slice bytes_get_text(struct bytes_reader *reader)
{
	size_t len = bytes_get_count(reader, 1);
	const unsigned char *at = len ? take(reader, len) : NULL;

	return (struct slice){ (const char *)at, at ? len : 0 };
}

size_t bytes_left(const struct bytes_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

size_t bytes_get_count(struct bytes_reader *reader, size_t min_size)
{
	uint64_t count = bytes_get_varint(reader);

	if (count <= bytes_left(reader) / min_size)
		return (size_t)count;
	bytes_give_up(reader);
	return 0;
}
