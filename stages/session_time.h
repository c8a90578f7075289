/* SPDX-License-Identifier: Apache-2.0 */
/* The banner's "Debug session time" in its three forms (formats.md section 2.3). */
#ifndef STAGES_SESSION_TIME_H
#define STAGES_SESSION_TIME_H

#include "pipeline/base/moment.h"

/* "Wed Mar 10 17:22:09.137 2010 (UTC - 8:00)" to a moment; without a zone the moment is the local time taken as
 * UTC and *zone_known false. False, with both untouched, when it is no such time. */
bool session_time_parse(struct slice text, int64_t *moment, bool *zone_known);

#endif
