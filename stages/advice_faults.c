/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of the past: who recorded them, which images died of them, and whether this Windows can be told to keep a dump of them the
 * next time (LocalDumps); see advice.h.
 */
#include "stages/advice.h"
#include "stages/fault_recorder.h"
#include "stages/special.h"

/* An image is a part of a storm when one in so many of its zombies is of it. */
#define STORM_SHARE 100

static struct slice name_of(const struct incident *incident, name_id image)
{
	return names_text(&incident->records.names, image);
}

/* ---- who recorded faults ---- */

static void count_recorders(struct advice *advice, const struct incident *incident,
			    const struct findings *findings)
{
	vec_for_each(finding, &findings->list) {
		enum fault_recorder recorder;

		if (finding->pattern != PATTERN_special_process)
			continue;
		recorder = image_recorder(name_of(incident, finding->image));
		if (recorder == RECORDER_NONE)
			continue;
		advice->recorders |= 1u << recorder;
		advice->faults_recorded += finding->zombies;
		advice->faults_now += finding->count - finding->zombies;
	}
}

/* ---- which Windows it is ---- */

static bool waits_by(const struct incident *incident, enum edge_kind kind)
{
	vec_for_each(edge, &incident->edges)
		if (edge->kind == kind)
			return true;
	return false;
}

static void judge(struct advice *advice, enum local_dumps support, enum local_dumps_basis basis)
{
	advice->local_dumps = (uint8_t)support;
	advice->local_dumps_basis = (uint8_t)basis;
}

/* ALPC and LPC waits are printed by what the target has, not by how old the debugger is. */
static void judge_local_dumps(struct advice *advice, const struct incident *incident)
{
	uint32_t build = incident->records.host.build;

	if (build != NUMBER_NONE)
		judge(advice, build >= BUILD_LOCAL_DUMPS ? LOCAL_DUMPS_YES : LOCAL_DUMPS_NO,
		      LOCAL_DUMPS_BY_BUILD);
	else if (waits_by(incident, EDGE_ALPC))
		judge(advice, LOCAL_DUMPS_YES, LOCAL_DUMPS_BY_ALPC);
	else if (waits_by(incident, EDGE_LPC))
		judge(advice, LOCAL_DUMPS_NO, LOCAL_DUMPS_BY_LPC);
	else if (advice->recorders & 1u << RECORDER_WER)
		judge(advice, LOCAL_DUMPS_YES, LOCAL_DUMPS_BY_RECORDER);
	else if (advice->recorders)
		judge(advice, LOCAL_DUMPS_NO, LOCAL_DUMPS_BY_RECORDER);
	else
		judge(advice, LOCAL_DUMPS_NOT_KNOWN, LOCAL_DUMPS_BY_NOTHING);
}

/* ---- which images are to leave a dump ---- */

struct image_gatherer {
	struct advice *advice;
	const struct incident *incident;
	struct map at; /* image_key() -> its number */
};

static void add_image(struct image_gatherer *gatherer, name_id image, uint64_t zombies,
		      enum image_cause cause)
{
	struct slice name = name_of(gatherer->incident, image);
	struct advice_image *entry;
	uint32_t *place;

	/* What records faults leaves none itself, or there would be no end. */
	if (image == 0 || image_is_minimal(name) || image_is_special(name))
		return;
	place = map_place(&gatherer->at, image_key(name));
	if (*place == MAP_NONE) {
		*place = (uint32_t)gatherer->advice->images.len;
		vec_push(&gatherer->advice->images, ((struct advice_image){ .image = image }));
	}
	entry = &gatherer->advice->images.at[*place];
	entry->causes |= (uint8_t)cause;
	if (zombies > entry->zombies)
		entry->zombies = zombies;
}

/* Zombies alone are no proof of faults: they may be kept by whoever forgot a handle. Faults that were recorded, or a storm, say
 * that they died before their time. */
static void add_dead(struct image_gatherer *gatherer, const struct findings *findings)
{
	const struct incident *incident = gatherer->incident;
	bool storm = false;

	vec_for_each(finding, &findings->list)
		storm |= finding->pattern == PATTERN_zombie_process && finding->storm;
	vec_for_each(zombie, &incident->zombies_by_image) {
		if (gatherer->advice->faults_recorded || gatherer->advice->faults_now)
			add_image(gatherer, zombie->image, zombie->count, CAUSE_DIED);
		if (storm && zombie->count >= incident->zombies / STORM_SHARE)
			add_image(gatherer, zombie->image, zombie->count, CAUSE_STORM);
	}
}

static void add_images(struct advice *advice, const struct incident *incident,
		       const struct findings *findings)
{
	struct image_gatherer gatherer = { .advice = advice, .incident = incident };

	add_dead(&gatherer, findings);
	vec_for_each(finding, &findings->list)
		if (finding->pattern == PATTERN_restart_loop)
			add_image(&gatherer, finding->image, finding->zombies, CAUSE_LOOP);
	vec_for_each(save, &advice->saves)
		add_image(&gatherer, save->process.image, 0, CAUSE_SAVED);
	if (advice->images.len > ADVICE_IMAGES_MAX) {
		advice->images_left_out = advice->images.len - ADVICE_IMAGES_MAX;
		advice->images.len = ADVICE_IMAGES_MAX;
	}
	map_free(&gatherer.at);
}

void advise_faults(struct advice *advice, const struct incident *incident,
		   const struct findings *findings)
{
	count_recorders(advice, incident, findings);
	judge_local_dumps(advice, incident);
	add_images(advice, incident, findings);
}
