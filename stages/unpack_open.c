/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a level with the first decoder of its kind that takes the archive, and closes it. */
#include "stages/unpack_parts.h"

#define KINDS_MAX 16

static const struct {
	const struct decoder *decoder;
	enum archive_kind kinds[KINDS_MAX]; /* KIND_NONE behind the last */
} decoders[] = {
#define DECODER(name, ...) { &name##_decoder, { __VA_ARGS__ } },
#include "stages/decoders.def"
#undef DECODER
};

static bool is_for(size_t decoder, enum archive_kind kind)
{
	for (size_t i = 0; i < KINDS_MAX && decoders[decoder].kinds[i] != KIND_NONE; i++)
		if (decoders[decoder].kinds[i] == kind)
			return true;
	return false;
}

/* The last decoder of each kind passes nothing on. */
static void decoder_find(struct level *level)
{
	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (!is_for(i, level->kind))
			continue;
		level->decoder = decoders[i].decoder;
		if (level->decoder->open(level))
			return;
	}
}

struct level *level_open(struct source *source, enum archive_kind kind, struct slice path,
			 const struct unpack_means *means, struct meter *meter)
{
	struct level *level = mem_alloc_zero(1, sizeof(*level));

	level->kind = kind;
	level->meter = meter;
	level->path = mem_copy_text(path.at, path.len);
	level->source = *source;
	level->means = means;
	decoder_find(level);
	return level;
}

void level_close(struct level *level)
{
	level->decoder->close(level);
	source_release(&level->source);
	vec_free(&level->name);
	free(level->path);
	free(level);
}
