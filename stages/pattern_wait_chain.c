/* SPDX-License-Identifier: Apache-2.0 */
/* Wait chains: one finding a signature, with how many chains it has, so that a thousand clients of one server are one finding. */
#include "stages/finding.h"

static struct finding chain_finding(const struct incident *incident, const struct chain *chain)
{
	const struct chain_list *list = &incident->chains;
	const struct hop *first = chain_first_hop(list, chain);
	const struct thread *thread = incident_thread(incident, first->thread);
	struct finding finding = { FINDING_OF(wait_chain) };

	finding.process = first->process;
	finding.thread = first->thread;
	finding.pid = first->pid;
	finding.image = names_find(&incident->records.names,
				   names_text(&list->names, first->image));
	finding.chain = chain;
	finding.urgency = 60;
	finding.evidence = thread ? &thread->evidence : NULL;
	return finding;
}

void pattern_wait_chain(const struct sight *sight)
{
	const struct chain_list *list = &sight->incident->chains;
	struct map seen = { 0 };

	vec_for_each(chain, &list->chains) {
		uint32_t *place = map_place(&seen, chain->signature);
		struct finding *finding;

		if (*place == MAP_NONE) {
			*place = (uint32_t)sight->findings->list.len;
			sight_add(sight, chain_finding(sight->incident, chain));
		}
		finding = &sight->findings->list.at[*place];
		finding->count++;
		if (chain_longest_wait(list, chain) > finding->wait_ms)
			finding->wait_ms = chain_longest_wait(list, chain);
	}
	map_free(&seen);
}
