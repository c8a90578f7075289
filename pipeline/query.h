/* SPDX-License-Identifier: Apache-2.0 */
/* The two kinds of answers that `query` prints, each in all formats. */
#ifndef PIPELINE_QUERY_H
#define PIPELINE_QUERY_H

#include "index/query_chain.h"
#include "index/query_incident.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"

#define OCCURRENCES_ALL UINT64_MAX

struct groups_wish {
	enum format format;
	uint64_t occurrences; /* at most so many a group; 0: groups alone */
};

/* False on damage. */
bool print_groups(const struct chain_groups *groups, const struct groups_wish *wish,
		  struct error *error);
bool print_hits(struct index_view *view, const struct incident_filter *filter,
		const hit_vec *hits, size_t total, enum format format, struct error *error);

/* The keys of a group, inside an object that is begun and not ended here. */
void print_json_group_keys(struct json *json, const struct chain_group *group);
/* The same as fields of CSV, and their headings. */
#define GROUP_HEADINGS                                                            \
	"signature", "label", "path", "cycle", "endpoint", "incidents", "chains", \
		"machines", "first_seen", "last_seen", "max_wait_seconds"
void print_csv_group_fields(struct csv *csv, const struct chain_group *group);
/* The groups as one graph: an image a node, an edge a kind of waiting, with how many incidents show it. */
void print_dot_groups(const struct chain_groups *groups);
/* "12 of 40 groups shown", on stderr, where some were left out. */
void note_shown(size_t count, size_t total, const char *what);

#endif
