/* SPDX-License-Identifier: Apache-2.0 */
/* Small sets of spelled paths; see spellings.h. */
#include "index/spellings.h"

/* Where path stands, or would. */
static uint8_t place_of(const struct spellings *spellings, struct slice path)
{
	uint8_t at = 0;

	while (at < spellings->count && slice_compare(spellings->at[at], path) < 0)
		at++;
	return at;
}

static bool stands_at(const struct spellings *spellings, uint8_t at, struct slice path)
{
	return at < spellings->count && slice_equal(spellings->at[at], path);
}

bool spellings_hold(const struct spellings *spellings, struct slice path)
{
	return stands_at(spellings, place_of(spellings, path), path);
}

void spellings_add(struct spellings *spellings, struct slice path)
{
	uint8_t at = place_of(spellings, path);

	if (stands_at(spellings, at, path))
		return;
	if (spellings->count == SPELLINGS_MAX) {
		spellings->more = true;
		if (at == SPELLINGS_MAX)
			return;
		spellings->count--;
	}
	memmove(spellings->at + at + 1, spellings->at + at,
		(size_t)(spellings->count - at) * sizeof(struct slice));
	spellings->at[at] = path;
	spellings->count++;
}

void spellings_merge(struct spellings *spellings, const struct spellings *others)
{
	for (uint8_t i = 0; i < others->count; i++)
		spellings_add(spellings, others->at[i]);
	spellings->more |= others->more;
}

void spellings_encode(const struct spellings *spellings, byte_vec *out)
{
	bytes_put_u8(out, (uint8_t)(spellings->count << 1 | spellings->more));
	for (uint8_t i = 0; i < spellings->count; i++)
		bytes_put_text(out, spellings->at[i]);
}

void spellings_decode(struct spellings *spellings, struct bytes_reader *reader)
{
	uint8_t head = bytes_get_u8(reader);

	*spellings = (struct spellings){ .count = head >> 1, .more = head & 1 };
	if (spellings->count > SPELLINGS_MAX) {
		spellings->count = 0;
		reader->bad = true;
	}
	for (uint8_t i = 0; i < spellings->count; i++) {
		spellings->at[i] = bytes_get_text(reader);
		reader->bad |= i &&
			       slice_compare(spellings->at[i - 1], spellings->at[i]) >= 0;
	}
}
