/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the password of an archive, see unpack_password.h. */
#include "stages/unpack_password.h"

#include "stages/inflate.h"
#include "stages/outside.h"
#include "stages/password_list.h"

/* Fewer bytes have a checksum by chance too often. */
#define TRIAL_BYTES_MIN 4
/* What is compressed does not decode that far when it was decrypted by a wrong password. */
#define TRIAL_BYTES_ENOUGH (4u << 20)
/* Among so many members one is looked for that is short. */
#define TRIAL_MEMBERS 256
#define TRIES 2

/* ---- zip, by libarchive ---- */

/* The archive once more, by libarchive alone, with one password. What it decodes is counted for itself: what is told of the bundle
 * does not hang on how many passwords there are. */
static void trial_open(struct level *trial, const struct level *level, const char *password)
{
	static const struct unpack_means none;

	*trial = (struct level){ .kind = level->kind, .path = level->path, .means = &none };
	trial->password = password;
	trial->decoder = &archive_decoder;
	trial->meter = mem_alloc(sizeof(*trial->meter));
	*trial->meter = *level->meter;
	source_again(&trial->source, &level->source);
	archive_decoder.open(trial);
}

static void trial_close(struct level *trial)
{
	archive_decoder.close(trial);
	source_release(&trial->source);
	vec_free(&trial->name);
	free(trial->meter);
}

static enum level_step trial_next(struct level *trial, struct error *error)
{
	if (trial->over || trial->open_error.kind != ERROR_NONE)
		return LEVEL_END;
	return archive_decoder.next(trial, error);
}

static bool is_encrypted(const struct error *error)
{
	return error->reason && strncmp(error->reason, "encrypted-", 10) == 0;
}

/* The shortest of the encrypted members, by its number; SIZE_MAX when none is long enough. */
static size_t choose_member(const struct level *level)
{
	size_t chosen = SIZE_MAX, seen = 0, number = 0;
	uint64_t shortest = UINT64_MAX;
	enum level_step step;
	struct level trial;

	trial_open(&trial, level, NULL);
	for (; seen < TRIAL_MEMBERS; number++) {
		struct error error = ERROR_INIT;

		step = trial_next(&trial, &error);
		if (step == LEVEL_END || step == LEVEL_BAD)
			break;
		if (step != LEVEL_BAD_MEMBER || !is_encrypted(&error))
			continue;
		seen++;
		if (trial.size >= TRIAL_BYTES_MIN && trial.size < shortest) {
			shortest = trial.size;
			chosen = number;
		}
	}
	trial_close(&trial);
	return chosen;
}

/* Or as far as anybody is going to read it. */
static bool reads_to_its_end(struct level *trial)
{
	while (!trial->member_ended) {
		int got = archive_decoder.fill(trial);

		if (got < 0)
			return false;
		if (got && !meter_decoded(trial->meter, trial->hole + trial->block_len))
			break;
	}
	return true;
}

static bool zip_opens(const struct level *level, size_t member, const char *password)
{
	struct error error = ERROR_INIT;
	struct level trial;
	bool opens = true;

	trial_open(&trial, level, password);
	for (size_t number = 0; opens && number <= member; number++) {
		enum level_step step = trial_next(&trial, &error);

		opens = step == LEVEL_MEMBER || (step == LEVEL_BAD_MEMBER && number < member);
	}
	opens = opens && reads_to_its_end(&trial);
	trial_close(&trial);
	return opens;
}

static void find_for_zip(struct level *level)
{
	const struct password_list *passwords = level->means->passwords;
	size_t member = choose_member(level);

	for (const char *each = NULL; (each = password_next(passwords, each));)
		if (member == SIZE_MAX || zip_opens(level, member, each)) {
			level->password = each;
			return;
		}
	level->locked = "encrypted-wrong-password";
}

/* ---- all else, by the outside decoder ---- */

struct wanted {
	char *names[TRIES];
	struct outside_member members[TRIES];
	size_t count;
};

/*
 * Members to try: of those at the front, as in a solid archive what lies before a member is decoded with it. Of a zip, where nothing
 * hangs together, the shortest.
 */
static void want(struct wanted *wanted, const struct outside_member *member, bool shortest)
{
	size_t at = wanted->count;

	if (!member->is_file || !member->encrypted || !member->size_known ||
	    member->size < TRIAL_BYTES_MIN)
		return;
	if (at == TRIES && !(shortest && member->size < wanted->members[0].size))
		return;
	at = at == TRIES ? 0 : wanted->count++;
	free(wanted->names[at]);
	wanted->members[at] = *member;
	wanted->names[at] = mem_strdup(member->name);
}

