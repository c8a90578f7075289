/* SPDX-License-Identifier: Apache-2.0 */
/* Counting who waits where; see chain_ends.h. Hops that chains share are looked at once. */
#include "stages/chain_ends.h"

static int end_compare(const void *a, const void *b)
{
	const struct chain_end *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->waiter < y->waiter ? -1 : x->waiter > y->waiter;
}

static void settle(chain_end_list *ends)
{
	size_t kept = 0;

	if (ends->len)
		qsort(ends->at, ends->len, sizeof(struct chain_end), end_compare);
	vec_for_each(end, ends)
		if (kept == 0 || end_compare(&ends->at[kept - 1], end) != 0)
			ends->at[kept++] = *end;
	ends->len = kept;
}

static void add(chain_end_list *ends, uint64_t address, uint64_t waiter)
{
	if (address)
		vec_push(ends, ((struct chain_end){ address, waiter }));
}

void chain_ends_find(struct chain_ends *ends, const struct chain_list *list)
{
	VEC(uint32_t) last = { 0 }; /* of each hop: the one that its chain ends in */

	for (uint32_t i = 0; i < list->hops.len; i++) {
		const struct hop *hop = &list->hops.at[i], *end;

		vec_push(&last, hop->next == NUMBER_NONE ? i : last.at[hop->next]);
		end = &list->hops.at[last.at[i]];
		add(&ends->members, hop->process, 0);
		if (hop->via == EDGE_NONE || end->via != EDGE_NONE)
			continue;
		add(&ends->threads, end->thread, hop->thread);
		add(&ends->processes, end->process, hop->thread);
	}
	vec_free(&last);
	settle(&ends->threads);
	settle(&ends->processes);
	settle(&ends->members);
}

void chain_ends_free(struct chain_ends *ends)
{
	vec_free(&ends->threads);
	vec_free(&ends->processes);
	vec_free(&ends->members);
}

/* The first pair of an address or what is above it. */
static size_t find(const chain_end_list *ends, uint64_t address)
{
	size_t low = 0, high = ends->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ends->at[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t count(const chain_end_list *ends, uint64_t address)
{
	size_t from = find(ends, address);

	return address == 0            ? 0
	       : address == UINT64_MAX ? ends->len - from
				       : find(ends, address + 1) - from;
}

uint64_t chain_ends_at_thread(const struct chain_ends *ends, uint64_t thread)
{
	return count(&ends->threads, thread);
}

uint64_t chain_ends_in_process(const struct chain_ends *ends, uint64_t process)
{
	return count(&ends->processes, process);
}

bool chain_ends_has_member(const struct chain_ends *ends, uint64_t process)
{
	return count(&ends->members, process) > 0;
}
