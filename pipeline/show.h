/* SPDX-License-Identifier: Apache-2.0 */
/* What `show` prints of one incident. */
#ifndef PIPELINE_SHOW_H
#define PIPELINE_SHOW_H

#include "index/index.h"
#include "stages/finding.h"

struct shown {
	const struct incident_row *row;
	const struct incident *incident; /* analysed */
	struct findings findings;
};

void show_json(const struct shown *shown);
void show_text(const struct shown *shown);

#endif
