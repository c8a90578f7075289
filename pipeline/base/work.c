/* SPDX-License-Identifier: Apache-2.0 */
/* The walk that is at work; see work.h. */
#include "pipeline/base/work.h"

#include <stddef.h>

struct work work_now;
void (*work_listener)(enum work_event event);

static void begin(struct work work)
{
	work_now = work;
	if (work_listener)
		work_listener(WORK_BEGINS);
}

void work_begin(const char *what, uint64_t total)
{
	begin((struct work){ .what = what, .total = total });
}

void work_begin_bytes(const char *what, uint64_t total, uint64_t bytes_total)
{
	begin((struct work){ .what = what, .total = total, .bytes_total = bytes_total });
}

void work_begin_printing(const char *what, uint64_t total)
{
	begin((struct work){ .what = what, .total = total, .prints = true });
}

void work_end(void)
{
	work_now = (struct work){ .what = NULL };
	if (work_listener)
		work_listener(WORK_ENDS);
}
