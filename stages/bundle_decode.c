/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's bytes to chunks of text: members one after the other, cut at block borders; see bundle_work.h. */
#include <unistd.h>

#include "stages/bundle_work.h"
#include "stages/cut.h"

#define HASH_STEP (256u << 10)

static void hash_file(struct bundle_work *work)
{
	struct hash_stream *stream = hash_stream_new();
	char *buffer = mem_alloc(HASH_STEP);
	off_t at = 0;
	ssize_t got;

	while ((got = pread(work->fd, buffer, HASH_STEP, at)) > 0) {
		hash_stream_add(stream, buffer, (size_t)got);
		at += got;
	}
	if (got == 0)
		work->content = hash_stream_value(stream);
	hash_stream_free(stream);
	free(buffer);
}

static struct member *add_member(struct bundle_work *work, struct slice path)
{
	struct member *member = vec_add(&work->members);

	*member = (struct member){ .path = mem_alloc(path.len + 1), .reason = "" };
	memcpy(member->path, path.at, path.len);
	member->path[path.len] = 0;
	return member;
}

static void quarantine(struct member *member, const struct error *error)
{
	member->outcome = MEMBER_QUARANTINED;
	member->reason = error->reason ? error->reason : "corrupt";
	member->text = mem_strdup(error->text);
}

/* The member's next raw bytes; its end and its breaking both end it. */
static size_t read_raw(struct bundle_work *work, void *buffer, size_t len)
{
	ssize_t got = unpack_read(work->unpack, buffer, len, &work->read_error);

	if (got <= 0)
		work->member_ended = true;
	return got > 0 ? (size_t)got : 0;
}

static size_t decode_utf16(struct bundle_work *work, char *out, size_t room)
{
	char raw[32768];
	size_t want = room / 3 * 2, got;

	if (want > sizeof(raw))
		want = sizeof(raw);
	got = read_raw(work, raw, want);
	if (got)
		return text_decode(&work->decoder, (struct slice){ raw, got }, out);
	return text_decode_end(&work->decoder, out);
}

/* Fills the chunk's text behind what was carried over, up to its end or the member's. */
static void fill_text(struct bundle_work *work, struct chunk *chunk)
{
	memcpy(chunk->text, work->carry.at, work->carry.len);
	chunk->len = work->carry.len;
	work->carry.len = 0;
	while (!work->member_ended && CHUNK_TEXT - chunk->len >= 64) {
		char *out = chunk->text + chunk->len;
		size_t room = CHUNK_TEXT - chunk->len;

		chunk->len += work->decoder.encoding == ENCODING_UTF8
				      ? read_raw(work, out, room)
				      : decode_utf16(work, out, room);
	}
}

static void cut_text(struct bundle_work *work, struct chunk *chunk)
{
	enum cut_kind kind;
	size_t at;

	chunk->fresh = work->carry_fresh;
	chunk->end = LOG_ENDS;
	if (work->member_ended)
		return;
	at = cut_find((struct slice){ chunk->text, chunk->len }, &kind);
	chunk->end = kind == CUT_HEADER ? LOG_HEADER_FOLLOWS : LOG_GOES_ON;
	work->carry_fresh = kind == CUT_HEADER;
	bytes_put(&work->carry, chunk->text + at, chunk->len - at);
	chunk->len = at;
}

static void end_member(struct bundle_work *work)
{
	struct member *member = &work->members.at[work->members.len - 1];

	work->in_member = false;
	if (work->read_error.kind != ERROR_NONE)
		quarantine(member, &work->read_error);
}

static void ignore(struct member *member, enum content content)
{
	member->outcome = MEMBER_IGNORED;
	member->reason = content == CONTENT_EMPTY  ? "empty"
			 : content == CONTENT_DUMP ? "dump-file"
						   : "binary";
}

/* Looks at the member's first bytes: false when it is none of ours. */
static bool begin_member(struct bundle_work *work, struct slice path)
{
	struct member *member = add_member(work, path);
	enum encoding encoding = ENCODING_UTF8;
	char *first = mem_alloc(CLASSIFY_BYTES);
	enum content content;
	size_t got;

	work->read_error = ERROR_INIT;
	work->member_ended = false;
	got = read_raw(work, first, CLASSIFY_BYTES);
	content = classify_content((struct slice){ first, got }, &encoding);
	if (content == CONTENT_TEXT) {
		work->decoder = (struct text_decoder){ .encoding = encoding };
		if (encoding == ENCODING_UTF8) {
			bytes_put(&work->carry, first, got);
		} else {
			vec_reserve(&work->carry, TEXT_DECODED_MAX(got));
			work->carry.len = text_decode(&work->decoder,
						      (struct slice){ first, got },
						      (char *)work->carry.at);
		}
		work->in_member = true;
		work->carry_fresh = true;
		work->offset = 0;
	} else if (work->read_error.kind != ERROR_NONE) {
		quarantine(member, &work->read_error);
	} else {
		ignore(member, content);
		member->bytes = got;
	}
	free(first);
	return work->in_member;
}

/* Moves on to the next member that has text. */
static bool next_member(struct bundle_work *work)
{
	struct unpack_member member;
	struct error error = ERROR_INIT;

	for (;;) {
		switch (unpack_next(work->unpack, &member, &error)) {
		case UNPACK_END:
			return false;
		case UNPACK_FAILED:
			quarantine(add_member(work, member.path), &error);
			error = ERROR_INIT;
			break;
		case UNPACK_MEMBER:
			if (begin_member(work, member.path))
				return true;
		}
	}
}

bool bundle_decode(struct bundle_work *work, struct chunk *chunk)
{
	if (!work->unpack) {
		hash_file(work);
		work->unpack = unpack_open(work->fd, slice_from(work->name),
					   &UNPACK_LIMITS_DEFAULT);
	}
	if (!work->in_member && !next_member(work)) {
		unpack_close(work->unpack);
		work->unpack = NULL;
		work->decoded = true;
		return false;
	}
	chunk->work = work;
	chunk->number = work->chunks++;
	chunk->member = work->members.len - 1;
	chunk->offset = work->offset;
	chunk->first = work->offset == 0;
	chunk->encoding = work->decoder.encoding;
	fill_text(work, chunk);
	cut_text(work, chunk);
	work->offset += chunk->len;
	work->members.at[chunk->member].bytes = work->offset;
	if (chunk->end == LOG_ENDS)
		end_member(work);
	return true;
}
