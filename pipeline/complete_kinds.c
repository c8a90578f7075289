/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates of each kind of value: files, commands, keys, and what the index holds; see complete.h. */
#include <stdio.h>
#include <stdlib.h>

#include "index/begin_with.h"
#include "index/list.h"
#include "index/query_chain.h"
#include "pipeline/base/utf8.h"
#include "pipeline/commands.h"
#include "pipeline/complete.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/schemas.h"

/* So many of the index are offered, the newest or commonest where nothing is typed yet. */
#define OFFERED_MOST 100

/* ---- out of the tables ---- */

static void complete_files(const char *typed, const char *index)
{
	(void)typed;
	(void)index;
	puts(COMPLETE_FILES);
}

static void complete_folders(const char *typed, const char *index)
{
	(void)typed;
	(void)index;
	puts(COMPLETE_FOLDERS);
}

static void complete_commands(const char *typed, const char *index)
{
	(void)index;
	for (size_t i = 0; i < commands_count; i++)
		if (slice_starts(slice_from(commands[i]->name), slice_from(typed)))
			complete_candidate("", slice_from(commands[i]->name),
					   commands[i]->summary);
}

static void complete_schemas(const char *typed, const char *index)
{
	(void)index;
	for (size_t i = 0; i < schemas_count; i++)
		if (slice_starts(slice_from(schemas[i].name), slice_from(typed)))
			complete_candidate("", slice_from(schemas[i].name), NULL);
}

/* "ingest.jobs" too. */
static void complete_keys_of(const struct command *command, const char *typed)
{
	char key[100];

	for (const struct option_row *row = command->options; row->id; row++) {
		snprintf(key, sizeof(key), "%s%s%s", command->name,
			 *command->name ? "." : "", row->name);
		if (row->preset && slice_starts(slice_from(key), slice_from(typed)))
			complete_candidate("", slice_from(key), row->help);
	}
}

static void complete_keys(const char *typed, const char *index)
{
	(void)index;
	complete_keys_of(&command_program, typed);
	for (size_t i = 0; i < commands_count; i++)
		complete_keys_of(commands[i], typed);
}

/* ---- out of the index ---- */

static bool print_incident(void *context, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	(void)context;
	printf("%s\t%s ", print_id(id, summary->id),
	       print_moment(moment, summary->session_time, summary->session_zone_known));
	utf8_print_terminal(stdout,
			    summary->machine.len ? summary->machine : row->bundles.at[0]);
	putchar('\n');
	return true;
}

static void print_ids(const id_vec *ids)
{
	char text[ID_TEXT_SIZE];

	vec_for_each(id, ids)
		puts(print_id(text, *id));
}

static void find_incidents(struct index_view *view, const char *typed)
{
	struct selector newest = SELECTOR_ALL;
	struct error error = ERROR_INIT;
	id_vec ids = { 0 };
	uint64_t count;

	newest.limit = OFFERED_MOST;
	if (!*typed)
		list_incidents(view, &newest, print_incident, NULL, &count, &error);
	else if (incidents_begin_with(view, typed, OFFERED_MOST, &ids, &error))
		print_ids(&ids);
	vec_free(&ids);
}

static void print_groups_found(const struct chain_groups *groups)
{
	char id[ID_TEXT_SIZE];

	for (size_t i = 0; i < chain_groups_count(groups); i++) {
		const struct chain_group *group = chain_groups_at(groups, i);

		printf("%s\t", print_id(id, group->signature));
		utf8_print_terminal(stdout, group->row.label);
		putchar('\n');
	}
}

static void find_signatures(struct index_view *view, const char *typed)
{
	struct chain_filter commonest = CHAIN_FILTER_ALL;
	struct error error = ERROR_INIT;
	struct chain_groups *groups = NULL;
	id_vec ids = { 0 };

	commonest.selector.limit = OFFERED_MOST;
	if (!*typed)
		groups = query_chains(view, &commonest, &error);
	else if (signatures_begin_with(view, typed, OFFERED_MOST, &ids, &error))
		print_ids(&ids);
	if (groups)
		print_groups_found(groups);
	chain_groups_free(groups);
	vec_free(&ids);
}

static void in_index(const char *index, const char *typed,
		     void (*find)(struct index_view *view, const char *typed))
{
	struct error error = ERROR_INIT;
	struct reading_place place;

	if (!place_open(&place, index, &error))
		return;
	find(place.view, typed);
	place_close(&place);
}

/* Bundles are named by their paths, too. */
static void complete_incidents(const char *typed, const char *index)
{
	if (strchr(typed, '/') || *typed == '.')
		puts(COMPLETE_FILES);
	else
		in_index(index, typed, find_incidents);
}

static void complete_signatures(const char *typed, const char *index)
{
	in_index(index, typed, find_signatures);
}

/* ---- which is which ---- */

static const struct {
	const char *kind;  /* as help calls it */
	bool operand_only; /* of an option's value it says something else */
	void (*complete)(const char *typed, const char *index);
} kinds[] = {
	{ "FILE", false, complete_files },
	{ "KEYFILE", false, complete_files },
	{ "PATH", false, complete_files },
	{ "DIR", false, complete_folders },
	{ "INCIDENT", false, complete_incidents },
	{ "SIGNATURE", false, complete_signatures },
	{ "A", true, complete_incidents }, /* of diff */
	{ "COMMAND", true, complete_commands },
	{ "NAME", true, complete_schemas },
	{ "KEY", true, complete_keys },
};

void complete_kind(struct slice kind, bool operand, const char *typed, const char *index)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_equal(kind, slice_from(kinds[i].kind)) &&
		    (operand || !kinds[i].operand_only))
			kinds[i].complete(typed, index);
}
