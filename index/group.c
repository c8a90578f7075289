/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of chains and what is told of each: all in one array of occurrences, sorted by
 * signature, of which every group has a piece.
 */
#include "index/group.h"

#include <strings.h>

struct chain_groups {
	VEC(struct kept_incident *) kept;
	VEC(struct occurrence) occurrences;
	VEC(struct chain_group) groups;
	VEC(struct slice) machines; /* of the group that is being summed up */
	size_t first, count;        /* those within offset and limit */
};

struct kept_incident *kept_incident_new(void)
{
	return mem_alloc_zero(1, sizeof(struct kept_incident));
}

void kept_incident_free(struct kept_incident *kept)
{
	incident_row_free(&kept->row);
	chain_list_free(&kept->list);
	free(kept);
}

struct chain_groups *chain_groups_new(void)
{
	return mem_alloc_zero(1, sizeof(struct chain_groups));
}

void chain_groups_add(struct chain_groups *groups, const struct kept_incident *kept,
		      const struct chain *chain)
{
	vec_push(&groups->occurrences, ((struct occurrence){
					       .incident = kept->row.summary.id,
					       .row = &kept->row,
					       .list = &kept->list,
					       .chain = chain,
				       }));
}

void chain_groups_keep(struct chain_groups *groups, struct kept_incident *kept)
{
	vec_push(&groups->kept, kept);
}

/* Chains of one incident stand in one array, so that their places give their order. */
static int compare_occurrences(const void *left, const void *right)
{
	const struct occurrence *a = left, *b = right;

	if (a->chain->signature != b->chain->signature)
		return a->chain->signature < b->chain->signature ? -1 : 1;
	if (a->incident != b->incident)
		return a->incident < b->incident ? -1 : 1;
	return a->chain < b->chain ? -1 : a->chain > b->chain;
}

static int compare_groups(const void *left, const void *right)
{
	const struct chain_group *a = left, *b = right;

	if (a->incidents != b->incidents)
		return a->incidents > b->incidents ? -1 : 1;
	if (a->chains != b->chains)
		return a->chains > b->chains ? -1 : 1;
	return a->signature < b->signature ? -1 : a->signature > b->signature;
}

static int compare_icase(const void *left, const void *right)
{
	const struct slice *a = left, *b = right;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len ? strncasecmp(a->at, b->at, len) : 0;

	if (order)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

static uint64_t count_machines(struct chain_groups *groups)
{
	uint64_t count = 0;

	if (groups->machines.len)
		qsort(groups->machines.at, groups->machines.len, sizeof(struct slice),
		      compare_icase);
	for (size_t i = 0; i < groups->machines.len; i++)
		if (i == 0 ||
		    compare_icase(&groups->machines.at[i - 1], &groups->machines.at[i]))
			count++;
	return count;
}

static void add_incident(struct chain_groups *groups, struct chain_group *group,
			 const struct summary *summary)
{
	group->incidents++;
	if (summary->machine.len)
		vec_push(&groups->machines, summary->machine);
	if (summary->session_time == MOMENT_NONE)
		return;
	if (group->first_seen == MOMENT_NONE || summary->session_time < group->first_seen) {
		group->first_seen = summary->session_time;
		group->first_zone_known = summary->session_zone_known;
	}
	/* MOMENT_NONE is less than any moment. */
	if (summary->session_time > group->last_seen) {
		group->last_seen = summary->session_time;
		group->last_zone_known = summary->session_zone_known;
	}
}

static void add_occurrence(struct chain_group *group, const struct occurrence *occurrence)
{
	struct slice label = names_text(&occurrence->list->names, occurrence->chain->label);
	int64_t wait = chain_longest_wait(occurrence->list, occurrence->chain);

	group->chains++;
	if (wait > group->longest_wait_ms)
		group->longest_wait_ms = wait;
	if (!group->example || slice_compare(label, group->label) > 0) {
		group->example = occurrence;
		group->label = label;
	}
}

static void add_group(struct chain_groups *groups, struct occurrence *first, size_t count)
{
	struct chain_group group = {
		.signature = first->chain->signature,
		.first_seen = MOMENT_NONE,
		.last_seen = MOMENT_NONE,
		.longest_wait_ms = MS_NONE,
		.occurrences = first,
		.occurrence_count = count,
	};

	groups->machines.len = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || first[i].incident != first[i - 1].incident)
			add_incident(groups, &group, &first[i].row->summary);
		add_occurrence(&group, &first[i]);
	}
	group.machines = count_machines(groups);
	vec_push(&groups->groups, group);
}

void chain_groups_finish(struct chain_groups *groups, uint64_t offset, uint64_t limit)
{
	struct occurrence *at = groups->occurrences.at;
	size_t count = groups->occurrences.len, next;

	if (count > 1)
		qsort(at, count, sizeof(*at), compare_occurrences);
	for (size_t i = 0; i < count; i = next) {
		for (next = i + 1;
		     next < count && at[next].chain->signature == at[i].chain->signature;)
			next++;
		add_group(groups, at + i, next - i);
	}
	count = groups->groups.len;
	if (count > 1)
		qsort(groups->groups.at, count, sizeof(*groups->groups.at), compare_groups);
	groups->first = offset < count ? (size_t)offset : count;
	groups->count = count - groups->first;
	if (limit && limit < groups->count)
		groups->count = (size_t)limit;
}

size_t chain_groups_count(const struct chain_groups *groups)
{
	return groups->count;
}

size_t chain_groups_total(const struct chain_groups *groups)
{
	return groups->groups.len;
}

const struct chain_group *chain_groups_at(const struct chain_groups *groups, size_t i)
{
	return &groups->groups.at[groups->first + i];
}

void chain_groups_free(struct chain_groups *groups)
{
	if (!groups)
		return;
	vec_for_each(kept, &groups->kept)
		kept_incident_free(*kept);
	vec_free(&groups->kept);
	vec_free(&groups->occurrences);
	vec_free(&groups->groups);
	vec_free(&groups->machines);
	free(groups);
}
