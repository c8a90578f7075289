/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing two sets of incidents; see query_diff.h. */
#include "index/query_diff.h"

static struct diff_side side_of(const struct group_sum *sum, uint64_t signature)
{
	uint32_t at = map_get(&sum->places, signature);
	const struct signature_row *row;

	if (at == MAP_NONE)
		return (struct diff_side){ .longest_wait_ms = MS_NONE };
	row = &sum->groups.at[at].row;
	return (struct diff_side){ row->incidents, row->chains, row->machines,
				   row->longest_wait_ms };
}

static uint8_t worse_in(const struct diff_side *before, const struct diff_side *after)
{
	/* MS_NONE is less than any wait: what was not known before is no longer wait. */
	bool longer = before->longest_wait_ms != MS_NONE &&
		      after->longest_wait_ms > before->longest_wait_ms;

	return (uint8_t)((longer ? WORSE_WAIT : 0) |
			 (after->chains > before->chains ? WORSE_CHAINS : 0) |
			 (after->machines > before->machines ? WORSE_MACHINES : 0));
}

static void settle(struct diff_group *group)
{
	if (group->before.incidents && group->after.incidents)
		group->worse = worse_in(&group->before, &group->after);
	group->status = !group->before.incidents  ? DIFF_NEW
			: !group->after.incidents ? DIFF_GONE
			: group->worse            ? DIFF_WORSE
						  : DIFF_RECURRING;
}

static int compare_groups(const void *left, const void *right)
{
	const struct diff_group *a = left, *b = right;

	if (a->status != b->status)
		return a->status < b->status ? -1 : 1;
	return chain_group_compare(&a->group, &b->group);
}

static void merge_ids(const id_vec *before, const id_vec *after, id_vec *all)
{
	vec_for_each(id, before)
		vec_push(all, *id);
	vec_for_each(id, after)
		vec_push(all, *id);
	ids_settle(all);
}

/* Both sides and all of it, each incident read once. */
static bool sum_up(struct index_view *view, const struct chain_filter *filter,
		   const struct chain_sum *sums, size_t count, struct error *error)
{
	id_vec all = { 0 };
	bool good;

	merge_ids(sums[0].of, sums[1].of, &all);
	good = sum_chains(view, filter, &all, sums, count, error);
	for (size_t i = 0; i < count; i++) {
		group_sum_finish(sums[i].sum);
		group_sum_place(sums[i].sum);
	}
	vec_free(&all);
	return good;
}

static void collect(struct diff *diff, const struct group_sum *before,
		    const struct group_sum *after, uint64_t min_incidents)
{
	vec_for_each(group, &diff->sum.groups) {
		struct diff_group compared = { .group = *group };

		if (group->row.incidents < min_incidents)
			continue;
		compared.before = side_of(before, group->signature);
		compared.after = side_of(after, group->signature);
		settle(&compared);
		diff->of_status[compared.status]++;
		vec_push(&diff->groups, compared);
	}
	if (diff->groups.len)
		qsort(diff->groups.at, diff->groups.len, sizeof(struct diff_group),
		      compare_groups);
}

static void cut_out(struct diff *diff, const struct selector *selector)
{
	size_t count = diff->groups.len;

	diff->first = selector->offset < count ? (size_t)selector->offset : count;
	diff->count = count - diff->first;
	if (selector->limit && selector->limit < diff->count)
		diff->count = (size_t)selector->limit;
}

bool query_diff(struct index_view *view, const struct chain_filter *filter,
		const id_vec *before, const id_vec *after, struct diff *diff,
		struct error *error)
{
	struct group_sum old = { .grouping = filter->grouping };
	struct group_sum now = { .grouping = filter->grouping };
	const struct chain_sum sums[] = { { &old, before },
					  { &now, after },
					  { &diff->sum, NULL } };
	bool good;

	error->kind = ERROR_NONE;
	diff->sum.grouping = filter->grouping;
	good = sum_up(view, filter, sums, sizeof(sums) / sizeof(sums[0]), error);
	if (good) {
		collect(diff, &old, &now, filter->min_incidents);
		cut_out(diff, &filter->selector);
	}
	group_sum_free(&old);
	group_sum_free(&now);
	return good;
}

void diff_free(struct diff *diff)
{
	vec_free(&diff->groups);
	group_sum_free(&diff->sum);
}

const char *diff_status_text(enum diff_status status)
{
	static const char *const texts[DIFF_STATUSES] = {
#define DIFF_STATUS(id, text, what) text,
#include "index/diff_statuses.def"
#undef DIFF_STATUS
	};

	return texts[status];
}
