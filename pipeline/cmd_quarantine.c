/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline quarantine list|retry`: what could not be read, and another try at it. */
#include <string.h>
#include <sys/stat.h>

#include "index/quarantine.h"
#include "index/run.h"
#include "pipeline/base/arena.h"
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/fold.h"
#include "pipeline/keeper.h"
#include "pipeline/near.h"
#include "pipeline/pager.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"

enum {
	OPTION_REASON = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_REASON, 0, "reason", "CODE",
	  "only members quarantined for this reason; * and ? are wildcards" },
	{ OPTION_BUNDLE, 0, "bundle", "GLOB", "only bundles whose path or name matches" },
	OPTIONS_FORMAT_OF("the list, or the summary of retry", "text (default), json"),
	OPTIONS_READING,
	OPTIONS_PASSWORDS,
#define LIMIT LIMIT_ROW
#include "stages/limits.def"
#undef LIMIT
	OPTIONS_COMMON,
	{ 0 },
};

struct quarantine_run {
	struct writing writing;
	struct quarantine_wish wish;
	enum format format;
	bool reading;   /* options were given that are for retry */
	bool passwords; /* --password-file was given, not preset */
};

/* ---- list ---- */

static void print_json_member(struct json *json, const struct quarantined *each)
{
	json_object_begin(json);
	print_json_text(json, "bundle", each->bundle);
	print_json_text(json, "member", each->member.path);
	print_json_text(json, "reason", each->member.reason);
	print_json_text(json, "text", each->member.text);
	print_json_u64(json, "bytes", each->member.bytes);
	json_object_end(json);
}

static void print_json(const quarantined_vec *found)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/quarantine/1");
	json_key(&json, "members");
	json_array_begin(&json);
	vec_for_each(each, found)
		print_json_member(&json, each);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

/* A bundle, and its members below it. */
static void print_text(const quarantined_vec *found)
{
	struct slice bundle = SLICE_NONE;

	vec_for_each(each, found) {
		const struct member_row *member = &each->member;

		if (!slice_equal(each->bundle, bundle)) {
			utf8_print_terminal(stdout, each->bundle);
			putchar('\n');
			bundle = each->bundle;
		}
		printf("  ");
		utf8_print_terminal(stdout, member->reason);
		printf("  ");
		utf8_print_terminal(stdout, member->path);
		print_count("  ", member->bytes, "byte");
		if (member->text.len)
			printf("  ");
		utf8_print_terminal(stdout, member->text);
		putchar('\n');
	}
}

static int list(const struct quarantine_run *quarantine)
{
	const struct writing *writing = &quarantine->writing;
	struct error error = ERROR_INIT;
	quarantined_vec found = { 0 };
	struct reading_place place;
	bool good;

	if (!place_open(&place, writing->index, &error))
		return upkeep_failed(writing, &error);
	good = index_quarantine(place.view, &quarantine->wish, &found, &error);
	if (good && quarantine->format == FORMAT_TEXT) {
		pager_begin();
		fold_begin();
	}
	if (good)
		(quarantine->format == FORMAT_JSON ? print_json : print_text)(&found);
	vec_free(&found);
	place_close(&place);
	return good ? 0 : upkeep_failed(writing, &error);
}

/* ---- retry ---- */

struct retry {
	struct arena arena; /* the paths of the jobs */
	keeper_jobs jobs;
	VEC(struct split *) splits; /* of the jobs */
	uint64_t left;              /* bundles that cannot be read again */
};

/* One that is not there stays as it is. */
static void add_job(struct retry *retry, struct slice bundle)
{
	const char *path = arena_copy(&retry->arena, bundle).at;
	struct keeper_job job;
	struct split split;
	struct stat status;

	if (path[0] != '/') {
		log_warning("%s came by standard input and cannot be read again", path);
		retry->left++;
	} else if (split_find(path, 0, &split)) {
		vec_push(&retry->splits, mem_alloc(sizeof(split)));
		*retry->splits.at[retry->splits.len - 1] = split;
		job = keeper_job_at(path, split.size, split.mtime_ns);
		job.split = retry->splits.at[retry->splits.len - 1];
		job.known = true;
		vec_push(&retry->jobs, job);
	} else if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
		log_warning("%s is gone: what is quarantined of it stays so", path);
		retry->left++;
	} else {
		job = keeper_job_at(path, (uint64_t)status.st_size,
				    (int64_t)status.st_mtim.tv_sec * 1000000000 +
					    status.st_mtim.tv_nsec);
		job.known = true;
		vec_push(&retry->jobs, job);
	}
}

static bool add_jobs(struct retry *retry, struct index *index,
		     const struct quarantine_wish *wish, struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	struct slice bundle = SLICE_NONE;
	quarantined_vec found = { 0 };
	bool good = view && index_quarantine(view, wish, &found, error);

	vec_for_each(each, &found) {
		if (good && !slice_equal(each->bundle, bundle))
			add_job(retry, each->bundle);
		bundle = each->bundle;
	}
	vec_free(&found);
	index_view_end(view);
	return good;
}

static int outcome(const struct retry *retry, const struct keeper_totals *totals,
		   enum format format, int stopped)
{
	if (format == FORMAT_JSON)
		keeper_print_totals(totals, NULL, stopped);
	else if (retry->jobs.len)
		keeper_tell_totals(totals);
	else if (retry->left == 0)
		log_note("nothing is quarantined");
	if (stopped)
		return 128 + stopped;
	return retry->left || totals->outcomes[OUTCOME_QUARANTINED] ? EXIT_QUARANTINED : 0;
}

static int run_retry(struct retry *retry, const struct quarantine_run *quarantine,
		     const struct quarantine_wish *wish)
{
	const struct writing *writing = &quarantine->writing;
	const volatile sig_atomic_t *stop = catch_stop_signals();
	struct keeper_totals totals = { 0 };
	struct error error = ERROR_INIT;
	struct index *index = sandbox_is_there(writing->rules.reader.sandbox, &error)
				      ? writing_open(writing, &error)
				      : NULL;
	bool done;
	int status;

	if (!index) {
		status = writing_failed(writing, &error);
		return *stop ? 128 + *stop : status;
	}
	done = writing_group_alike(index, &error) &&
	       index_begin_run(index, moment_now(), &error) &&
	       add_jobs(retry, index, wish, &error);
	totals.bundles = retry->jobs.len + retry->left;
	done = done &&
	       keeper_run(index, &retry->jobs, &writing->rules, stop, &totals, &error);
	index_close(index);
	return done ? outcome(retry, &totals, quarantine->format, *stop)
		    : writing_failed(writing, &error);
}

static int retry(const struct quarantine_run *quarantine)
{
	struct quarantine_wish wish = quarantine->wish;
	struct retry all = { .left = 0 };
	int status;

	if (!wish.reason && quarantine->passwords)
		wish.reason = "encrypted-*"; /* the passwords help with nothing else */
	status = run_retry(&all, quarantine, &wish);
	vec_free(&all.jobs);
	vec_for_each(split, &all.splits) {
		split_free(*split);
		free(*split);
	}
	vec_free(&all.splits);
	arena_free(&all.arena);
	return status;
}

/* ---- the command line ---- */

static bool is_retry(const struct operands *words)
{
	return words->count == 1 && strcmp(words->at[0], "retry") == 0;
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct quarantine_run *quarantine = into;

	switch (id) {
	case OPTION_REASON:
		quarantine->wish.reason = options->value;
		return true;
	case OPTION_BUNDLE:
		quarantine->wish.bundle = options->value;
		return true;
	case OPTION_FORMAT:
		return format_option(&quarantine->format, options);
	case OPTION_INDEX:
		break;
	case OPTION_PASSWORD_FILE:
		if (options->origin && !is_retry(options->operands))
			return true;
		quarantine->passwords |= !options->origin;
		/* fallthrough */
	default:
		quarantine->reading |= !options->origin;
	}
	return writing_option(&quarantine->writing, options, id);
}

static int verb_unknown(const struct command *command, const struct operands *words)
{
	struct near near = near_begin(slice_from(words->count ? words->at[0] : ""));
	char text[NEAR_TEXT_SIZE];

	if (words->count != 1)
		return options_mistake(command, "say what: list or retry");
	near_offer(&near, SLICE("list"));
	near_offer(&near, SLICE("retry"));
	return options_mistake(command, "unknown '%s'%s list and retry are known",
			       words->at[0], near.count ? near_text(text, &near, "") : ":");
}

static int run_verb(const struct quarantine_run *quarantine, const struct operands *words)
{
	const struct command *command = quarantine->writing.command;
	bool is_list = words->count == 1 && strcmp(words->at[0], "list") == 0;

	if (!is_list && !is_retry(words))
		return verb_unknown(command, words);
	if (is_list && quarantine->reading)
		return options_mistake(
			command,
			"--jobs, --lock, --sandbox, --quiet, --deadline, --password-file and the limits are for retry");
	if (is_list)
		mem_set_exit_status(EXIT_USAGE);
	return is_list ? list(quarantine) : retry(quarantine);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct quarantine_run quarantine = { .writing = writing_begin(command, index) };
	struct operands words;
	int status;

	if (!options_take(command, argc, argv, take_option, &quarantine, &words, &status))
		return status;
	return run_verb(&quarantine, &words);
}

const struct command command_quarantine = {
	.name = "quarantine",
	.summary = "Lists what could not be read, or tries to read it again.",
	.operands = "list|retry",
	.examples =
		"  pipeline quarantine list                      # which members, and why\n"
		"  pipeline quarantine list --reason truncated   # those that were cut\n"
		"  pipeline quarantine retry                     # after an update, or a repair\n"
		"  pipeline quarantine retry --password-file pw  # only what is encrypted\n",
	.options = rows,
	.machine_failed = EXIT_IO,
	.run = run,
};
