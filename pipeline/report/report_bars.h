/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bars over time: of days, weeks, months or years, whichever are few enough, the greatest of what was added in each. The picture stretches
 * with the page; its words stand around it and in a table beneath, so that they can be read at any width.
 */
#ifndef REPORT_BARS_H
#define REPORT_BARS_H

#include "pipeline/base/html.h"
#include "pipeline/base/vec.h"
#include "stages/record.h"

#define BARS_MAX 62

enum bars_unit {
	BARS_DAYS,
	BARS_WEEKS, /* from Monday on */
	BARS_MONTHS,
	BARS_YEARS, /* as many as it takes, the newest BARS_MAX of them */
};

struct bar_value {
	int64_t moment;
	uint64_t value;
	bool marked;
};

struct bar {
	int64_t day;        /* its first, from 1970-01-01 */
	uint64_t value;     /* the greatest */
	uint64_t of, marks; /* values, and those that are marked */
};

struct bars {
	VEC(struct bar_value) values;
	VEC(struct bar) list; /* after bars_settle(): by time, with those of nothing between */
	enum bars_unit unit;
	uint64_t most;     /* the greatest value */
	uint64_t timeless; /* values without a time */
	uint64_t older;    /* values before the first bar */
};

/* bars is zeroed. */
void bars_add(struct bars *bars, int64_t moment, uint64_t value, bool marked);
void bars_settle(struct bars *bars);
void bars_free(struct bars *bars);

/* "2026-01-05", "2026-01", "2026" */
#define BAR_NAME_SIZE 24
void bar_name(char out[BAR_NAME_SIZE], enum bars_unit unit, int64_t day);
/* what: of the greatest; values and marks: what these are called. */
void html_bars(struct html *html, const struct bars *bars, const char *what,
	       const char *values, const char *marks);

#endif
