/* SPDX-License-Identifier: Apache-2.0 */
/* Zombie processes: one finding for the dump; which images they are of is told beside it. A storm from 1,000 on. */
#include "stages/finding.h"

#define STORM 1000

void pattern_zombie_process(const struct incident *incident, finding_list *findings)
{
	if (incident->zombies == 0)
		return;
	vec_push(findings, ((struct finding){ .pattern = PATTERN_zombie_process,
					      .pid = PID_NONE,
					      .count = incident->zombies,
					      .storm = incident->zombies >= STORM }));
}
