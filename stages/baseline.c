/* SPDX-License-Identifier: Apache-2.0 */
/* Which processes tell what is normal; see baseline.h. */
#include "stages/baseline.h"

bool baseline_takes(const struct process *process)
{
	return (process->flags & PROCESS_BLOCK) &&
	       (process->flags & PROCESS_THREADS_LISTED) &&
	       !(process->flags & PROCESS_ZOMBIE) && process->image &&
	       process->handle_count != HANDLES_NONE && process->handle_count > 0;
}
