/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What encoder and decoder must agree in beyond the columns themselves: what is expected of a value, from which only the difference
 * is written, and where rows have their evidence.
 */
#ifndef STAGES_COLUMN_VALUES_H
#define STAGES_COLUMN_VALUES_H

#include "stages/log_order.h"

/* Rows of a dump agree in Wait Start + Ticks, which was `sum` in the row before. */
static inline uint64_t expected_start(uint64_t ticks, uint64_t sum)
{
	return ticks == TICKS_NONE ? TICKS_NONE : sum - ticks;
}

/* `before` is what the last row with ticks had: a debugger prints milliseconds beside all ticks, or beside none. */
static inline uint64_t expected_ms(const struct host *host, uint64_t ticks, uint64_t before)
{
	if (ticks == TICKS_NONE || before == (uint64_t)MS_NONE)
		return (uint64_t)MS_NONE;
	return ticks * (host->tick_100ns ? host->tick_100ns : 156250) / 10000;
}

/* count rows of this size with evidence, in whichever order. */
#define LOG_ROWS(rows, count, where)                      \
	((struct log_rows){ rows, count, sizeof(*(rows)), \
			    (size_t)((const char *)&(rows)->where - (const char *)(rows)) })

#endif
