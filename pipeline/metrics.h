/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for a monitor in a file: text that is both Prometheus's exposition format 0.0.4, which the textfile collector of node_exporter
 * reads, and OpenMetrics 1.0. All are gauges. No name that comes from outside is in it.
 */
#ifndef PIPELINE_METRICS_H
#define PIPELINE_METRICS_H

#include <stdio.h>

#include "index/night.h"
#include "index/totals.h"
#include "pipeline/keeper.h"

struct metrics {
	bool success;  /* of this run */
	int64_t began; /* moment */
	uint64_t took_ms;
	uint64_t read_bytes;                /* of the bundles that were to be read */
	const struct keeper_totals *totals; /* of this run */
	const struct night_mark *mark;      /* as the index has it now */
	const struct index_totals *index;
};

void metrics_print(FILE *out, const struct metrics *metrics);
/* The same in the place of the file at path; see output_file.h. */
bool metrics_write(const char *path, const struct metrics *metrics, struct error *error);

#endif
