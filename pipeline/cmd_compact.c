/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline compact`: writes the index anew without the room that changes have left in it. */
#include "index/compact.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"

enum {
	OPTION_WAIT = OPTION_OWN,
};

#define WAIT_MS 60000

static const struct option_row rows[] = {
	{ OPTION_WAIT, 0, "wait", "SECONDS",
	  "how long to wait for those that read the index; default: 60", NULL, true },
	OPTIONS_LOCK,
	OPTIONS_PROGRESS,
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

static void print_json(const struct compact_sizes *sizes)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/compact/1");
	print_json_u64(&json, "bytes_before", sizes->before);
	print_json_u64(&json, "bytes_after", sizes->after);
	json_object_end(&json);
	json_end(&json);
}

static void print_text(const struct compact_sizes *sizes)
{
	print_count("", sizes->before, "byte");
	print_count(" before, ", sizes->after, "byte");
	printf(" after\n");
}

static int compact(const struct writing *writing, int64_t wait_ms, enum format format)
{
	struct error error = ERROR_INIT;
	cleanup_free char *folder = place_of_index(writing->index, &error);
	struct compact_sizes sizes;

	if (!folder || !index_compact(folder, writing_lock(writing), wait_ms, &sizes, &error))
		return upkeep_failed(writing, &error);
	if (format == FORMAT_JSON)
		print_json(&sizes);
	else
		print_text(&sizes);
	return 0;
}

struct wish {
	struct writing writing;
	int64_t wait_ms;
	enum format format;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	case OPTION_WAIT:
		return seconds_option(options, &wish->wait_ms);
	default:
		return writing_option(&wish->writing, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .writing = writing_begin(command, index), .wait_ms = WAIT_MS };
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &wish, &status))
		return status;
	return compact(&wish.writing, wish.wait_ms, wish.format);
}

const struct command command_compact = {
	.name = "compact",
	.summary = "Writes the index anew without the room that changes have left.",
	.operands = "",
	.examples = "  pipeline compact                         # says how large it was and is\n"
		    "  pipeline compact --lock skip --wait 600  # at night, when nobody is in a hurry\n",
	.options = rows,
	.run = run,
};
