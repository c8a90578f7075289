/* SPDX-License-Identifier: Apache-2.0 */
/* Summing up chains to groups; see group_sum.h. */
#include "index/group_sum.h"

static struct chain_group *group_place(struct group_sum *sum, uint64_t signature)
{
	uint32_t *place = map_place(&sum->places, signature);

	if (*place == MAP_NONE) {
		*place = (uint32_t)sum->groups.len;
		vec_push(&sum->groups, ((struct chain_group){ .signature = signature }));
	}
	return &sum->groups.at[*place];
}

static bool cycles_differ(const struct chain_runs *runs, uint8_t cycle)
{
	for (size_t i = 0; i < chain_run_count(runs); i++)
		if (chain_run_at(runs, i)->cycle != cycle)
			return true;
	return false;
}

/* Chains of one signature. */
static void add_run(struct group_sum *sum, const struct summary *summary)
{
	const struct chain_runs *runs = &sum->runs;
	uint64_t signature = chain_run_at(runs, 0)->signatures.of[sum->grouping];
	struct chain_group *group = group_place(sum, signature);
	struct signature_row row;

	arena_reset(&sum->scratch);
	row = signature_row_of(summary, runs, &sum->scratch);
	signature_row_take(&group->row, &row, &sum->arena);
	group->cycles_differ |= cycles_differ(runs, group->row.cycle);
	vec_push(&sum->members,
		 ((struct group_member){ .signature = signature,
					 .incident = summary->id,
					 .machine = machine_hash(summary->machine) }));
}

void group_sum_add(struct group_sum *sum, const struct summary *summary,
		   const struct chain_list *list, const uint32_t *picked, size_t count)
{
	if (count == 0)
		return;
	chain_runs_begin(&sum->runs, list, picked, count, sum->grouping);
	while (chain_runs_next(&sum->runs))
		add_run(sum, summary);
}

int chain_group_compare(const void *left, const void *right)
{
	const struct chain_group *a = left, *b = right;

	if (a->row.incidents != b->row.incidents)
		return a->row.incidents > b->row.incidents ? -1 : 1;
	if (a->row.chains != b->row.chains)
		return a->row.chains > b->row.chains ? -1 : 1;
	return a->signature < b->signature ? -1 : a->signature > b->signature;
}

static int by_machine(const void *left, const void *right)
{
	const struct group_member *a = left, *b = right;

	if (a->signature != b->signature)
		return a->signature < b->signature ? -1 : 1;
	return a->machine < b->machine ? -1 : a->machine > b->machine;
}

static int by_incident(const void *left, const void *right)
{
	const struct group_member *a = left, *b = right;

	if (a->signature != b->signature)
		return a->signature < b->signature ? -1 : 1;
	return a->incident < b->incident ? -1 : a->incident > b->incident;
}

static void count_machines(struct group_sum *sum)
{
	for (size_t i = 0; i < sum->members.len; i++) {
		const struct group_member *member = &sum->members.at[i];

		if (member->machine && (i == 0 || by_machine(member - 1, member) != 0))
			sum->groups.at[map_get(&sum->places, member->signature)].row.machines++;
	}
}

/* A group that was pushed as a whole, with its machines counted, has no members. */
void group_sum_finish(struct group_sum *sum)
{
	if (sum->groups.len == 0)
		return;
	if (sum->members.len) {
		qsort(sum->members.at, sum->members.len, sizeof(struct group_member),
		      by_machine);
		count_machines(sum);
		qsort(sum->members.at, sum->members.len, sizeof(struct group_member),
		      by_incident);
	}
	qsort(sum->groups.at, sum->groups.len, sizeof(struct chain_group),
	      chain_group_compare);
}

const struct group_member *group_sum_members(const struct group_sum *sum,
					     uint64_t signature, size_t *count)
{
	const struct group_member sought = { .signature = signature };
	size_t low = 0, high = sum->members.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_incident(&sum->members.at[middle], &sought) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low;
	     high < sum->members.len && sum->members.at[high].signature == signature;)
		high++;
	*count = high - low;
	return *count ? &sum->members.at[low] : NULL;
}

void group_sum_place(struct group_sum *sum)
{
	map_clear(&sum->places);
	for (uint32_t i = 0; i < sum->groups.len; i++)
		*map_place(&sum->places, sum->groups.at[i].signature) = i;
}

void group_sum_free(struct group_sum *sum)
{
	vec_free(&sum->groups);
	vec_free(&sum->members);
	chain_runs_free(&sum->runs);
	map_free(&sum->places);
	arena_free(&sum->arena);
	arena_free(&sum->scratch);
}
