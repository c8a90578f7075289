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
static struct finding *finding_of(struct map *by_image, const struct incident *incident,
				  finding_list *findings, name_id image)
{
	uint32_t *place =
		map_place(by_image, image_key(names_text(&incident->records.names, image)));

	if (*place != MAP_NONE)
		return &findings->at[*place];
	*place = (uint32_t)findings->len;
	vec_push(findings, ((struct finding){ .pattern = PATTERN_special_process,
					      .image = image,
					      .pid = PID_NONE }));
	return &findings->at[findings->len - 1];
}

void pattern_special_process(const struct incident *incident, finding_list *findings)
{
	const struct records *records = &incident->records;
	struct map by_image = { 0 };

	vec_for_each(process, &records->processes) {
		struct finding *finding;

		if (!is_special(names_text(&records->names, process->image)))
			continue;
		finding = finding_of(&by_image, incident, findings, process->image);
		finding->count += !(process->flags & PROCESS_ZOMBIE);
		if (!finding->evidence)
			finding->evidence = &process->evidence;
	}
	vec_for_each(zombie, &incident->zombies_by_image)
		if (is_special(names_text(&records->names, zombie->image)))
			finding_of(&by_image, incident, findings, zombie->image)->count +=
				zombie->count;
	map_free(&by_image);
}
