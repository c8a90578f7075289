/* SPDX-License-Identifier: Apache-2.0 */
/* Asks every pattern in its turn; see finding.h. */
#include "stages/finding.h"

void find_patterns(const struct incident *incident, finding_list *findings)
{
#define PATTERN(id, text) pattern_##id(incident, findings);
#include "stages/patterns.def"
#undef PATTERN
}

const char *pattern_text(enum pattern pattern)
{
	static const char *const texts[] = {
#define PATTERN(id, text) [PATTERN_##id] = text,
#include "stages/patterns.def"
#undef PATTERN
	};

	return texts[pattern];
}
