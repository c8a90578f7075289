/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as `show` and `advise` look at it, and what `show` prints of it. */
#ifndef PIPELINE_SHOW_H
#define PIPELINE_SHOW_H

#include "index/index.h"
#include "pipeline/base/json.h"
#include "pipeline/confine.h"
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

/* Analyses an incident whose row is at hand and does the work. Of all incidents one after the other no more than one is in memory. */
bool show_row(struct index_view *view, const struct incident_row *row, show_work work,
	      void *context, struct error *error);
/* The same for one that somebody typed. Returns the exit status. */
int show_typed(struct index_view *view, const char *typed, show_work work, void *context,
	       struct error *error);

/* The incident's object, wherever json stands. */
void show_json(struct json *json, const struct shown *shown);
void show_text(const struct shown *shown);
/* The wait chains for Graphviz. */
void show_dot(const struct shown *shown);
/* The original lines of a finding, counted from 1; format is FORMAT_TEXT, FORMAT_JSON or FORMAT_JSONL. False with ERROR_USAGE when there is none of that number, else with what is
 * wrong with the bundle. */
bool show_evidence(const struct shown *shown, uint64_t number, enum sandbox sandbox,
		   enum format format, struct error *error);

#endif
