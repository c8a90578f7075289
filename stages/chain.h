/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait chains: maximal paths of edges, their endpoint and their signature (contract.md sections 1, 3, 4).
 * A chain list stands on its own: it carries its own names, so that a query can print occurrences
 * without reading the whole incident.
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

struct hop {
	uint64_t process, thread; /* 0 when not known */
	int64_t wait_ms;          /* MS_NONE */
	uint32_t pid;             /* PID_NONE */
	name_id image;            /* in the list's names */
	uint8_t via; /* enum edge_kind: how this hop waits for the next one */
};

struct chain {
	uint64_t signature;
	uint32_t first_hop, hops; /* in the list's hops */
	uint32_t cycle_start; /* hop that the last one points back to; NUMBER_NONE unless CYCLE_THREAD */
	name_id label;
	name_id wait_reason; /* of the endpoint thread */
	uint64_t endpoint_thread;
	uint8_t cycle;    /* enum cycle_kind */
	uint8_t endpoint; /* enum endpoint_kind */
};

struct chain_list {
	struct names names;
	VEC(struct chain) chains;
	VEC(struct hop) hops;
	uint64_t chains_found; /* more than chains.len when the listing was capped */
	uint8_t address_digits;
};

void chain_list_clear(struct chain_list *list);
void chain_list_free(struct chain_list *list);

/* Bytes for the index and back. Decoding checks everything (indices, enums, counts) and returns false on bytes
 * that encoding cannot have made; the list is then empty. */
void chain_list_encode(const struct chain_list *list, byte_vec *out);
bool chain_list_decode(struct chain_list *list, const void *bytes, size_t len);

/* The longest wait of any hop of the chain, or MS_NONE. */
int64_t chain_longest_wait(const struct chain_list *list, const struct chain *chain);

const char *edge_kind_text(enum edge_kind kind);         /* "alpc"; NULL for EDGE_NONE */
const char *cycle_kind_text(enum cycle_kind kind);       /* "none", "process", "thread" */
const char *endpoint_kind_text(enum endpoint_kind kind); /* "wait" */

#endif
