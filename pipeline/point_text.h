/* SPDX-License-Identifier: Apache-2.0 */
/* What a point of interest says, in words. */
#ifndef PIPELINE_POINT_TEXT_H
#define PIPELINE_POINT_TEXT_H

#include <stdio.h>

#include "pipeline/show.h"

/* Writes a name that a stranger gave so that it can do no harm there: utf8_print_terminal() and its like. */
typedef void (*point_name_printer)(FILE *out, struct slice name);

/* "ProcessD.exe[61c.1b4]  ui_message_wait for 3:42", no newline and no number. */
void point_print(FILE *out, point_name_printer names, const struct shown *shown,
		 const struct finding *finding);

#endif
