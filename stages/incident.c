/* SPDX-License-Identifier: Apache-2.0 */
/* Making, searching and analysing an incident; what the analysis does step by step is in analyse_*.c. */
#include "stages/incident.h"

void incident_init(struct incident *incident)
{
	*incident = (struct incident){ 0 };
	records_init(&incident->records);
}

void incident_free(struct incident *incident)
{
	records_free(&incident->records);
	chain_list_free(&incident->chains);
	vec_free(&incident->edges);
	vec_free(&incident->zombies_by_image);
	vec_free(&incident->living);
	vec_free(&incident->images);
	vec_free(&incident->vm_dead);
	vec_free(&incident->vm_live);
}

#define DEFINE_FIND(type, list)                                                          \
	uint32_t incident_find_##type(const struct incident *incident, uint64_t address) \
	{                                                                                \
		uint32_t low = 0, high = (uint32_t)incident->records.list.len;           \
                                                                                         \
		while (low < high) {                                                     \
			uint32_t middle = low + (high - low) / 2;                        \
                                                                                         \
			if (incident->records.list.at[middle].address < address)         \
				low = middle + 1;                                        \
			else                                                             \
				high = middle;                                           \
		}                                                                        \
		if (low < incident->records.list.len &&                                  \
		    incident->records.list.at[low].address == address)                   \
			return low;                                                      \
		return MAP_NONE;                                                         \
	}

DEFINE_FIND(process, processes)
DEFINE_FIND(thread, threads)
DEFINE_FIND(message, messages)

const struct port_thread *incident_port_threads(const struct incident *incident,
						uint64_t port, size_t *count)
{
	const struct records *records = &incident->records;
	size_t low = 0, high = records->port_threads.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (records->port_threads.at[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < records->port_threads.len &&
			 records->port_threads.at[low + *count].port == port;)
		++*count;
	return *count ? &records->port_threads.at[low] : NULL;
}

uint32_t incident_first_edge(const struct incident *incident, uint64_t thread)
{
	uint32_t low = 0, high = (uint32_t)incident->edges.len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (incident->edges.at[middle].thread < thread)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void incident_analyse(struct incident *incident)
{
	incident->records.diagnostics.len = incident->diagnostics_read;
	image_facts_find(&incident->records, &incident->images);
	vm_processes_find(incident);
	analyse_witness(incident);
	analyse_zombies(incident);
	analyse_edges(incident);
	analyse_chains(incident);
}

const char *owner_source_text(enum owner_source source)
{
	static const char *const texts[] = {
#define OWNER_SOURCE(id, text) [OWNER_SOURCE_##id] = text,
#include "stages/owner_sources.def"
#undef OWNER_SOURCE
	};

	return texts[source];
}
