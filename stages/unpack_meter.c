/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a walk has cost so far, counted where bytes come out of decoders and where headers are passed, so that a bomb is stopped while it
 * goes off. Time is that of a processor, spent inside the walk: a machine that is busy with something else does not count.
 */
#include <time.h>

#include "pipeline/base/progress.h"
#include "stages/unpack_parts.h"

/* Of one bundle: paths and reasons, which go into a message and into one row of the index. */
#define TOLD_MAX (32u << 20)
/* The clock is a system call. */
#define UNLOOKED_MAX 16

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void meter_init(struct meter *meter, int fd, const struct unpack_limits *limits)
{
	*meter = (struct meter){ .limits = *limits, .stored = fd_size(fd) };
}

void meter_enter(struct meter *meter)
{
	meter->entered_ns = clock_ns();
}

void meter_leave(struct meter *meter)
{
	meter->worked_ns += clock_ns() - meter->entered_ns;
}

static bool look_at_clock(struct meter *meter)
{
	uint64_t worked;

	if (!meter->limits.seconds || ++meter->unlooked < UNLOOKED_MAX)
		return true;
	meter->unlooked = 0;
	worked = (uint64_t)(meter->worked_ns + clock_ns() - meter->entered_ns);
	return worked / 1000000000 < meter->limits.seconds ||
	       error_input(&meter->over, "limit-time",
			   "decoding took more than %llu seconds of a processor",
			   (unsigned long long)meter->limits.seconds);
}

/* How many bytes the ratio lets come out of the bundle. */
static uint64_t ratio_allows(const struct meter *meter)
{
	uint64_t allowed;

	if (!meter->limits.ratio ||
	    __builtin_mul_overflow(meter->stored, meter->limits.ratio, &allowed))
		return UINT64_MAX;
	return allowed > RATIO_FREE_BYTES ? allowed : RATIO_FREE_BYTES;
}

static uint64_t size_allows(const struct meter *meter)
{
	return meter->limits.bundle_bytes ? meter->limits.bundle_bytes : UINT64_MAX;
}

uint64_t meter_room(const struct meter *meter)
{
	uint64_t size = size_allows(meter), ratio = ratio_allows(meter);
	uint64_t allowed = size < ratio ? size : ratio;

	return !meter_is_over(meter) && allowed > meter->decoded ? allowed - meter->decoded
								 : 0;
}

bool meter_decoded(struct meter *meter, uint64_t bytes)
{
	progress_unpacked(bytes);
	if (meter_is_over(meter))
		return false;
	if (__builtin_add_overflow(meter->decoded, bytes, &meter->decoded))
		meter->decoded = UINT64_MAX;
	if (meter->decoded > size_allows(meter))
		return error_input(&meter->over, "limit-size",
				   "the bundle decodes to more than %llu bytes",
				   (unsigned long long)meter->limits.bundle_bytes);
	if (meter->decoded > ratio_allows(meter))
		return error_input(&meter->over, "limit-ratio",
				   "the bundle decodes to more than %llu times its size",
				   (unsigned long long)meter->limits.ratio);
	return look_at_clock(meter);
}

bool meter_entry(struct meter *meter)
{
	const struct unpack_limits *limits = &meter->limits;

	progress_step();
	if (meter_is_over(meter))
		return false;
	meter->entries++;
	if (limits->members && meter->entries > limits->members)
		return error_input(&meter->over, "limit-members",
				   "more than %llu members: the others are not looked at",
				   (unsigned long long)limits->members);
	return look_at_clock(meter);
}

bool meter_told(struct meter *meter, uint64_t bytes)
{
	meter->told += bytes;
	if (meter_is_over(meter))
		return false;
	return meter->told <= TOLD_MAX ||
	       error_input(&meter->over, "limit-members",
			   "members with names of more than %u bytes: the others are not looked at",
			   TOLD_MAX);
}
