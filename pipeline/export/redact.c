/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers what stands for a name, class by class; see redact.h. */
#include "pipeline/export/redact.h"

#include "pipeline/export/redact_known.h"
#include "pipeline/export/redact_names.h"

/* An export that meets more distinct names than this, or so long ones, makes their pseudonyms again. */
#define KEPT_NAMES (1u << 20)
#define KEPT_BYTES (256u << 20)

struct kept {
	struct names names;
	struct arena arena;
	VEC(struct slice) said; /* by number of the name, less 1 */
};

struct redact {
	struct redact_key key;
	struct redact_words words;
	struct kept kept[EXPORT_QUOTE];
	byte_vec out, scratch;
};

static void take_known(void *redact, struct slice text)
{
	redact_own_text(redact, text);
}

struct redact *redact_open(const char *key_file, struct error *error)
{
	struct redact *redact = mem_alloc_zero(1, sizeof(*redact));

	if (!redact_key_read(&redact->key, key_file, error)) {
		redact_free(redact);
		return NULL;
	}
	redact_known_each(take_known, redact);
	return redact;
}

struct redact *redact_new(const void *key, size_t len, struct error *error)
{
	struct redact *redact = mem_alloc_zero(1, sizeof(*redact));

	if (!redact_key_set(&redact->key, key, len, error)) {
		redact_free(redact);
		return NULL;
	}
	redact_known_each(take_known, redact);
	return redact;
}

static void forget(struct kept *kept)
{
	names_free(&kept->names);
	arena_free(&kept->arena);
	vec_free(&kept->said);
}

void redact_free(struct redact *redact)
{
	if (!redact)
		return;
	redact_key_wipe(&redact->key);
	redact_words_free(&redact->words);
	for (int i = 0; i < EXPORT_QUOTE; i++)
		forget(&redact->kept[i]);
	vec_free(&redact->out);
	vec_free(&redact->scratch);
	free(redact);
}

static void rename_text(struct redact *redact, enum export_privacy privacy, struct slice text)
{
	static void (*const ways[])(struct renaming * renaming, struct slice text) = {
		[EXPORT_WORDS] = rename_words, [EXPORT_IMAGE] = rename_image,
		[EXPORT_PATH] = rename_path,   [EXPORT_MACHINE] = rename_machine,
		[EXPORT_FRAME] = rename_frame, [EXPORT_HASH] = rename_hash,
	};
	struct renaming renaming = { &redact->key, &redact->words, &redact->out,
				     &redact->scratch };

	redact->out.len = 0;
	ways[privacy](&renaming, text);
}

struct slice redact_text(struct redact *redact, enum export_privacy privacy, struct slice text)
{
	struct kept *kept = &redact->kept[privacy];
	struct slice said;
	uint32_t number;

	if (!text.len || privacy == EXPORT_QUOTE)
		return SLICE_NONE;
	if (privacy == EXPORT_PLAIN || privacy == EXPORT_LABEL)
		return text;
	number = names_find(&kept->names, text);
	if (number)
		return kept->said.at[number - 1];
	if (kept->said.len >= KEPT_NAMES ||
	    kept->names.arena.bytes + kept->arena.bytes >= KEPT_BYTES)
		forget(kept);
	rename_text(redact, privacy, text);
	said = (struct slice){ (const char *)redact->out.at, redact->out.len };
	names_add(&kept->names, text);
	vec_push(&kept->said, arena_copy(&kept->arena, said));
	return kept->said.at[kept->said.len - 1];
}

void redact_key_id(struct redact *redact, char out[17])
{
	struct renaming renaming = { &redact->key, &redact->words, &redact->out,
				     &redact->scratch };

	redact->out.len = 0;
	rename_exact(&renaming, "key", SLICE_NONE);
	memcpy(out, redact->out.at + strlen("key-"), RENAME_DIGITS);
	out[RENAME_DIGITS] = 0;
}

void redact_own_text(struct redact *redact, struct slice text)
{
	redact_words_own(&redact->words, text);
}

const struct redact_words *redact_words(const struct redact *redact)
{
	return &redact->words;
}
