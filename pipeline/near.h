/* SPDX-License-Identifier: Apache-2.0 */
/* Near misses: which of the words that are known somebody who typed another may have meant. */
#ifndef PIPELINE_NEAR_H
#define PIPELINE_NEAR_H

#include "pipeline/base/slice.h"

#define NEAR_MOST 3
#define NEAR_TEXT_SIZE 160

struct near {
	struct slice typed;
	struct slice best[NEAR_MOST]; /* all as near, in the order they were offered */
	unsigned count;
	unsigned distance; /* of those; private */
};

/* typed and what is offered stay the caller's. */
struct near near_begin(struct slice typed);
void near_offer(struct near *near, struct slice word);
/* ", did you mean 'BEFOREa' or 'BEFOREb'?", or "" when nothing is near; returns out. */
const char *near_text(char out[NEAR_TEXT_SIZE], const struct near *near, const char *before);

#endif
