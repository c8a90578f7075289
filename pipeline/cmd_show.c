/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline show INCIDENT`: everything known of one incident. */
#include "index/baseline.h"
#include "pipeline/base/log.h"
#include "pipeline/options.h"
#include "pipeline/place.h"
#include "pipeline/selecting.h"
#include "pipeline/show.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

static bool load(struct index_view *view, uint64_t id, struct incident *incident,
		 struct incident_row *row, struct error *error)
{
	struct slice records;

	if (!index_incident(view, id, row, error) || !index_records(view, id, &records, error))
		return error->kind != ERROR_NONE
			       ? false
			       : error_set(error, ERROR_FORMAT,
					   "the index lost this incident");
	if (!incident_decode(incident, records.at, records.len, error))
		return false;
	incident_analyse(incident);
	return true;
}

static bool print_incident(struct index_view *view, uint64_t id, enum format format,
			   struct error *error)
{
	struct incident_row row = { 0 };
	struct incident incident;
	struct shown shown = { .row = &row, .incident = &incident };
	struct baseline_source source = { .view = view };
	struct baseline baseline = baseline_of_index(&source);
	bool good;

	incident_init(&incident);
	good = load(view, id, &incident, &row, error);
	if (good) {
		find_patterns(&incident, &baseline, &shown.findings);
		good = source.error.kind == ERROR_NONE;
		if (!good)
			*error = source.error;
	}
	if (good) {
		if (format == FORMAT_JSON)
			show_json(&shown);
		else
			show_text(&shown);
	}
	findings_free(&shown.findings);
	incident_free(&incident);
	incident_row_free(&row);
	return good;
}

static int show(const char *index, const char *typed, enum format format, struct error *error)
{
	struct reading_place place;
	int status = 0;
	uint64_t id;

	if (!place_open(&place, index, error))
		return EXIT_USAGE;
	switch (index_resolve(place.view, typed, &id, error)) {
	case 1:
		if (!print_incident(place.view, id, format, error))
			status = EXIT_USAGE;
		break;
	case 0:
		status = error->kind == ERROR_USAGE ? EXIT_NOTHING_FOUND : EXIT_USAGE;
		break;
	default:
		status = EXIT_USAGE;
	}
	place_close(&place);
	return status;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	enum format format = FORMAT_TEXT;
	struct error error = ERROR_INIT;
	struct options options;
	bool good = true;
	char **operands;
	int id, count, status;

	options_begin(&options, command, argc, argv);
	while (good && (id = options_next(&options)) >= 0) {
		if (id == OPTION_INDEX)
			index = options.value;
		else
			good = format_option(&format, &options);
	}
	operands = options_operands(&options, &count);
	options_end(&options);
	if (!good)
		return EXIT_USAGE;
	if (id == OPTION_STOP)
		return options.status;
	if (count != 1)
		return options_mistake(command, count ? "one incident at a time"
						      : "no incident given");
	status = show(index, operands[0], format, &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_show = {
	.name = "show",
	.summary = "Shows everything known of one incident.",
	.operands = "INCIDENT",
	.examples = "  pipeline show 9f3c                      # by id, or the beginning of one\n"
		    "  pipeline show /srv/cases/case.zip       # by the bundle it lies in\n"
		    "  pipeline show 9f3c --format json        # for a program\n",
	.options = rows,
	.run = run,
};
