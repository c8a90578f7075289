/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins what was read in many places into one incident: by kernel address, the richest value wins, nothing
 * is counted twice (formats.md section 1, rule 10). A process, thread or message is one record however often it is printed.
 */
#ifndef STAGES_JOIN_H
#define STAGES_JOIN_H

#include "pipeline/base/place_map.h"
#include "stages/incident.h"
#include "stages/lender.h"

/* What turns evidence relative to a chunk into evidence of the incident. */
struct join_base {
	uint64_t offset; /* of the chunk in the member's text */
	uint32_t line;   /* 1-based number of the chunk's first line */
	uint32_t source; /* added to evidence.source */
};

/* A member's part in a join. */
struct join_source {
	size_t member; /* the caller's number for it */
	uint32_t first_line, last_line;
	struct hash128 content;
	uint64_t content_bytes;
	bool over; /* its records were left out: with them the dump would have become too large */
};

/* The last sighting of its kind, and what stood under its address before it: a block that goes on in the next
 * chunk is put together first and merged as one. */
struct join_last {
	struct process process, process_before;
	struct thread thread, thread_before;
	struct thread stacks_thread, stacks_thread_before;
	struct message message, message_before;
};

struct join {
	struct incident incident;
	struct join_last last;
	/* By address. */
	struct place_map processes, threads, stacks_threads, messages, ports;
	VEC(name_id) name_map; /* of the records being joined */
	size_t waits;          /* threads that wait for a message */
	uint8_t listing; /* of the last command: what LISTING_INHERITED stands for */
	VEC(struct join_source) sources;
	/* Of a packed join, whose records are empty but for the host: */
	byte_vec packed;
	size_t plain; /* bytes when it is unpacked */
	uint64_t ticks;
};

void join_init(struct join *join);
void join_free(struct join *join);
/* Takes everything of `from` in. */
void join_records(struct join *join, const struct records *from, struct join_base base);
/* About how much memory it takes until it is encoded. */
size_t join_weight(const struct join *join);
/* Makes it small while nothing is to be done with it; and as it was. Both may be called at any time. */
void join_pack(struct join *join);
void join_unpack(struct join *join);
/* host_tick_count() of its records, packed or not. */
uint64_t join_ticks(const struct join *join);

/* Whether both speak of one memory dump (contract.md section 1). */
bool join_same_dump(const struct join *a, const struct join *b);
/* Takes `from` in with its sources, behind those of `join`; unpacks both. Together they weigh at most so much, else only the
 * sources are taken in, and marked. */
void join_merge(struct join *join, struct join *from, size_t weight_max);
/* Sorts the records, adds the processes that are only mentioned, works out the host's values and the incident's id. The
 * lender may be NULL. */
void join_finish(struct join *join, const struct lender *lender);

/* Tick length and tick count from the threads, os and arch from what was read (host.c). */
void host_finish(struct records *records);
/* Wait Start + Ticks where all waiting threads agree, else TICKS_NONE; *differ when they do not. */
uint64_t host_tick_count(const struct records *records, bool *differ);
/* Says at which thread they first do not, if there is one. */
void host_diagnose_ticks(struct records *records);

#endif
