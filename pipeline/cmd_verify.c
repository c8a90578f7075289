/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline verify`: checks everything in the index. LMDB trusts its own pages, so a damaged one may end the process that walks
 * over it: the check is made by a child, and its end is a finding like any other.
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index/verify.h"
#include "pipeline/base/arena.h"
#include "pipeline/base/log.h"
#include "pipeline/fold.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
};

/* So many problems are told; the rest is counted. */
#define PROBLEMS_TOLD 100

struct problems {
	VEC(struct slice) list;
	struct arena arena;
};

static void keep_problem(void *context, const char *text)
{
	struct problems *problems = context;

	if (problems->list.len < PROBLEMS_TOLD)
		vec_push(&problems->list, arena_copy(&problems->arena, slice_from(text)));
}

static void print_json(const struct verified *verified, const struct problems *problems)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/verify/1");
	json_key(&json, "sound");
	json_bool(&json, verified->problems == 0);
	print_json_u64(&json, "bundles", verified->bundles);
	print_json_u64(&json, "incidents", verified->incidents);
	print_json_u64(&json, "rows", verified->rows);
	print_json_u64(&json, "problems_found", verified->problems);
	json_key(&json, "problems");
	json_array_begin(&json);
	vec_for_each(problem, &problems->list)
		json_text(&json, *problem);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

static void print_text(const struct verified *verified)
{
	fold_begin();
	print_count("", verified->bundles, "bundle");
	print_count(", ", verified->incidents, "incident");
	print_count(" and ", verified->rows, "row");
	printf(" of what follows from them: %s\n",
	       verified->problems ? "damaged" : "all as it should be");
	fold_end();
}

static void print_problems(const struct verified *verified, const struct problems *problems)
{
	vec_for_each(problem, &problems->list)
		log_error("verify: %.*s", SLICE_ARG(*problem));
	if (verified->problems > problems->list.len)
		log_error("verify: ... and %llu more",
			  (unsigned long long)(verified->problems - problems->list.len));
}

static int verify(const char *index, enum format format)
{
	struct problems problems = { .arena = { 0 } };
	struct error error = ERROR_INIT;
	struct reading_place place;
	struct verified verified;
	bool good;

	if (!place_open(&place, index, &error)) {
		log_error("verify: %s", error.text);
		return EXIT_USAGE;
	}
	good = index_verify(place.view, keep_problem, &problems, &verified, &error);
	if (!good)
		log_error("verify: %s", error.text);
	else if (format == FORMAT_JSON)
		print_json(&verified, &problems);
	else
		print_text(&verified);
	print_problems(&verified, &problems);
	vec_free(&problems.list);
	arena_free(&problems.arena);
	place_close(&place);
	return good && verified.problems == 0 ? 0 : EXIT_USAGE;
}

static int verify_in_child(const char *index, enum format format)
{
	static const struct rlimit none = { 0, 0 };
	int status;

	setrlimit(RLIMIT_CORE, &none); /* the core of a damaged index tells nothing */
	status = place_status(verify(index, format));
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("cannot write the output");
		status = EXIT_USAGE;
	}
	return status;
}

/* What LMDB dies of on pages that lie; nothing else that ends a process tells of the index. */
static bool is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT ||
	       signal == SIGFPE || signal == SIGILL;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_USAGE;
	if (WIFEXITED(status) &&
	    (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_USAGE))
		return WEXITSTATUS(status);
	if (WIFSIGNALED(status) && !is_fault(WTERMSIG(status)))
		log_error("verify: not all was checked: the process that does it was ended by signal %d (%s)",
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		log_error("verify: the index is damaged: LMDB cannot walk over its pages");
	return EXIT_USAGE;
}

static int run_apart(const char *index, enum format format)
{
	pid_t child;

	fflush(stdout);
	progress_share();
	child = fork();
	if (child == 0)
		_exit(verify_in_child(index, format));
	if (child > 0)
		return wait_for(child);
	log_error("verify: cannot start a process: %s", strerror(errno));
	return EXIT_USAGE;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct asking_plainly asked = { .index = index };
	int status;

	if (!options_take_alone(command, argc, argv, plain_option, &asked, &status))
		return status;
	return run_apart(asked.index, asked.format);
}

const struct command command_verify = {
	.name = "verify",
	.summary = "Checks everything in the index; finds a flipped bit.",
	.operands = "",
	.examples = "  pipeline verify                # exit 0 when all is as it should be\n"
		    "  pipeline verify --format json  # what is wrong, for a program\n",
	.options = rows,
	.run = run,
};
