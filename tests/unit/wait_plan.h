/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random wait graphs by ordinals - thread 3 of process 1 waits for thread 5 by a mutant - and the two ways of making an incident
 * of them: as records without any text, and as a log. What address an ordinal gets is up to `struct places`.
 */
#ifndef TESTS_WAIT_PLAN_H
#define TESTS_WAIT_PLAN_H

#include <inttypes.h>
#include <stdio.h>

#include "stages/incident.h"

#define PLAN_THREADS 24
#define PLAN_PROCESSES 6
#define PLAN_ARCS 3
#define NOBODY (-1)

/* How a thread waits. The first two lead to a thread in the log, the third to one that never was printed, the others to a
 * process. LOCK is a resource that the other thread owns. */
enum way {
	ALPC,
	MUTANT,
	STRANGER,
	ABSENT,
	NOT_SHOWN,
	PROCESS_OBJECT,
	THREAD_OBJECT,
	LOCK,
	WAYS
};

struct arc {
	enum way way;
	int to; /* a thread; of the ways that lead to a process, one of its threads */
};

struct plan {
	int threads, processes;
	int process[PLAN_THREADS];
	int arcs[PLAN_THREADS]; /* none: the thread waits for no one */
	struct arc arc[PLAN_THREADS][PLAN_ARCS];
	uint32_t started[PLAN_THREADS]; /* tick at which it began to wait */
	char image[PLAN_PROCESSES][40];
};

static uint64_t plan_seed;

static inline uint32_t below(uint32_t limit)
{
	plan_seed ^= plan_seed << 13;
	plan_seed ^= plan_seed >> 7;
	plan_seed ^= plan_seed << 17;
	return (uint32_t)(plan_seed >> 33) % limit;
}

