/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the bundle's members, taking from the text of each what is asked for as it streams by; see excerpt.h. */
#include "stages/excerpt.h"

#include "stages/line.h"
#include "stages/member_text.h"
#include "stages/split_file.h"

/* The hash of some lines of a text that comes in pieces. */
struct line_hash {
	struct hash_stream *stream;
	uint32_t line; /* of the next byte, from 1 */
	bool begun;
};

struct excerpter {
	const struct excerpt_request *request;
	struct excerpt_reply *reply;
	struct member_text text;
	VEC(uint64_t) granted;        /* bytes that a range may have */
	VEC(bool) settled;            /* a member: found and read */
	VEC(struct line_hash) hashes; /* of the members that are told by their text */
	uint64_t offset, end; /* of the piece in hand; behind the last byte that is wanted */
	bool check;           /* the hash of some member is wanted */
};

static bool needs_check(const struct excerpt_member *member)
{
	return member->content.high || member->content.low;
}

static bool is_wanted(const struct excerpter *excerpter, size_t at, struct slice path)
{
	return !excerpter->settled.at[at] &&
	       slice_equal(excerpter->request->members.at[at].path, path);
}

/* Adds to the hash what of the piece lies in the member's lines. */
static void hash_lines(struct line_hash *hash, const struct excerpt_member *member,
		       struct slice piece)
{
	const char *at = piece.at, *end = piece.at + piece.len, *from = NULL;

	while (at < end && hash->line <= member->last_line) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (!from && hash->line >= member->first_line)
			from = at;
		at = newline ? newline + 1 : end;
		hash->line += newline != NULL;
	}
	if (!from)
		return;
	piece = (struct slice){ from, (size_t)(at - from) };
	if (!hash->begun && slice_starts(piece, SLICE("\xEF\xBB\xBF")))
		piece = slice_skip(piece, 3); /* as bundle_join.c has it */
	hash->begun = true;
	hash_stream_add(hash->stream, piece.at, piece.len);
}

/* What of the piece lies in the range. */
static void take_range(struct excerpter *excerpter, size_t at, struct slice piece)
{
	const struct excerpt_range *range = &excerpter->request->ranges.at[at];
	uint64_t from = range->offset, to = from + excerpter->granted.at[at];
	uint64_t begin = excerpter->offset, end = begin + piece.len;

	if (from < begin)
		from = begin;
	if (to > end)
		to = end;
	if (from < to)
		bytes_put(&excerpter->reply->excerpts.at[at].text,
			  piece.at + (from - begin), (size_t)(to - from));
}

static void take_piece(struct excerpter *excerpter, struct slice path, struct slice piece)
{
	const struct excerpt_request *request = excerpter->request;

	for (size_t i = 0; i < request->ranges.len; i++)
		if (is_wanted(excerpter, request->ranges.at[i].member, path))
			take_range(excerpter, i, piece);
	for (size_t i = 0; i < request->members.len; i++)
		if (is_wanted(excerpter, i, path) && needs_check(&request->members.at[i]))
			hash_lines(&excerpter->hashes.at[i], &request->members.at[i], piece);
	excerpter->offset += piece.len;
}

/* False when nobody wants the member. */
static bool begin_wanted(struct excerpter *excerpter, struct slice path)
{
	const struct excerpt_request *request = excerpter->request;
	bool wanted = false;

	excerpter->offset = excerpter->end = 0;
	excerpter->check = false;
	for (size_t i = 0; i < request->members.len; i++) {
		if (!is_wanted(excerpter, i, path))
			continue;
		wanted = true;
		excerpter->check |= needs_check(&request->members.at[i]);
		excerpter->hashes.at[i].line = 1;
		excerpter->hashes.at[i].begun = false;
		hash_stream_reset(excerpter->hashes.at[i].stream);
	}
	for (size_t i = 0; wanted && i < request->ranges.len; i++) {
		uint64_t end = request->ranges.at[i].offset + excerpter->granted.at[i];

		if (is_wanted(excerpter, request->ranges.at[i].member, path) &&
		    end > excerpter->end)
			excerpter->end = end;
	}
	return wanted;
}

static bool is_the_one(struct excerpter *excerpter, size_t at)
{
	const struct excerpt_member *member = &excerpter->request->members.at[at];
	struct hash128 seen;

	if (!needs_check(member))
		return true;
	seen = hash_stream_value(excerpter->hashes.at[at].stream);
	return seen.high == member->content.high && seen.low == member->content.low;
}

/* The member was read: what was taken of another one of its path is given back. */
static void settle(struct excerpter *excerpter, struct slice path)
{
	const struct excerpt_request *request = excerpter->request;

	for (size_t i = 0; i < request->members.len; i++) {
		bool found;

		if (!is_wanted(excerpter, i, path))
			continue;
		found = is_the_one(excerpter, i);
		for (size_t k = 0; k < request->ranges.len; k++) {
			struct excerpt *excerpt = &excerpter->reply->excerpts.at[k];

			if (request->ranges.at[k].member != i)
				continue;
			excerpt->found = found;
			if (!found)
				excerpt->text.len = 0;
		}
		excerpter->settled.at[i] = found;
	}
}

static void note_error(struct excerpter *excerpter, const struct error *error)
{
	if (excerpter->reply->error.kind == ERROR_NONE)
		excerpter->reply->error = *error;
}

