/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: what an engineer would point at in a dump, each a named pattern with its evidence (contract.md section 5). One
 * pattern is one file (pattern_NAME.c) and one row in patterns.def. Findings are derived from the records; the digest (digest.h) keeps most of them as they were
 * found without the index.
 */
#ifndef STAGES_FINDING_H
#define STAGES_FINDING_H

#include "stages/baseline.h"
#include "stages/chain_ends.h"
#include "stages/incident.h"

/* So many zombies are a storm. */
#define STORM_ZOMBIES 1000

enum pattern {
#define PATTERN(id, text) PATTERN_##id,
#include "stages/patterns.def"
#undef PATTERN
	PATTERNS,
};

enum confidence {
	CONFIDENCE_NONE, /* the pattern knows no degrees */
	CONFIDENCE_DEFINITE,
	CONFIDENCE_POTENTIAL,
};

/* What the expected number of threads was learned from. */
enum basis {
	BASIS_NONE,
	BASIS_SIBLINGS, /* processes of the same image in this dump */
	BASIS_BUILD,    /* the baseline of the image on this build of Windows */
	BASIS_IMAGE,    /* the baseline of the image on all builds */
};

/* What the shape of a chain gives to suspect (formats.md sections 12.1, 12.3), a bit each. */
enum suspect {
#define SUSPECT(id, bit, text) SUSPECT_##id = 1 << bit,
#include "stages/suspects.def"
#undef SUSPECT
};

/* In which part another process, or an image, is named by a finding. */
enum party_role {
	PARTY_IMAGE,  /* so many of the processes counted are of this image */
	PARTY_PARENT, /* so many of the processes counted were started by this one */
	PARTY_HOLDER, /* so many handles does this live process have open */
	PARTY_LIVE,   /* one of the processes counted, which is alive */
	PARTY_VICTIM, /* the process that a live one, `by`, is at work on */
	PARTY_ROLES,
};

struct party {
	uint64_t process; /* 0 when not known */
	uint64_t by;      /* process; 0 unless a victim's */
	uint64_t count;   /* 0 where nothing is counted */
	uint32_t pid;     /* PID_NONE */
	name_id image;    /* in the incident's names */
	uint8_t role;     /* enum party_role */
};

struct finding {
	uint64_t process, thread; /* 0: not known, or not about one */
	uint64_t port, message;   /* of a blocked queue; 0: not known */
	uint64_t count; /* processes, messages, or chains of one signature; 0 where nothing is counted */
	uint64_t zombies; /* of count, how many are zombies */
	uint64_t waiters; /* distinct threads that wait in the chains of a signature, or whose chains end in what was found */
	uint64_t fan_in; /* of a wait chain: the most threads that wait for one and the same of its hops */
	uint64_t sample; /* of missing threads: the other processes that `expected` comes from */
	int64_t wait_ms; /* the longest wait in the chains of a signature; MS_NONE */
	const struct evidence *evidence; /* in the incident; NULL where nothing single shows it */
	const struct chain *chain; /* of a wait chain: the first of its signature */
	const struct hop *last;    /* of that chain */
	uint32_t pid;              /* PID_NONE */
	uint32_t threads; /* of the process with missing threads, or registered with the port; NUMBER_NONE */
	uint32_t expected,
		spread; /* of missing threads: median and median absolute deviation; NUMBER_NONE */
	name_id image;                 /* in the incident's names */
	uint32_t first_party, parties; /* in the findings' parties, by role and then most first */
	uint8_t pattern;               /* enum pattern */
	uint8_t confidence;            /* enum confidence */
	uint8_t detail;                /* enum endpoint_kind: how a message box shows */
	uint8_t basis;                 /* enum basis */
	uint8_t suspects;              /* enum suspect, of a wait chain */
	uint8_t urgency;               /* 1 to 100, see urgency.h */
	bool expected_half;            /* the median is expected and a half */
	bool storm;
};

/* A finding about nobody and nothing, to start from. */
#define FINDING_OF(id)                                                \
	.pattern = PATTERN_##id, .pid = PID_NONE, .wait_ms = MS_NONE, \
	.threads = NUMBER_NONE, .expected = NUMBER_NONE, .spread = NUMBER_NONE

struct findings {
	VEC(struct finding) list;
	VEC(struct party) parties;
};

/* What a pattern looks at. */
struct sight {
	const struct incident *incident; /* analysed */
	const struct baseline *baseline; /* NULL when nothing is known but this incident */
	const struct chain_ends *ends;
	struct findings *findings;
};

/* All findings of an analysed incident, most urgent first; of the same urgency in the order of patterns.def. They point
 * into the incident. baseline may be NULL. findings is zeroed, or filled before. */
void find_patterns(const struct incident *incident, const struct baseline *baseline,
		   struct findings *findings);
void findings_free(struct findings *findings);

/* Adds a finding, or a party of the finding that was added last. */
void sight_add(const struct sight *sight, struct finding finding);
void sight_add_party(const struct sight *sight, struct party party);

/* The names of the suspects in turn, from the one at *bit on, which is moved behind it; NULL when there are no more. */
const char *suspect_text(unsigned suspects, unsigned *bit);
const char *pattern_text(enum pattern pattern);
const char *basis_text(enum basis basis); /* "siblings"; NULL for BASIS_NONE */
const char *confidence_text(enum confidence confidence); /* "definite"; NULL for CONFIDENCE_NONE */

#define PATTERN(id, text) void pattern_##id(const struct sight *sight);
#include "stages/patterns.def"
#undef PATTERN

#endif
