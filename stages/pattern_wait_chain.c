/* SPDX-License-Identifier: Apache-2.0 */
/* Wait chains: one finding a signature, with how many chains it has, so that a thousand clients of one server are one finding. */
#include "stages/finding.h"

static name_id incident_name(const struct incident *incident,
			     const struct chain_list *list, name_id name)
{
	return names_find(&incident->records.names, names_text(&list->names, name));
}

void pattern_wait_chain(const struct incident *incident, finding_list *findings)
{
	const struct chain_list *list = &incident->chains;
	struct map seen = { 0 };

	vec_for_each(chain, &list->chains) {
		const struct hop *first = &list->hops.at[chain->first_hop];
		uint32_t *place = map_place(&seen, chain->signature);
		uint32_t at;

		if (*place != MAP_NONE) {
			findings->at[*place].count++;
			continue;
		}
		*place = (uint32_t)findings->len;
		at = incident_find_thread(incident, first->thread);
		vec_push(findings,
			 ((struct finding){
				 .pattern = PATTERN_wait_chain,
				 .process = first->process,
				 .thread = first->thread,
				 .pid = first->pid,
				 .image = incident_name(incident, list, first->image),
				 .count = 1,
				 .chain = chain,
				 .evidence = at == MAP_NONE
						     ? NULL
						     : &incident->records.threads.at[at].evidence }));
	}
	map_free(&seen);
}
