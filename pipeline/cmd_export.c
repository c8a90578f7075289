/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline export --out DIR`: what the index holds as tables for other programs, incident by incident. */
#include "index/list.h"
#include "pipeline/base/log.h"
#include "pipeline/base/work.h"
#include "pipeline/export/export.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"

enum {
	OPTION_OUT = OPTION_OWN,
	OPTION_REDACT,
};

/* clang-format off */
static const struct option_row rows[] = {
	OPTIONS_FORMAT_OF("what the files are", "ndjson (default), csv"),
	{ OPTION_OUT, 0, "out", "DIR", "the folder to write: a new one, or one that is empty" },
	{ OPTION_REDACT, 0, "redact", "KEYFILE", "replace names by pseudonyms under the key in this file" },
	OPTIONS_SELECTOR,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
};
/* clang-format on */

struct wish {
	const char *index, *out, *key_file;
	struct selector selector;
	VEC(char *) selection; /* the options that select and their values, for the manifest */
	bool csv;
};

static void note_selection(struct wish *wish, const struct options *options)
{
	size_t room = strlen(options->row->name) + strlen(options->value) + 4;
	char *word = mem_alloc(room);

	snprintf(word, room, "--%s=%s", options->row->name, options->value);
	vec_push(&wish->selection, word);
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;
	unsigned which;

	switch (id) {
	case OPTION_INDEX:
		wish->index = options->value;
		return true;
	case OPTION_FORMAT:
		if (!word_option(options, &which))
			return false;
		wish->csv = which == 1;
		return true;
	case OPTION_OUT:
		wish->out = options->value;
		return *wish->out || options_refuse(options, "an empty name is no folder");
	case OPTION_REDACT:
		wish->key_file = options->value;
		return true;
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		note_selection(wish, options);
		return select_option(&wish->selector, options, id);
	}
}

static bool push_id(void *context, const struct incident_row *row)
{
	id_vec *ids = context;

	vec_push(ids, row->summary.id);
	return true;
}

static bool write_incident(struct export *export, struct index_view *view, uint64_t id,
			   struct error *error)
{
	struct incident_row row = { 0 };
	bool good = index_known_incident(view, id, &row, error) &&
		    show_row(view, &row, export_incident, export, error);

	incident_row_free(&row);
	return good;
}

static bool write_tables(struct export *export, const struct wish *wish,
			 struct index_view *view, struct error *error)
{
	id_vec ids = { 0 };
	uint64_t count;
	bool good = list_incidents(view, &wish->selector, push_id, &ids, &count, error);

	ids_settle(&ids);
	work_begin("incidents written", ids.len);
	for (size_t i = 0; good && i < ids.len; i++) {
		good = write_incident(export, view, ids.at[i], error);
		work_step(1);
	}
	work_end();
	/* A selection of nothing is not the same as none. */
	vec_reserve(&ids, 1);
	good = good && export_bundles(export, view, wish->selection.len ? ids.at : NULL,
				      ids.len, error);
	vec_free(&ids);
	return good;
}

static bool write_export(const struct wish *wish, struct index_view *view,
			 struct redact *redact, struct error *error)
{
	struct export export;

	if (!export_begin(&export, wish->out, wish->csv, redact, error))
		return false;
	if (!write_tables(&export, wish, view, error)) {
		export_undo(&export);
		return false;
	}
	return export_end(&export, wish->selection.at, (int)wish->selection.len, error);
}

static bool export_index(const struct wish *wish, struct error *error)
{
	struct reading_place place;
	struct redact *redact = NULL;
	bool good;

	if (wish->key_file && (redact = redact_open(wish->key_file, error)) == NULL)
		return false;
	good = place_open(&place, wish->index, error);
	if (good) {
		good = write_export(wish, place.view, redact, error);
		place_close(&place);
	}
	redact_free(redact);
	return good;
}

static int export_as_wished(const struct command *command, const struct wish *wish)
{
	struct error error = ERROR_INIT;

	if (!wish->out)
		return options_mistake(command, "no folder given: --out DIR");
	if (export_index(wish, &error))
		return 0;
	log_error("%s: %s", command->name, error.text);
	return EXIT_USAGE;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .index = index, .selector = SELECTOR_ALL };
	int status;

	if (options_take_alone(command, argc, argv, take_option, &wish, &status))
		status = export_as_wished(command, &wish);
	vec_for_each(word, &wish.selection)
		free(*word);
	vec_free(&wish.selection);
	return status;
}

const struct command command_export = {
	.name = "export",
	.summary = "Writes the index as tables, for databases and spreadsheets.",
	.operands = "",
	.examples =
		"  pipeline export --out tables                           # NDJSON, all of it\n"
		"  pipeline export --format csv --out ts --machine 'TS*'  # of some machines\n"
		"  pipeline export --out shared --redact key              # without your names\n"
		"  (cd tables && sqlite3 ../case.db <load_sqlite.sql)     # into a database\n",
	.options = rows,
	.run = run,
};
