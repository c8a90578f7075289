/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as `show` and `advise` look at it, and what `show` prints of it. */
#ifndef PIPELINE_SHOW_H
#define PIPELINE_SHOW_H

#include "index/index.h"
#include "pipeline/options.h"
#include "pipeline/selecting.h"
#include "stages/finding.h"

struct shown {
	struct index_view *view;
	const struct incident_row *row;
	const struct incident *incident; /* analysed */
	struct findings findings;
};

/* Does its work on an incident. False with an error; ERROR_USAGE means that what was asked for is not there. */
typedef bool (*show_work)(void *context, const struct shown *shown, struct error *error);
/* Takes an option that is not --index into what was wished; false when it was refused. */
typedef bool (*show_option)(void *wish, const struct options *options, int id);
/* The run of a command about one incident, named by an id, the beginning of one, or a bundle: reads its options and does the work.
 * Both get `wish`. Returns the exit status; what went wrong was said. */
int show_command(const struct command *command, const char *index, int argc, char **argv,
		 show_option take_option, show_work work, void *wish);

void show_json(const struct shown *shown);
void show_text(const struct shown *shown);
/* The wait chains for Graphviz. */
void show_dot(const struct shown *shown);
/* The original lines of a finding, counted from 1. False with ERROR_USAGE when there is none of that number, else with what is
 * wrong with the bundle. */
bool show_evidence(const struct shown *shown, uint64_t number, enum format format,
		   struct error *error);

#endif
