/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The team of worker threads: OpenMP in ordinary builds, plain threads under ThreadSanitizer, whose
 * runtime does not know libgomp and would report false races. The only file that knows OpenMP is team.c.
 */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

/* How many threads a team should have when nobody said: the processors this process may use. */
int team_default_size(void);
/* Runs work(arg, rank) in `size` threads at once, rank 0 being the caller, and returns when all have. */
void team_run(int size, void (*work)(void *arg, int rank), void *arg);

#endif
