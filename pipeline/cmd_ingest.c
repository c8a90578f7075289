/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline ingest PATH…`: reads bundles and folders into the index. */
#include "pipeline/ingest.h"
#include "pipeline/selecting.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT_OF("the summary", "text (default), json"),
	OPTIONS_READING,
	OPTIONS_PASSWORDS,
#define LIMIT LIMIT_ROW
#include "stages/limits.def"
#undef LIMIT
	OPTIONS_COMMON,
	{ 0 },
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct ingest *ingest = into;
	enum format format;

	if (id == OPTION_FORMAT) {
		if (!format_option(&format, options))
			return false;
		ingest->as_json = format == FORMAT_JSON;
		return true;
	}
	return writing_option(&ingest->writing, options, id);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct ingest ingest = { .writing = writing_begin(command, index), .stdin_fd = -1 };
	struct error error = ERROR_INIT;
	struct operands paths;
	int status;

	if (!options_take(command, argc, argv, take_option, &ingest, &paths, &status))
		return status;
	ingest.paths = paths.at;
	ingest.path_count = paths.count;
	if (ingest.path_count == 0)
		return options_mistake(command, "no path given");
	status = ingest_run(&ingest, &error) ? ingest_tell(&ingest)
					     : ingest_failed(&ingest, &error);
	ingest_end(&ingest);
	return status;
}

const struct command command_ingest = {
	.name = "ingest",
	.summary = "Reads bundles and folders into the index, but for what is known.",
	.operands = "PATH...",
	.examples =
		"  pipeline ingest /srv/cases                              # all that is below\n"
		"  pipeline ingest case.zip kd.log                         # just these\n"
		"  zcat kd.log.gz | pipeline ingest -                      # standard input\n"
		"  pipeline ingest --format json /srv/cases | jq .members  # for a program\n",
	.options = rows,
	.machine_failed = EXIT_IO,
	.run = run,
};
