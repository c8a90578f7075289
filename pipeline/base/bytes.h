/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes out and in: LEB128 varints, zigzag for signed values, length-prefixed text. The reader is
 * for strangers' bytes: it never reads past the end, and once something does not fit, `bad` stays set,
 * every further read yields 0 or an empty slice, and the caller asks once at the end.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "pipeline/base/slice.h"
#include "pipeline/base/vec.h"

typedef VEC(unsigned char) byte_vec;

void bytes_put(byte_vec *out, const void *bytes, size_t len);
void bytes_put_u8(byte_vec *out, uint8_t value);
#define VARINT_MAX 10
/* Writes a varint of at most VARINT_MAX bytes; returns where it ends. For those who have made room for many. */
static inline unsigned char *bytes_write_varint(unsigned char *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	*at++ = (unsigned char)value;
	return at;
}

static inline unsigned char *bytes_write_signed(unsigned char *at, int64_t value)
{
	return bytes_write_varint(at, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void bytes_put_varint(byte_vec *out, uint64_t value);
void bytes_put_signed(byte_vec *out, int64_t value);
/* Eight bytes, most significant first, as keys are ordered. */
void bytes_put_u64_be(byte_vec *out, uint64_t value);
void bytes_put_text(byte_vec *out, struct slice text);

struct bytes_reader {
	const unsigned char *at, *end;
	bool bad;
};

struct bytes_reader bytes_reader_from(const void *bytes, size_t len);
/* What was read is not what it should be: sets bad. */
void bytes_give_up(struct bytes_reader *reader);
uint8_t bytes_get_u8(struct bytes_reader *reader);
uint64_t bytes_get_long_varint(struct bytes_reader *reader);
/* Most are of one byte, most others of two. A bad reader has none left. */
static inline uint64_t bytes_get_varint(struct bytes_reader *reader)
{
	const unsigned char *at = reader->at;

	if (reader->end - at >= 2) {
		if (at[0] < 0x80) {
			reader->at = at + 1;
			return at[0];
		}
		if (at[1] < 0x80) {
			reader->at = at + 2;
			return (at[0] & 0x7fu) | (unsigned)at[1] << 7;
		}
	}
	return bytes_get_long_varint(reader);
}

/* A varint that must not exceed max; else bad is set and 0 returned. */
static inline uint64_t bytes_get_max(struct bytes_reader *reader, uint64_t max)
{
	uint64_t value = bytes_get_varint(reader);

	if (__builtin_expect(value <= max, 1))
		return value;
	bytes_give_up(reader);
	return 0;
}

static inline int64_t bytes_get_signed(struct bytes_reader *reader)
{
	uint64_t value = bytes_get_varint(reader);

	return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

/* Moves behind so many varints, whatever they say. */
void bytes_skip_varints(struct bytes_reader *reader, size_t count);
uint64_t bytes_get_u64_be(struct bytes_reader *reader);
/* So many bytes, zeros where there are none left. */
void bytes_get(struct bytes_reader *reader, void *to, size_t len);
/* Points into the reader's bytes. */
struct slice bytes_get_text(struct bytes_reader *reader);
size_t bytes_left(const struct bytes_reader *reader);
/* A count of elements that take at least min_size (>= 1) bytes each: bad when more than are left, so that a
 * lying count never makes the caller allocate more than the message's own size. */
size_t bytes_get_count(struct bytes_reader *reader, size_t min_size);

#endif
