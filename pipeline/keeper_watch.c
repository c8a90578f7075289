/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's watch over its reader: how long it has been waited for without a sign that it gets on. Only waiting counts, and of a wait no
 * more than was meant to be waited: a keeper that commits, or that was stopped itself, does not blame the reader for it.
 */
#include <poll.h>

#include "pipeline/keeper_parts.h"
#include "pipeline/progress.h"

/* A reader that says it gets on, but finishes nothing, is believed for so many times the time that decoding one bundle may take. */
#define BELIEVED_TIMES 4

void watch_begin(struct keeper_watch *watch)
{
	*watch = (struct keeper_watch){ .silent_ms = 0 };
}

void watch_answered(struct keeper_watch *watch)
{
	watch->silent_ms = watch->unanswered_ms = 0;
}

bool watch_alive(struct keeper_watch *watch, const struct progress_made *made)
{
	if (made->steps <= watch->made.steps || made->bytes < watch->made.bytes)
		return false;
	watch->made = *made;
	watch->silent_ms = 0;
	return true;
}

static int64_t believed_ms(const struct keeper_rules *rules)
{
	if (rules->limits.seconds == 0)
		return INT64_MAX;
	return ((int64_t)rules->limits.seconds * BELIEVED_TIMES + rules->deadline_seconds) *
	       1000;
}

void watch_waited(struct keeper_watch *watch, int64_t ms)
{
	watch->silent_ms += ms;
	watch->unanswered_ms += ms;
}

bool watch_is_over(const struct keeper_watch *watch, const struct keeper_rules *rules)
{
	return rules->deadline_seconds &&
	       (watch->silent_ms >= (int64_t)rules->deadline_seconds * 1000 ||
		watch->unanswered_ms >= believed_ms(rules));
}

bool watch_wait(struct keeper *keeper)
{
	struct pollfd wait = { .fd = keeper->reader.channel, .events = POLLIN };
	int64_t began = keeper_now_ms(), waited;
	int64_t most = (int64_t)keeper->rules->deadline_seconds * 500, ms = BATCH_MS;
	int show_ms = progress_wait_ms();
	bool ready;

	if (most && most < ms)
		ms = most;
	if (show_ms >= 0 && show_ms < ms)
		ms = show_ms;
	ready = poll(&wait, 1, (int)ms) > 0;
	waited = keeper_now_ms() - began;
	watch_waited(&keeper->watch, waited < ms ? waited : ms);
	return ready;
}
