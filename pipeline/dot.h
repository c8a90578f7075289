/* SPDX-License-Identifier: Apache-2.0 */
/* Graphviz' language. */
#ifndef PIPELINE_DOT_H
#define PIPELINE_DOT_H

#include "pipeline/base/slice.h"

/* Prints what may stand between the quotes of a string. What acts on a terminal is escaped before, so that quotes and backslashes
 * are all there is. */
void dot_text(struct slice text);

#endif
