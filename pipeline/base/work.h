/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long walk over the index is, counted by who walks, for whoever shows it. One walk at a time, and one thread. Without a listener
 * it is a counter.
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include <stdbool.h>
#include <stdint.h>

struct work {
	const char *what; /* is counted, behind a number: "incidents checked"; NULL: nobody walks */
	uint64_t done, total;        /* total 0: nobody knows */
	uint64_t bytes, bytes_total; /* total 0: none are counted */
	bool prints;                 /* on stdout, as it goes */
};

enum work_event {
	WORK_BEGINS,
	WORK_GOES_ON,
	WORK_ENDS,
};

extern struct work work_now;
/* Called at each of them; it looks at the clock itself. NULL: nobody listens. */
extern void (*work_listener)(enum work_event event);

/* A walk begins; it has to end before anything of what it found is printed. */
void work_begin(const char *what, uint64_t total);
void work_begin_bytes(const char *what, uint64_t total, uint64_t bytes_total);
/* One that prints what it finds. */
void work_begin_printing(const char *what, uint64_t total);
void work_end(void);

/* So many more are done. Steps outside of any walk, as of what another walks for, count for nothing. */
static inline void work_step(uint64_t count)
{
	work_now.done += count;
	if (work_listener && work_now.what)
		work_listener(WORK_GOES_ON);
}

/* For steps that take less than looking at a clock: tells every 256th time. */
static inline void work_small_step(uint64_t bytes)
{
	work_now.bytes += bytes;
	if ((++work_now.done & 255) == 0)
		work_step(0);
}

#endif
