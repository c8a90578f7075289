/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a THREAD block behind its objects, told by their first words (formats.md sections 4.4 to 4.6). */
#ifndef STAGES_THREAD_FIELD_H
#define STAGES_THREAD_FIELD_H

#include "pipeline/base/slice.h"

/* In the order in which they are printed: a field before the last one is another thread's. */
enum thread_field {
	FIELD_NONE,
	FIELD_COUNTS, /* SuspendCount and FreezeCount, which stand at several places */
	FIELD_WAITING,
	FIELD_LPC_PORT,
	FIELD_IRPS,
	FIELD_TOKEN,
	FIELD_DEVICE_MAP,
	FIELD_OWNER,
	FIELD_ATTACHED,
	FIELD_TICKS,
	FIELD_OLD_TICKS, /* WaitTime, a tick count whatever its label says */
	FIELD_SWITCHES,
	FIELD_USER_TIME,
	FIELD_KERNEL_TIME,
	FIELD_START,
	FIELD_STACK_INIT,
	FIELD_BASE,
	FIELD_PRIORITY,
	FIELD_NOT_RESIDENT,
	FIELD_STACK,
};

/* Which field the line is; FIELD_NONE when it is none. */
enum thread_field thread_field_of(struct slice text);

#endif
