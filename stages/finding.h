/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: named patterns seen in an incident (contract.md section 5), each with its evidence. A pattern is one row in
 * patterns.def and one file, pattern_NAME.c, that looks at an analysed incident and adds what it sees.
 */
#ifndef STAGES_FINDING_H
#define STAGES_FINDING_H

#include "stages/incident.h"

enum pattern {
#define PATTERN(id, text) PATTERN_##id,
#include "stages/patterns.def"
#undef PATTERN
};

enum confidence {
	CONFIDENCE_NONE, /* the pattern has no grades */
	CONFIDENCE_DEFINITE,
	CONFIDENCE_POTENTIAL,
};

struct finding {
	uint64_t process, thread; /* 0: not known, or not about one */
	uint64_t count;           /* processes, or chains of one signature */
	const struct evidence *evidence; /* in the incident; NULL where the finding counts many */
	const struct chain *chain; /* of a wait chain: the first of its signature */
	uint32_t pid;              /* PID_NONE */
	name_id image;             /* in the incident's names */
	uint8_t pattern;           /* enum pattern */
	uint8_t confidence;        /* enum confidence */
	uint8_t detail;            /* enum endpoint_kind: how a message box shows */
	bool storm;
};

typedef VEC(struct finding) finding_list;

/* All findings of an analysed incident, in the order of patterns.def. They point into it. */
void find_patterns(const struct incident *incident, finding_list *findings);
const char *pattern_text(enum pattern pattern);

#define PATTERN(id, text) \
	void pattern_##id(const struct incident *incident, finding_list *findings);
#include "stages/patterns.def"
#undef PATTERN

#endif
