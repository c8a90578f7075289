/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a page shows of single findings: the words, the lines of the log, and what to ask the debugger. Each incident that is looked at
 * is read and judged as `show` does, once, and one after the other, so that no more than one is in memory.
 */
#ifndef REPORT_PROOF_H
#define REPORT_PROOF_H

#include "pipeline/report/report_facts.h"

#define PIECES_MAX 6
#define COMMAND_SIZE 64

struct proof_piece {
	struct slice member;            /* points into the map */
	uint32_t first_line, last_line; /* 0: the log names it and does not show it */
	char command[COMMAND_SIZE];
};

/* Which finding of an incident is meant. */
struct proof_of {
	uint64_t signature; /* of a wait chain */
	struct slice image; /* else; empty for any */
	uint8_t pattern;
	uint8_t confidence;
};

/* One finding of one incident. Which one is wished; the rest is filled in. */
struct proof {
	uint32_t incident; /* in the facts' incidents */
	struct proof_of of;

	uint32_t number; /* as `show --evidence` counts; 0 when it was not found */
	struct slice text;
	struct proof_piece pieces[PIECES_MAX];
	uint32_t shown; /* of the pieces */
	uint64_t left_out;
};

typedef VEC(struct proof) proof_vec;

/* A process with too few threads. */
struct outlier {
	struct proof proof;
	uint64_t waiters, sample;
	uint32_t pid, threads, expected;
	bool expected_half;
	uint8_t urgency, basis;
};

typedef VEC(struct outlier) outlier_vec;

/* Fills in the proofs, in any order. */
bool report_prove(struct report_facts *facts, proof_vec *proofs, struct error *error);
/* All outliers of these incidents. */
bool report_find_outliers(struct report_facts *facts, const uint32_t *incidents,
			  size_t count, outlier_vec *outliers, struct error *error);
/* Fills in a proof from a finding that is at hand; number counts from 1. */
void proof_take(struct proof *proof, const struct shown *shown, uint32_t number,
		struct arena *arena);

/* For texts of proofs: names as they are, long ones shortened. What reads them escapes. */
void proof_print_name(FILE *out, struct slice name);

/* The words, a table of pieces and the commands to paste. id: of the incident. */
void html_proof(struct html *html, const struct proof *proof, uint64_t id);

#endif
