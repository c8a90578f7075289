/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline stats --baseline IMAGE`: how many threads the processes of an image usually have. */
#ifndef PIPELINE_STATS_BASELINE_H
#define PIPELINE_STATS_BASELINE_H

#include "pipeline/selecting.h"

/* Prints the baselines of all images that the pattern matches; there may be none. False on damage. */
bool stats_baseline(struct index_view *view, struct slice pattern, enum format format,
		    struct error *error);

#endif
