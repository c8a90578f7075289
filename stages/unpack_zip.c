/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of an ordinary zip: read where the directory says, by pread, and inflated straight into the caller's buffer.
 * A member whose local header says something else, or that reaches into the next one, is corrupt and none of it is read: so
 * members that share their bytes, as those of some bombs do, are never decoded more than once. Everything else goes on.
 */
#include "stages/inflate.h"
#include "stages/unpack_stream.h"
#include "stages/unpack_zip.h"

#define PIECE (128u * 1024)

struct zip_state {
	struct stream stream; /* first */
	struct zip_directory directory;
	struct inflate *inflate;
	size_t next; /* entry */

	/* the member in hand */
	const struct zip_entry *entry;
	uint64_t at;   /* of the next packed byte in the file */
	uint64_t left; /* packed bytes that have not been read */
	uint64_t done; /* decoded */
	uint32_t crc;  /* of a stored member */
};

static bool zip_open(struct level *level)
{
	struct zip_state *state;

	/* One that did not come whole out of the archive around it is for somebody who tells why. */
	if (level->source.error.kind != ERROR_NONE)
		return false;
	state = mem_alloc_zero(1, sizeof(*state));
	if (zip_directory_read(&state->directory, &level->source))
		state->inflate = inflate_new();
	level->source.error = ERROR_INIT;
	level->state = state;
	if (state->inflate)
		return true;
	zip_directory_free(&state->directory);
	free(state);
	level->state = NULL;
	return false;
}

/* ---- from member to member ---- */

/* A size in a local header: that of the directory, or a sign that it stands elsewhere. */
static bool size_agrees(uint64_t value, uint32_t local, struct slice wide, size_t place,
			bool behind)
{
	if (local == UINT32_MAX && wide.len >= 16)
		return zip_u64(wide.at + place) == value ||
		       (behind && zip_u64(wide.at + place) == 0);
	return local == value || (behind && local == 0);
}

static bool local_agrees(const struct zip_entry *entry, struct slice name,
			 struct slice entry_name, const char *header, struct slice extra)
{
	bool behind = zip_u16(header + 6) & ZIP_FLAG_DESCRIPTOR;
	uint32_t crc = zip_u32(header + 14);
	struct slice wide = zip_extra_find(extra, ZIP_EXTRA_ZIP64);

	return memcmp(header, "PK\3\4", 4) == 0 &&
	       !(zip_u16(header + 6) & ZIP_FLAG_ENCRYPTED) &&
	       zip_u16(header + 8) == entry->method && slice_equal(name, entry_name) &&
	       (crc == entry->crc || (behind && crc == 0)) &&
	       size_agrees(entry->packed, zip_u32(header + 18), wide, 8, behind) &&
	       size_agrees(entry->bytes, zip_u32(header + 22), wide, 0, behind);
}

static bool corrupt(struct error *error, const char *text)
{
	return error_input(error, "corrupt", "zip: %s", text);
}

/* Reads and checks the local header at the front, of which at least its fixed part must fit before the limit. */
static bool begin_data(struct level *level, const struct zip_entry *entry, struct error *error)
{
	struct zip_state *state = level->state;
	struct slice name = zip_entry_name(&state->directory, entry);
	uint64_t room = entry->limit > entry->at ? entry->limit - entry->at : 0, len;
	byte_vec header = { 0 };
	const char *at;
	bool good;

	if (room < ZIP_LOCAL_BYTES)
		return corrupt(error, "members overlap");
	/* Names and fields are of 64 KiB at most. */
	len = room < ZIP_LOCAL_BYTES + 2 * 65535 ? room : ZIP_LOCAL_BYTES + 2 * 65535;
	if (len > ZIP_LOCAL_BYTES + name.len + 512)
		len = ZIP_LOCAL_BYTES + name.len + 512;
	vec_reserve(&header, len);
	at = (const char *)header.at;
	good = source_pread(&level->source, header.at, len, entry->at) == (ssize_t)len;
	if (good) {
		size_t name_len = zip_u16(at + 26), extra_len = zip_u16(at + 28);
		size_t have = len - ZIP_LOCAL_BYTES;
		struct slice local = { at + ZIP_LOCAL_BYTES,
				       name_len < have ? name_len : have };
		struct slice extra = { local.at + local.len, extra_len < have - local.len
								     ? extra_len
								     : have - local.len };
		uint64_t data = ZIP_LOCAL_BYTES + (uint64_t)name_len + extra_len;

		if (!local_agrees(entry, local, name, at, extra))
			good = corrupt(error, "the member's two headers differ");
		else if (data > room || entry->packed > room - data)
			good = corrupt(error, "members overlap");
		state->at = entry->at + data;
	} else if (level->source.error.kind != ERROR_NONE) {
		*error = level->source.error;
	} else {
		error_input(error, "truncated", "zip: cut while it was read");
	}
	vec_free(&header);
	return good;
}

static void put_name(struct level *level, struct slice name)
{
	bool windows = zip_name_is_windows(name);
	char *text = mem_alloc(name.len + 1);

	for (size_t i = 0; i < name.len; i++)
		text[i] = windows && name.at[i] == '\\' ? '/' : name.at[i];
	text[name.len] = 0;
	name_put(&level->name, text);
	free(text);
}

