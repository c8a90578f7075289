/* SPDX-License-Identifier: Apache-2.0 */
/* Which incidents a question is about (contract.md section 3): all conditions must
 * hold. */
#ifndef INDEX_SELECT_H
#define INDEX_SELECT_H

#include "index/index.h"

#define CYCLE_NO_MATTER (-1)
#define CYCLE_ANY (-2)

struct selector {
	int64_t since, until; /* both included; MOMENT_NONE: open. No session time fails both */
	const char *machine; /* name or pattern with * and ?, without case; NULL for any */
	const char *os;      /* the same, found anywhere in the os text */
	const char *bundle;  /* pattern against the bundle's path or its base name */
	uint32_t build;      /* NUMBER_NONE for any */
	uint64_t limit, offset; /* of the rows printed; limit 0 for all */
	/* Of some chain of the incident; where chains are asked for, of the chain itself. */
	int cycle;           /* an enum cycle_kind, CYCLE_NO_MATTER or CYCLE_ANY */
	int64_t min_wait_ms; /* of the chain's longest wait; MS_NONE no matter */
};

#define SELECTOR_ALL                                  \
	((struct selector){ .since = MOMENT_NONE,     \
			    .until = MOMENT_NONE,     \
			    .build = NUMBER_NONE,     \
			    .cycle = CYCLE_NO_MATTER, \
			    .min_wait_ms = MS_NONE })

/* Whether anything is asked of the incidents themselves. */
bool selector_asks_for_incidents(const struct selector *selector);
/* All conditions but those on chains. */
bool selector_accepts(const struct selector *selector, const struct incident_row *row);
/* Whether path, or its last part, is as typed: a name or pattern with * and ?, without case. */
bool bundle_matches(const char *typed, struct slice path);
/* The conditions on chains. */
bool selector_asks_for_chains(const struct selector *selector);
bool selector_accepts_cycle(const struct selector *selector, uint8_t cycle);
bool selector_accepts_chain(const struct selector *selector,
			    const struct chain_list *list, const struct chain *chain);

#endif
