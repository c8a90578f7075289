/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline nightly [PATH…]`: its options; what it does is in nightly.c. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/fail_on.h"
#include "pipeline/keeper_parts.h"
#include "pipeline/nightly.h"
#include "pipeline/place.h"

enum {
	OPTION_METRICS = OPTION_OWN,
	OPTION_ONLY_NEWS,
	OPTION_REPORT,
};

static const struct option_row rows[] = {
	{ OPTION_REPORT, 0, "report", "FILE",
	  "write a page for the browser, as `report --html FILE`" },
	{ OPTION_METRICS, 0, "metrics", "FILE",
	  "write numbers for node_exporter's textfile collector" },
	{ OPTION_ONLY_NEWS, 0, "only-news", NULL, "print nothing when nothing is new" },
	{ OPTION_SINCE, 0, "since", "TIME",
	  "tell again what came since then: RFC 3339 or a date" },
	{ OPTION_LIMIT, 'n', "limit", "N", "rows of a section; default 10, in json all" },
	OPTIONS_FAIL_ON,
	OPTIONS_FORMAT,
	OPTIONS_READING,
	OPTIONS_PASSWORDS,
#define LIMIT LIMIT_ROW
#include "stages/limits.def"
#undef LIMIT
	OPTIONS_COMMON,
	{ 0 },
};

#define ROWS_TEXT 10
#define ROWS_UNSAID 0

static bool take_option(void *into, const struct options *options, int id)
{
	struct nightly *nightly = into;

	switch (id) {
	case OPTION_METRICS:
		nightly->metrics = options->value;
		return *options->value || options_refuse(options, "--metrics names no file");
	case OPTION_REPORT:
		nightly->report = options->value;
		if (!*options->value || strcmp(options->value, "-") == 0)
			return options_refuse(
				options, "standard output is for the mail: name a file");
		return true;
	case OPTION_ONLY_NEWS:
		return nightly->only_news = true;
	case OPTION_SINCE:
		return moment_option(options, false, &nightly->since);
	case OPTION_LIMIT:
		return number_option(options, 1, UINT32_MAX, &nightly->limit);
	case OPTION_FAIL_ON:
		return fail_on_option(&nightly->fail_on, options);
	case OPTION_FORMAT:
		return format_option(&nightly->format, options);
	default:
		return writing_option(&nightly->ingest.writing, options, id);
	}
}

static char *absolute(const char *folder)
{
	char *path = realpath(folder, NULL);

	return path ? path : mem_strdup(folder);
}

static void night_end(struct nightly *nightly)
{
	ingest_end(&nightly->ingest);
	vec_free(&nightly->gone);
	arena_free(&nightly->arena);
	free(nightly->folder);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct nightly nightly = { .ingest = { .writing = writing_begin(command, index),
					       .stdin_fd = -1 },
				   .since = MOMENT_NONE,
				   .limit = ROWS_UNSAID,
				   .mark.ended = MOMENT_NONE,
				   .began = moment_now(),
				   .began_ms = keeper_now_ms() };
	struct error error = ERROR_INIT;
	struct operands paths;
	cleanup_free char *folder = NULL;
	int status;

	if (!options_take(command, argc, argv, take_option, &nightly, &paths, &status))
		return status;
	nightly.ingest.paths = paths.at;
	nightly.ingest.path_count = paths.count;
	if (nightly.limit == ROWS_UNSAID)
		nightly.limit = nightly.format == FORMAT_JSON ? UINT64_MAX : ROWS_TEXT;
	folder = place_of_index(nightly.ingest.writing.index, &error);
	nightly.folder = folder ? absolute(folder) : NULL;
	status = nightly_run(&nightly);
	night_end(&nightly);
	return status;
}

const struct command command_nightly = {
	.name = "nightly",
	.summary = "Reads what is new, and tells as a mail what is new in it.",
	.operands = "[PATH...]",
	.examples =
		"  pipeline nightly /srv/cases                          # from cron: a mail\n"
		"  pipeline nightly --metrics pipeline.prom /srv/cases  # for node_exporter, too\n"
		"  pipeline nightly --since 2026-01-05                  # a lost mail, again\n",
	.options = rows,
	.machine_failed = EXIT_IO,
	.run = run,
};
