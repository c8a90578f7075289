/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a page on the index tells, gathered in one walk over the incidents, newest first, so that what is kept of "the newest" is the
 * first that comes. Of each incident the row, the digest and the chains are read; records only of the few whose evidence is shown
 * (report_evidence.h). It owns its memory, but for texts that point into the map.
 */
#ifndef REPORT_FACTS_H
#define REPORT_FACTS_H

#include "index/baseline.h"
#include "index/group_sum.h"
#include "index/quarantine.h"
#include "index/run.h"
#include "index/select.h"
#include "pipeline/report/chain_drawing.h"
#include "pipeline/report/report.h"
#include "stages/digest.h"

/* Of a group, a point or an image so many incidents are remembered, the newest. */
#define NEWEST_MAX 8

struct newest {
	uint32_t at[NEWEST_MAX];    /* in the facts' incidents */
	uint64_t count[NEWEST_MAX]; /* of chains, processes and so on in it */
	uint32_t len;
	uint32_t last;      /* incident that was added, whether it is remembered or not */
	uint64_t in_last;   /* its count */
	uint64_t incidents; /* all of them */
};

struct report_incident_row {
	uint64_t id;
	int64_t session_time;                     /* MOMENT_NONE */
	struct slice machine, os, bundle, member; /* .len 0: not known */
	uint64_t zombies, chains, processes, threads;
	size_t bundles;                 /* that it lies in */
	uint32_t build;                 /* NUMBER_NONE */
	uint32_t first_line, last_line; /* in the member */
	bool zone_known;
	uint8_t urgency; /* of the most urgent that is found in it; 0 for nothing */
};

/* What is shown of a group of chains beside its sums. */
struct report_shape {
	uint64_t signature;
	struct drawn_chain drawn; /* as in the newest incident, with the longest waits of all that have as many hops */
	struct newest newest;
	uint64_t most; /* chains in one incident */
	uint8_t cycle; /* enum cycle_kind */
	uint8_t urgency;
};

/* What is found of one pattern about one image, over the incidents. */
struct report_point {
	struct slice image; /* empty: about none */
	uint64_t most;      /* of what is counted, in one incident */
	uint64_t waiters;   /* the most in one incident */
	int64_t last_seen;
	struct newest newest;
	bool zone_known;
	uint8_t pattern, confidence, detail, urgency;
	bool storm;
};

struct report_zombies {
	struct slice image;
	uint64_t zombies, most; /* together, and in one incident */
	struct newest newest;
};

struct report_facts {
	struct index_view *view;
	const struct report_wish *wish;
	struct run_row run;                        /* the latest; number 0 for none */
	VEC(struct report_incident_row) incidents; /* newest first, those without a time last */
	struct group_sum groups; /* after the walk: most incidents first */
	VEC(struct report_shape) shapes;
	struct map shape_of;             /* signature -> shape */
	VEC(struct report_point) points; /* most urgent first */
	struct map point_of;
	VEC(struct report_zombies) zombies; /* most first */
	struct map zombies_of;
	VEC(uint32_t) storms; /* incidents with zombies, most first */
	baseline_rows baselines;
	VEC(uint32_t) thin; /* incidents with a process of perhaps too few threads */
	quarantined_vec quarantine;
	uint64_t machines; /* distinct names */
	struct arena arena;
	struct map machine_seen;
	struct map most_of_image; /* image_key() -> the most threads that are too few */
};

/* facts is zeroed, and to be freed, also on failure. */
bool report_gather(struct report_facts *facts, struct index_view *view,
		   const struct report_wish *wish, struct error *error);
void report_facts_free(struct report_facts *facts);

/* NULL when the group was not seen, which cannot be. */
const struct report_shape *report_shape_of(const struct report_facts *facts,
					   uint64_t signature);
/* Adds what is found of an image, which may be none, to its point. */
void report_add_point(struct report_facts *facts, uint32_t incident,
		      const struct finding *finding, struct slice image);
void report_sort_points(struct report_facts *facts);
/* Incidents come one after the other. */
void newest_add(struct newest *newest, uint32_t incident, uint64_t count);

#endif
