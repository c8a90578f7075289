/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline list`: the incidents in the index, newest first, one a line. */
#include "index/list.h"
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT,
	OPTIONS_SELECTOR,
	OPTIONS_COMMON,
	{ 0 },
};

struct listing_output {
	struct json json;
	enum format format;
	bool any;
};

static void print_json_row(struct json *json, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;

	json_object_begin(json);
	print_json_id(json, "incident", summary->id);
	print_json_where(json, row);
	print_json_text(json, "os", summary->os);
	print_json_number(json, "build", summary->build);
	print_json_u64(json, "processes", summary->processes);
	print_json_u64(json, "zombies", summary->zombies);
	print_json_u64(json, "threads", summary->threads);
	print_json_u64(json, "chains", summary->chains);
	json_object_end(json);
}

static void print_text_head(void)
{
	printf("%-16s  %-24s  %-12s  %9s  %8s  %8s  %6s  %s\n", "INCIDENT", "SESSION TIME",
	       "MACHINE", "PROCESSES", "ZOMBIES", "THREADS", "CHAINS", "BUNDLE");
}

static void print_text_row(const struct incident_row *row)
{
	const struct summary *summary = &row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];
	struct slice machine = summary->machine.len ? summary->machine : SLICE("-");
	size_t width = utf8_width(machine);

	printf("%s  %-24s  ", print_id(id, summary->id),
	       print_moment(moment, summary->session_time, summary->session_zone_known));
	utf8_print_terminal(stdout, machine);
	printf("%*s  %9llu  %8llu  %8llu  %6llu  ", width < 12 ? (int)(12 - width) : 0, "",
	       (unsigned long long)summary->processes, (unsigned long long)summary->zombies,
	       (unsigned long long)summary->threads, (unsigned long long)summary->chains);
	utf8_print_terminal(stdout, row->bundles.at[0]);
	putchar('\n');
}

static bool print_row(void *context, const struct incident_row *row)
{
	struct listing_output *output = context;

	if (output->format == FORMAT_JSON) {
		print_json_row(&output->json, row);
	} else {
		if (!output->any)
			print_text_head();
		print_text_row(row);
	}
	output->any = true;
	return !ferror(stdout);
}

static bool print_list(const struct selector *selector, enum format format,
		       const char *index, uint64_t *count, struct error *error)
{
	struct listing_output output = { .format = format };
	struct reading_place place;
	bool good;

	if (!place_open(&place, index, error))
		return false;
	json_init(&output.json, stdout, true);
	if (format == FORMAT_JSON) {
		json_object_begin(&output.json);
		json_key(&output.json, "schema");
		json_string(&output.json, "pipeline/list/1");
		json_key(&output.json, "incidents");
		json_array_begin(&output.json);
	}
	good = list_incidents(place.view, selector, print_row, &output, count, error);
	if (format == FORMAT_JSON) {
		json_array_end(&output.json);
		json_object_end(&output.json);
		json_end(&output.json);
	}
	place_close(&place);
	return good;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct selector selector = SELECTOR_ALL;
	enum format format = FORMAT_TEXT;
	struct error error = ERROR_INIT;
	struct options options;
	uint64_t count = 0;
	bool good = true;
	int id, operands;

	options_begin(&options, command, argc, argv);
	while (good && (id = options_next(&options)) >= 0) {
		if (id == OPTION_INDEX)
			index = options.value;
		else if (id == OPTION_FORMAT)
			good = format_option(&format, &options);
		else
			good = select_option(&selector, &options, id);
	}
	options_operands(&options, &operands);
	options_end(&options);
	if (!good)
		return EXIT_USAGE;
	if (id == OPTION_STOP)
		return options.status;
	if (operands)
		return options_mistake(command, "takes no operands");
	if (!print_list(&selector, format, index, &count, &error)) {
		log_error("%s: %s", command->name, error.text);
		return EXIT_USAGE;
	}
	return count ? 0 : EXIT_NOTHING_FOUND;
}

const struct command command_list = {
	.name = "list",
	.summary = "Lists the incidents in the index, newest first.",
	.operands = "",
	.examples = "  pipeline list                           # all of them\n"
		    "  pipeline list --since 2026-01-01 -n 20  # the newest twenty of this year\n"
		    "  pipeline list --machine 'TS*' -f json   # of some machines, for a program\n",
	.options = rows,
	.run = run,
};
