/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of joining: which joins are one dump, merging them, and what can be said only when everything was read -
 * sorted lists, processes that are known by mention alone, thread counts, the incident's id.
 */
#include "pipeline/base/sort.h"
#include "stages/join_parts.h"

bool join_same_dump(const struct join *a, const struct join *b)
{
	const struct host *x = &a->incident.records.host, *y = &b->incident.records.host;
	uint64_t ticks_x = join_ticks(a), ticks_y = join_ticks(b);
	bool ticks_known = ticks_x != TICKS_NONE && ticks_y != TICKS_NONE;

	if (ticks_known && ticks_x != ticks_y)
		return false;
	if (x->build != NUMBER_NONE && y->build != NUMBER_NONE && x->build != y->build)
		return false;
	if (x->session_time != MOMENT_NONE && y->session_time != MOMENT_NONE)
		return x->session_time == y->session_time &&
		       x->session_zone_known == y->session_zone_known &&
		       x->build == y->build;
	return ticks_known;
}

void join_merge(struct join *join, struct join *from, size_t weight_max)
{
	struct join_base base = { .source = (uint32_t)join->sources.len };
	bool over;

	join_unpack(join);
	join_unpack(from);
	over = join_weight(join) + join_weight(from) > weight_max;
	if (!over)
		join_records(join, &from->incident.records, base);
	vec_for_each(source, &from->sources) {
		vec_push(&join->sources, *source);
		join->sources.at[join->sources.len - 1].over |= over;
	}
}

uint32_t join_find_process(const struct join *join, uint64_t address)
{
	if (address == 0)
		return MAP_NONE;
	return place_get(&join->processes, address,
			 PLACE_KEYS(&join->incident.records.processes));
}

/* A process that only a thread or a message speaks of. */
static void add_mention(struct join *join, uint64_t address, uint32_t pid, name_id image,
			struct evidence evidence)
{
	struct records *records = &join->incident.records;
	uint32_t place;
	struct process *process;

	if (address == 0)
		return;
	place = place_put(&join->processes, address, PLACE_KEYS(&records->processes),
			  records->processes.len);
	if (place == MAP_NONE) {
		place = (uint32_t)records->processes.len;
		vec_push(&records->processes, PROCESS_NONE(address));
		records->processes.at[place].evidence = evidence;
	}
	process = &records->processes.at[place];
	if (process->pid == PID_NONE)
		process->pid = pid;
	process->image = image_richer(&records->names, process->image, image);
}

#define PID_SHARED (MAP_NONE - 1)
#define PID_NOBODY (MAP_NONE - 2)

static bool is_dead(const struct process *process)
{
	return (process->flags & PROCESS_TABLE_ZERO) && process->handle_count == 0;
}

static bool lacks_owner(const struct thread *thread)
{
	return thread->process == 0 && thread->pid != PID_NONE;
}

/* Threads whose Owning Process was never readable belong to the process with their PID, if just one live one has it. */
static void settle_owners(struct join *join)
{
	struct records *records = &join->incident.records;
	struct map by_pid = { 0 }; /* of such threads alone, which are few */

	vec_for_each(thread, &records->threads)
		if (lacks_owner(thread))
			*map_place(&by_pid, thread->pid) = PID_NOBODY;
	for (uint32_t i = 0; by_pid.len && i < records->processes.len; i++) {
		const struct process *process = &records->processes.at[i];
		uint32_t *place;

		if (process->pid == PID_NONE || is_dead(process) ||
		    map_get(&by_pid, process->pid) == MAP_NONE)
			continue;
		place = map_place(&by_pid, process->pid);
		*place = *place == PID_NOBODY ? i : PID_SHARED;
	}
	vec_for_each(thread, &records->threads) {
		uint32_t at = lacks_owner(thread) ? map_get(&by_pid, thread->pid) : PID_NOBODY;

		if (at != PID_NOBODY && at != PID_SHARED)
			thread->process = records->processes.at[at].address;
	}
	map_free(&by_pid);
}

static void add_mentions(struct join *join)
{
	struct records *records = &join->incident.records;

	vec_for_each(thread, &records->threads) {
		add_mention(join, thread->process, thread->pid, thread->image,
			    thread->evidence);
		add_mention(join, thread->owner_process, PID_NONE, 0,
			    thread_wait_evidence(thread));
	}
	vec_for_each(message, &records->messages)
		add_mention(join, message->owner_process, PID_NONE, message->owner_image,
			    message->evidence);
	vec_for_each(port, &records->ports)
		add_mention(join, port->owner_process, PID_NONE, port->owner_image,
			    port->evidence);
	settle_owners(join);
}

static void count_threads(struct join *join)
{
	struct records *records = &join->incident.records;

	vec_for_each(thread, &records->threads) {
		uint32_t at = join_find_process(join, thread->process);

		if (at == MAP_NONE)
			continue;
		records->processes.at[at].threads++;
		if ((thread->flags & THREAD_ENCLOSED) &&
		    !(records->processes.at[at].flags & PROCESS_THREADS_CUT))
			records->processes.at[at].flags |= PROCESS_THREADS_LISTED;
	}
}

#define SORT_BY_ADDRESS(list)                                                       \
	sort_by_key(records->list.at, records->list.len, sizeof(*records->list.at), \
		    offsetof(__typeof__(*records->list.at), address))

static int hash_compare(const void *a, const void *b)
{
	const struct hash128 *x = a, *y = b;

	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	return x->low < y->low ? -1 : x->low > y->low;
}

/* From the distinct contents of the sources, so that neither names nor order matter. */
static uint64_t content_id(const struct join *join)
{
	VEC(struct hash128) contents = { 0 };
	byte_vec bytes = { 0 };
	uint64_t id;

	vec_for_each(source, &join->sources)
		vec_push(&contents, source->content);
	if (contents.len)
		qsort(contents.at, contents.len, sizeof(contents.at[0]), hash_compare);
	for (size_t i = 0; i < contents.len; i++) {
		if (i && hash_compare(&contents.at[i - 1], &contents.at[i]) == 0)
			continue;
		bytes_put_u64_be(&bytes, contents.at[i].high);
		bytes_put_u64_be(&bytes, contents.at[i].low);
	}
	id = hash64(bytes.at, bytes.len);
	vec_free(&bytes);
	vec_free(&contents);
	return id;
}

static void tell_ticks(struct records *records)
{
	bool differ = false;

	records->host.tick_count = host_tick_count(records, &differ);
	if (differ)
		host_diagnose_ticks(records);
}

static void sort_processes(void *of)
{
	struct records *records = of;

	SORT_BY_ADDRESS(processes);
}

/* Looks at no process. */
static void settle_all_else(void *of)
{
	struct records *records = of;

	SORT_BY_ADDRESS(threads);
	SORT_BY_ADDRESS(messages);
	SORT_BY_ADDRESS(ports);
	join_settle_lists(records);
	join_sort_values(records);
	tell_ticks(records);
	host_finish(records);
}

void join_finish(struct join *join, const struct lender *lender)
{
	struct records *records = &join->incident.records;

	vec_for_each(thread, &records->threads)
		if (thread->wait_kind == WAIT_KIND_LPC)
			thread->port = thread->lpc_port;
	join_settle_stacks(join);
	join_drop_halves(records);
	add_mentions(join);
	count_threads(join);
	join_free_maps(join);
	join_drop_half_processes(records);
	lend(lender, sort_processes, settle_all_else, records);
	join->incident.diagnostics_read = records->diagnostics.len;
	join->incident.id = content_id(join);
}
