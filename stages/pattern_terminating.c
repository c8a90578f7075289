/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are on their way out and do not get there (formats.md section 12.4): no object table any more, but threads
 * left.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

static bool is_terminating(const struct incident *incident, const struct process *process)
{
	return (process->flags & PROCESS_BLOCK) && (process->flags & PROCESS_TABLE_ZERO) &&
	       !(process->flags & PROCESS_TABLE_SET) && process->threads > 0 &&
	       (process->handle_count == 0 || process->handle_count == HANDLES_NONE) &&
	       !incident_image(incident, process->image)->minimal;
}

void pattern_terminating(const struct sight *sight)
{
	vec_for_each(living, &sight->incident->living) {
		const struct process *process = *living;
		struct finding finding = { FINDING_OF(terminating) };

		if (!is_terminating(sight->incident, process))
			continue;
		finding.process = process->address;
		finding.pid = process->pid;
		finding.image = process->image;
		finding.threads = process->threads;
		finding.evidence = &process->evidence;
		finding.waiters = chain_ends_in_process(sight->ends, process->address);
		finding.urgency = URGENCY_TERMINATING;
		sight_add(sight, finding);
	}
}
