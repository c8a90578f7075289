/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outside decoder as a decoder of levels: of encrypted 7z and RAR that a password was found for, and of zips with methods that
 * libarchive lacks. It gives a list of the members, and all their bytes one behind the other, which are told apart by the
 * sizes in the list and proved by the checksums in it. Once one does not fit, where the next begins is not known: from there on each
 * is asked for by its name.
 */
#include "stages/inflate.h"
#include "stages/outside.h"
#include "stages/unpack_parts.h"
#include "stages/unpack_password.h"

#define BLOCK_SIZE (128u << 10)
/* So many members of an archive are asked for by name, each of which takes a process. */
#define SINGLES_MAX 1000

struct outside_state {
	struct outside_list list;
	struct outside_run run; /* of all members, or of the one in hand */
	struct outside_member member;
	bool listed; /* member.name is to be freed */
	bool alone;  /* members are asked for one by one */
	bool ready;  /* the member's bytes come next */
	unsigned singles;
	uint64_t left; /* of the member, where its size is known */
	uint32_t crc;
	char *block;
};

static bool start(struct level *level, struct outside_run *run, enum outside_work work,
		  const char *name, struct error *error)
{
	struct outside_order order = { .work = work,
				       .fd = level->source.fd,
				       .password = level->password ? level->password : "",
				       .name = name };

	return outside_start(run, level->means->outside, &order, error);
}

static bool begin_runs(struct level *level)
{
	struct outside_state *state = mem_alloc_zero(1, sizeof(*state));

	level->state = state;
	state->run = OUTSIDE_RUN_NONE;
	state->block = mem_alloc(BLOCK_SIZE);
	outside_list_begin(&state->list);
	return start(level, &state->list.run, OUTSIDE_LIST, "", &level->open_error) &&
	       start(level, &state->run, OUTSIDE_ALL, "", &level->open_error);
}

static void outside_close(struct level *level)
{
	struct outside_state *state = level->state;

	outside_stop(&state->run);
	outside_list_end(&state->list);
	if (state->listed)
		free(state->member.name);
	free(state->block);
	free(state);
}

/* ---- the bytes of a member ---- */

static int broke(struct level *level, const char *reason, const char *text)
{
	struct outside_state *state = level->state;

	state->alone = true; /* what else comes belongs to nobody knows which member */
	outside_stop(&state->run);
	error_input(&level->member_error, reason, "%s: %s", kind_text(level->kind), text);
	return -1;
}

static const char *text_of(const char *reason)
{
	return strcmp(reason, "encrypted-wrong-password") == 0
		       ? "no password given opens the member"
	       : strcmp(reason, "unsupported") == 0 ? "7z does not know how it is packed"
						    : "7z cannot read on";
}

/* It ended where it should not have. */
static int broke_off(struct level *level)
{
	struct outside_state *state = level->state;
	const char *reason = outside_reason(&state->run);

	if (!reason)
		return broke(level, "corrupt", "7z ended before the member did");
	return broke(level, reason, text_of(reason));
}

static int settle(struct level *level)
{
	struct outside_state *state = level->state;

	if (state->member.crc_known && state->crc != state->member.crc)
		return broke(level, "corrupt", "its checksum is another");
	level->member_ended = true;
	return 0;
}

/* The end of a run for one member, whose complaints are complete then. */
static int settle_alone(struct level *level)
{
	struct outside_state *state = level->state;

	if ((state->member.size_known && state->left) || outside_reason(&state->run))
		return broke_off(level);
	return settle(level);
}

static int take(struct level *level, size_t got)
{
	struct outside_state *state = level->state;

	if (!state->alone && outside_reason(&state->run))
		return broke_off(level); /* these bytes are of a later member */
	state->crc = inflate_crc_add(state->crc, state->block, got);
	state->left -= state->member.size_known ? got : 0;
	level->block = state->block;
	level->block_len = got;
	return 1;
}

static int fill(struct level *level)
{
	struct outside_state *state = level->state;
	size_t want = BLOCK_SIZE, got;

	if (!state->alone && state->left == 0)
		return settle(level);
	if (!state->alone && state->left < want)
		want = (size_t)state->left;
	got = outside_read(&state->run, state->block, want);
	if (got && state->alone && state->member.size_known && got > state->left)
		return broke(level, "corrupt", "it has more bytes than the list says");
	if (got)
		return take(level, got);
	return state->alone ? settle_alone(level) : broke_off(level);
}

/* ---- from member to member ---- */

/* Reads what is left of the member in hand, behind which the next one begins. */
static void leave(struct level *level)
{
	struct outside_state *state = level->state;

	while (state->ready && !state->alone && !level->member_ended &&
	       level->member_error.kind == ERROR_NONE)
		fill(level);
	if (state->alone)
		outside_stop(&state->run);
	state->ready = false;
}

/* A member that is asked for by its name. */
static bool ask_for_one(struct level *level, struct error *error)
{
	struct outside_state *state = level->state;

	outside_stop(&state->run);
	if (state->singles++ == SINGLES_MAX)
		return error_input(error, "limit-members",
				   "more than %u members that are to be read one by one",
				   SINGLES_MAX);
	return start(level, &state->run, OUTSIDE_ONE, state->member.name, error);
}

static enum level_step begin(struct level *level, struct error *error)
{
	struct outside_state *state = level->state;
	struct outside_member *member = &state->member;

	name_put(&level->name, member->name_len ? member->name : NULL);
	level->size = member->size;
	state->left = member->size;
	state->crc = 0;
	state->ready = true;
	if (member->encrypted && !level->password) {
		state->ready = false;
		state->alone = true; /* what it wrote of this one is not known, most likely nothing */
		reason_encrypted(error, level);
		return LEVEL_BAD_MEMBER;
	}
	if (member->size_known && member->size == 0) {
		level->member_ended = true;
		return LEVEL_MEMBER;
	}
	if (!member->size_known || !member->crc_known)
		state->alone = true;
	if (state->alone && !ask_for_one(level, error))
		return LEVEL_BAD_MEMBER;
	return LEVEL_MEMBER;
}

static enum level_step list_ended(struct level *level, int got, struct error *error)
{
	struct outside_state *state = level->state;
	struct error found = ERROR_INIT;
	const char *reason = outside_reason(&state->list.run);

	level->over = true;
	if (got == 0 && !reason)
		return LEVEL_END;
	error_input(&found, reason ? reason : "corrupt", "%s: 7z cannot list it whole",
		    kind_text(level->kind));
	return level_failed(level, &found, error);
}

static enum level_step outside_next(struct level *level, struct error *error)
{
	struct outside_state *state = level->state;

	for (;;) {
		int got;

		leave(level);
		level_reset(level);
		if (state->listed)
			free(state->member.name);
		got = outside_list_next(&state->list, &state->member);
		state->listed = got > 0;
		if (got <= 0)
			return list_ended(level, got, error);
		if (state->member.is_file)
			return begin(level, error);
		/* a link has bytes, where it leads to */
		state->left = state->member.size;
		state->crc = 0;
		state->ready = state->left > 0;
	}
}

/* ---- which archives are for it ---- */

/* Passes on to libarchive what that can read, or what nobody can. */
static bool outside_open(struct level *level)
{
	if (level->source.fd < 0 || !password_choose(level))
		return false;
	begin_runs(level); /* or open_error is set */
	return true;
}

const struct decoder outside_decoder = {
	.open = outside_open,
	.next = outside_next,
	.fill = fill,
	.close = outside_close,
};
