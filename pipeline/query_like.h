/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of `query --like`. */
#ifndef PIPELINE_QUERY_LIKE_H
#define PIPELINE_QUERY_LIKE_H

#include "index/select.h"
#include "pipeline/selecting.h"

/* Finds and prints what is like the incident that somebody typed. Returns the exit status. */
int answer_like(struct index_view *view, const char *typed,
		const struct selector *selector, enum format format, struct error *error);

#endif
