/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the screen that `show` prints; each prints nothing when there is nothing of it. */
#ifndef PIPELINE_SHOW_PARTS_H
#define PIPELINE_SHOW_PARTS_H

#include "pipeline/show.h"

void show_points(const struct shown *shown);
void show_chains(const struct shown *shown);
void show_where(const struct shown *shown);

#endif
