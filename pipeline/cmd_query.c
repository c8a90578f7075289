/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline query`: questions about all incidents (contract.md section 3). What is asked of chains is answered with groups of
 * them, what is asked of incidents with a list; both together with the groups in these incidents.
 */
#include "index/list.h"
#include "index/run.h"
#include "pipeline/base/log.h"
#include "pipeline/fail_on.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/print_diff.h"
#include "pipeline/query_like.h"
#include "pipeline/query.h"

enum {
	OPTION_CHAIN = OPTION_OWN,
	OPTION_RECURRING,
	OPTION_BLOCKER,
	OPTION_MIN_INCIDENTS,
	OPTION_GROUP_BY,
	OPTION_OCCURRENCES,
	OPTION_NEW_SINCE,
	OPTION_LIKE,
	OPTION_QUESTION, /* and on, one an incident question */
};

/* clang-format off */
static const struct option_row rows[] = {
	{ OPTION_CHAIN, 0, "chain", "EXPR",
	  "chains through A; 'A > B' direct, 'A >> B' later, ^A first, A$ last" },
	{ OPTION_RECURRING, 0, "recurring", NULL, "every signature, most incidents first" },
	{ OPTION_BLOCKER, 0, "blocker", "IMAGE", "chains that end in this image" },
#define INCIDENT_QUESTION(id, name, value, help) \
	{ OPTION_QUESTION + QUESTION_##id, 0, name, value, help },
#include "index/incident_questions.def"
#undef INCIDENT_QUESTION
	{ OPTION_MIN_INCIDENTS, 0, "min-incidents", "N", "signatures that at least N incidents have" },
	{ OPTION_GROUP_BY, 0, "group-by", "GROUPING", "what makes chains one group",
	  "root, path, kind (default), frame", true },
	{ OPTION_OCCURRENCES, 0, "occurrences", "N|all",
	  "show at most N chains a group (text: 3, json: all)", NULL, true },
	{ OPTION_NEW_SINCE, 0, "new-since", "TIME|last-run",
	  "what is new, worse or gone since a time, or since last-run of ingest" },
	{ OPTION_LIKE, 0, "like", "INCIDENT", "the incidents most like this one, and what they share" },
	OPTIONS_FAIL_ON,
	OPTIONS_FORMAT_OF("output", "text (default), json, jsonl, csv, dot"),
	OPTIONS_SELECTOR,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
};
/* clang-format on */

#define OCCURRENCES_TEXT 3
#define LAST_RUN "last-run"
#define OCCURRENCES_UNSAID (UINT64_MAX - 1)

struct query {
	const char *index;
	const char *chain; /* the expression, NULL when not asked */
	bool recurring, groups;
	const char *new_since;
	const char *like;
	unsigned fail_on;
	struct chain_filter filter;
	struct incident_filter incidents;
	struct groups_wish wish;
};

/* ---- the options ---- */

static bool grouping_option(enum grouping *grouping, const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	for (int i = 0; i < GROUPINGS; i++)
		if (strcmp(options->value, grouping_text((enum grouping)i)) == 0)
			*grouping = (enum grouping)i;
	return true;
}

static bool occurrences_option(uint64_t *occurrences, const struct options *options)
{
	if (strcmp(options->value, "all") == 0) {
		*occurrences = OCCURRENCES_ALL;
		return true;
	}
	return number_option(options, 0, UINT32_MAX, occurrences);
}

/* An empty name would match what has none. */
static bool image_option(const char **image, const struct options *options)
{
	*image = options->value;
	return !options->value || *options->value ||
	       options_refuse(options, "an empty name matches nothing");
}

static bool question_option(struct query *query, const struct options *options, int question)
{
	if (query->incidents.asked[question])
		return options_refuse(options, "the same question twice%s%s",
				      options->value ? ": the second is for " : "",
				      options->value ? options->value : "");
	query->incidents.asked[question] = true;
	if (question == QUESTION_zombies)
		return number_option(options, 1, UINT64_MAX / 16,
				     &query->incidents.least_zombies);
	return image_option(&query->incidents.image[question], options);
}

static bool chain_option(struct query *query, const struct options *options)
{
	if (query->chain)
		return options_refuse(options, "one --chain at a time: '%s' is the second",
				      options->value);
	query->chain = options->value;
	query->groups = true;
	return true;
}

static bool new_since_option(const struct options *options)
{
	return strcmp(options->value, LAST_RUN) == 0 ||
	       moment_parse(slice_from(options->value), false) != MOMENT_NONE ||
	       options_refuse(options, "'%s' is no time: give a date, RFC 3339 or " LAST_RUN,
			      options->value);
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct query *query = into;

	switch (id) {
	case OPTION_INDEX:
		query->index = options->value;
		return true;
	case OPTION_CHAIN:
		return chain_option(query, options);
	case OPTION_RECURRING:
		query->recurring = query->groups = true;
		return true;
	case OPTION_BLOCKER:
		query->groups = true;
		return image_option(&query->filter.blocker, options);
	case OPTION_MIN_INCIDENTS:
		query->groups = true;
		return number_option(options, 1, UINT32_MAX, &query->filter.min_incidents);
	case OPTION_GROUP_BY:
		return grouping_option(&query->filter.grouping, options);
	case OPTION_OCCURRENCES:
		return occurrences_option(&query->wish.occurrences, options);
	case OPTION_NEW_SINCE:
		query->groups = true;
		query->new_since = options->value;
		return new_since_option(options);
	case OPTION_LIKE:
		query->like = options->value;
		return true;
	case OPTION_FAIL_ON:
		return fail_on_option(&query->fail_on, options);
	case OPTION_FORMAT:
		return format_option(&query->wish.format, options);
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		if (id >= OPTION_QUESTION && id < OPTION_QUESTION + INCIDENT_QUESTIONS)
			return question_option(query, options, id - OPTION_QUESTION);
		return select_option(&query->filter.selector, options, id);
	}
}

/* ---- the answers ---- */

static bool asks_for_incidents(const struct query *query)
{
	return incident_filter_first(&query->incidents) != INCIDENT_QUESTIONS;
}

/* What is asked of chains is asked of those printed. */
static bool choose_incidents(struct query *query, struct index_view *view, id_vec *ids,
			     struct error *error)
{
	query->incidents.selector = query->filter.selector;
	query->incidents.selector.cycle = CYCLE_NO_MATTER;
	query->incidents.selector.min_wait_ms = MS_NONE;
	query->filter.among = ids;
	return query_incident_ids(view, &query->incidents, ids, error);
}

/* The incidents that it is all about. */
static bool asked_about(const struct query *query, struct index_view *view, id_vec *ids,
			struct error *error)
{
	if (!ids_selected(view, &query->filter.selector, ids, error))
		return false;
	if (query->filter.among)
		ids_keep_common(ids, query->filter.among);
	return true;
}

static int status_of(bool good, size_t count, bool failing)
{
	if (!good)
		return EXIT_USAGE;
	return failing ? EXIT_FAIL_ON : count ? 0 : EXIT_NOTHING_FOUND;
}

static int answer_groups(struct query *query, struct index_view *view, struct error *error)
{
	struct chain_groups *groups = query_chains(view, &query->filter, error);
	bool good = groups && print_groups(groups, &query->wish, error), failing = false;
	size_t count = groups ? chain_groups_count(groups) : 0;
	id_vec ids = { 0 };

	if (good && query->fail_on)
		good = asked_about(query, view, &ids, error) &&
		       fail_on_holds(view, query->fail_on, NULL, &ids, &failing, error);
	chain_groups_free(groups);
	vec_free(&ids);
	return status_of(good, count, failing);
}

/* Splits what it is all about; what has no time that is known was there before. */
static bool split(const struct query *query, struct index_view *view, id_vec *before,
		  id_vec *after, struct error *error)
{
	struct selector later = SELECTOR_ALL;
	struct run_row run;
	id_vec all = { 0 };
	bool good = asked_about(query, view, &all, error);

	if (good && strcmp(query->new_since, LAST_RUN) == 0) {
		good = index_last_run(view, &run, error) &&
		       ids_since_run(view, run.number, after, error);
	} else if (good) {
		later.since = moment_parse(slice_from(query->new_since), false);
		good = ids_selected(view, &later, after, error);
	}
	ids_keep_common(after, &all);
	vec_for_each(id, &all)
		if (!ids_hold(after, *id))
			vec_push(before, *id);
	vec_free(&all);
	return good;
}

/* Where nothing came, nothing can be told to be gone. */
static int answer_new(struct query *query, struct index_view *view, struct error *error)
{
	id_vec before = { 0 }, after = { 0 };
	struct diff diff = { .first = 0 };
	bool failing = false;
	bool good = split(query, view, &before, &after, error) &&
		    (after.len == 0 ||
		     query_diff(view, &query->filter, &before, &after, &diff, error)) &&
		    fail_on_holds(view, query->fail_on, &diff, &after, &failing, error);
	size_t count = diff.count;

	if (good)
		print_diff(&diff, query->wish.format);
	diff_free(&diff);
	vec_free(&before);
	vec_free(&after);
	return status_of(good, count, failing);
}

static int answer_about_chains(struct query *query, struct index_view *view, struct error *error)
{
	id_vec among = { 0 };
	int status = EXIT_USAGE;

	if (!asks_for_incidents(query) || choose_incidents(query, view, &among, error))
		status = query->new_since ? answer_new(query, view, error)
					  : answer_groups(query, view, error);
	vec_free(&among);
	return status;
}

static int answer_incidents(struct query *query, struct index_view *view, struct error *error)
{
	hit_vec hits = { 0 };
	id_vec ids = { 0 };
	size_t total, count;
	bool good, failing = false;

	query->incidents.selector = query->filter.selector;
	good = query_incidents(view, &query->incidents, &hits, &total, error) &&
	       print_hits(view, &query->incidents, &hits, total, query->wish.format, error);
	count = hits.len;
	if (good && query->fail_on)
		good = query_incident_ids(view, &query->incidents, &ids, error) &&
		       fail_on_holds(view, query->fail_on, NULL, &ids, &failing, error);
	vec_free(&hits);
	vec_free(&ids);
	return status_of(good, count, failing);
}

static int answer(struct query *query, struct error *error)
{
	struct reading_place place;
	int status;

	if (!place_open(&place, query->index, error))
		return EXIT_USAGE;
	if (query->like)
		status = answer_like(place.view, query->like, &query->filter.selector,
				     query->wish.format, error);
	else
		status = query->groups ? answer_about_chains(query, place.view, error)
				       : answer_incidents(query, place.view, error);
	place_close(&place);
	return status;
}

/* ---- the command ---- */

/* What --recurring alone leaves out (contract.md section 3), and what people do not want to read. */
static void settle_occurrences(struct query *query)
{
	bool only_recurring = !query->chain && !query->filter.blocker;

	if (query->wish.occurrences != OCCURRENCES_UNSAID)
		return;
	query->wish.occurrences = only_recurring                      ? 0
				  : query->wish.format == FORMAT_TEXT ? OCCURRENCES_TEXT
								      : OCCURRENCES_ALL;
}

static const char *mistake_in_like(const struct query *query)
{
	if (query->groups || asks_for_incidents(query) || query->fail_on ||
	    query->wish.occurrences != OCCURRENCES_UNSAID ||
	    selector_asks_for_chains(&query->filter.selector))
		return "--like is a question of its own: it goes with --since, --machine and their like";
	return query->wish.format == FORMAT_DOT ? "--format dot draws chains" : NULL;
}

/* Returns the mistake, or NULL. */
static const char *mistake_in(const struct query *query)
{
	if (query->like)
		return mistake_in_like(query);
	if (!query->groups && !asks_for_incidents(query))
		return "nothing asked: give --chain EXPR, --recurring, --zombies N or another question";
	if (fail_on_compares(query->fail_on) && !query->new_since)
		return "--fail-on new-chain and worse-chain need --new-since";
	if (query->new_since && (query->wish.occurrences != OCCURRENCES_UNSAID ||
				 query->wish.format == FORMAT_DOT))
		return "--new-since prints groups alone, in text, json, jsonl or csv";
	if (query->groups)
		return NULL;
	if (query->wish.format == FORMAT_DOT)
		return "--format dot draws chains: ask for some by --chain, --recurring or --blocker";
	if (query->wish.occurrences != OCCURRENCES_UNSAID ||
	    query->filter.grouping != GROUPING_KIND)
		return "--group-by and --occurrences are about groups of chains";
	return NULL;
}

static int run_query(const struct command *command, struct query *query)
{
	struct error error = ERROR_INIT;
	struct chain_expr *expr = NULL;
	const char *mistake = mistake_in(query);
	int status;

	if (mistake)
		return options_mistake(command, "%s", mistake);
	if (query->chain) {
		expr = chain_expr_parse(query->chain, &error);
		if (!expr)
			return options_mistake(command, "--chain: %s", error.text);
	}
	settle_occurrences(query);
	query->filter.expr = expr;
	status = answer(query, &error);
	chain_expr_free(expr);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct query query = { .index = index,
			       .filter = CHAIN_FILTER_ALL,
			       .wish = { .occurrences = OCCURRENCES_UNSAID } };
	struct operands operands;
	int status;

	if (!options_take(command, argc, argv, take_option, &query, &operands, &status))
		return status;
	if (operands.count)
		return options_mistake(
			command, "takes no operands; quote the expression after --chain");
	return run_query(command, &query);
}

const struct command command_query = {
	.name = "query",
	.summary = "Finds wait chains and incidents over the whole index.",
	.operands = "",
	.examples =
		"  pipeline query --chain ProcessA.exe                      # through this image\n"
		"  pipeline query --chain 'ProcessA.exe > ProcessB.exe'     # a direct edge\n"
		"  pipeline query --chain '^Client*.exe >> ProcessC.exe$'   # from, over, to\n"
		"  pipeline query --recurring --limit 20                    # what comes back\n"
		"  pipeline query --recurring --cycle thread --format json  # all deadlocks\n"
		"  pipeline query --new-since last-run --fail-on new-chain  # for cron\n"
		"  pipeline query --blocker spoolsv.exe --since 2026-01-01  # who waits for it\n"
		"  pipeline query --like 9f3c --limit 5                     # seen this before?\n"
		"  pipeline query --zombies 20000                           # storms of zombies\n"
		"  pipeline query --message-box --machine 'TS*'             # waits for a click\n",
	.options = rows,
	.pages = true,
	.run = run,
};
