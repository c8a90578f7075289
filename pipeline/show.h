/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as `show` and `advise` look at it, and what `show` prints of it. */
#ifndef PIPELINE_SHOW_H
#define PIPELINE_SHOW_H

#include "index/index.h"
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
/* Does it on the incident that was typed: an id, the beginning of one, or a bundle. Returns the exit status; other than 0 there
 * is an error. */
int show_incident(const char *index, const char *typed, show_work work, void *context,
		  struct error *error);

void show_json(const struct shown *shown);
void show_text(const struct shown *shown);
/* The wait chains for Graphviz. */
void show_dot(const struct shown *shown);
/* The original lines of a finding, counted from 1. False with ERROR_USAGE when there is none of that number, else with what is
 * wrong with the bundle. */
bool show_evidence(const struct shown *shown, uint64_t number, enum format format,
		   struct error *error);

#endif
