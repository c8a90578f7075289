/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the table "bundle": which file was read, which incidents it gave, and what
 * became of each of its members. The incidents stand before the members so that resolving
 * a name reads only the first page of a row.
 */
#include "index/bundle.h"

/* Three empty texts with their lengths, the outcome and the size. */
#define MEMBER_MIN_BYTES 5

void bundle_row_free(struct bundle_row *row)
{
	vec_free(&row->members);
	vec_free(&row->incidents);
	*row = (struct bundle_row){ .size = 0 };
}

void bundle_row_encode(const struct bundle_row *row, byte_vec *out)
{
	bytes_put_text(out, row->path);
	bytes_put_varint(out, row->size);
	bytes_put_signed(out, row->mtime_ns);
	bytes_put_u64_be(out, row->content.high);
	bytes_put_u64_be(out, row->content.low);
	bytes_put_varint(out, row->incidents.len);
	vec_for_each(id, &row->incidents)
		bytes_put_u64_be(out, *id);
	bytes_put_varint(out, row->members.len);
	vec_for_each(member, &row->members) {
		bytes_put_text(out, member->path);
		bytes_put_u8(out, member->outcome);
		bytes_put_text(out, member->reason);
		bytes_put_text(out, member->text);
		bytes_put_varint(out, member->bytes);
	}
}

static void get_head(struct bundle_row *row, struct bytes_reader *reader)
{
	size_t count;

	row->path = bytes_get_text(reader);
	row->size = bytes_get_varint(reader);
	row->mtime_ns = bytes_get_signed(reader);
	row->content.high = bytes_get_u64_be(reader);
	row->content.low = bytes_get_u64_be(reader);
	count = bytes_get_count(reader, sizeof(uint64_t));
	vec_reserve(&row->incidents, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t id = bytes_get_u64_be(reader);

		if (i > 0 && id <= row->incidents.at[i - 1])
			reader->bad = true;
		vec_push(&row->incidents, id);
	}
}

static void get_members(struct bundle_row *row, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, MEMBER_MIN_BYTES);

	vec_reserve(&row->members, count);
	for (size_t i = 0; i < count && !reader->bad; i++) {
		struct member_row member = { .path = bytes_get_text(reader) };

		member.outcome = bytes_get_u8(reader);
		member.reason = bytes_get_text(reader);
		member.text = bytes_get_text(reader);
		member.bytes = bytes_get_varint(reader);
		if (member.outcome >= OUTCOMES)
			reader->bad = true;
		vec_push(&row->members, member);
	}
}

static bool finish(struct bundle_row *row, bool good)
{
	if (!good)
		bundle_row_free(row);
	return good;
}

bool bundle_row_decode(struct bundle_row *row, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);

	*row = (struct bundle_row){ .size = 0 };
	get_head(row, &reader);
	get_members(row, &reader);
	return finish(row, !reader.bad && bytes_left(&reader) == 0);
}

bool bundle_head_decode(struct bundle_row *row, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);

	*row = (struct bundle_row){ .size = 0 };
	get_head(row, &reader);
	return finish(row, !reader.bad);
}

static bool open_as(struct bundle_row *row, const struct table_scan *at,
		    bool (*decode)(struct bundle_row *row, struct slice bytes),
		    struct error *error)
{
	struct slice value;

	*row = (struct bundle_row){ .size = 0 };
	if (!sealed_open(at->key, at->value, &value, error))
		return false;
	return decode(row, value) ||
	       index_damaged(error, "the row of a bundle cannot be read");
}

bool bundle_row_open(struct bundle_row *row, const struct table_scan *at, struct error *error)
{
	return open_as(row, at, bundle_row_decode, error);
}

bool bundle_head_open(struct bundle_row *row, const struct table_scan *at, struct error *error)
{
	return open_as(row, at, bundle_head_decode, error);
}

bool index_bundle(struct index_view *view, const char *path, struct bundle_row *row,
		  struct error *error)
{
	struct key key = key_bundle(slice_from(path));
	struct slice value;

	*row = (struct bundle_row){ .size = 0 };
	if (!sealed_get(view, TABLE_BUNDLE, &key, &value, error))
		return false;
	if (!bundle_row_decode(row, value))
		return index_damaged(error, "the row of %s cannot be read", path);
	if (slice_equal(row->path, slice_from(path)))
		return true;
	/* Another path of the same hash. */
	bundle_row_free(row);
	error->kind = ERROR_NONE;
	return false;
}
