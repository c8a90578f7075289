/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `show --format json` share: one file a part. Each prints a key of the incident's object. */
#ifndef PIPELINE_SHOW_JSON_H
#define PIPELINE_SHOW_JSON_H

#include "pipeline/print.h"
#include "pipeline/show.h"

struct writer {
	struct json json;
	const struct incident_row *row;
	const struct names *names;       /* of the findings, the records or both */
	const struct findings *findings; /* whose parties they are */
	unsigned digits;                 /* of an address */
	/* Where there is more than a digest; findings of wait chains need them. */
	const struct shown *shown;
	const struct records *records;
};

/* null for no name, no address, and no evidence. */
void print_name(struct writer *writer, const char *key, name_id name);
void print_address(struct writer *writer, const char *key, uint64_t address);
void print_evidence(struct writer *writer, const struct evidence *evidence);
/* Makes `all`, empty at first, reach over `one` too, unless that is of another source. */
void widen_evidence(struct evidence *all, const struct evidence *one);

/* "memory" and "analysis"; null when the log has no such output. */
void print_memory(struct writer *writer);
void print_analysis(struct writer *writer);
/* One of "findings". */
void print_finding(struct writer *writer, const struct finding *finding);

#endif
