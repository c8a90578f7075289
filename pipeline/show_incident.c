/* SPDX-License-Identifier: Apache-2.0 */
/* From what somebody typed to an analysed incident with its findings; see show.h. */
#include "index/judge.h"
#include "pipeline/base/log.h"
#include "pipeline/place.h"
#include "pipeline/show.h"

bool show_row(struct index_view *view, const struct incident_row *row, show_work work,
	      void *context, struct error *error)
{
	struct incident incident;
	struct shown shown = { .view = view, .row = row, .incident = &incident };
	bool good;

	incident_init(&incident);
	good = index_judge(view, row->summary.id, &incident, &shown.findings, error) &&
	       work(context, &shown, error);
	findings_free(&shown.findings);
	incident_free(&incident);
	return good;
}

static bool work_on(struct index_view *view, uint64_t id, show_work work, void *context,
		    struct error *error)
{
	struct incident_row row = { 0 };
	bool good = index_known_incident(view, id, &row, error) &&
		    show_row(view, &row, work, context, error);

	incident_row_free(&row);
	return good;
}

int show_typed(struct index_view *view, const char *typed, show_work work, void *context,
	       struct error *error)
{
	uint64_t id;
	size_t count = index_resolve(view, typed, &id, error);

	if (count == 1 && work_on(view, id, work, context, error))
		return 0;
	return count < 2 && error->kind == ERROR_USAGE ? EXIT_NOTHING_FOUND : EXIT_USAGE;
}

static int on_incident(const char *index, const char *typed, show_work work,
		       void *context, struct error *error)
{
	struct reading_place place;
	int status;

	if (!place_open(&place, index, error))
		return EXIT_USAGE;
	status = show_typed(place.view, typed, work, context, error);
	place_close(&place);
	return status;
}

struct taking {
	const char *index;
	show_option take;
	void *wish;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct taking *taking = into;

	if (id != OPTION_INDEX)
		return taking->take(taking->wish, options, id);
	taking->index = options->value;
	return true;
}

int show_command(const struct command *command, const char *index, int argc, char **argv,
		 show_option take, show_work work, void *wish)
{
	struct taking taking = { index, take, wish };
	struct error error = ERROR_INIT;
	struct operands typed;
	int status;

	if (!options_take(command, argc, argv, take_option, &taking, &typed, &status))
		return status;
	if (typed.count != 1)
		return options_mistake(command, typed.count ? "one incident at a time"
							    : "no incident given");
	status = on_incident(taking.index, typed.at[0], work, wish, &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}
