/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait chains: maximal paths of edges, their endpoint and their signature (contract.md sections 1, 3, 4).
 * A chain list stands on its own: it carries its own names, so that a query can print occurrences
 * without reading the whole incident. Signatures are not written but made anew when a list is read.
 */
#ifndef STAGES_CHAIN_H
#define STAGES_CHAIN_H

#include "pipeline/base/bytes.h"
#include "pipeline/base/map.h"
#include "stages/record.h"

enum edge_kind {
	EDGE_NONE, /* no edge leads on: the last hop of a chain that is no ring */
#define EDGE_KIND(id, text) EDGE_##id,
#include "stages/edge_kinds.def"
#undef EDGE_KIND
	EDGE_KINDS,
};

/* Whether somebody is to answer: the wait ends with a reply, not with something being let go. */
static inline bool edge_is_request(uint8_t kind)
{
	return kind == EDGE_ALPC || kind == EDGE_LPC;
}

enum cycle_kind {
	CYCLE_NONE,
	CYCLE_PROCESS, /* semicircular: a process is entered again through another thread */
	CYCLE_THREAD, /* deadlock: a thread repeats */
};

enum endpoint_kind {
#define ENDPOINT_KIND(id, text) ENDPOINT_##id,
#include "stages/endpoint_kinds.def"
#undef ENDPOINT_KIND
	ENDPOINT_KINDS,
};

/* When the wait of the one that is waited for began, against the wait for it (formats.md section 12.1). */
enum timing {
	TIMING_UNKNOWN, /* nobody is waited for, or the log gives no ticks */
	TIMING_AFTER, /* the client asked first, then its server began to wait: the usual order */
	TIMING_SAME,   /* within a tick: one causal event */
	TIMING_BEFORE, /* the server was waiting already when the client asked */
	TIMINGS,
};

/* Chains that come together share their hops from there on. */
struct hop {
	uint64_t process, thread; /* 0 when not known */
	int64_t wait_ms;          /* MS_NONE */
	uint32_t pid, tid;        /* PID_NONE */
	uint32_t next; /* the hop that it waits for, one of those before it in the list; NUMBER_NONE for the last of a chain */
	uint32_t waiters; /* how many threads of the incident wait for it directly */
	name_id image;    /* in the list's names, as the next */
	name_id frame; /* the first of its thread's stack that tells something (plumbing_frames.def) */
	uint8_t via;    /* enum edge_kind: how it waits for the next one */
	uint8_t timing; /* enum timing, of the one that it waits for */
};

enum timeout {
	TIMEOUT_UNKNOWN, /* no thread, or its wait objects were not printed */
	TIMEOUT_NONE,    /* waits for ever */
	TIMEOUT_SET,     /* its timer is among its wait objects, or it sleeps */
	TIMEOUTS,
};

/* What the last thread waits on. */
struct endpoint_object {
	uint64_t address; /* 0 when there is none */
	name_id type;
};

/* What a chain ends in; the clients of one server end in the same one. */
struct endpoint {
	uint64_t thread;     /* 0 when not known */
	name_id wait_reason; /* of the thread */
	name_id frame; /* the first of its stack that tells something (plumbing_frames.def) */
	uint32_t first_object, objects; /* in the list's objects */
	uint8_t kind;                   /* enum endpoint_kind */
	uint8_t timeout;                /* enum timeout */
};

/* No chain has more hops, nor all chains of a list together, each counted in full. */
#define CHAIN_HOPS_MAX (4u << 20)
/* So many guesses at a server thread are kept. */
#define CANDIDATES_MAX 4

enum grouping {
#define GROUPING(id, text, what) GROUPING_##id,
#include "stages/groupings.def"
#undef GROUPING
	GROUPINGS,
};

struct signatures {
	uint64_t of[GROUPINGS];
};

struct chain {
	struct signatures signatures; /* signature.h */
	uint32_t first_hop;           /* in the list's hops */
	uint32_t hops;
	uint32_t cycle_start; /* hop that the last one points back to; NUMBER_NONE unless CYCLE_THREAD */
	uint32_t endpoint;                    /* in the list's endpoints */
	uint32_t first_candidate, candidates; /* in the list's candidates */
	uint8_t cycle;                        /* enum cycle_kind */
	/* The last hop was asked for a reply but waits for work: the reply is lost, or the dump inconsistent. */
	bool idle_server;
};

struct chain_list {
	struct names names;
	VEC(struct chain) chains; /* by the thread they begin with */
	VEC(struct hop) hops;
	VEC(struct endpoint) endpoints;
	VEC(struct endpoint_object) objects;
	/* Of chains whose server thread the log does not show: threads of the server's process that began to wait when they were
	 * asked. A guess: no edge is ever made of it. */
	VEC(uint64_t) candidates;
	uint64_t chains_found; /* more than chains.len when the listing was capped */
	bool uncounted; /* chains_found is but a lower bound: rings that branch cannot be counted */
	uint8_t address_digits;
};

void chain_list_clear(struct chain_list *list);
void chain_list_free(struct chain_list *list);

/* Bytes for the index and back. Decoding checks everything (indices, enums, counts) and returns false on bytes
 * that encoding cannot have made; the list is then empty. */
void chain_list_encode(const struct chain_list *list, byte_vec *out);
bool chain_list_decode(struct chain_list *list, const void *bytes, size_t len);

/* What is called its signature where no grouping is named. */
static inline uint64_t chain_signature(const struct chain *chain)
{
	return chain->signatures.of[GROUPING_KIND];
}

static inline const struct endpoint *chain_endpoint(const struct chain_list *list,
						    const struct chain *chain)
{
	return &list->endpoints.at[chain->endpoint];
}

static inline const struct hop *chain_first_hop(const struct chain_list *list,
						const struct chain *chain)
{
	return &list->hops.at[chain->first_hop];
}

/* The hop that this one waits for; NULL after the last of a chain, also where that points back into a ring. */
static inline const struct hop *hop_next(const struct chain_list *list, const struct hop *hop)
{
	return hop->next == NUMBER_NONE ? NULL : &list->hops.at[hop->next];
}

#define chain_for_each_hop(hop, list, chain)                              \
	for (const struct hop *hop = chain_first_hop(list, chain); (hop); \
	     (hop) = hop_next(list, hop))

/* The longest wait of any hop of the chain, or MS_NONE. */
int64_t chain_longest_wait(const struct chain_list *list, const struct chain *chain);

const char *edge_kind_text(enum edge_kind kind);         /* "alpc"; NULL for EDGE_NONE */
const char *cycle_kind_text(enum cycle_kind kind);       /* "none", "process", "thread" */
const char *endpoint_kind_text(enum endpoint_kind kind); /* "wait" */
const char *timing_text(enum timing timing); /* "after"; NULL for TIMING_UNKNOWN */

#endif
