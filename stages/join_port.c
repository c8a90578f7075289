/* SPDX-License-Identifier: Apache-2.0 */
/* Joining ports by address; see join_parts.h. */
#include "stages/join_parts.h"

static void merge_port(struct join *join, const struct port *seen)
{
	struct records *records = &join->incident.records;
	uint32_t place = place_put(&join->ports, seen->address,
				   PLACE_KEYS(&records->ports), records->ports.len);
	struct port *kept;

	if (place == MAP_NONE) {
		vec_push(&records->ports, *seen);
		return;
	}
	kept = &records->ports.at[place];
	if (kept->owner_process == 0)
		kept->owner_process = seen->owner_process;
	if (kept->connection_port == 0)
		kept->connection_port = seen->connection_port;
	if (kept->name == 0)
		kept->name = seen->name;
	if (kept->type == 0)
		kept->type = seen->type;
	if (kept->owner_image == 0)
		kept->owner_image = seen->owner_image;
	fill_number(&kept->main_queue, seen->main_queue);
	fill_number(&kept->large_queue, seen->large_queue);
	fill_number(&kept->pending_queue, seen->pending_queue);
	fill_number(&kept->registered_threads, seen->registered_threads);
}

void join_ports(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(port, &from->ports) {
		struct port seen = *port;

		seen.name = take_name(join, &from->names, seen.name);
		seen.type = take_name(join, &from->names, seen.type);
		seen.owner_image = take_name(join, &from->names, seen.owner_image);
		seen.evidence = take_evidence(seen.evidence, base);
		merge_port(join, &seen);
	}
}
