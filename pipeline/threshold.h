/* SPDX-License-Identifier: Apache-2.0 */
/* Thresholds of a monitor's plugin, as users type them ("26h,50h"), hold values against, and see them in the answer's numbers. */
#ifndef PIPELINE_THRESHOLD_H
#define PIPELINE_THRESHOLD_H

#include <stdint.h>

#include "pipeline/options.h"

/* The exit statuses of such plugins, the worst last but for what is not known. */
enum state {
	STATE_OK,
	STATE_WARNING,
	STATE_CRITICAL,
	STATE_UNKNOWN,
};

/* "OK" */
const char *state_text(enum state state);

#define THRESHOLD_UNSET UINT64_MAX

/* What is more than one of these is a warning, or critical. */
struct threshold {
	uint64_t warning, critical;
	bool share; /* in a hundred */
};

#define THRESHOLD_NONE ((struct threshold){ THRESHOLD_UNSET, THRESHOLD_UNSET, false })

enum counts {
	COUNTS_NUMBER,
	COUNTS_SHARE,  /* of a hundred, with a % or without */
	COUNTS_EITHER, /* a share with a %, else a number */
	COUNTS_TIME,   /* seconds, or with m, h or d behind it */
};

/* Takes in WARNING or WARNING,CRITICAL. False with the mistake reported. */
bool threshold_option(struct threshold *threshold, const struct options *options,
		      enum counts counts);
enum state threshold_state(const struct threshold *threshold, uint64_t value);
/* " label=value[unit];warning;critical;0" on stdout */
void threshold_print(const char *label, uint64_t value, const char *unit,
		     const struct threshold *threshold);

#endif