static inline void shuffle(int *order, int count)
{
	for (int i = 0; i < count; i++)
		order[i] = i;
	for (int i = count - 1; i > 0; i--) {
		int j = (int)below((uint32_t)i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}

/* Mutants and locks may come beside each other and beside another wait; there is but one of those. */
static inline enum way plan_way(int nth)
{
	static const enum way more[] = { MUTANT, LOCK };

	return nth        ? more[below(2)]
	       : below(3) ? (enum way)below(2)
			  : (enum way)below(WAYS);
}

/* `arcs` is the most a thread has. */
static inline void plan_random(struct plan *plan, int threads, int arcs)
{
	*plan = (struct plan){ .threads = 1 + (int)below((uint32_t)threads),
			       .processes = 1 + (int)below(PLAN_PROCESSES) };
	for (int i = 0; i < plan->processes; i++)
		snprintf(plan->image[i], sizeof(plan->image[i]),
			 i % 2 ? "Image%c.exe" : "AnImageOfALongName%c.exe", 'A' + i / 2);
	for (int i = 0; i < plan->threads; i++) {
		plan->process[i] = (int)below((uint32_t)plan->processes);
		plan->started[i] = 1000 + below(4) * below(50);
		plan->arcs[i] = (int)below((uint32_t)arcs + 1);
		for (int a = 0; a < plan->arcs[i]; a++)
			plan->arc[i][a] = (struct arc){ plan_way(a),
							(int)below((uint32_t)plan->threads) };
		if (plan->arcs[i] > 1 && (plan->arc[i][0].way == THREAD_OBJECT ||
					  plan->arc[i][0].way == PROCESS_OBJECT))
			plan->arc[i][0].way = MUTANT; /* those must be waited on alone */
	}
}

/* ---- addresses ---- */

struct places {
	uint64_t base;
	int thread[PLAN_THREADS];
	int process[PLAN_PROCESSES];
};

static inline void places_random(struct places *places)
{
	places->base = 0xfffffa8000000000u + (uint64_t)below(100000) * 0x1000000;
	shuffle(places->thread, PLAN_THREADS);
	shuffle(places->process, PLAN_PROCESSES);
}

static inline uint64_t thread_at(const struct places *places, int thread)
{
	return places->base + 0x800000 + (uint64_t)places->thread[thread] * 0x10000;
}

/* One beside every thread that no log shows. */
static inline uint64_t stranger_at(const struct places *places, int thread)
{
	return thread_at(places, thread) + 0x8000;
}

static inline uint64_t process_at(const struct places *places, int process)
{
	return places->base + (uint64_t)places->process[process] * 0x10000;
}

static inline uint64_t object_at(const struct places *places, int thread, int arc)
{
	return places->base + 0xa00000 + (uint64_t)places->thread[thread] * 0x100 +
	       (uint64_t)arc * 0x20;
}

static inline uint32_t pid_of(const struct places *places, int process)
{
	return 100 + (uint32_t)places->process[process] * 4;
}

/* ---- as records ---- */

static inline name_id plan_name(struct incident *incident, const char *text)
{
	return names_add(&incident->records.names, slice_from(text));
}

static inline void plan_object(struct incident *incident, struct thread *thread,
			       const char *type, uint64_t address, uint64_t owner)
{
	if (thread->objects == 0)
		thread->first_object = (uint32_t)incident->records.objects.len;
	vec_push(&incident->records.objects,
		 ((struct wait_object){ address, owner, plan_name(incident, type) }));
	thread->objects++;
}

static inline void plan_request(struct incident *incident, struct thread *thread,
				uint64_t message, const struct arc *arc,
				const struct places *places, uint64_t owner)
{
	struct message said = { .address = message,
				.waiting_thread = thread->address,
				.id = 7,
				.flags = MESSAGE_SERVER_SHOWN };

	if (arc->way != ABSENT)
		said.server_thread = arc->way == ALPC ? thread_at(places, arc->to)
						      : stranger_at(places, arc->to);
	if (arc->way != NOT_SHOWN)
		vec_push(&incident->records.messages, said);
	thread->wait_kind = WAIT_KIND_ALPC;
	thread->message = message;
	thread->owner_process = owner;
}

static inline void plan_lock(struct incident *incident, uint64_t resource,
			     uint64_t thread, enum resource_role role)
{
	vec_push(&incident->records.resource_users,
		 ((struct resource_user){
			 .resource = resource, .thread = thread, .role = (uint8_t)role }));
}

static inline void plan_arc(struct incident *incident, struct thread *thread,
			    const struct plan *plan, const struct places *places,
			    int from, int nth)
{
	const struct arc *arc = &plan->arc[from][nth];
	uint64_t object = object_at(places, from, nth);
	uint64_t target = thread_at(places, arc->to);
	uint64_t owner = process_at(places, plan->process[arc->to]);

	switch (arc->way) {
	case MUTANT:
		plan_object(incident, thread, "Mutant", object, target);
		break;
	case THREAD_OBJECT:
		plan_object(incident, thread, "Thread", target, 0);
		break;
	case PROCESS_OBJECT:
		plan_object(incident, thread, "ProcessObject", owner, 0);
		break;
	case LOCK:
		plan_lock(incident, object, target, RESOURCE_OWNER);
		plan_lock(incident, object, thread->address, RESOURCE_WAITER);
		break;
	default:
		plan_request(incident, thread, object, arc, places, owner);
	}
}

static inline int plan_by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static inline int plan_by_resource(const void *a, const void *b)
{
	const struct resource_user *x = a, *y = b;

	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	return x->role - y->role;
}

#define PLAN_SORT(vec, compare)                                                    \
	do {                                                                       \
		if ((vec)->len)                                                    \
			qsort((vec)->at, (vec)->len, sizeof(*(vec)->at), compare); \
	} while (0)

/* The analysed incident of a plan; images are cut to `cut` bytes. Addresses come first in each record. */
static inline void plan_build(struct incident *incident, const struct plan *plan,
			      const struct places *places, int cut)
{
	struct records *records = &incident->records;
	char image[64];

	incident_init(incident);
	records->host.address_digits = 16;
	for (int i = 0; i < plan->processes; i++) {
		snprintf(image, sizeof(image), "%.*s", cut, plan->image[i]);
		vec_push(&records->processes,
			 ((struct process){ .address = process_at(places, i),
					    .pid = pid_of(places, i),
					    .parent_pid = PID_NONE,
					    .session = SESSION_NONE,
					    .handle_count = 9,
					    .flags = PROCESS_BLOCK,
					    .image = plan_name(incident, image) }));
	}
	for (int i = 0; i < plan->threads; i++) {
		struct thread thread = { .address = thread_at(places, i),
					 .process = process_at(places, plan->process[i]),
					 .pid = PID_NONE,
					 .tid = PID_NONE,
					 .wait_start = plan->started[i],
					 .ticks = 2000 - plan->started[i],
					 .wait_ms = 10 * (2000 - plan->started[i]),
					 .state = THREAD_WAIT,
					 .wait_reason = plan_name(incident, "UserRequest") };

		for (int a = 0; a < plan->arcs[i]; a++)
			plan_arc(incident, &thread, plan, places, i, a);
		vec_push(&records->threads, thread);
	}
	PLAN_SORT(&records->processes, plan_by_address);
	PLAN_SORT(&records->threads, plan_by_address);
	PLAN_SORT(&records->messages, plan_by_address);
	PLAN_SORT(&records->resource_users, plan_by_resource);
	incident_analyse(incident);
}

/* ---- as a log ---- */

static inline void plan_print_process(FILE *log, const char *image, uint64_t address,
				      uint32_t pid)
{
	fprintf(log,
		"\n0: kd> !process %016" PRIx64 " 0\nPROCESS %016" PRIx64 "\n"
		"    SessionId: 1  Cid: %04x    Peb: 7fffffdf000  ParentCid: 0004\n"
		"    DirBase: 2db10000  ObjectTable: fffff8a0025bd440  HandleCount: 105.\n"
		"    Image: %s\n",
		address, address, pid, image);
}

static inline void plan_print_object(FILE *log, const struct plan *plan,
				     const struct places *places, int from, int nth)
{
	const struct arc *arc = &plan->arc[from][nth];
	uint64_t target = thread_at(places, arc->to);

	if (arc->way == MUTANT)
		fprintf(log, "    %016" PRIx64 "  Mutant - owning thread %016" PRIx64 "\n",
			object_at(places, from, nth), target);
	else if (arc->way == THREAD_OBJECT)
		fprintf(log, "    %016" PRIx64 "  Thread\n", target);
	else if (arc->way == PROCESS_OBJECT)
		fprintf(log, "    %016" PRIx64 "  ProcessObject\n",
			process_at(places, plan->process[arc->to]));
}

static inline void plan_print_thread(FILE *log, const struct plan *plan,
				     const struct places *places, int thread)
{
	int process = plan->process[thread];
	const struct arc *first = &plan->arc[thread][0];

	fprintf(log,
		"\n0: kd> !thread %016" PRIx64 "\nTHREAD %016" PRIx64 "  Cid %04x.%04x  "
		"Teb: 000007fffffde000 Win32Thread: 0000000000000000 "
		"WAIT: (UserRequest) UserMode Non-Alertable\n",
		thread_at(places, thread), thread_at(places, thread),
		pid_of(places, process), 2000 + places->thread[thread] * 4);
	for (int a = 0; a < plan->arcs[thread]; a++)
		plan_print_object(log, plan, places, thread, a);
	if (plan->arcs[thread] && first->way != MUTANT && first->way <= NOT_SHOWN)
		fprintf(log,
			"Waiting for reply to ALPC Message %016" PRIx64
			" : queued at port %016" PRIx64 " : owned by process %016" PRIx64 "\n",
			object_at(places, thread, 0), object_at(places, thread, 0) + 0x10,
			process_at(places, plan->process[first->to]));
	fprintf(log,
		"Not impersonating\n"
		"Owning Process            %016" PRIx64 "       Image:         %s\n"
		"Attached Process          N/A            Image:         N/A\n"
		"Wait Start TickCount      %u         Ticks: %u (0:00:00:%02u.%03u)\n",
		process_at(places, process), plan->image[process], plan->started[thread],
		2000 - plan->started[thread], (2000 - plan->started[thread]) / 100,
		(2000 - plan->started[thread]) % 100 * 10);
}

/* What another command prints of a thread's waits: messages and locks. */
static inline void plan_print_arc(FILE *log, const struct plan *plan,
				  const struct places *places, int from, int nth)
{
	const struct arc *arc = &plan->arc[from][nth];
	uint64_t object = object_at(places, from, nth);

	if (arc->way == ALPC || arc->way == STRANGER || arc->way == ABSENT)
		fprintf(log,
			"\n0: kd> !alpc /m %016" PRIx64 "\n\nMessage %016" PRIx64 "\n"
			"  MessageID             : 0x10E8 (4328)\n"
			"  WaitingThread         : %016" PRIx64 "\n"
			"  QueueType             : ALPC_MSGQUEUE_PENDING\n"
			"  ServerThread          : %016" PRIx64 "\n",
			object, object, thread_at(places, from),
			arc->way == ALPC       ? thread_at(places, arc->to)
			: arc->way == STRANGER ? stranger_at(places, arc->to)
					       : 0);
	else if (arc->way == LOCK)
		fprintf(log,
			"\n0: kd> !locks %016" PRIx64 "\n\n"
			"Resource @ 0x%016" PRIx64 "    Exclusively owned\n"
			"    Contention Count = 1\n"
			"    NumberOfExclusiveWaiters = 1\n"
			"     Threads: %016" PRIx64 "-01<*> \n"
			"     Threads Waiting On Exclusive Access:\n"
			"              %016" PRIx64 "       \n",
			object, object, thread_at(places, arc->to), thread_at(places, from));
}

/* The log of a plan, its blocks in any order, with so many processes more that only sit there. The caller frees it. */
static inline char *plan_log(const struct plan *plan, const struct places *places,
			     int idle, size_t *len)
{
	int arcs = PLAN_THREADS * PLAN_ARCS, first = PLAN_PROCESSES + PLAN_THREADS + arcs;
	int order[PLAN_PROCESSES + PLAN_THREADS + PLAN_THREADS * PLAN_ARCS + 20];
	char *text = NULL;
	FILE *log = open_memstream(&text, len);

	shuffle(order, first + idle);
	for (int i = 0; i < first + idle; i++) {
		int at = order[i], arc = at - PLAN_PROCESSES - PLAN_THREADS;

		if (at >= first)
			plan_print_process(log, "idle.exe",
					   places->base + 0xf00000 +
						   (uint64_t)(at - first) * 0x1000,
					   8000 + (uint32_t)(at - first) * 4);
		else if (arc >= 0 && arc % PLAN_ARCS < plan->arcs[arc / PLAN_ARCS])
			plan_print_arc(log, plan, places, arc / PLAN_ARCS, arc % PLAN_ARCS);
		else if (arc < 0 && at >= PLAN_PROCESSES && at - PLAN_PROCESSES < plan->threads)
			plan_print_thread(log, plan, places, at - PLAN_PROCESSES);
		else if (at < plan->processes)
			plan_print_process(log, plan->image[at], process_at(places, at),
					   pid_of(places, at));
	}
	fprintf(log, "\n0: kd> .time\n");
	fclose(log);
	return text;
}

#endif
