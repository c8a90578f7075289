/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline report --html FILE`: a page for people without a server, on all incidents that the selectors accept, or on one. It is made in
 * memory, whose size the tables of the page bound, and written when it is whole.
 */
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/output_file.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/report/report.h"

enum {
	OPTION_HTML = OPTION_OWN,
	OPTION_INCIDENT,
};

/* clang-format off */
static const struct option_row rows[] = {
	{ OPTION_HTML, 0, "html", "FILE", "the page to write; - is standard output" },
	{ OPTION_INCIDENT, 0, "incident", "INCIDENT", "a page on one incident, as `show` names it" },
	OPTIONS_SELECTOR,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
};
/* clang-format on */

struct wish {
	const char *index, *html, *incident;
	bool selected;
	struct report_wish report;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_INDEX:
		wish->index = options->value;
		return true;
	case OPTION_HTML:
		wish->html = options->value;
		return *wish->html || options_refuse(options, "an empty name is no file");
	case OPTION_INCIDENT:
		wish->incident = options->value;
		return true;
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		wish->selected = true;
		return select_option(&wish->report.selector, options, id);
	}
}

struct page {
	struct html html;
	const char *folder;
};

static bool write_incident(void *context, const struct shown *shown, struct error *error)
{
	struct page *page = context;

	return report_incident(&page->html, shown, page->folder, error);
}

/* One that nobody knows is a mistake in what was asked: there is no page of nothing. */
static bool make(struct page *page, struct wish *wish, struct index_view *view,
		 struct error *error)
{
	if (!wish->incident)
		return report_index(&page->html, view, &wish->report, error);
	return show_typed(view, wish->incident, write_incident, page, error) == 0;
}

static bool report(struct wish *wish, struct error *error)
{
	cleanup_free char *folder = place_of_index(wish->index, error), *text = NULL;
	struct page page = { .folder = folder };
	struct reading_place place;
	size_t len = 0;
	FILE *out;
	bool good;

	if (!folder || !place_open(&place, folder, error))
		return false;
	wish->report.folder = folder;
	out = mem_stream(&text, &len);
	html_init(&page.html, out);
	good = make(&page, wish, place.view, error);
	mem_stream_end(out);
	place_close(&place);
	return good && output_file_write(wish->html, text, len, error);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .index = index, .report.selector = SELECTOR_ALL };
	struct error error = ERROR_INIT;
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &wish, &status))
		return status;
	if (!wish.html)
		return options_mistake(
			command,
			"no page given: --html FILE, or --html - for standard output");
	if (wish.incident && wish.selected)
		return options_mistake(
			command, "selectors choose among all incidents, --incident is one");
	if (report(&wish, &error))
		return 0;
	log_error("%s: %s", command->name, error.text);
	return EXIT_USAGE;
}

const struct command command_report = {
	.name = "report",
	.summary = "Writes a page for the browser, on the index or on one incident.",
	.operands = "",
	.examples =
		"  pipeline report --html report.html                      # the whole index\n"
		"  pipeline report --html report.html --since 2026-01-01   # this year\n"
		"  pipeline report --html - --machine 'TS*' | gzip >ts.gz  # for a mail\n"
		"  pipeline report --incident 9f3c --html 9f3c.html        # one dump\n",
	.options = rows,
	.run = run,
};
