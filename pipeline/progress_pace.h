/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When it is time to show progress: drawn, from the second second on and ten times a second at most; as lines, every 30 seconds. Knows
 * no clock: whoever asks says what time it is.
 */
#ifndef PIPELINE_PROGRESS_PACE_H
#define PIPELINE_PROGRESS_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct progress_pace {
	bool draws;
	bool shown; /* before, by now */
	int64_t due_ms;
};

static inline void progress_pace_begin(struct progress_pace *pace, bool draws, int64_t now_ms)
{
	*pace = (struct progress_pace){ draws, false, now_ms + (draws ? 1000 : 30000) };
}

/* Something else is shown from now on, and the line of what was shown before is gone: it may take its time for the first step. */
static inline void progress_pace_resume(struct progress_pace *pace, int64_t now_ms)
{
	if (pace->draws && pace->shown)
		pace->due_ms = now_ms;
}

static inline bool progress_pace_is_due(const struct progress_pace *pace, int64_t now_ms)
{
	return now_ms >= pace->due_ms;
}

static inline void progress_pace_shown(struct progress_pace *pace, int64_t now_ms)
{
	pace->due_ms = now_ms + (pace->draws ? 100 : 30000);
	pace->shown = true;
}

#endif
