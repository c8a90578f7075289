/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline stats`: what the index holds, which lines of the logs nobody could read, and what is normal for an image. */
#include "index/list.h"
#include "index/run.h"
#include "index/sizes.h"
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/sandbox.h"
#include "pipeline/selecting.h"
#include "pipeline/stats_baseline.h"
#include "pipeline/text_table.h"

enum {
	OPTION_UNKNOWN = OPTION_OWN,
	OPTION_BASELINE,
};

static const struct option_row rows[] = {
	{ OPTION_UNKNOWN, 0, "unknown-lines", NULL,
	  "the 20 commonest kinds of lines that were not understood" },
	{ OPTION_BASELINE, 0, "baseline", "IMAGE",
	  "how many threads its live processes have; * and ? are wildcards" },
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

#define KINDS_SHOWN 20

/* A kind over all incidents; its texts live in the tally's names. */
struct kind_tally {
	name_id kind, example;
	uint64_t lines, incidents;
};

struct tally {
	uint64_t incidents, processes, zombies, threads, edges, chains, diagnostics,
		unknown_lines;
	struct names names;
	struct map kinds; /* kind -> index in by_kind */
	VEC(struct kind_tally) by_kind;
};

static void tally_free(struct tally *tally)
{
	names_free(&tally->names);
	map_free(&tally->kinds);
	vec_free(&tally->by_kind);
}

static void tally_kind(struct tally *tally, const struct unknown_kind *seen)
{
	name_id kind = names_add(&tally->names, seen->kind);
	uint32_t *place = map_place(&tally->kinds, kind);

	if (*place == MAP_NONE) {
		*place = (uint32_t)tally->by_kind.len;
		vec_push(&tally->by_kind,
			 ((struct kind_tally){
				 .kind = kind,
				 .example = names_add(&tally->names, seen->example) }));
	}
	tally->by_kind.at[*place].lines += seen->count;
	tally->by_kind.at[*place].incidents++;
	tally->unknown_lines += seen->count;
}

static bool tally_row(void *context, const struct incident_row *row)
{
	struct tally *tally = context;
	const struct summary *summary = &row->summary;

	tally->incidents++;
	tally->processes += summary->processes;
	tally->zombies += summary->zombies;
	tally->threads += summary->threads;
	tally->edges += summary->edges;
	tally->chains += summary->chains;
	tally->diagnostics += summary->diagnostics;
	vec_for_each(kind, &summary->unknown_kinds)
		tally_kind(tally, kind);
	return true;
}

static int by_lines(const void *a, const void *b, void *names)
{
	const struct kind_tally *x = a, *y = b;

	if (x->lines != y->lines)
		return x->lines > y->lines ? -1 : 1;
	return slice_compare(names_text(names, x->kind), names_text(names, y->kind));
}

static size_t kinds_shown(const struct tally *tally)
{
	return tally->by_kind.len < KINDS_SHOWN ? tally->by_kind.len : KINDS_SHOWN;
}

static void print_json_kinds(struct json *json, const struct tally *tally)
{
	json_key(json, "unknown_kinds");
	json_array_begin(json);
	for (size_t i = 0; i < kinds_shown(tally); i++) {
		const struct kind_tally *kind = &tally->by_kind.at[i];

		json_object_begin(json);
		print_json_text(json, "kind", names_text(&tally->names, kind->kind));
		print_json_u64(json, "lines", kind->lines);
		print_json_u64(json, "incidents", kind->incidents);
		print_json_text(json, "example", names_text(&tally->names, kind->example));
		json_object_end(json);
	}
	json_array_end(json);
}

/* How much of the index each of something costs, were it all that there is. */
static void print_json_share(struct json *json, const char *key, uint64_t bytes, uint64_t count)
{
	json_key(json, key);
	if (count)
		json_decimal(json, (int64_t)(bytes * 100 / count), 2);
	else
		json_null(json);
}

static void print_json_sizes(struct json *json, const struct tally *tally,
			     const struct index_sizes *sizes)
{
	print_json_u64(json, "bytes", sizes->file);
	print_json_u64(json, "free_bytes", sizes->free);
	print_json_share(json, "bytes_per_zombie", sizes->file, tally->zombies);
	print_json_share(json, "bytes_per_thread", sizes->file, tally->threads);
	json_key(json, "tables");
	json_array_begin(json);
	vec_for_each(table, &sizes->tables) {
		json_object_begin(json);
		json_key(json, "table");
		json_string(json, table->name);
		print_json_u64(json, "rows", table->rows);
		print_json_u64(json, "bytes", table->bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

/* How archives were read the last time; run 0: it is not known. */
static bool get_confinement(struct index_view *view, struct run_confinement *last,
			    struct error *error)
{
	*last = (struct run_confinement){ .run = 0 };
	return index_last_confinement(view, last, error) || error->kind == ERROR_NONE;
}

static void print_json_confinement(struct json *json, const struct run_confinement *last)
{
	json_key(json, "confinement");
	if (last->run == 0) {
		json_null(json);
		return;
	}
	json_object_begin(json);
	print_json_u64(json, "run", last->run);
	json_key(json, "landlock");
	if (last->landlock)
		json_u64(json, last->landlock);
	else
		json_null(json);
	json_key(json, "seccomp");
	json_bool(json, last->seccomp);
	json_object_end(json);
}

static void print_text_confinement(const struct run_confinement *last)
{
	const struct confinement confinement = { last->landlock, last->seccomp };
	char text[SANDBOX_TEXT_SIZE];

	if (last->run)
		printf("\nread in run %llu under: %s", (unsigned long long)last->run,
		       sandbox_text(text, &confinement));
}

static void print_json(const struct tally *tally, const struct index_sizes *sizes,
		       const struct run_confinement *last, bool unknown)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/stats/1");
	print_json_u64(&json, "incidents", tally->incidents);
	print_json_u64(&json, "processes", tally->processes);
	print_json_u64(&json, "zombies", tally->zombies);
	print_json_u64(&json, "threads", tally->threads);
	print_json_u64(&json, "edges", tally->edges);
	print_json_u64(&json, "chains", tally->chains);
	print_json_u64(&json, "diagnostics", tally->diagnostics);
	print_json_u64(&json, "unknown_lines", tally->unknown_lines);
	print_json_sizes(&json, tally, sizes);
	print_json_confinement(&json, last);
	if (unknown)
		print_json_kinds(&json, tally);
	json_object_end(&json);
	json_end(&json);
}

static void print_text_kinds(const struct tally *tally)
{
	size_t count = kinds_shown(tally);

	printf("%10s  %9s  %s\n", "LINES", "INCIDENTS", "KIND, AND ONE OF THEM");
	for (size_t i = 0; i < count; i++) {
		const struct kind_tally *kind = &tally->by_kind.at[i];

		printf("%10llu  %9llu  ", (unsigned long long)kind->lines,
		       (unsigned long long)kind->incidents);
		utf8_print_terminal(stdout, names_text(&tally->names, kind->kind));
		printf("\n%23s", "");
		utf8_print_terminal(stdout, names_text(&tally->names, kind->example));
		putchar('\n');
	}
	if (count < tally->by_kind.len)
		printf("%zu of %zu kinds shown\n", count, tally->by_kind.len);
}

/* clang-format off */
static const struct text_column columns[] = {
	{ "TABLE", TEXT_LEFT, TEXT_WHOLE },
	{ "ROWS", TEXT_RIGHT, TEXT_WHOLE },
	{ "BYTES", TEXT_RIGHT, TEXT_WHOLE },
};
/* clang-format on */

static void print_text_sizes(const struct tally *tally, const struct index_sizes *sizes)
{
	struct text_table table;

	print_count("\n\n", sizes->file, "byte");
	print_count(", ", sizes->free, "byte");
	printf(" of them free");
	if (tally->zombies)
		printf(", %.1f a zombie", (double)sizes->file / (double)tally->zombies);
	if (tally->threads)
		printf(", %.1f a thread", (double)sizes->file / (double)tally->threads);
	printf("\n\n");
	text_table_init(&table, stdout, columns, sizeof(columns) / sizeof(columns[0]),
			text_table_room());
	vec_for_each(size, &sizes->tables) {
		text_table_string(&table, size->name);
		text_table_u64(&table, size->rows);
		text_table_u64(&table, size->bytes);
	}
	text_table_end(&table);
}

static void print_text(const struct tally *tally, const struct index_sizes *sizes,
		       const struct run_confinement *last, bool unknown)
{
	if (unknown) {
		print_text_kinds(tally);
		return;
	}
	print_count("", tally->incidents, "incident");
	print_count("\n", tally->processes, "process");
	print_count("\n", tally->zombies, "zombie");
	print_count("\n", tally->threads, "thread");
	print_count("\n", tally->edges, "edge");
	print_count("\n", tally->chains, "chain");
	print_count("\n", tally->diagnostics, "diagnostic");
	print_count("\n", tally->unknown_lines, "unknown line");
	print_text_confinement(last);
	print_text_sizes(tally, sizes);
}

static bool stats_tally(struct index_view *view, enum format format, bool unknown,
			struct error *error)
{
	struct selector all = SELECTOR_ALL;
	struct tally tally = { 0 };
	uint64_t count;
	struct index_sizes sizes = { .file = 0 };
	struct run_confinement last;
	bool good = list_incidents(view, &all, tally_row, &tally, &count, error) &&
		    index_sizes(view, &sizes, error) && get_confinement(view, &last, error);

	if (tally.by_kind.len)
		qsort_r(tally.by_kind.at, tally.by_kind.len, sizeof(struct kind_tally),
			by_lines, &tally.names);
	if (good && format == FORMAT_JSON)
		print_json(&tally, &sizes, &last, unknown);
	else if (good)
		print_text(&tally, &sizes, &last, unknown);
	vec_free(&sizes.tables);
	tally_free(&tally);
	return good;
}

/* image: whose baseline is asked for, or NULL. */
static int stats(const char *index, enum format format, bool unknown, const char *image,
		 struct error *error)
{
	struct reading_place place;
	bool good;

	if (!place_open(&place, index, error))
		return EXIT_USAGE;
	good = image ? stats_baseline(place.view, slice_from(image), format, error)
		     : stats_tally(place.view, format, unknown, error);
	place_close(&place);
	return good ? 0 : EXIT_USAGE;
}

struct wish {
	struct asking_plainly plainly;
	const char *image; /* whose baseline is asked for, or NULL */
	bool unknown;
};

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_BASELINE:
		wish->image = options->value;
		return true;
	case OPTION_UNKNOWN:
		wish->unknown = true;
		return true;
	default:
		return plain_option(&wish->plainly, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .plainly.index = index };
	struct error error = ERROR_INIT;
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &wish, &status))
		return status;
	if (wish.unknown && wish.image)
		return options_mistake(command,
				       "--baseline and --unknown-lines are two questions");
	status = stats(wish.plainly.index, wish.plainly.format, wish.unknown, wish.image,
		       &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_stats = {
	.name = "stats",
	.summary = "Counts what the index holds, what was unknown, what is normal.",
	.operands = "",
	.examples = "  pipeline stats                         # how much there is\n"
		    "  pipeline stats --unknown-lines         # what to teach the program next\n"
		    "  pipeline stats --baseline spoolsv.exe  # how many threads it usually has\n",
	.options = rows,
	.pages = true,
	.run = run,
};
