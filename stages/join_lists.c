/* SPDX-License-Identifier: Apache-2.0 */
/* Joining what has no address of its own; see join_parts.h. */
#include "stages/join_parts.h"

/* An incident keeps no more diagnostics than these; how many there were more is said once. */
#define DIAGNOSTICS_MAX 1000

static void join_vm_rows(struct join *join, const struct records *from, struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(row, &from->vm_rows) {
		struct vm_row seen = *row;

		seen.image = take_name(join, &from->names, seen.image);
		seen.evidence = take_evidence(seen.evidence, base);
		seen.table += into->vm_tables;
		vec_push(&into->vm_rows, seen);
	}
	into->vm_tables += from->vm_tables;
}

static void join_resource_users(struct join *join, const struct records *from,
				struct join_base base)
{
	vec_for_each(user, &from->resource_users) {
		struct resource_user seen = *user;

		seen.evidence = take_evidence(seen.evidence, base);
		vec_push(&join->incident.records.resource_users, seen);
	}
}

static void join_command_lines(struct join *join, const struct records *from,
			       struct join_base base)
{
	vec_for_each(line, &from->command_lines) {
		struct command_line seen = *line;

		seen.text = take_name(join, &from->names, seen.text);
		seen.evidence = take_evidence(seen.evidence, base);
		vec_push(&join->incident.records.command_lines, seen);
	}
}

static void join_diagnostics(struct join *join, const struct records *from,
			     struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(diagnostic, &from->diagnostics) {
		struct diagnostic seen = *diagnostic;

		if (into->diagnostics.len >= DIAGNOSTICS_MAX)
			return;
		seen.text = take_name(join, &from->names, seen.text);
		seen.line += base.line;
		seen.source += base.source;
		if (into->diagnostics.len == DIAGNOSTICS_MAX - 1)
			seen.code = DIAGNOSTIC_DIAGNOSTICS_CAPPED;
		vec_push(&into->diagnostics, seen);
	}
}

static void join_unknown_lines(struct join *join, const struct records *from,
			       struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(unknown, &from->unknown_lines) {
		struct unknown_line seen = *unknown;

		seen.kind = names_find(&into->names, names_text(&from->names, seen.kind));
		if (into->unknown_lines.len >= UNKNOWN_KINDS_MAX &&
		    (seen.kind == 0 || map_get(&into->unknown_at, seen.kind) == MAP_NONE))
			seen.kind = names_add(&into->names, SLICE("(further kinds)"));
		else
			seen.kind = take_name(join, &from->names, unknown->kind);
		seen.line += base.line;
		seen.source += base.source;
		if (map_get(&into->unknown_at, seen.kind) == MAP_NONE)
			seen.example = take_name(join, &from->names, seen.example);
		records_count_unknown(into, seen);
	}
}

void join_lists(struct join *join, const struct records *from, struct join_base base)
{
	join_vm_rows(join, from, base);
	join_resource_users(join, from, base);
	vec_for_each(served, &from->port_threads)
		vec_push(&join->incident.records.port_threads, *served);
	join_command_lines(join, from, base);
	join_diagnostics(join, from, base);
	join_unknown_lines(join, from, base);
}
