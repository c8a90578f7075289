/* SPDX-License-Identifier: Apache-2.0 */
/* From what somebody typed to an analysed incident with its findings; see show.h. */
#include "index/baseline.h"
#include "pipeline/base/log.h"
#include "pipeline/place.h"
#include "pipeline/show.h"

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

static bool work_on(struct index_view *view, uint64_t id, show_work work, void *context,
		    struct error *error)
{
	struct incident_row row = { 0 };
	struct incident incident;
	struct shown shown = { .view = view, .row = &row, .incident = &incident };
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
	if (good)
		good = work(context, &shown, error);
	findings_free(&shown.findings);
	incident_free(&incident);
	incident_row_free(&row);
	return good;
}

static int on_incident(const char *index, const char *typed, show_work work,
		       void *context, struct error *error)
{
	struct reading_place place;
	int status = EXIT_USAGE;
	uint64_t id;

	if (!place_open(&place, index, error))
		return EXIT_USAGE;
	switch (index_resolve(place.view, typed, &id, error)) {
	case 1:
		if (work_on(place.view, id, work, context, error))
			status = 0;
		else if (error->kind == ERROR_USAGE)
			status = EXIT_NOTHING_FOUND;
		break;
	case 0:
		if (error->kind == ERROR_USAGE)
			status = EXIT_NOTHING_FOUND;
		break;
	default:
		break;
	}
	place_close(&place);
	return status;
}

int show_command(const struct command *command, const char *index, int argc, char **argv,
		 show_option take_option, show_work work, void *wish)
{
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
			good = take_option(wish, &options, id);
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
	status = on_incident(index, operands[0], work, wish, &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}
