/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the index of a command; see place.h. */
#include "pipeline/place.h"

#include <stdio.h>
#include <stdlib.h>

#include "index/regroup.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "stages/signature.h"

static char *join_path(const char *head, const char *tail)
{
	size_t size = strlen(head) + strlen(tail) + 1;
	char *path = mem_alloc(size);

	snprintf(path, size, "%s%s", head, tail);
	return path;
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

char *place_of_index(const char *given, struct error *error)
{
	const char *from = given;

	if (given && !*given) {
		error_set(error, ERROR_USAGE, "--index names no folder");
		return NULL;
	}
	if (from)
		return mem_strdup(from);
	from = environment("XDG_STATE_HOME");
	if (from)
		return join_path(from, "/pipeline/index");
	from = environment("HOME");
	if (from)
		return join_path(from, "/.local/state/pipeline/index");
	error_set(error, ERROR_USAGE,
		  "no index named: give --index DIR or set PIPELINE_INDEX");
	return NULL;
}

/* What is asked about signatures is then answered as the index has them. */
static void note_rules(struct index_view *view)
{
	struct error error = ERROR_INIT;
	uint64_t rules;

	if (index_rules(view, &rules, &error) && rules != SIGNATURE_RULES)
		log_note("the index is grouped by rules %llu, this program has %d: run `pipeline regroup`",
			 (unsigned long long)rules, SIGNATURE_RULES);
}

bool place_open(struct reading_place *place, const char *given, struct error *error)
{
	cleanup_free char *folder = place_of_index(given, error);

	*place = (struct reading_place){ 0 };
	if (!folder)
		return false;
	place->index = index_open_read(folder, error);
	if (!place->index)
		return false;
	place->view = index_view_begin(place->index, error);
	if (!place->view) {
		place_close(place);
		return false;
	}
	note_rules(place->view);
	return true;
}

static bool torn;

void place_close(struct reading_place *place)
{
	struct error error = ERROR_INIT;

	if (place->view && !index_view_is_whole(place->view, &error)) {
		log_error("%s", error.text);
		torn = true;
	}
	if (place->view)
		index_view_end(place->view);
	if (place->index)
		index_close(place->index);
}

int place_status(int status)
{
	return torn ? mem_exit_status() : status;
}
