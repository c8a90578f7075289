/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary of an incident: what `list` prints and what selectors look at, small enough to be read for
 * thousands of incidents. Which bundle it came from is not part of it: the keeper knows that, and one
 * dump may lie in several bundles.
 */
#ifndef STAGES_SUMMARY_H
#define STAGES_SUMMARY_H

#include "pipeline/base/bytes.h"
#include "stages/record.h"

/* A member that an incident was read from. */
struct source {
	struct slice member;   /* path in the bundle, "case.zip!/inner.7z!/kd.log" */
	struct slice encoding; /* "utf-8", "utf-16le", "utf-16be", "cp1252" */
	uint64_t bytes;        /* of the whole decoded member */
	uint32_t first_line, last_line;
	uint64_t content_high, content_low; /* XXH3-128 of the text that speaks of this incident */
	bool partial;                       /* the member could not be read to its end */
};

/* A kind of lines that no block knew (struct unknown_line). */
struct unknown_kind {
	struct slice kind, example;
	uint64_t count;
};

struct summary {
	uint64_t id; /* from the sources' contents, never from their names or order */
	struct slice machine, os, os_line, arch; /* .len 0: not known */
	uint32_t build;                          /* NUMBER_NONE */
	int64_t session_time;                    /* MOMENT_NONE */
	bool session_zone_known;
	uint8_t address_digits;
	uint64_t processes; /* with a PROCESS block */
	uint64_t zombies, threads, edges, chains;
	uint64_t diagnostics;
	VEC(struct unknown_kind) unknown_kinds; /* in the order of first sight */
	VEC(struct source) sources; /* in the order that evidence.source counts */
};

void summary_free(struct summary *summary);
/* Decodes into a zeroed summary, or one that was decoded before. Texts of a decoded summary point into the bytes. False on bytes that encoding cannot have made; the
 * summary is then empty. */
void summary_encode(const struct summary *summary, byte_vec *out);
bool summary_decode(struct summary *summary, const void *bytes, size_t len);

/* What a reader makes of one incident and the index stores: five pieces of bytes, each decoded on its own. */
struct encoded_incident {
	struct slice summary; /* summary_encode() */
	struct slice chains;  /* chain_list_encode() */
	struct slice census;  /* census_encode() */
	struct slice digest;  /* digest_encode() */
	struct slice records; /* incident_encode(), under zstd */
};

#endif
