/* SPDX-License-Identifier: Apache-2.0 */
/* Parsed chunks to dumps: the segments of a member in order, a new banner beginning a new dump; see bundle_work.h. */
#include "pipeline/base/progress.h"
#include "stages/bundle_work.h"

void chunk_parse(struct chunk *chunk)
{
	log_parse(&chunk->result, &chunk->start,
		  (struct slice){ chunk->text, chunk->len }, chunk->end);
	progress_step();
}

static struct join *open_join(struct bundle_work *work, size_t member, uint32_t line)
{
	struct join *join = mem_alloc(sizeof(*join));

	join_init(join);
	vec_push(&join->sources,
		 ((struct join_source){ .member = member, .first_line = line }));
	vec_push(&work->joins, join);
	work->join = join;
	if (!work->segment_hash)
		work->segment_hash = hash_stream_new();
	hash_stream_reset(work->segment_hash);
	work->segment_bytes = 0;
	return join;
}

/* Dumps that are read to their end lie as they are while they are small together, and the one in hand is small or they are few: a
 * large one and a few small ones are not worth the time. */
#define UNPACKED_MAX (16u << 20)
#define SMALL (1u << 20)
#define FEW 32
/* And so much may be packed, a part of what a single dump may take. */
#define PACKED_PART 3

static void pack_if_need_be(struct bundle_work *work)
{
	size_t in_hand = join_weight(work->join), closed = work->joins.len - 1;

	if (work->unpacked + in_hand <= UNPACKED_MAX ||
	    (in_hand < SMALL && closed - work->packed_joins < FEW))
		return;
	for (; work->packed_joins < closed; work->packed_joins++) {
		struct join *join = work->joins.at[work->packed_joins];

		join_pack(join);
		work->packed += join->packed.len + sizeof(*join);
	}
	work->unpacked = 0;
}

/* The join of the same text as `source`, or NULL: then the newest join is from now on the one of that text. */
static struct join *join_of_content(struct bundle_work *work, const struct join_source *source)
{
	uint32_t *place =
		map_place(&work->contents, source->content.low ^ source->content.high);
	struct join *join;

	if (*place == MAP_NONE) {
		*place = (uint32_t)work->joins.len - 1;
		return NULL;
	}
	join = work->joins.at[*place];
	return memcmp(&join->sources.at[0].content, &source->content,
		      sizeof(source->content)) == 0
		       ? join
		       : NULL;
}

/*
 * The dump in hand is read to its end; one that holds nothing is forgotten. Of a text that comes again, in another member or a
 * thousand times in one, the copies are only named as sources.
 */
static void close_join(struct bundle_work *work)
{
	struct join *join = work->join, *same = NULL;

	work->join = NULL;
	if (!records_empty(&join->incident.records)) {
		join->sources.at[0].content = hash_stream_value(work->segment_hash);
		join->sources.at[0].content_bytes = work->segment_bytes;
		work->member_joins++;
		same = join_of_content(work, &join->sources.at[0]);
		if (!same) {
			work->unpacked += join_weight(join);
			return;
		}
		vec_push(&same->sources, join->sources.at[0]);
	}
	work->joins.len--;
	join_free(join);
	free(join);
}

static void begin_member(struct bundle_work *work, const struct chunk *chunk)
{
	work->line = 0;
	work->prompt_seen = work->other_bytes = work->member_over = false;
	work->member_joins = 0;
	open_join(work, chunk->member, 1);
}

static void end_member(struct bundle_work *work, const struct chunk *chunk)
{
	struct joined_member joined = { .member = chunk->member,
					.prompt_seen = work->prompt_seen,
					.over = work->member_over,
					.encoding = encoding_text(chunk->encoding) };

	close_join(work);
	joined.joins = work->member_joins;
	if (chunk->encoding == ENCODING_UTF8 && work->other_bytes)
		joined.encoding = "cp1252";
	vec_push(&work->joined, joined);
}

/* A byte order mark is no content: a log means the same in every encoding. */
static void add_content(struct bundle_work *work, struct slice text)
{
	if (work->segment_bytes == 0 && slice_starts(text, SLICE("\xEF\xBB\xBF")))
		text = slice_skip(text, 3);
	hash_stream_add(work->segment_hash, text.at, text.len);
	work->segment_bytes += text.len;
}

static void join_segment(struct bundle_work *work, const struct chunk *chunk,
			 const struct segment *segment)
{
	struct join_base base = { .offset = chunk->offset, .line = work->line + 1 };
	struct join *join = work->join;
	struct slice text = { chunk->text + segment->from, segment->to - segment->from };

	if (segment->begins && !records_empty(&join->incident.records)) {
		close_join(work);
		join = open_join(work, chunk->member, work->line + segment->first_line + 1);
	}
	add_content(work, text);
	if (join_weight(join) >= work->limits.dump_memory ||
	    work->packed >= work->limits.dump_memory / PACKED_PART) {
		work->member_over = true;
		return;
	}
	join_records(join, &segment->records, base);
	pack_if_need_be(work);
	join->sources.at[0].last_line = work->line + segment->first_line + segment->lines;
}

void bundle_join(struct bundle_work *work, struct chunk *chunk)
{
	const struct log_chunk_result *result = &chunk->result;

	if (chunk->first)
		begin_member(work, chunk);
	for (size_t i = 0; i < result->segments_used; i++)
		join_segment(work, chunk, &result->segments.at[i]);
	progress_step();
	if (result->end.listing != LISTING_INHERITED)
		work->join->listing = result->end.listing;
	work->line += result->lines;
	work->prompt_seen |= result->prompt_seen;
	work->other_bytes |= result->other_bytes;
	if (chunk->end == LOG_ENDS)
		end_member(work, chunk);
}

size_t bundle_weight(const struct bundle_work *work)
{
	return work->unpacked + work->packed + (work->join ? join_weight(work->join) : 0);
}
