/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline regroup`: groups all incidents anew by the rules of this program; says first how many change group. */
#include "index/regroup.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"
#include "stages/signature.h"

enum {
	OPTION_DRY_RUN = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_DRY_RUN, 0, "dry-run", NULL, "only say what would change" },
	OPTIONS_LOCK,
	OPTIONS_PROGRESS,
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

static void print_json(const struct regroup_counts *counts, bool done)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/regroup/1");
	print_json_u64(&json, "incidents", counts->incidents);
	print_json_u64(&json, "incidents_changed", counts->changed);
	print_json_u64(&json, "signatures_before", counts->before);
	print_json_u64(&json, "signatures_after", counts->after);
	print_json_u64(&json, "rules_before", counts->rules);
	print_json_u64(&json, "rules_after", SIGNATURE_RULES);
	json_key(&json, "done");
	json_bool(&json, done);
	json_object_end(&json);
	json_end(&json);
}

static void print_text(const struct regroup_counts *counts)
{
	printf("%llu of ", (unsigned long long)counts->changed);
	print_count("", counts->incidents, "incident");
	printf(" %s group, %llu signatures become %llu (rules %llu, now %d)\n",
	       counts->changed == 1 ? "changes" : "change",
	       (unsigned long long)counts->before, (unsigned long long)counts->after,
	       (unsigned long long)counts->rules, SIGNATURE_RULES);
	fflush(stdout);
}

static bool count(struct index *index, struct regroup_counts *counts, struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	bool good = view && regroup_count(view, counts, error);

	if (view)
		index_view_end(view);
	return good;
}

static int regroup(const struct writing *writing, enum format format, bool dry_run)
{
	struct error error = ERROR_INIT;
	struct index *index = writing_open(writing, &error);
	struct regroup_counts counts;
	bool good;

	if (!index)
		return upkeep_failed(writing, &error);
	good = count(index, &counts, &error);
	if (good && format == FORMAT_TEXT)
		print_text(&counts);
	if (good && !dry_run)
		good = index_regroup(index, &error);
	if (good && format == FORMAT_JSON)
		print_json(&counts, !dry_run);
	index_close(index);
	return good ? 0 : upkeep_failed(writing, &error);
}

struct wish {
	struct writing writing;
	enum format format;
	bool dry_run;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	case OPTION_DRY_RUN:
		wish->dry_run = true;
		return true;
	default:
		return writing_option(&wish->writing, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .writing = writing_begin(command, index) };
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &wish, &status))
		return status;
	return regroup(&wish.writing, wish.format, wish.dry_run);
}

const struct command command_regroup = {
	.name = "regroup",
	.summary = "Groups all incidents anew by the rules of this program.",
	.operands = "",
	.examples = "  pipeline regroup --dry-run  # how many would change group\n"
		    "  pipeline regroup            # after an upgrade with other rules\n",
	.options = rows,
	.run = run,
};
