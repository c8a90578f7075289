/* SPDX-License-Identifier: Apache-2.0 */
/* Looking through a written file for words of names that were replaced: once over its bytes, escapes undone. */
#ifndef PIPELINE_EXPORT_REDACT_SEARCH_H
#define PIPELINE_EXPORT_REDACT_SEARCH_H

#include "pipeline/base/error.h"
#include "pipeline/export/redact_words.h"

struct redact_search {
	const struct redact_words *words;
	bool json; /* escapes are those of JSON; else nothing is escaped */
	/* Columns of a row in which a REDACT_PART is none: functions of Windows stand there. By number, from 0. */
	uint64_t with_functions;
};

struct redact_place {
	uint64_t line; /* from 1 */
	unsigned column; /* from 0: how many commas outside of quotes stand before it in the line */
};

/* Reads from the start of fd to the first such word. False with the error when it cannot be read; *found: whether there is one, at *place. */
bool redact_search(const struct redact_search *search, int fd, bool *found,
		   struct redact_place *place, struct error *error);

#endif
