/* SPDX-License-Identifier: Apache-2.0 */
/* What is new, worse, recurring or gone, in all formats. */
#ifndef PIPELINE_PRINT_DIFF_H
#define PIPELINE_PRINT_DIFF_H

#include "index/query_diff.h"
#include "pipeline/base/json.h"
#include "pipeline/selecting.h"

void print_diff(const struct diff *diff, enum format format);
/* One of its groups as an object, wherever json stands. */
void print_json_diff_group(struct json *json, const struct diff_group *group);

#endif
