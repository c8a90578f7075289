/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of one level from member to member, past folders and links, past what is damaged as far as
 * libarchive can. What it would let pass in silence at the end is looked at in unpack_end.c.
 */
#include "stages/unpack_library.h"
#include "stages/unpack_parts.h"

#define STUCK_MAX 8

static void member_reset(struct level *level)
{
	level->member_ended = level->member_fatal = level->member_reported = false;
	level->member_error = ERROR_INIT;
	level->name.len = 0;
	level->size = level->at = level->hole = 0;
	level->block_len = level->head_used = level->head_len = 0;
}

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

static enum level_step member_begin(struct level *level, struct archive_entry *entry,
				    struct error *error)
{
	member_name(level, entry);
	if (libarchive.entry_size_is_set(entry) && libarchive.entry_size(entry) > 0)
		level->size = (uint64_t)libarchive.entry_size(entry);
	if (libarchive.entry_is_encrypted(entry)) {
		reason_encrypted(error, level->kind);
		return LEVEL_BAD_MEMBER;
	}
	member_peek(level);
	if (level->head_len > 0 || level->member_error.kind == ERROR_NONE)
		return LEVEL_MEMBER;
	*error = level->member_error;
	level->member_reported = true;
	return LEVEL_BAD_MEMBER;
}

/* The archive itself failed; said once only. */
static enum level_step level_failed(struct level *level, const struct error *found,
				    struct error *error)
{
	bool known = level->reported || level->member_reported;

	level->over = true;
	if (known)
		return LEVEL_END;
	level->reported = true;
	*error = *found;
	return LEVEL_BAD;
}

static enum level_step level_fatal(struct level *level, struct error *error)
{
	struct error found = ERROR_INIT;

	level_error(level, &found);
	end_refine(level, &found);
	return level_failed(level, &found, error);
}

/* True when header after header fails and nothing is consumed. */
static bool level_is_stuck(struct level *level)
{
	int64_t at = libarchive.filter_bytes(level->archive, -1);

	level->stuck = at == level->stuck_at ? level->stuck + 1 : 0;
	level->stuck_at = at;
	return level->stuck > STUCK_MAX;
}

/* Leaves the member; false when the archive ends with it. Only zip finds the next one by itself. */
static bool level_leave_member(struct level *level)
{
	int done;

	if (!level->on_member)
		return true;
	level->on_member = false;
	if (level->member_fatal && level->kind != KIND_ZIP)
		return false;
	level_enter(level);
	done = libarchive.read_data_skip(level->archive);
	level_leave(level);
	return done != ARCHIVE_FATAL && done != ARCHIVE_EOF;
}

/* A header that libarchive cannot use but gets past. */
static enum level_step header_bad(struct level *level, struct archive_entry *entry,
				  struct error *error)
{
	bool named = entry && libarchive.entry_pathname(entry);

	if (!named && level->reported)
		return LEVEL_END;
	level_error(level, error);
	if (named) {
		member_name(level, entry);
		return LEVEL_BAD_MEMBER;
	}
	level->reported = true;
	return LEVEL_BAD;
}

static int header_read(struct level *level, struct archive_entry **entry)
{
	int done;

	member_reset(level);
	level_enter(level);
	done = libarchive.read_next_header(level->archive, entry);
	level_leave(level);
	return done;
}

static enum level_step level_ended(struct level *level, struct error *error)
{
	struct error found = ERROR_INIT;

	level->over = true;
	if (end_is_clean(level, &found))
		return LEVEL_END;
	return level_failed(level, &found, error);
}

enum level_step level_next(struct level *level, struct error *error)
{
	if (level->over)
		return LEVEL_END;
	if (level->open_error.kind != ERROR_NONE)
		return level_failed(level, &level->open_error, error);
	for (;;) {
		struct archive_entry *entry = NULL;
		enum level_step step;
		bool ended = level->member_ended;
		int done;

		if (!level_leave_member(level))
			return level_fatal(level, error);
		done = header_read(level, &entry);
		if (done == ARCHIVE_EOF) {
			level->member_ended = ended;
			return level_ended(level, error);
		}
		if (done == ARCHIVE_FATAL)
			return level_fatal(level, error);
		if (done == ARCHIVE_OK || done == ARCHIVE_WARN) {
			level->on_member = true;
			if (entry_is_file(entry))
				return member_begin(level, entry, error);
			continue;
		}
		if (level_is_stuck(level))
			return level_fatal(level, error);
		step = header_bad(level, entry, error);
		if (step != LEVEL_END)
			return step;
	}
}
