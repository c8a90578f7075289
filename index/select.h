/* SPDX-License-Identifier: Apache-2.0 */
/* Which incidents a question is about (contract.md section 3): all conditions must
 * hold. */
#ifndef INDEX_SELECT_H
#define INDEX_SELECT_H

#include "index/index.h"

struct selector {
	int64_t since, until; /* both included; MOMENT_NONE: open. No session time fails both */
	const char *machine; /* name or pattern with * and ?, without case; NULL for any */
	const char *os;      /* the same, found anywhere in the os text */
	const char *bundle;  /* pattern against the bundle's path or its base name */
	uint32_t build;      /* NUMBER_NONE for any */
	uint64_t limit, offset; /* of the rows printed; limit 0 for all */
};

#define SELECTOR_ALL \
	((struct selector){ .since = MOMENT_NONE, .until = MOMENT_NONE, .build = NUMBER_NONE })

bool selector_accepts(const struct selector *selector, const struct incident_row *row);

#endif
