/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of libarchive from member to member, past folders and links, past what is damaged as far as
 * it can. What it would let pass in silence at the end is looked at in unpack_end.c.
 */
#include "stages/unpack_archive.h"

#define STUCK_MAX 8

static void member_name(struct level *level, struct archive_entry *entry)
{
	const char *raw;

	if (kind_is_stream(level->kind)) {
		name_put_inner(&level->name, slice_from(level->path));
		return;
	}
	raw = libarchive.entry_pathname(entry);
	name_put(&level->name, raw ? raw : libarchive.entry_pathname_utf8(entry));
}

static bool entry_is_file(struct archive_entry *entry)
{
	return (libarchive.entry_filetype(entry) == AE_IFREG ||
		libarchive.entry_filetype(entry) == 0) &&
	       !libarchive.entry_hardlink(entry);
}

static enum level_step begin(struct level *level, struct archive_entry *entry,
			     struct error *error)
{
	struct archive_state *state = level->state;

	member_name(level, entry);
	if (libarchive.entry_size_is_set(entry) && libarchive.entry_size(entry) > 0)
		level->size = (uint64_t)libarchive.entry_size(entry);
	if (level->kind == KIND_RAR5)
		state->sum_known = rar5_stored_sum(
			level, (uint64_t)libarchive.read_header_position(state->archive),
			&state->sum_wanted);
	if (!libarchive.entry_is_encrypted(entry) || level->password)
		return LEVEL_MEMBER;
	reason_encrypted(error, level);
	return LEVEL_BAD_MEMBER;
}

static enum level_step fatal(struct level *level, struct error *error)
{
	struct error found = ERROR_INIT;

	archive_error(level, &found);
	end_refine(level, &found);
	return level_failed(level, &found, error);
}

/* True when header after header fails and nothing is consumed. */
static bool is_stuck(struct level *level)
{
	struct archive_state *state = level->state;
	int64_t at = libarchive.filter_bytes(state->archive, -1);

	state->stuck = at == state->stuck_at ? state->stuck + 1 : 0;
	state->stuck_at = at;
	return state->stuck > STUCK_MAX;
}

/* Leaves the member; false when the archive ends with it. Only zip finds the next one by itself. */
static bool leave_member(struct level *level)
{
	struct archive_state *state = level->state;
	int done;

	if (!state->on_member)
		return true;
	state->on_member = false;
	if (state->member_fatal && level->kind != KIND_ZIP)
		return false;
	if (state->solid && !member_pass(level))
		return false;
	archive_enter(level);
	done = libarchive.read_data_skip(state->archive);
	archive_leave(level);
	return done != ARCHIVE_FATAL && done != ARCHIVE_EOF;
}

/* A header that libarchive cannot use but gets past. */
static enum level_step header_bad(struct level *level, struct archive_entry *entry,
				  struct error *error)
{
	bool named = entry && libarchive.entry_pathname(entry);

	if (!named && level->reported)
		return LEVEL_END;
	archive_error(level, error);
	if (named) {
		member_name(level, entry);
		return LEVEL_BAD_MEMBER;
	}
	level->reported = true;
	return LEVEL_BAD;
}

static int header_read(struct level *level, struct archive_entry **entry)
{
	struct archive_state *state = level->state;
	int done;

	level_reset(level);
	state->member_fatal = false;
	state->at = 0;
	state->sum_known = false;
	state->sum = 0;
	archive_enter(level);
	done = libarchive.read_next_header(state->archive, entry);
	archive_leave(level);
	return done;
}

static enum level_step settle_end(struct level *level, struct error *error)
{
	struct error found = ERROR_INIT;

	level->over = true;
	if (end_is_clean(level, &found))
		return LEVEL_END;
	return level_failed(level, &found, error);
}

enum level_step archive_next(struct level *level, struct error *error)
{
	for (;;) {
		struct archive_entry *entry = NULL;
		enum level_step step;
		bool ended = level->member_ended;
		int done;

		if (!leave_member(level))
			return fatal(level, error);
		done = header_read(level, &entry);
		if (done == ARCHIVE_EOF) {
			level->member_ended = ended;
			return settle_end(level, error);
		}
		if (done == ARCHIVE_FATAL)
			return fatal(level, error);
		if (done == ARCHIVE_OK || done == ARCHIVE_WARN) {
			archive_state_of(level)->on_member = true;
			archive_state_of(level)->met_any = true;
			if (entry_is_file(entry))
				return begin(level, entry, error);
			if (!level_passed_over(level))
				return level_failed(level, &level->meter->over, error);
			continue;
		}
		if (is_stuck(level))
			return fatal(level, error);
		step = header_bad(level, entry, error);
		if (step != LEVEL_END)
			return step;
	}
}
