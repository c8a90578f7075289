/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries as bytes and back; see summary.h and index/FORMAT.md. */
#include "stages/summary.h"

void summary_free(struct summary *summary)
{
	vec_free(&summary->sources);
	vec_free(&summary->unknown_kinds);
}

static void encode_source(const struct source *source, byte_vec *out)
{
	bytes_put_text(out, source->member);
	bytes_put_text(out, source->encoding);
	bytes_put_varint(out, source->bytes);
	bytes_put_varint(out, source->first_line);
	bytes_put_varint(out, source->last_line);
	bytes_put_u64_be(out, source->content_high);
	bytes_put_u64_be(out, source->content_low);
	bytes_put_u8(out, source->partial);
}

void summary_encode(const struct summary *summary, byte_vec *out)
{
	bytes_put_u64_be(out, summary->id);
	bytes_put_text(out, summary->machine);
	bytes_put_text(out, summary->os);
	bytes_put_text(out, summary->os_line);
	bytes_put_text(out, summary->arch);
	bytes_put_varint(out, (uint32_t)(summary->build + 1));
	bytes_put_u8(out, summary->session_time != MOMENT_NONE);
	bytes_put_signed(out, summary->session_time == MOMENT_NONE ? 0 : summary->session_time);
	bytes_put_u8(out, summary->session_zone_known);
	bytes_put_u8(out, summary->address_digits);
	bytes_put_varint(out, summary->processes);
	bytes_put_varint(out, summary->zombies);
	bytes_put_varint(out, summary->threads);
	bytes_put_varint(out, summary->edges);
	bytes_put_varint(out, summary->chains);
	bytes_put_varint(out, summary->diagnostics);
	bytes_put_varint(out, summary->unknown_kinds.len);
	vec_for_each(kind, &summary->unknown_kinds) {
		bytes_put_text(out, kind->kind);
		bytes_put_text(out, kind->example);
		bytes_put_varint(out, kind->count);
	}
	bytes_put_varint(out, summary->sources.len);
	vec_for_each(source, &summary->sources)
		encode_source(source, out);
}

static bool get_bool(struct bytes_reader *reader)
{
	uint8_t value = bytes_get_u8(reader);

	if (value > 1)
		reader->bad = true;
	return value == 1;
}

static struct source decode_source(struct bytes_reader *reader)
{
	struct source source = { 0 };

	source.member = bytes_get_text(reader);
	source.encoding = bytes_get_text(reader);
	source.bytes = bytes_get_varint(reader);
	source.first_line = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	source.last_line = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	source.content_high = bytes_get_u64_be(reader);
	source.content_low = bytes_get_u64_be(reader);
	source.partial = get_bool(reader);
	return source;
}

static void decode_fields(struct summary *summary, struct bytes_reader *reader)
{
	bool has_time;

	summary->id = bytes_get_u64_be(reader);
	summary->machine = bytes_get_text(reader);
	summary->os = bytes_get_text(reader);
	summary->os_line = bytes_get_text(reader);
	summary->arch = bytes_get_text(reader);
	summary->build = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	has_time = get_bool(reader);
	summary->session_time = bytes_get_signed(reader);
	if (!has_time)
		summary->session_time = MOMENT_NONE;
	summary->session_zone_known = get_bool(reader);
	summary->address_digits = bytes_get_u8(reader);
	summary->processes = bytes_get_varint(reader);
	summary->zombies = bytes_get_varint(reader);
	summary->threads = bytes_get_varint(reader);
	summary->edges = bytes_get_varint(reader);
	summary->chains = bytes_get_varint(reader);
	summary->diagnostics = bytes_get_varint(reader);
}

static void decode_kinds(struct summary *summary, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, 3);

	for (size_t i = 0; i < count && !reader->bad; i++) {
		struct unknown_kind kind = { .kind = bytes_get_text(reader) };

		kind.example = bytes_get_text(reader);
		kind.count = bytes_get_varint(reader);
		vec_push(&summary->unknown_kinds, kind);
	}
}

static void decode_sources(struct summary *summary, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, 22);

	for (size_t i = 0; i < count && !reader->bad; i++)
		vec_push(&summary->sources, decode_source(reader));
}

/* Nothing in it, but the memory of its lists stays with it. */
static void empty_summary(struct summary *summary)
{
	struct summary kept = { .sources = summary->sources,
				.unknown_kinds = summary->unknown_kinds };

	kept.sources.len = kept.unknown_kinds.len = 0;
	*summary = kept;
}

bool summary_decode(struct summary *summary, const void *bytes, size_t len)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);

	empty_summary(summary);
	decode_fields(summary, &reader);
	decode_kinds(summary, &reader);
	decode_sources(summary, &reader);
	if (!reader.bad && bytes_left(&reader) == 0 && summary->sources.len > 0 &&
	    (summary->address_digits == 0 || summary->address_digits == 8 ||
	     summary->address_digits == 16))
		return true;
	empty_summary(summary);
	return false;
}
