/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An incident: the joined records of one memory dump, where they were read, and what follows from them. Records and
 * sources are stored (incident_encode), edges, chains and zombie counts are derived by incident_analyse() and are the same whenever
 * the records are.
 */
#ifndef STAGES_INCIDENT_H
#define STAGES_INCIDENT_H

#include "pipeline/base/error.h"
#include "pipeline/base/hash.h"
#include "stages/chain.h"
#include "stages/image_facts.h"
#include "stages/record.h"
#include "stages/summary.h"
#include "stages/vm_processes.h"

/* Where the owner of an edge was learned (contract.md section 4). */
enum owner_source {
#define OWNER_SOURCE(id, text) OWNER_SOURCE_##id,
#include "stages/owner_sources.def"
#undef OWNER_SOURCE
};

/* A thread waits for something that a thread or process owns. */
struct edge {
	uint64_t thread;
	uint64_t object; /* message, mutant, thread or process */
	uint64_t port, owner_process, owner_thread; /* 0 when not known */
	struct evidence evidence;
	uint32_t message_id; /* NUMBER_NONE */
	/* Of a mutant, thread or process: so many objects the thread waits on, any or all of which may end its wait. Else 0. */
	uint32_t objects;
	name_id owner_image, queue_type;
	uint8_t kind;         /* enum edge_kind */
	uint8_t owner_source; /* enum owner_source */
};

struct zombie_image {
	name_id image;
	uint64_t count;
};

struct incident {
	uint64_t id;
	struct records records; /* lists sorted by address */
	VEC(struct edge) edges; /* sorted by waiting thread */
	struct chain_list chains;
	size_t diagnostics_read; /* of the reading; those of the analysis stand behind them */
	uint32_t reply_semaphore; /* offset of ETHREAD.AlpcWaitSemaphore, NUMBER_NONE when not seen */
	uint64_t zombies;
	VEC(struct zombie_image) zombies_by_image; /* most first, then by name */
	VEC(const struct process *) living; /* those in the records that are no zombies, of which there may be ten times as many */
	image_facts_list images;
	vm_process_list vm_dead, vm_live; /* processes that !vm alone shows */
};

/* A dispatcher object this close behind an ETHREAD is part of it: its reply semaphore or timer (formats.md section 4.3). */
#define ETHREAD_REACH 0x1000

void incident_init(struct incident *incident);
void incident_free(struct incident *incident);

/* Index of the record in the sorted list, or MAP_NONE. */
uint32_t incident_find_process(const struct incident *incident, uint64_t address);
uint32_t incident_find_thread(const struct incident *incident, uint64_t address);
uint32_t incident_find_message(const struct incident *incident, uint64_t address);

/* The threads registered with a port, count of them. */
const struct port_thread *incident_port_threads(const struct incident *incident,
						uint64_t port, size_t *count);
/* Index of the first edge of a thread that waits, or what is behind the edges of lower threads. */
uint32_t incident_first_edge(const struct incident *incident, uint64_t thread);

/* The record of a thread; NULL when the log does not show it. */
static inline const struct thread *incident_thread(const struct incident *incident,
						   uint64_t address)
{
	uint32_t at = address ? incident_find_thread(incident, address) : MAP_NONE;

	return at == MAP_NONE ? NULL : &incident->records.threads.at[at];
}

/* The record of a process; NULL when the log does not show it. */
static inline const struct process *incident_process(const struct incident *incident,
						     uint64_t address)
{
	uint32_t at = address ? incident_find_process(incident, address) : MAP_NONE;

	return at == MAP_NONE ? NULL : &incident->records.processes.at[at];
}

/* What the image of a process or of a row of !vm is, once the incident is analysed. */
static inline const struct image_facts *incident_image(const struct incident *incident,
						       name_id image)
{
	return &incident->images.at[image];
}

/* Derives everything that is derived. The records must be complete and sorted (join.h). */
void incident_analyse(struct incident *incident);

/* The records as bytes under zstd, and back. Decoding checks everything and fails with ERROR_FORMAT on bytes that
 * encoding cannot have made. */
void incident_encode(const struct incident *incident, byte_vec *out);
/* The same, for an incident that is of no use any more: each table is freed as soon as it is packed, so that records and
 * bytes of a large dump are not held side by side. Only incident_free() may follow. */
void incident_encode_spent(struct incident *incident, byte_vec *out);
/* Step by step, for who has two threads: both halves, side by side or not, then what they come to. */
struct incident_encoding *incident_encoding_new(const struct incident *incident);
void incident_encode_processes(struct incident_encoding *encoding);
void incident_encode_rest(struct incident_encoding *encoding);
/* Frees the encoding. */
void incident_encoding_end(struct incident_encoding *encoding, byte_vec *out);
bool incident_decode(struct incident *incident, const void *bytes, size_t len,
		     struct error *error);
/* Whether it can be decoded and has this id: one table at a time, so that a stranger's bytes are looked at in less memory. */
bool incident_check(uint64_t id, const void *bytes, size_t len, struct error *error);

const char *owner_source_text(enum owner_source source);

/* ---- the steps of the analysis, in the order in which incident_analyse() takes them ---- */

void analyse_witness(struct incident *incident);
void analyse_zombies(struct incident *incident);
/* A process without a user address space, or without handles by design (minimal_images.def): never a zombie. */
bool image_is_minimal(struct slice image);
void analyse_edges(struct incident *incident);
void analyse_chains(struct incident *incident);

/* ---- what a thread's own record tells of its wait (endpoint.c) ---- */

/* Ticks that two waits began apart still count as one event when they are so few: asking takes time of its own. */
#define SAME_EVENT_TICKS 1

/* In a wait, not running, ready or gone. */
bool thread_waits(const struct thread *thread);
/* A worker that has nothing to do: it waits for a request or for a queue to fill (formats.md section 12.3). */
bool thread_waits_for_work(const struct incident *incident, const struct thread *thread);
/* Where a chain ends that ends in this thread. */
enum endpoint_kind endpoint_of_thread(const struct incident *incident,
				      const struct thread *thread);
/* Whether its timer is among the objects that it waits on. */
enum timeout timeout_of_thread(const struct incident *incident, const struct thread *thread);
/* The first frame of its stack that says more than that it waits (plumbing_frames.def), or 0. */
name_id telling_frame(const struct incident *incident, const struct thread *thread);

#endif
