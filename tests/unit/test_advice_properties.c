/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of the advice for any wait graph: each place in each chain is explained by somebody who stands there, no fewer
 * processes would do, and the addresses that processes and threads happen to have are of no matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/advice_parts.h"
#include "tests/unit/wait_plan.h"

/* More processes or places are not tried: each set of processes is. */
#define PLAN_TRIED 12
#define PLACES_TRIED 100

static int tries;

static enum advice_part part_at(const struct chain *chain, uint32_t number)
{
	if (chain->cycle == CYCLE_THREAD && number >= chain->cycle_start)
		return PART_RING;
	return number + 1 == chain->hops ? PART_ENDS : PART_PASSES;
}

/* Whether a process of the plan stands in the same place of a chain of the same signature. In a ring, which has no first hop, one of
 * the same image does. */
static bool is_explained(const struct incident *incident, const struct advice *advice,
			 const struct chain *wanted, uint32_t number, const struct hop *there)
{
	const struct chain_list *list = &incident->chains;

	vec_for_each(chain, &list->chains) {
		uint32_t at = 0;

		if (chain_signature(chain) != chain_signature(wanted))
			continue;
		chain_for_each_hop(hop, list, chain)
		{
			enum advice_part part = part_at(chain, at++);

			if (part != part_at(wanted, number) ||
			    (part == PART_RING ? hop->image != there->image : at - 1 != number))
				continue;
			vec_for_each(save, &advice->saves)
				if (save->process.process == hop->process)
					return true;
		}
	}
	return false;
}

static void assert_all_explained(const struct incident *incident, const struct advice *advice)
{
	const struct chain_list *list = &incident->chains;

	vec_for_each(chain, &list->chains) {
		uint32_t number = 0;

		if (chain->hops < 2)
			continue;
		chain_for_each_hop(hop, list, chain)
		{
			if (hop->process) /* else two waits disagree on whose the thread is */
				assert_true(is_explained(incident, advice, chain, number, hop));
			number++;
		}
	}
	vec_for_each(save, &advice->missed)
		assert_int_equal(save->process.bar, BAR_NAMELESS);
}

/* The fewest processes that explain all that those of the plan do, by trying all. */
static size_t fewest_by_trial(const struct incident *incident, const struct findings *findings)
{
	struct advice none = { .budget_kb = 0 };
	struct planner planner = { .advice = &none, .incident = incident, .findings = findings };
	uint8_t stands[PLAN_TRIED][PLACES_TRIED] = { 0 };
	size_t fewest = PLAN_TRIED + 1;

	planner_add_places(&planner);
	if (planner.processes.len > PLAN_TRIED || planner.places.len > PLACES_TRIED)
		fewest = 0; /* not tried */
	vec_for_each(pair, &planner.pairs)
		if (fewest && planner.processes.at[pair->set].bar == BAR_NONE)
			stands[pair->set][pair->element] = 1;
	for (uint32_t tried = 0; fewest && tried < 1u << planner.processes.len; tried++) {
		bool all = (size_t)__builtin_popcount(tried) < fewest;

		for (size_t place = 0; all && place < planner.places.len; place++) {
			bool somebody = false, chosen = false;

			for (size_t i = 0; i < planner.processes.len; i++) {
				somebody |= stands[i][place];
				chosen |= stands[i][place] && (tried >> i & 1);
			}
			all = chosen || !somebody;
		}
		if (all)
			fewest = (size_t)__builtin_popcount(tried);
	}
	vec_free(&planner.processes);
	vec_free(&planner.places);
	vec_free(&planner.pairs);
	map_free(&planner.by_process);
	map_free(&planner.by_pid);
	map_free(&planner.by_image);
	map_free(&planner.place_at);
	map_free(&planner.named_by);
	return fewest;
}

static char *plan_as_text(const struct incident *incident, const struct advice *advice,
			  const struct findings *findings)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	vec_for_each(save, &advice->saves) {
		fprintf(out, "%.*s",
			SLICE_ARG(names_text(&incident->records.names, save->process.image)));
		for (uint32_t i = 0; i < save->reasons; i++) {
			const struct advice_reason *reason =
				&advice->reasons.at[save->first_reason + i];
			const struct finding *finding = &findings->list.at[reason->finding];

			fprintf(out, " %s %llx %llu*%u", advice_part_text(reason->part),
				finding->chain
					? (unsigned long long)chain_signature(finding->chain)
					: 0,
				(unsigned long long)reason->weight, reason->alike);
		}
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static char *advise_random(const struct plan *plan)
{
	struct findings findings = { .list = { 0 } };
	struct advice advice = { .budget_kb = 0 };
	struct places places;
	struct incident incident;
	size_t fewest;
	char *text;

	places_random(&places);
	plan_build(&incident, plan, &places, 40);
	find_patterns(&incident, NULL, &findings);
	advice_make(&advice, &incident, &findings, SIZE_NONE);
	assert_all_explained(&incident, &advice);
	assert_true(advice.saves.len <= (size_t)plan->processes);
	fewest = fewest_by_trial(&incident, &findings);
	if (fewest) {
		assert_int_equal(advice.saves.len, fewest);
		tries++;
	}
	text = plan_as_text(&incident, &advice, &findings);
	advice_free(&advice);
	findings_free(&findings);
	incident_free(&incident);
	return text;
}

static void test_every_place_is_explained_whatever_the_addresses(void **state)
{
	(void)state;
	plan_seed = 0x9e3779b97f4a7c15u;
	for (int round = 0; round < 400; round++) {
		struct plan plan;
		char *a, *b;

		plan_random(&plan, PLAN_THREADS, 2);
		a = advise_random(&plan);
		b = advise_random(&plan);
		assert_string_equal(a, b);
		free(a);
		free(b);
		/* Now with processes of one image, of which one is chosen. */
		for (int i = 0; i < plan.processes; i++)
			snprintf(plan.image[i], sizeof(plan.image[i]), "image%d.exe", i / 3);
		free(advise_random(&plan));
	}
	assert_true(tries > 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place_is_explained_whatever_the_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
