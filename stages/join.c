/* SPDX-License-Identifier: Apache-2.0 */
/* Joining: what all kinds of records need, the host, and the order of the parts; see join.h and join_parts.h. */
#include "stages/join_parts.h"

void join_init(struct join *join)
{
	*join = (struct join){ .listing = LISTING_UNKNOWN };
	incident_init(&join->incident);
}

void join_free_maps(struct join *join)
{
	place_map_free(&join->processes);
	place_map_free(&join->threads);
	place_map_free(&join->stacks_threads);
	place_map_free(&join->messages);
	place_map_free(&join->ports);
	vec_free(&join->name_map);
}

void join_free(struct join *join)
{
	incident_free(&join->incident);
	join_free_maps(join);
	vec_free(&join->sources);
	vec_free(&join->packed);
}

static void begin_name_map(struct join *join, const struct names *from)
{
	size_t want = from->texts.len + 1;

	vec_reserve(&join->name_map, want);
	memset(join->name_map.at, 0, want * sizeof(name_id));
	join->name_map.len = want;
}

name_id take_name(struct join *join, const struct names *from, name_id name)
{
	if (name == 0)
		return 0;
	if (join->name_map.at[name] == 0)
		join->name_map.at[name] =
			names_add(&join->incident.records.names, names_text(from, name));
	return join->name_map.at[name];
}

void continue_evidence(struct evidence *evidence, const struct evidence *rest)
{
	if (rest->length == 0)
		return;
	evidence->last_line = rest->last_line;
	evidence->length = evidence_length(rest->offset + rest->length - evidence->offset);
}

static void fill_name(struct join *join, const struct names *from, name_id *kept, name_id seen)
{
	if (*kept == 0)
		*kept = take_name(join, from, seen);
}

static void join_host(struct join *join, const struct records *from)
{
	struct host *kept = &join->incident.records.host;
	const struct host *seen = &from->host;

	fill_name(join, &from->names, &kept->machine, seen->machine);
	/* One line gives them all; that of a live connection gives some. */
	if (kept->os_line == 0 && (seen->os_line || kept->build == NUMBER_NONE)) {
		kept->os_line = take_name(join, &from->names, seen->os_line);
		if (seen->arch)
			kept->arch = take_name(join, &from->names, seen->arch);
		kept->build = seen->build;
		kept->service_pack = seen->service_pack;
		kept->processors = seen->processors;
	}
	fill_name(join, &from->names, &kept->product, seen->product);
	fill_name(join, &from->names, &kept->bugcheck, seen->bugcheck);
	if (kept->session_time == MOMENT_NONE) {
		kept->session_time = seen->session_time;
		kept->session_zone_known = seen->session_zone_known;
	}
	if (kept->uptime_ms == MS_NONE)
		kept->uptime_ms = seen->uptime_ms;
	if (seen->address_digits > kept->address_digits)
		kept->address_digits = seen->address_digits;
}

void join_records(struct join *join, const struct records *from, struct join_base base)
{
	begin_name_map(join, &from->names);
	join_host(join, from);
	join_processes(join, from, base);
	join_threads(join, from, base);
	join_messages(join, from, base);
	join_ports(join, from, base);
	join_memory(join, from, base);
	join_analysis(join, from, base);
	join_lists(join, from, base);
}
