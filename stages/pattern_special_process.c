/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that only run when something failed (formats.md section 12.5), live and zombie, each process once: those with an
 * address, and those known by a zero row of !vm alone.
 */
#include "stages/finding.h"

static bool is_special(struct slice image)
{
	static const struct slice images[] = {
#define SPECIAL_IMAGE(text) { text, sizeof(text) - 1 },
#include "stages/special_images.def"
#undef SPECIAL_IMAGE
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		struct slice wanted = images[i];

		if (wanted.at[wanted.len - 1] == '*') {
			if (slice_starts_icase(image, slice_first(wanted, wanted.len - 1)))
				return true;
		} else if (image_same(image, wanted)) {
			return true;
		}
	}
	return false;
}

/* The finding of this image, made if there is none yet. */
static struct finding *finding_of(struct map *by_image, const struct sight *sight, name_id image)
{
	const struct names *names = &sight->incident->records.names;
	uint32_t *place = map_place(by_image, image_key(names_text(names, image)));
	struct finding finding = { FINDING_OF(special_process) };

	if (*place == MAP_NONE) {
		*place = (uint32_t)sight->findings->list.len;
		finding.image = image;
		finding.urgency = 50;
		sight_add(sight, finding);
	}
	return &sight->findings->list.at[*place];
}

void pattern_special_process(const struct sight *sight)
{
	const struct incident *incident = sight->incident;
	const struct records *records = &incident->records;
	struct map by_image = { 0 };

	vec_for_each(process, &records->processes) {
		struct finding *finding;

		if (!is_special(names_text(&records->names, process->image)))
			continue;
		finding = finding_of(&by_image, sight, process->image);
		finding->count += !(process->flags & PROCESS_ZOMBIE);
		if (!finding->evidence)
			finding->evidence = &process->evidence;
	}
	vec_for_each(zombie, &incident->zombies_by_image) {
		struct finding *finding;

		if (!is_special(names_text(&records->names, zombie->image)))
			continue;
		finding = finding_of(&by_image, sight, zombie->image);
		finding->count += zombie->count;
		finding->zombies += zombie->count;
	}
	map_free(&by_image);
}