static enum level_step begin_member(struct level *level, const struct zip_entry *entry,
				    struct error *error)
{
	struct zip_state *state = level->state;

	level_reset(level);
	put_name(level, zip_entry_name(&state->directory, entry));
	level->size = entry->bytes;
	if (entry->method == ZIP_STORED && entry->packed != entry->bytes) {
		corrupt(error, "a stored member of two sizes");
		return LEVEL_BAD_MEMBER;
	}
	if (!begin_data(level, entry, error))
		return LEVEL_BAD_MEMBER;
	state->entry = entry;
	state->left = entry->packed;
	state->done = 0;
	state->crc = 0;
	state->stream.input = (struct slice){ NULL, 0 };
	inflate_begin(state->inflate, INFLATE_RAW);
	return LEVEL_MEMBER;
}

static enum level_step zip_next(struct level *level, struct error *error)
{
	struct zip_state *state = level->state;

	while (state->next < state->directory.entries.len) {
		const struct zip_entry *entry = &state->directory.entries.at[state->next++];

		if (entry->is_file)
			return begin_member(level, entry, error);
	}
	level->over = true;
	return LEVEL_END;
}

/* ---- the bytes of a member ---- */

/* Reads packed bytes: 1, or -1. There must be some left. */
static int read_packed(struct level *level, void *buffer, size_t len)
{
	struct zip_state *state = level->state;
	ssize_t got = source_pread(&level->source, buffer, len, state->at);

	if (got < 0) {
		level->member_error = level->source.error;
		return -1;
	}
	if ((size_t)got < len)
		return stream_broke(level, "truncated", "cut while it was read");
	state->at += len;
	state->left -= len;
	return 1;
}

/* All came out. */
static int check_end(struct level *level, uint32_t crc)
{
	struct zip_state *state = level->state;

	if (state->done != state->entry->bytes || state->left || state->stream.input.len)
		return stream_broke(level, "corrupt", "data of a wrong size");
	if (crc != state->entry->crc)
		return stream_broke(level, "corrupt", "its checksum is wrong");
	level->member_ended = true;
	return 0;
}

static int read_stored(struct level *level, void *buffer, size_t len, size_t *done)
{
	struct zip_state *state = level->state;
	size_t most = len < PIECE ? len : PIECE;

	if (most > state->left)
		most = (size_t)state->left;
	if (most == 0)
		return check_end(level, state->crc);
	if (read_packed(level, buffer, most) < 0)
		return -1;
	state->crc = inflate_crc_add(state->crc, buffer, most);
	state->done += most;
	*done = most;
	return 1;
}

static int more_input(struct level *level)
{
	struct zip_state *state = level->state;
	size_t most = state->left < SOURCE_BUFFER ? (size_t)state->left : SOURCE_BUFFER;

	if (most == 0)
		return stream_broke(level, "corrupt", "data that does not end");
	if (read_packed(level, level->source.buffer, most) < 0)
		return -1;
	state->stream.input = (struct slice){ level->source.buffer, most };
	return 1;
}

static int read_deflated(struct level *level, void *buffer, size_t len, size_t *done)
{
	struct zip_state *state = level->state;
	struct slice *input = &state->stream.input;
	uint64_t missing = state->entry->bytes - state->done;
	size_t most = len < PIECE ? len : PIECE, before = input->len;
	enum inflate_result result;
	char beyond;

	/* With all of it out, the end must come and nothing else. */
	if (missing == 0) {
		result = inflate_run(state->inflate, input, &beyond, 1, done);
		if (*done) {
			*done = 0;
			return stream_broke(level, "corrupt", "data of a wrong size");
		}
	} else {
		most = missing < most ? (size_t)missing : most;
		result = inflate_run(state->inflate, input, buffer, most, done);
	}
	state->done += *done;
	if (result == INFLATE_ENDED && inflate_behind(state->inflate) == 0)
		return check_end(level, inflate_crc(state->inflate));
	if (result == INFLATE_ENDED)
		return stream_broke(level, "corrupt", "data of a wrong size");
	if (result != INFLATE_GOES_ON)
		return stream_broke(level, "corrupt", "damaged data");
	if (*done == most || input->len < before)
		return 1;
	return input->len ? stream_broke(level, "corrupt", "no progress") : more_input(level);
}

static ssize_t zip_fill_into(struct level *level, void *buffer, size_t len)
{
	const struct zip_state *state = level->state;
	bool stored = state->entry->method == ZIP_STORED;

	return stream_fill_into(level, buffer, len, stored ? read_stored : read_deflated);
}

static void zip_close(struct level *level)
{
	struct zip_state *state = level->state;

	zip_directory_free(&state->directory);
	inflate_free(state->inflate);
	stream_release(&state->stream);
	free(state);
}

const struct decoder zip_decoder = {
	.open = zip_open,
	.next = zip_next,
	.fill = stream_fill,
	.fill_into = zip_fill_into,
	.close = zip_close,
};