/* The members to try, out of a list by that password. NULL, or the reason why there is no list. */
static const char *want_from_list(const struct level *level, const char *password,
				  struct wanted *wanted)
{
	const struct outside_order order = { OUTSIDE_LIST, level->source.fd, password, "" };
	struct error error = ERROR_INIT;
	struct outside_member member;
	struct outside_list list;
	const char *reason;
	int got = -1, seen = 0;

	outside_list_begin(&list);
	if (!outside_start(&list.run, level->means->outside, &order, &error)) {
		outside_list_end(&list);
		return "unsupported";
	}
	while (seen < TRIAL_MEMBERS && (got = outside_list_next(&list, &member)) > 0) {
		seen++;
		want(wanted, &member, level->kind == KIND_ZIP);
		free(member.name);
	}
	reason = got > 0 ? NULL : outside_reason(&list.run);
	outside_list_end(&list);
	if (!reason && seen == 0)
		reason = "unsupported"; /* the program cannot be run here */
	return reason ? reason : got < 0 ? "corrupt" : NULL;
}

/* NULL when the password opens the member, else the reason why it does not. */
static const char *try_member(const struct level *level, const char *password,
			      const struct outside_member *member, const char *name)
{
	const struct outside_order order = { OUTSIDE_ONE, level->source.fd, password, name };
	struct error error = ERROR_INIT;
	struct outside_run run;
	char block[16384];
	const char *reason;
	uint64_t read = 0;
	uint32_t crc = 0;
	size_t got;

	if (!outside_start(&run, level->means->outside, &order, &error))
		return "unsupported";
	while ((got = outside_read(&run, block, sizeof(block)))) {
		read += got;
		crc = inflate_crc_add(crc, block, got);
		if (read >= TRIAL_BYTES_ENOUGH && read < member->size && !member->stored)
			break;
	}
	reason = outside_reason(&run);
	outside_stop(&run);
	if (reason || got)
		return reason;
	if (read != member->size || (member->crc_known && member->crc != crc))
		return "encrypted-wrong-password";
	return NULL;
}

static const char *try_password(const struct level *level, const char *password)
{
	struct wanted wanted = { .count = 0 };
	const char *reason = want_from_list(level, password, &wanted);

	for (size_t i = 0; i < wanted.count; i++) {
		reason = try_member(level, password, &wanted.members[i], wanted.names[i]);
		if (!reason)
			break;
	}
	for (size_t i = 0; i < wanted.count; i++)
		free(wanted.names[i]);
	return reason;
}

static void find_by_outside(struct level *level)
{
	const struct password_list *passwords = level->means->passwords;

	for (const char *each = NULL; (each = password_next(passwords, each));) {
		const char *reason = try_password(level, each);

		if (!reason) {
			level->password = each;
			level->locked = NULL;
			return;
		}
		level->locked = strcmp(reason, "unsupported") == 0 ? "encrypted-unsupported"
								   : reason;
	}
}

/* Whether anything in a 7z or RAR is encrypted, as libarchive sees it. */
static bool has_encrypted(const struct level *level)
{
	enum level_step step = LEVEL_MEMBER;
	bool encrypted = false;
	struct level trial;

	trial_open(&trial, level, NULL);
	while (!encrypted && step != LEVEL_END && step != LEVEL_BAD) {
		struct error error = ERROR_INIT;

		step = trial_next(&trial, &error);
		encrypted = (step == LEVEL_BAD || step == LEVEL_BAD_MEMBER) &&
			    is_encrypted(&error);
	}
	encrypted |= is_encrypted(&trial.open_error);
	trial_close(&trial);
	return encrypted;
}

/* 7z is given one descriptor: parts are put together in memory, as far as there may be. */
static bool is_one_file(struct level *level)
{
	uint64_t limit = level->meter->limits.nested_bytes;

	return !level->source.parts ||
	       source_gather(&level->source, limit ? limit : UINT64_MAX);
}

static bool choose_for_zip(struct level *level)
{
	struct zip_look look = zip_look(&level->source);
	bool outside = look.outside && level->means->outside && is_one_file(level);

	if (look.encrypted && level->means->passwords && outside)
		find_by_outside(level);
	else if (look.encrypted && level->means->passwords)
		find_for_zip(level);
	return outside;
}

bool password_choose(struct level *level)
{
	if (level->kind == KIND_ZIP)
		return choose_for_zip(level);
	if (!level->means->outside || !level->means->passwords || !has_encrypted(level))
		return false;
	if (is_one_file(level))
		find_by_outside(level);
	else
		level->locked = "encrypted-unsupported";
	return level->password;
}
