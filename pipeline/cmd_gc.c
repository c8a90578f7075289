/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline gc --before T`: takes old incidents out of the index. */
#include "index/gc.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"

enum {
	OPTION_BEFORE = OPTION_OWN,
	OPTION_KEEP_PINNED,
	OPTION_DRY_RUN,
};

static const struct option_row rows[] = {
	{ OPTION_BEFORE, 0, "before", "TIME",
	  "remove incidents of a session time before: RFC 3339 or a date" },
	{ OPTION_KEEP_PINNED, 0, "keep-pinned", NULL, "but not those that are pinned",
	  NULL, true },
	{ OPTION_DRY_RUN, 0, "dry-run", NULL, "say how many that would be, and change nothing" },
	OPTIONS_LOCK,
	OPTIONS_PROGRESS,
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

struct gc_run {
	struct writing writing;
	struct gc_wish wish;
	enum format format;
	bool dry;
};

static void print_json(const struct gc_counts *counts, bool dry)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/gc/1");
	json_key(&json, "dry_run");
	json_bool(&json, dry);
	print_json_u64(&json, "removed", counts->removed);
	print_json_u64(&json, "stayed", counts->stayed);
	print_json_u64(&json, "stayed_pinned", counts->pinned);
	print_json_u64(&json, "stayed_without_time", counts->timeless);
	json_object_end(&json);
	json_end(&json);
}

static void print_text(const struct gc_counts *counts, bool dry)
{
	print_count("", counts->removed, "incident");
	printf(" %s, %llu %s", dry ? "would be removed" : "removed",
	       (unsigned long long)counts->stayed, dry ? "would stay" : "stayed");
	if (counts->pinned)
		printf(", %llu of them pinned", (unsigned long long)counts->pinned);
	if (counts->timeless)
		printf(", %llu of them without a session time",
		       (unsigned long long)counts->timeless);
	putchar('\n');
}

static bool count_only(const struct gc_run *gc, struct gc_counts *counts, struct error *error)
{
	struct reading_place place;
	bool good;

	if (!place_open(&place, gc->writing.index, error))
		return false;
	good = gc_count(place.view, &gc->wish, counts, error);
	place_close(&place);
	return good;
}

static bool collect(const struct gc_run *gc, struct gc_counts *counts, struct error *error)
{
	struct index *index = writing_open(&gc->writing, error);
	bool good = index && writing_group_alike(index, error) &&
		    index_gc(index, &gc->wish, counts, error);

	index_close(index);
	return good;
}

static int gc_run(const struct gc_run *gc)
{
	struct error error = ERROR_INIT;
	struct gc_counts counts;

	if (!(gc->dry ? count_only : collect)(gc, &counts, &error))
		return upkeep_failed(&gc->writing, &error);
	if (gc->format == FORMAT_JSON)
		print_json(&counts, gc->dry);
	else
		print_text(&counts, gc->dry);
	return 0;
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct gc_run *gc = into;

	switch (id) {
	case OPTION_BEFORE:
		return moment_option(options, false, &gc->wish.before);
	case OPTION_KEEP_PINNED:
		return gc->wish.keep_pinned = true;
	case OPTION_DRY_RUN:
		return gc->dry = true;
	case OPTION_FORMAT:
		return format_option(&gc->format, options);
	default:
		return writing_option(&gc->writing, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct gc_run gc = { .writing = writing_begin(command, index),
			     .wish.before = MOMENT_NONE };
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &gc, &status))
		return status;
	if (gc.wish.before == MOMENT_NONE)
		return options_mistake(command,
				       "--before is missing: which incidents are old?");
	return gc_run(&gc);
}

const struct command command_gc = {
	.name = "gc",
	.summary = "Takes old incidents out of the index.",
	.operands = "--before TIME",
	.examples = "  pipeline gc --before 2024-01-01 --dry-run  # how many are older than that\n"
		    "  pipeline gc --before 2024-01-01 --keep-pinned && pipeline compact\n",
	.options = rows,
	.run = run,
};
