/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for lines of a bundle, and the lines, as bytes and back; see message.h. */
#include "pipeline/message.h"

#include "stages/line.h"

void message_put_excerpt_request(byte_vec *out, struct slice name,
				 const struct excerpt_request *request)
{
	bytes_put_u8(out, MESSAGE_EXCERPT);
	bytes_put_text(out, name);
	bytes_put_varint(out, request->members.len);
	vec_for_each(member, &request->members) {
		bytes_put_text(out, member->path);
		bytes_put_varint(out, member->first_line);
		bytes_put_varint(out, member->last_line);
		bytes_put_u64_be(out, member->content.high);
		bytes_put_u64_be(out, member->content.low);
	}
	bytes_put_varint(out, request->ranges.len);
	vec_for_each(range, &request->ranges) {
		bytes_put_varint(out, range->offset);
		bytes_put_varint(out, range->length);
		bytes_put_varint(out, range->member);
	}
}

bool message_get_excerpt_request(struct slice *name, struct excerpt_request *request,
				 const byte_vec *frame)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);
	size_t count;

	if (bytes_get_u8(&reader) != MESSAGE_EXCERPT)
		return false;
	*name = bytes_get_text(&reader);
	count = bytes_get_count(&reader, 19);
	for (size_t i = 0; i < count; i++) {
		struct excerpt_member member = { .path = bytes_get_text(&reader) };

		member.first_line = (uint32_t)bytes_get_max(&reader, UINT32_MAX);
		member.last_line = (uint32_t)bytes_get_max(&reader, UINT32_MAX);
		member.content.high = bytes_get_u64_be(&reader);
		member.content.low = bytes_get_u64_be(&reader);
		vec_push(&request->members, member);
	}
	count = bytes_get_count(&reader, 3);
	for (size_t i = 0; i < count; i++) {
		struct excerpt_range range = { .offset = bytes_get_varint(&reader) };

		range.length = bytes_get_varint(&reader);
		range.member = (uint32_t)bytes_get_max(&reader, UINT32_MAX);
		reader.bad |= range.member >= request->members.len;
		vec_push(&request->ranges, range);
	}
	return !reader.bad && bytes_left(&reader) == 0 && name->len != 0 &&
	       count <= EXCERPT_RANGES_MAX;
}

void message_put_excerpts(byte_vec *out, const struct excerpt_reply *reply)
{
	bytes_put_u64_be(out, reply->content.high);
	bytes_put_u64_be(out, reply->content.low);
	bytes_put_text(out, reply->error.kind == ERROR_NONE ? SLICE_NONE
							    : slice_from(reply->error.text));
	bytes_put_varint(out, reply->excerpts.len);
	vec_for_each(excerpt, &reply->excerpts) {
		bytes_put_u8(out, excerpt->found);
		bytes_put_u8(out, excerpt->cut);
		bytes_put_text(out, (struct slice){ (const char *)excerpt->text.at,
						    excerpt->text.len });
	}
}

static void get_excerpt(struct excerpt_reply *reply, struct bytes_reader *reader)
{
	struct excerpt excerpt = { 0 };
	uint8_t found = bytes_get_u8(reader), cut = bytes_get_u8(reader);
	struct slice text = bytes_get_text(reader);

	if (found > 1 || cut > found || (text.len && !found) ||
	    text.len > LINE_PLAIN_MAX((size_t)EXCERPT_RANGE_BYTES))
		reader->bad = true;
	excerpt.found = found;
	excerpt.cut = cut;
	bytes_put(&excerpt.text, text.at, text.len);
	vec_push(&reply->excerpts, excerpt);
}

bool message_get_excerpts(struct excerpt_reply *reply, size_t ranges,
			  const byte_vec *frame, struct error *error)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);
	struct slice text;
	size_t count;

	reply->content.high = bytes_get_u64_be(&reader);
	reply->content.low = bytes_get_u64_be(&reader);
	text = bytes_get_text(&reader);
	if (text.len)
		error_set(&reply->error, ERROR_INPUT, "%.*s", SLICE_ARG(text));
	count = bytes_get_count(&reader, 3);
	for (size_t i = 0; i < count && !reader.bad; i++)
		get_excerpt(reply, &reader);
	if (reader.bad || bytes_left(&reader) != 0 || count != ranges)
		return error_set(error, ERROR_INTERNAL,
				 "the reader sent what is no answer to what was asked");
	return true;
}
