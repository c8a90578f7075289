/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline check`: how the nights go, in one line and one of four exit statuses, as plugins of Nagios answer. Its statuses are the
 * plugins', not those of the other commands: 1 is a warning, 2 is critical, and whatever keeps it from knowing is 3.
 */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "index/night.h"
#include "index/totals.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/threshold.h"

enum {
	OPTION_MAX_AGE = OPTION_OWN,
	OPTION_MAX_QUARANTINED,
	OPTION_MAX_FILL,
	OPTION_MAX_NEW,
};

static const struct option_row rows[] = {
	{ OPTION_MAX_AGE, 0, "max-age", "AGE",
	  "of the last run of nightly that came to its end; default 26h,50h" },
	{ OPTION_MAX_QUARANTINED, 0, "max-quarantined", "N",
	  "quarantined members; with a %, in a hundred members" },
	{ OPTION_MAX_FILL, 0, "max-fill", "PERCENT",
	  "of the file system that the index lies on" },
	{ OPTION_MAX_NEW, 0, "max-new", "N", "chains that the last mail named as new" },
	OPTIONS_COMMON,
	{ 0 },
};

struct check {
	const char *index;
	struct threshold age, quarantined, fill, fresh;
	enum state state;
	/* what was found */
	struct night_mark mark;
	struct index_totals totals;
	uint64_t age_seconds, fill_percent;
	const char *unknown; /* why nothing can be said; NULL when something can */
};

/* ---- the options ---- */

static bool take_option(void *into, const struct options *options, int id)
{
	struct check *check = into;

	switch (id) {
	case OPTION_MAX_AGE:
		return threshold_option(&check->age, options, COUNTS_TIME);
	case OPTION_MAX_QUARANTINED:
		return threshold_option(&check->quarantined, options, COUNTS_EITHER);
	case OPTION_MAX_FILL:
		return threshold_option(&check->fill, options, COUNTS_SHARE);
	case OPTION_MAX_NEW:
		return threshold_option(&check->fresh, options, COUNTS_NUMBER);
	default:
		check->index = options->value;
		return true;
	}
}

/* ---- what there is to be said ---- */

static bool find_age(struct check *check)
{
	int64_t now = moment_now();

	if (check->mark.ended == MOMENT_NONE) {
		check->unknown = "no run of nightly has come to its end yet";
		return false;
	}
	if (check->mark.ended > now + 60000) {
		check->unknown =
			"the last run of nightly ended in the future: look at the clock";
		return false;
	}
	check->age_seconds =
		now > check->mark.ended ? (uint64_t)(now - check->mark.ended) / 1000 : 0;
	return true;
}

/* As df has it: what is reserved for root counts for nobody. */
static bool find_fill(struct check *check, const char *folder, struct error *error)
{
	struct statvfs system;
	uint64_t used, all;

	if (statvfs(folder, &system) != 0)
		return error_errno(error, "%s", folder);
	used = system.f_blocks - system.f_bfree;
	all = used + system.f_bavail;
	check->fill_percent = all ? (used * 100 + all - 1) / all : 0;
	return true;
}

static bool look(struct check *check, struct error *error)
{
	cleanup_free char *folder = place_of_index(check->index, error);
	struct reading_place place;
	bool good;

	if (!folder || !place_open(&place, check->index, error))
		return false;
	good = night_mark_get(place.view, &check->mark, error) &&
	       index_totals(place.view, &check->totals, error) &&
	       find_fill(check, folder, error);
	/* Texts point into the view. */
	vec_free(&check->totals.reasons);
	place_close(&place);
	return good;
}

static uint64_t members_of(const struct check *check)
{
	uint64_t members = 0;

	for (int i = 0; i < OUTCOMES; i++)
		members += check->totals.members[i];
	return members;
}

/* How many in a hundred, rounded up, so that one in a million is not none. */
static uint64_t quarantined_share(const struct check *check)
{
	uint64_t members = members_of(check);

	return members ? (check->totals.members[OUTCOME_QUARANTINED] * 100 + members - 1) / members
		       : 0;
}

static void judge(struct check *check)
{
	uint64_t quarantined = check->quarantined.share
				       ? quarantined_share(check)
				       : check->totals.members[OUTCOME_QUARANTINED];
	const enum state states[] = {
		threshold_state(&check->age, check->age_seconds),
		threshold_state(&check->quarantined, quarantined),
		threshold_state(&check->fill, check->fill_percent),
		threshold_state(&check->fresh, check->mark.new_chains),
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i] > check->state)
			check->state = states[i];
}

/* ---- the answer ---- */

/* "!" in front of what is too much. */
static const char *mark_of(const struct threshold *threshold, uint64_t value)
{
	return threshold_state(threshold, value) == STATE_OK ? "" : "!";
}

static void print_age(uint64_t seconds)
{
	if (seconds < 7200)
		printf("%llu min", (unsigned long long)(seconds / 60));
	else if (seconds < 172800)
		printf("%llu h", (unsigned long long)(seconds / 3600));
	else
		printf("%llu days", (unsigned long long)(seconds / 86400));
}

static void print_text(const struct check *check)
{
	uint64_t quarantined = check->totals.members[OUTCOME_QUARANTINED];
	uint64_t share = quarantined_share(check);

	printf(" - %slast run ended ", mark_of(&check->age, check->age_seconds));
	print_age(check->age_seconds);
	printf(" ago, %s", mark_of(&check->fresh, check->mark.new_chains));
	print_count("", check->mark.new_chains, "new chain");
	printf(", %s%llu of ",
	       mark_of(&check->quarantined, check->quarantined.share ? share : quarantined),
	       (unsigned long long)quarantined);
	print_count("", members_of(check), "member");
	printf(" quarantined, %sdisk %llu%% full", mark_of(&check->fill, check->fill_percent),
	       (unsigned long long)check->fill_percent);
}

static void print_values(const struct check *check)
{
	const struct threshold none = THRESHOLD_NONE;
	bool share = check->quarantined.share;

	printf(" |");
	threshold_print("age", check->age_seconds, "s", &check->age);
	threshold_print("took", check->mark.took_ms, "ms", &none);
	threshold_print("new_chains", check->mark.new_chains, "", &check->fresh);
	threshold_print("quarantined", check->totals.members[OUTCOME_QUARANTINED], "",
			share ? &none : &check->quarantined);
	threshold_print("quarantined_share", quarantined_share(check), "%",
			share ? &check->quarantined : &none);
	threshold_print("fill", check->fill_percent, "%", &check->fill);
	threshold_print("index", check->totals.sizes.file, "B", &none);
	threshold_print("map", check->totals.sizes.map, "B", &none);
	threshold_print("bundles", check->totals.bundles, "", &none);
	threshold_print("incidents", check->totals.incidents, "", &none);
	threshold_print("signatures", check->totals.signatures, "", &none);
}

/* One line; what stands behind a | would be taken for numbers. */
static void print_reason(const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "|\n");

		utf8_print_visible(stdout, (struct slice){ text, plain });
		text += plain;
		if (!*text++)
			return;
		putchar('/');
	}
}

static int answer(struct check *check)
{
	if (check->unknown)
		check->state = STATE_UNKNOWN;
	printf("PIPELINE %s", state_text(check->state));
	if (check->unknown) {
		printf(" - ");
		print_reason(check->unknown);
	} else {
		print_text(check);
		print_values(check);
	}
	putchar('\n');
	vec_free(&check->totals.sizes.tables);
	return (int)check->state;
}

/* ---- the command ---- */

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct check check = {
		.index = index,
		.age = { 26 * 3600, 50 * 3600, false },
		.quarantined = THRESHOLD_NONE,
		.fill = THRESHOLD_NONE,
		.fresh = THRESHOLD_NONE,
	};
	struct error error = ERROR_INIT;
	int status;

	if (!options_take_alone(command, argc, argv, take_option, &check, &status)) {
		if (status == 0)
			return 0;
		check.unknown = "the command line is wrong";
		return answer(&check);
	}
	if (!look(&check, &error))
		check.unknown = error.text;
	else if (find_age(&check))
		judge(&check);
	return answer(&check);
}

const struct command command_check = {
	.name = "check",
	.summary = "Answers a monitor: OK, WARNING, CRITICAL or UNKNOWN, and numbers.",
	.operands = "",
	.examples =
		"  pipeline check                                       # is all well?\n"
		"  pipeline check --max-age 26h,50h --max-fill 90%,97%  # warning, critical\n"
		"  pipeline check --max-quarantined 5%,20% --max-new 0  # warn of any new chain\n",
	.options = rows,
	.machine_failed = STATE_UNKNOWN,
	.run = run,
};
