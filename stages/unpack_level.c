/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of one level from member to member, whatever decodes it: each failure told once, a member's first bytes looked at. */
#include "stages/unpack_parts.h"

void level_reset(struct level *level)
{
	level->member_ended = level->member_reported = false;
	level->member_error = ERROR_INIT;
	level->name.len = 0;
	level->size = level->hole = 0;
	level->block_len = level->head_used = level->head_len = 0;
}

enum level_step level_failed(struct level *level, const struct error *found, struct error *error)
{
	bool known = level->reported || level->member_reported;

	level->over = true;
	if (known)
		return LEVEL_END;
	level->reported = true;
	*error = *found;
	return LEVEL_BAD;
}

bool level_passed_over(struct level *level)
{
	return meter_entry(level->meter);
}

/* The one member of a stream is no entry of its own: it goes with the stream. */
static bool member_is_allowed(struct level *level, struct error *error)
{
	const struct unpack_limits *limits = &level->meter->limits;

	if (!kind_is_stream(level->kind) && !meter_entry(level->meter)) {
		*error = level->meter->over;
		return false;
	}
	if (!limits->name_bytes || level->name.len <= limits->name_bytes)
		return true;
	error_input(error, "limit-name", "%s: a name of %zu bytes",
		    kind_text(level->kind), level->name.len);
	name_shorten(&level->name, limits->name_bytes);
	return false;
}

static enum level_step member_begin(struct level *level, struct error *error)
{
	member_peek(level);
	if (level->head_len > 0 || level->member_error.kind == ERROR_NONE)
		return LEVEL_MEMBER;
	*error = level->member_error;
	level->member_reported = true;
	return LEVEL_BAD_MEMBER;
}

enum level_step level_next(struct level *level, struct error *error)
{
	enum level_step step;

	if (level->over)
		return LEVEL_END;
	if (level->open_error.kind != ERROR_NONE)
		return level_failed(level, &level->open_error, error);
	step = level->decoder->next(level, error);
	if ((step == LEVEL_MEMBER || step == LEVEL_BAD_MEMBER) &&
	    !member_is_allowed(level, error))
		return LEVEL_BAD_MEMBER;
	return step == LEVEL_MEMBER ? member_begin(level, error) : step;
}
