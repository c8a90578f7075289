/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of findings: what an engineer would look at first is most urgent. Who keeps others waiting and can be told by name
 * comes before those who wait, a deadlock before a chain that merely is long, what is going on before what is over.
 */
#ifndef STAGES_URGENCY_H
#define STAGES_URGENCY_H

enum urgency {
	URGENCY_BOX_ENDS_CHAIN = 95, /* a message box or dialog in which chains end */
	URGENCY_POTENTIAL_ENDS_CHAIN = 90, /* what is perhaps one, in which chains end */
	URGENCY_DEADLOCK = 80, /* a ring of threads; up to 9 more for those that wait behind it */
	URGENCY_BLOCKED_QUEUE = 75, /* messages that nobody picks up */
	URGENCY_MISSING_IN_CHAIN = 74, /* threads missing from a process that others wait for */
	URGENCY_SEMICIRCLE = 64, /* a chain that comes back to a process, up to 9 more */
	URGENCY_CHAIN = 54,      /* any other chain, up to 9 more */
	URGENCY_BOX = 53,        /* a message box or dialog that nobody waits for */
	URGENCY_STORM = 52,      /* 1,000 zombies or more */
	URGENCY_FAULT_NOW = 51,  /* a special process that is alive */
	URGENCY_MISSING_THREADS = 50,
	URGENCY_RESTART_LOOP = 45,
	URGENCY_TERMINATING = 40,
	URGENCY_POTENTIAL_BOX = 35, /* perhaps a message box, and nobody waits for it */
	URGENCY_FAULTS_PAST = 30,   /* special processes that are zombies */
	URGENCY_ZOMBIES = 20,
};

/* Up to 9 for those that wait: one more each time they double. */
#define URGENCY_OF_WAITERS_MAX 9

#endif
