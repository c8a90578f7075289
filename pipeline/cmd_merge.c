/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline merge OTHER...`: brings what other indexes hold into this one. All of them are checked before anything is written. */
#include <sys/stat.h>

#include "index/merge.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"

enum {
	OPTION_DRY_RUN = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_DRY_RUN, 0, "dry-run", NULL, "say what would come, and change nothing" },
	OPTIONS_LOCK,
	OPTIONS_PROGRESS,
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

struct wish {
	struct writing writing;
	enum format format;
	bool dry;
	struct operands others;
};

static void print_json(const struct wish *wish, const struct merge_counts *counts)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/merge/1");
	json_key(&json, "dry_run");
	json_bool(&json, wish->dry);
	print_json_u64(&json, "indexes", (uint64_t)wish->others.count);
	print_json_u64(&json, "bundles_added", counts->added);
	print_json_u64(&json, "bundles_replaced", counts->replaced);
	print_json_u64(&json, "bundles_kept", counts->kept);
	print_json_u64(&json, "incidents_added", counts->incidents.len);
	print_json_u64(&json, "pins_added", counts->pins);
	json_object_end(&json);
	json_end(&json);
}

static void print_text(const struct wish *wish, const struct merge_counts *counts)
{
	print_count("", counts->added + counts->replaced + counts->kept, "bundle");
	printf(": %llu %s, %llu %s, %llu already in; ", (unsigned long long)counts->added,
	       wish->dry ? "would come" : "came", (unsigned long long)counts->replaced,
	       wish->dry ? "would be replaced" : "replaced",
	       (unsigned long long)counts->kept);
	print_count("", counts->incidents.len, "new incident");
	if (counts->pins)
		print_count(", ", counts->pins, "pin");
	putchar('\n');
}

/* ---- the others ---- */

/* LMDB does not bear one environment opened twice in a process; and there would be nothing to do. */
static bool is_own(const char *other, const char *own)
{
	struct stat a, b;

	return stat(other, &a) == 0 && stat(own, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static bool check_other(const char *other, struct error *error)
{
	struct reading_place place;
	bool good;

	if (!place_open(&place, other, error))
		return false;
	good = merge_check(place.view, error) || error_context(error, "%s", other);
	place_close(&place);
	return good;
}

static bool check_others(const struct wish *wish, const char *own, struct error *error)
{
	for (int i = 0; i < wish->others.count; i++) {
		const char *other = wish->others.at[i];

		if (is_own(other, own))
			return error_set(error, ERROR_USAGE,
					 "%s is the index that is merged into", other);
		if (!check_other(other, error))
			return false;
	}
	return true;
}

/* ---- the merge ---- */

static bool count_others(const struct wish *wish, const char *own,
			 struct merge_counts *counts, struct error *error)
{
	struct reading_place here, there;
	bool good = true;

	if (!place_open(&here, own, error))
		return false;
	for (int i = 0; good && i < wish->others.count; i++) {
		good = place_open(&there, wish->others.at[i], error);
		if (!good)
			break;
		good = merge_count(here.view, there.view, counts, error);
		place_close(&there);
	}
	place_close(&here);
	return good;
}

static bool merge_one(struct index *index, const char *other, int64_t now, bool *begun,
		      struct merge_counts *counts, struct error *error)
{
	struct reading_place place;
	bool good;

	if (!place_open(&place, other, error))
		return false;
	good = index_merge(index, place.view, now, begun, counts, error) ||
	       error_context(error, "merging %s", other);
	place_close(&place);
	return good;
}

static bool merge_others(const struct wish *wish, const char *own,
			 struct merge_counts *counts, struct error *error)
{
	struct index *index = index_open_write(own, writing_lock(&wish->writing), error);
	bool good = index && writing_group_alike(index, error), begun = false;

	for (int i = 0; good && i < wish->others.count; i++)
		good = merge_one(index, wish->others.at[i], moment_now(), &begun, counts,
				 error);
	index_close(index);
	return good;
}

static int merge(const struct wish *wish)
{
	struct merge_counts counts = { 0 };
	struct error error = ERROR_INIT;
	cleanup_free char *own = place_of_index(wish->writing.index, &error);
	bool good = own && check_others(wish, own, &error) &&
		    (wish->dry ? count_others : merge_others)(wish, own, &counts, &error);

	if (good && wish->format == FORMAT_JSON)
		print_json(wish, &counts);
	else if (good)
		print_text(wish, &counts);
	vec_free(&counts.incidents);
	return good ? 0 : upkeep_failed(&wish->writing, &error);
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	case OPTION_DRY_RUN:
		wish->dry = true;
		return true;
	default:
		return writing_option(&wish->writing, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .writing = writing_begin(command, index) };
	int status;

	if (!options_take(command, argc, argv, take_option, &wish, &wish.others, &status))
		return status;
	if (wish.others.count == 0)
		return options_mistake(command, "no index given to merge into this one");
	return merge(&wish);
}

const struct command command_merge = {
	.name = "merge",
	.summary = "Brings what other indexes hold into this one.",
	.operands = "DIR...",
	.examples = "  pipeline merge --dry-run /var/lib/pipeline/index  # what that would bring\n"
		    "  pipeline merge /var/lib/pipeline/index            # what another has read\n",
	.options = rows,
	.run = run,
};
