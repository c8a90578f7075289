/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON Schemas (draft 2020-12) of what the commands print, one a file in pipeline/schemas/, built into the program by
 * scripts/embed-schemas. Keys may be added to what is printed, so a schema says which must be there and of what type, never
 * which may not.
 */
#ifndef PIPELINE_SCHEMAS_H
#define PIPELINE_SCHEMAS_H

#include <stddef.h>

struct schema {
	const char *name; /* "query", of "schema":"pipeline/query/1" */
	const char *text; /* whole lines; what it refers to is in it */
};

extern const struct schema schemas[]; /* by name */
extern const size_t schemas_count;

#endif
