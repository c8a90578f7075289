/* SPDX-License-Identifier: Apache-2.0 */
/* The plan itself: the cover of all places by processes, each with its reasons, and what no process explains; see advice.h. */
#include "stages/advice_parts.h"

static int pair_compare(const void *a, const void *b)
{
	const struct cover_pair *x = a, *y = b;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	return x->element < y->element ? -1 : x->element > y->element;
}

/* Each pair once, by process; and of each place how many stand there. */
static void settle_pairs(struct planner *planner)
{
	size_t kept = 0;

	if (planner->pairs.len)
		qsort(planner->pairs.at, planner->pairs.len, sizeof(struct cover_pair),
		      pair_compare);
	vec_for_each(pair, &planner->pairs) {
		if (kept && pair_compare(&planner->pairs.at[kept - 1], pair) == 0)
			continue;
		planner->places.at[pair->element].holders++;
		planner->pairs.at[kept++] = *pair;
	}
	planner->pairs.len = kept;
}

/* The first of a process' pairs. */
static size_t first_pair(const struct planner *planner, uint32_t process)
{
	size_t low = 0, high = planner->pairs.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (planner->pairs.at[middle].set < process)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_reason(struct planner *planner, uint32_t process, uint32_t at)
{
	const struct place *place = &planner->places.at[at];

	vec_push(&planner->advice->reasons,
		 ((struct advice_reason){ .weight = place->weight,
					  .finding = map_get(&planner->named_by,
							     planner_key(process, at, 0)),
					  .alike = place->holders - 1,
					  .part = place->part }));
}

static uint64_t signature_of(const struct findings *findings, const struct advice_reason *reason)
{
	const struct chain *chain = findings->list.at[reason->finding].chain;

	return chain ? chain_signature(chain) : 0;
}

/* What weighs most first. The numbers of findings come last, as those of chains are in the order of addresses; of one signature there
 * may be several places of a part, as its chains need not be of one length. */
static int reason_compare(const void *a, const void *b, void *findings)
{
	const struct advice_reason *x = a, *y = b;
	uint64_t p = signature_of(findings, x), q = signature_of(findings, y);

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (p != q)
		return p < q ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->alike != y->alike)
		return x->alike < y->alike ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

static void end_reasons(struct planner *planner, struct advice_save *save)
{
	struct advice *advice = planner->advice;

	save->reasons = (uint32_t)advice->reasons.len - save->first_reason;
	for (uint32_t i = 0; i < save->reasons; i++)
		save->weight += advice->reasons.at[save->first_reason + i].weight;
	if (save->reasons)
		qsort_r(&advice->reasons.at[save->first_reason], save->reasons,
			sizeof(struct advice_reason), reason_compare,
			(void *)planner->findings);
}

static void add_save(struct planner *planner, uint32_t process)
{
	struct advice *advice = planner->advice;
	struct advice_save save = { .process = planner->processes.at[process],
				    .first_reason = (uint32_t)advice->reasons.len };

	for (size_t i = first_pair(planner, process);
	     i < planner->pairs.len && planner->pairs.at[i].set == process; i++) {
		planner->explained.at[planner->pairs.at[i].element] = 1;
		add_reason(planner, process, planner->pairs.at[i].element);
	}
	end_reasons(planner, &save);
	if (save.process.size_kb == SIZE_NONE)
		advice->unknown++;
	else
		advice->saved_kb = save.process.size_kb < SIZE_NONE - 1 - advice->saved_kb
					   ? advice->saved_kb + save.process.size_kb
					   : SIZE_NONE - 1;
	vec_push(&advice->saves, save);
}

static void choose_saves(struct planner *planner)
{
	struct cover cover = { .budget = planner->advice->budget_kb == SIZE_NONE
						 ? COVER_NO_BUDGET
						 : planner->advice->budget_kb };

	vec_for_each(place, &planner->places)
		vec_push(&cover.weights, place->weight);
	vec_for_each(process, &planner->processes)
		vec_push(&cover.costs, process->size_kb == SIZE_NONE ? COVER_COST_UNKNOWN
								     : process->size_kb);
	vec_for_each(pair, &planner->pairs)
		if (planner->processes.at[pair->set].bar == BAR_NONE)
			vec_push(&cover.pairs, *pair);
	cover_solve(&cover);
	vec_for_each(process, &cover.chosen)
		add_save(planner, *process);
	cover_free(&cover);
}

/* In the order in which they would have been worth it; of the same weight by rank, as their reasons were added. */
static int missed_compare(const void *a, const void *b)
{
	const struct advice_save *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->first_reason < y->first_reason ? -1 : x->first_reason > y->first_reason;
}

/* Of every place that nobody in the plan explains the process that would have: one that could be saved, if there is one, else
 * one that cannot. */
static void add_missed(struct planner *planner)
{
	struct advice *advice = planner->advice;
	VEC(struct cover_pair) missed = { 0 };
	VEC(uint8_t) blamed = { 0 }; /* of the places */

	vec_for_each(place, &planner->places)
		vec_push(&blamed, planner->explained.at[place - planner->places.at]);
	for (int barred = 0; barred < 2; barred++)
		vec_for_each(pair, &planner->pairs) {
			bool is_barred = planner->processes.at[pair->set].bar != BAR_NONE;

			if (blamed.at[pair->element] || is_barred != (barred == 1))
				continue;
			blamed.at[pair->element] = 1;
			vec_push(&missed, *pair);
		}
	if (missed.len)
		qsort(missed.at, missed.len, sizeof(struct cover_pair), pair_compare);
	for (size_t i = 0; i < missed.len;) {
		uint32_t process = missed.at[i].set;
		struct advice_save save = { .process = planner->processes.at[process],
					    .first_reason = (uint32_t)advice->reasons.len };

		if (save.process.bar == BAR_NONE)
			save.process.bar = BAR_BUDGET;
		for (; i < missed.len && missed.at[i].set == process; i++)
			add_reason(planner, process, missed.at[i].element);
		end_reasons(planner, &save);
		vec_push(&advice->missed, save);
	}
	if (advice->missed.len)
		qsort(advice->missed.at, advice->missed.len, sizeof(struct advice_save),
		      missed_compare);
	vec_free(&missed);
	vec_free(&blamed);
}

static void planner_free(struct planner *planner)
{
	vec_free(&planner->processes);
	vec_free(&planner->places);
	vec_free(&planner->pairs);
	vec_free(&planner->explained);
	map_free(&planner->by_process);
	map_free(&planner->by_pid);
	map_free(&planner->by_image);
	map_free(&planner->place_at);
	map_free(&planner->named_by);
}

void advise_saves(struct advice *advice, const struct incident *incident,
		  const struct findings *findings)
{
	struct planner planner = { .advice = advice, .incident = incident, .findings = findings };

	planner_add_places(&planner);
	planner_add_sizes(&planner);
	planner_rank_processes(&planner);
	settle_pairs(&planner);
	vec_for_each(place, &planner.places)
		vec_push(&planner.explained, (uint8_t)(place->weight == 0));
	choose_saves(&planner);
	add_missed(&planner);
	planner_free(&planner);
}