static void read_member(struct excerpter *excerpter, struct slice path)
{
	byte_vec piece = { 0 };

	if (!begin_wanted(excerpter, path))
		return;
	if (member_text_begin(&excerpter->text, &piece) == CONTENT_TEXT) {
		take_piece(excerpter, path,
			   (struct slice){ (const char *)piece.at, piece.len });
		vec_reserve(&piece, CLASSIFY_BYTES);
		while (excerpter->check || excerpter->offset < excerpter->end) {
			piece.len = member_text_read(&excerpter->text, (char *)piece.at,
						     CLASSIFY_BYTES);
			if (piece.len == 0)
				break;
			take_piece(excerpter, path,
				   (struct slice){ (const char *)piece.at, piece.len });
		}
		settle(excerpter, path);
	}
	if (excerpter->text.error.kind != ERROR_NONE)
		note_error(excerpter, &excerpter->text.error);
	vec_free(&piece);
}

static bool all_settled(const struct excerpter *excerpter)
{
	vec_for_each(settled, &excerpter->settled)
		if (!*settled)
			return false;
	return true;
}

static void walk(struct excerpter *excerpter, int fd, struct slice name,
		 const struct unpack_means *means)
{
	struct unpack *unpack = unpack_open(fd, name, &unpack_limits_widest);
	enum unpack_status status = UNPACK_MEMBER;
	struct unpack_member member;
	struct error error = ERROR_INIT;

	unpack_use(unpack, means);
	excerpter->text.unpack = unpack;
	while (!all_settled(excerpter) && status != UNPACK_END) {
		status = unpack_next(unpack, &member, &error);
		if (status == UNPACK_MEMBER)
			read_member(excerpter, member.path);
		if (status == UNPACK_FAILED)
			note_error(excerpter, &error);
		error = ERROR_INIT;
	}
	unpack_close(unpack);
}

/* Each range gets what it asks for as long as there is some left. */
static void grant(struct excerpter *excerpter)
{
	uint64_t left = EXCERPT_ALL_BYTES;

	vec_for_each(range, &excerpter->request->ranges) {
		uint64_t granted = range->length;

		if (granted > EXCERPT_RANGE_BYTES)
			granted = EXCERPT_RANGE_BYTES;
		if (granted > left)
			granted = left;
		if (granted > UINT64_MAX - range->offset)
			granted = UINT64_MAX - range->offset;
		left -= granted;
		vec_push(&excerpter->granted, granted);
		vec_push(&excerpter->reply->excerpts, ((struct excerpt){ 0 }));
	}
}

/* A text that was cut ends with its last whole line, if it has one. */
static void end_cut(byte_vec *text)
{
	unsigned char *newline = text->len ? memrchr(text->at, '\n', text->len) : NULL;

	if (newline)
		text->len = (size_t)(newline - text->at) + 1;
}

/* Lines as people read them: a code page's letters in UTF-8, no carriage return at the end. */
static void tidy(byte_vec *text)
{
	struct slice rest = { (const char *)text->at, text->len };
	byte_vec tidied = { 0 };

	while (rest.len) {
		const char *newline = memchr(rest.at, '\n', rest.len);
		struct slice line =
			slice_first(rest, newline ? (size_t)(newline - rest.at) : rest.len);

		rest = slice_skip(rest, line.len + (newline != NULL));
		if (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		vec_reserve(&tidied, tidied.len + LINE_PLAIN_MAX(line.len));
		tidied.len += line_to_utf8(line, (char *)tidied.at + tidied.len);
		if (newline && rest.len)
			bytes_put_u8(&tidied, '\n');
	}
	vec_free(text);
	*text = tidied;
}

static void finish(struct excerpter *excerpter)
{
	for (size_t i = 0; i < excerpter->reply->excerpts.len; i++) {
		struct excerpt *excerpt = &excerpter->reply->excerpts.at[i];

		excerpt->cut = excerpt->found &&
			       excerpt->text.len < excerpter->request->ranges.at[i].length;
		if (excerpt->cut)
			end_cut(&excerpt->text);
		tidy(&excerpt->text);
	}
	vec_for_each(hash, &excerpter->hashes)
		hash_stream_free(hash->stream);
	vec_free(&excerpter->hashes);
	vec_free(&excerpter->granted);
	vec_free(&excerpter->settled);
}

void excerpt_read(int fd, struct slice name, const struct unpack_means *means,
		  const struct excerpt_request *request, struct excerpt_reply *reply)
{
	struct excerpter excerpter = { .request = request, .reply = reply };

	reply->content = means->parts ? split_file_hash(means->parts) : hash_file(fd);
	grant(&excerpter);
	for (size_t i = 0; i < request->members.len; i++) {
		vec_push(&excerpter.settled, false);
		vec_push(&excerpter.hashes,
			 ((struct line_hash){ .stream = hash_stream_new() }));
	}
	walk(&excerpter, fd, name, means);
	finish(&excerpter);
}

void excerpt_request_free(struct excerpt_request *request)
{
	vec_free(&request->members);
	vec_free(&request->ranges);
}

void excerpt_reply_free(struct excerpt_reply *reply)
{
	vec_for_each(excerpt, &reply->excerpts)
		vec_free(&excerpt->text);
	vec_free(&reply->excerpts);
}
