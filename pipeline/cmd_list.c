/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline list`: the incidents in the index, newest first, one a line. */
#include "index/list.h"
#include "pipeline/base/log.h"
#include "pipeline/base/work.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/row_output.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT_OF("output", "text (default), json, jsonl, csv"),
	OPTIONS_SELECTOR,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
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

/* The keys of JSON, in their order. */
static const char *const headings[] = {
	"incident", "bundle",    "member",  "machine", "session_time", "os",
	"build",    "processes", "zombies", "threads", "chains",
};

static void print_csv_row(struct csv *csv, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;

	print_csv_id(csv, summary->id);
	print_csv_where(csv, row);
	print_csv_text(csv, summary->os);
	print_csv_number(csv, summary->build);
	csv_u64(csv, summary->processes);
	csv_u64(csv, summary->zombies);
	csv_u64(csv, summary->threads);
	csv_u64(csv, summary->chains);
}

/* "2010-03-10T17:22:09Z": with 80 columns an incident takes one line. */
#define TO_THE_SECOND 20

/* clang-format off */
static const struct text_column columns[] = {
	{ "INCIDENT", TEXT_LEFT, TEXT_WHOLE },
	{ "SESSION TIME", TEXT_LEFT, TEXT_CUT_END, .least = TO_THE_SECOND },
	{ "MACHINE", TEXT_LEFT, TEXT_CUT_END, .least = 9 },
	{ "PROCESSES", TEXT_RIGHT, TEXT_WHOLE, .spare = 2 },
	{ "ZOMBIES", TEXT_RIGHT, TEXT_WHOLE },
	{ "THREADS", TEXT_RIGHT, TEXT_WHOLE, .spare = 1 },
	{ "CHAINS", TEXT_RIGHT, TEXT_WHOLE },
	{ "BUNDLE", TEXT_LEFT, TEXT_CUT_PATH },
};
/* clang-format on */

static void print_text_row(struct text_table *table, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	text_table_style(table, STYLE_ID);
	text_table_string(table, print_id(id, summary->id));
	text_table_string(table, print_second(moment, summary->session_time,
					      summary->session_zone_known));
	text_table_text(table, summary->machine);
	text_table_u64(table, summary->processes);
	text_table_u64(table, summary->zombies);
	text_table_u64(table, summary->threads);
	text_table_u64(table, summary->chains);
	text_table_text(table, row->bundles.at[0]);
}

static const struct row_shape shape = {
	.schema = "pipeline/list/1",
	.key = "incidents",
	.headings = headings,
	.heading_count = sizeof(headings) / sizeof(headings[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
};

static bool print_row(void *context, const struct incident_row *row)
{
	struct row_output *output = context;

	if (rows_are_json(output))
		print_json_row(&output->json, row);
	else if (output->format == FORMAT_CSV)
		print_csv_row(&output->csv, row);
	else
		print_text_row(&output->table, row);
	row_end(output);
	work_step(1);
	return !ferror(stdout);
}

static bool print_list(const struct selector *selector, enum format format,
		       const char *index, uint64_t *count, struct error *error)
{
	struct row_output output;
	struct reading_place place;
	bool good;

	if (!place_open(&place, index, error))
		return false;
	output_begin(&output, &shape, format);
	rows_begin(&output, &shape);
	work_begin_printing("incidents printed", list_expects(place.view, selector));
	good = list_incidents(place.view, selector, print_row, &output, count, error);
	work_end();
	rows_end(&output);
	place_close(&place);
	return good;
}

struct wish {
	const char *index;
	struct selector selector;
	enum format format;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_INDEX:
		wish->index = options->value;
		return true;
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		return select_option(&wish->selector, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .index = index, .selector = SELECTOR_ALL };
	struct error error = ERROR_INIT;
	uint64_t count = 0;
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &wish, &status))
		return status;
	if (!print_list(&wish.selector, wish.format, wish.index, &count, &error)) {
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
		    "  pipeline list --machine 'TS*' -f json   # of some machines, for a program\n"
		    "  pipeline list --format csv >list.csv    # for a spreadsheet\n",
	.options = rows,
	.pages = true,
	.run = run,
};
