/* SPDX-License-Identifier: Apache-2.0 */
/* Zombie processes: one finding for the dump; which images they are of is told beside it. A storm from 1,000 on. */
#include "stages/finding.h"

#define STORM 1000

void pattern_zombie_process(const struct sight *sight)
{
	const struct incident *incident = sight->incident;
	struct finding finding = { FINDING_OF(zombie_process) };

	if (incident->zombies == 0)
		return;
	finding.count = finding.zombies = incident->zombies;
	finding.storm = incident->zombies >= STORM;
	finding.urgency = finding.storm ? 70 : 20;
	sight_add(sight, finding);
}
