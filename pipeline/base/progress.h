/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that this process has got on by, counted by every stage that may take long, whatever a step is there: a block decoded, a
 * chunk parsed, a dump joined. Whoever waits for the process sees by them that it works and does not hang.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

/* Cheap; any thread. A stage calls it at least once in some seconds of work, and never in a loop that may run for ever. */
void progress_step(void);
/* A step in which so many bytes were unpacked. */
void progress_unpacked(uint64_t bytes);

struct progress_made {
	uint64_t steps;
	uint64_t bytes; /* unpacked */
};

/* From now on tell() is called out of progress_step(), once a second at most and never by two threads at once, with what there was
 * so far. */
void progress_listen(void (*tell)(const struct progress_made *made));

#endif
