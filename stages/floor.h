/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: one team of threads on which every stage runs. A free thread joins what is ready to be joined, else parses a
 * chunk, else decodes the next chunk of a bundle, else takes a new bundle on. No thread is tied to a stage, and the
 * number of chunks alive is fixed, which bounds the memory whatever the input.
 */
#ifndef STAGES_FLOOR_H
#define STAGES_FLOOR_H

#include "stages/bundle_work.h"

struct floor_client {
	void *context;
	/* The next bundle to read, or NULL when there will be none. May wait. Never called by two threads at once. */
	struct bundle_work *(*next)(void *context);
	/* A finished bundle; the client releases it. Never called by two threads at once. */
	void (*deliver)(void *context, struct bundle_work *work);
};

/* Reads bundles with this many threads until next() yields NULL and all are delivered. */
void floor_run(int threads, const struct floor_client *client);

#endif
