/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's bytes to chunks of text: members one after the other, cut at block borders; see bundle_work.h. */
#include "stages/bundle_work.h"
#include "stages/cut.h"

static struct member *add_member(struct bundle_work *work, struct slice path)
{
	struct member *member = vec_add(&work->members);

	*member = (struct member){ .path = mem_copy_text(path.at, path.len), .reason = "" };
	return member;
}

static void quarantine(struct member *member, const struct error *error)
{
	member->outcome = MEMBER_QUARANTINED;
	member->reason = error->reason ? error->reason : "corrupt";
	member->text = mem_strdup(error->text);
}

/* Fills the chunk's text behind what was carried over, up to its end or the member's. */
static void fill_text(struct bundle_work *work, struct chunk *chunk)
{
	size_t room = work->carry.len + chunk->fill;

	if (room > CHUNK_TEXT)
		room = CHUNK_TEXT;
	memcpy(chunk->text, work->carry.at, work->carry.len);
	chunk->len = work->carry.len;
	work->carry.len = 0;
	while (!work->text.ended && room - chunk->len >= 64)
		chunk->len += member_text_read(&work->text, chunk->text + chunk->len,
					       room - chunk->len);
}

static void cut_text(struct bundle_work *work, struct chunk *chunk)
{
	enum cut_kind kind;
	size_t at;

	chunk->fresh = work->carry_fresh;
	chunk->end = LOG_ENDS;
	if (work->text.ended)
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
	if (work->text.error.kind != ERROR_NONE)
		quarantine(member, &work->text.error);
}

static void ignore(struct member *member, enum content content)
{
	member->outcome = MEMBER_IGNORED;
	member->reason = content == CONTENT_EMPTY  ? "empty"
			 : content == CONTENT_DUMP ? "dump-file"
						   : "binary";
}

static bool is_all(struct slice bytes, char same)
{
	return bytes.len == 0 ||
	       (bytes.at[0] == same && memcmp(bytes.at, bytes.at + 1, bytes.len - 1) == 0);
}

/* A beginning of one and the same byte, zeros mostly, tells nothing of the member. It is read on until something else comes, which
 * makes it binary for certain, so that a bomb of zeros is not passed over as if it were nothing. */
static void read_on(struct bundle_work *work, struct member *member)
{
	struct slice bytes = { (const char *)work->carry.at, work->carry.len };
	char same = *bytes.at;

	while (bytes.len && is_all(bytes, same)) {
		ssize_t got = unpack_read(work->text.unpack, work->carry.at,
					  work->carry.len, &work->text.error);

		bytes.len = got > 0 ? (size_t)got : 0;
		member->bytes += bytes.len;
	}
}

/* Looks at the member's first bytes: false when it is none of ours. */
static bool begin_member(struct bundle_work *work, struct slice path)
{
	struct member *member = add_member(work, path);
	enum content content = member_text_begin(&work->text, &work->carry);

	if (content == CONTENT_TEXT) {
		work->in_member = true;
		work->carry_fresh = true;
		work->offset = 0;
		return true;
	}
	member->bytes = work->carry.len;
	if (content == CONTENT_BINARY && work->text.error.kind == ERROR_NONE)
		read_on(work, member);
	if (work->text.error.kind != ERROR_NONE)
		quarantine(member, &work->text.error);
	else
		ignore(member, content);
	work->carry.len = 0;
	return false;
}

/* Moves on to the next member that has text. */
static bool next_member(struct bundle_work *work)
{
	struct unpack_member member;
	struct error error = ERROR_INIT;

	for (;; work->found++) {
		switch (unpack_next(work->text.unpack, &member, &error)) {
		case UNPACK_END:
			return false;
		case UNPACK_FAILED:
			quarantine(add_member(work, member.path), &error);
			error = ERROR_INIT;
			break;
		case UNPACK_MEMBER:
			if (!begin_member(work, member.path))
				break;
			work->found++;
			return true;
		}
	}
}

/* What was read before is not read again because its time has changed. */
static bool is_known(const struct bundle_work *work)
{
	return !hash128_is_none(&work->known) && hash128_equal(&work->content, &work->known);
}

bool bundle_decode(struct bundle_work *work, struct chunk *chunk)
{
	if (!work->text.unpack) {
		work->content = work->means.parts ? split_file_hash(work->means.parts)
						  : hash_file(work->fd);
		work->decoded = is_known(work);
		if (work->decoded)
			return false;
		work->text.unpack =
			unpack_open(work->fd, slice_from(work->name), &work->limits);
		unpack_use(work->text.unpack, &work->means);
	}
	if (!work->in_member && !next_member(work)) {
		unpack_close(work->text.unpack);
		work->text.unpack = NULL;
		work->decoded = true;
		return false;
	}
	chunk->work = work;
	chunk->number = work->chunks++;
	chunk->member = work->members.len - 1;
	chunk->offset = work->offset;
	chunk->first = work->offset == 0;
	chunk->encoding = work->text.decoder.encoding;
	fill_text(work, chunk);
	cut_text(work, chunk);
	work->offset += chunk->len;
	work->members.at[chunk->member].bytes = work->offset;
	if (chunk->end == LOG_ENDS)
		end_member(work);
	return true;
}
