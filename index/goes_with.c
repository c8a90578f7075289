/* SPDX-License-Identifier: Apache-2.0 */
/* What goes with a set of incidents; see goes_with.h. */
#include "index/goes_with.h"

#include <math.h>
#include <stdio.h>

#include "index/list.h"
#include "stages/digest.h"

/* A feature and how many incidents have it. */
struct tally_row {
	uint8_t feature;
	struct slice value;
	uint64_t with, without;
};

struct tally {
	const id_vec *ids;
	struct arena *arena;
	VEC(struct tally_row) rows;
	struct map places; /* hash of feature and value -> row */
	uint64_t of_with, of_without;
	byte_vec folded; /* the machine's name at hand */
};

static void count(struct tally *tally, enum feature feature, struct slice value, bool with)
{
	uint64_t key = hash64_seeded(value.at ? value.at : "", value.len, (uint64_t)feature);
	uint32_t *place = map_place(&tally->places, key);
	struct tally_row *row;

	if (*place == MAP_NONE) {
		*place = (uint32_t)tally->rows.len;
		vec_push(&tally->rows,
			 ((struct tally_row){ .feature = (uint8_t)feature,
					      .value = arena_copy(tally->arena, value) }));
	}
	row = &tally->rows.at[*place];
	if (with)
		row->with++;
	else
		row->without++;
}

static void count_machine(struct tally *tally, struct slice machine, bool with)
{
	tally->folded.len = 0;
	for (size_t i = 0; i < machine.len; i++)
		vec_push(&tally->folded, machine.at[i] >= 'A' && machine.at[i] <= 'Z'
						 ? (uint8_t)(machine.at[i] | 0x20)
						 : (uint8_t)machine.at[i]);
	count(tally, FEATURE_MACHINE,
	      (struct slice){ (const char *)tally->folded.at, tally->folded.len }, with);
}

static bool count_row(void *context, const struct incident_row *row)
{
	struct tally *tally = context;
	const struct summary *summary = &row->summary;
	bool with = ids_hold(tally->ids, summary->id);
	char build[16];

	tally->of_with += with;
	tally->of_without += !with;
	if (summary->build != NUMBER_NONE) {
		snprintf(build, sizeof(build), "%u", summary->build);
		count(tally, FEATURE_BUILD, slice_from(build), with);
	}
	if (summary->machine.len)
		count_machine(tally, summary->machine, with);
	if (summary->zombies >= STORM_ZOMBIES)
		count(tally, FEATURE_STORM, SLICE_NONE, with);
	return true;
}

static bool count_images(struct tally *tally, struct index_view *view,
			 const id_vec *apart, struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_IMAGE_INCIDENT, SLICE_NONE, error);

	while (good && scan_next(&scan, error)) {
		struct slice image =
			slice_first(scan.key, strnlen(scan.key.at, scan.key.len));

		if (scan.value.len != sizeof(uint16_t) + sizeof(uint64_t))
			good = index_damaged(error, "a posting has a wrong length");
		else if (!ids_hold(apart, image_key(image)))
			count(tally, FEATURE_IMAGE, image,
			      ids_hold(tally->ids,
				       key_number(scan.value.at + sizeof(uint16_t))));
	}
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

/* ---- the test ---- */

/* With Yates's correction; 0 where a margin is empty and nothing can be said. */
static double chi_squared(double a, double b, double c, double d)
{
	double all = a + b + c + d;
	double margins = (a + b) * (c + d) * (a + c) * (b + d);
	double off = fabs(a * d - b * c) - all / 2;

	if (margins <= 0 || off <= 0)
		return 0;
	return all * off * off / margins;
}

static struct association associate(const struct tally *tally, const struct tally_row *row)
{
	struct association found = { .feature = row->feature,
				     .value = row->value,
				     .with = row->with,
				     .of_with = tally->of_with,
				     .without = row->without,
				     .of_without = tally->of_without };

	found.chi_squared = chi_squared((double)row->with,
					(double)(tally->of_with - row->with),
					(double)row->without,
					(double)(tally->of_without - row->without));
	found.p = erfc(sqrt(found.chi_squared / 2));
	return found;
}

/* Something that is in all incidents, or in fewer than a sample, says nothing about some of them. */
static bool is_tested(const struct tally *tally, const struct tally_row *row)
{
	uint64_t all = row->with + row->without;

	return all >= GOES_WITH_SAMPLE && all < tally->of_with + tally->of_without;
}

static bool is_over(const struct association *association)
{
	return (double)association->with * (double)association->of_without >
	       (double)association->without * (double)association->of_with;
}

static int compare(const void *left, const void *right)
{
	const struct association *a = left, *b = right;

	if (a->chi_squared != b->chi_squared)
		return a->chi_squared > b->chi_squared ? -1 : 1;
	if (a->feature != b->feature)
		return a->feature < b->feature ? -1 : 1;
	return slice_compare(a->value, b->value);
}

static void test_all(const struct tally *tally, struct associations *found)
{
	vec_for_each(row, &tally->rows)
		found->tests += is_tested(tally, row);
	vec_for_each(row, &tally->rows) {
		struct association association;

		if (!is_tested(tally, row))
			continue;
		association = associate(tally, row);
		association.p_corrected = fmin(1, association.p * (double)found->tests);
		if (association.p_corrected < GOES_WITH_P && is_over(&association))
			vec_push(&found->list, association);
	}
	if (found->list.len)
		qsort(found->list.at, found->list.len, sizeof(struct association), compare);
}

bool goes_with(struct index_view *view, const id_vec *ids, const id_vec *apart,
	       struct associations *found, struct error *error)
{
	struct tally tally = { .ids = ids, .arena = &found->arena };
	struct selector all = SELECTOR_ALL;
	uint64_t rows;
	bool good = list_incidents(view, &all, count_row, &tally, &rows, error);

	if (good && tally.of_with >= GOES_WITH_SAMPLE && tally.of_without >= GOES_WITH_SAMPLE) {
		good = count_images(&tally, view, apart, error);
		if (good)
			test_all(&tally, found);
	}
	vec_free(&tally.rows);
	vec_free(&tally.folded);
	map_free(&tally.places);
	return good;
}

void associations_free(struct associations *found)
{
	vec_free(&found->list);
	arena_free(&found->arena);
}

const char *feature_text(enum feature feature)
{
	static const char *const texts[FEATURES] = {
#define FEATURE(id, text, what) text,
#include "index/features.def"
#undef FEATURE
	};

	return texts[feature];
}
