/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline advise INCIDENT`: what to save the next time, and why. */
#include "pipeline/advise.h"
#include "pipeline/base/utf8.h"
#include "pipeline/options.h"

enum {
	OPTION_BUDGET = OPTION_OWN,
};

static const struct option_row rows[] = {
	OPTIONS_FORMAT_OF("output", "text (default), json, cmd (procdump), reg (LocalDumps)"),
	{ OPTION_BUDGET, 0, "budget", "SIZE",
	  "no more than this for all user dumps: a number and K, M, G or T", NULL, true },
	OPTIONS_COMMON,
	{ 0 },
};

struct wish {
	enum format format;
	uint64_t budget_kb; /* SIZE_NONE */
};

static bool print(const struct wish *wish, const struct advised *advised, struct error *error)
{
	switch (wish->format) {
	case FORMAT_CMD:
		return advise_cmd(advised, error);
	case FORMAT_REG:
		return advise_reg(advised, error);
	case FORMAT_JSON:
		advise_json(advised);
		break;
	default:
		if (!advice_is_empty(advised->advice))
			advise_text(advised);
	}
	return !advice_is_empty(advised->advice) ||
	       error_set(error, ERROR_USAGE, "nothing in this incident asks for a dump");
}

static bool advise(void *context, const struct shown *shown, struct error *error)
{
	const struct wish *wish = context;
	struct advice advice = { 0 };
	struct advised advised = { shown, &advice,
				   wish->format == FORMAT_TEXT ? utf8_print_terminal
							       : utf8_print_visible };
	bool good;

	advice_make(&advice, shown->incident, &shown->findings, wish->budget_kb);
	good = print(wish, &advised, error);
	advice_free(&advice);
	return good;
}

/* "500M": in KB, rounded down; a bare number is of bytes. */
static bool budget_option(const struct options *options, uint64_t *kb)
{
	static const char units[] = "KMGT";
	const char *at = options->value, *unit;
	uint64_t number = 0;

	for (; *at >= '0' && *at <= '9'; at++) /* what is too much is as much as there is */
		number = number > UINT64_MAX / 10 - 1 ? UINT64_MAX
						      : number * 10 + (uint64_t)(*at - '0');
	unit = *at & ~0x20 ? strchr(units, *at & ~0x20) : NULL;
	if (at == options->value || (*at && !unit) || (unit && at[1]))
		return options_refuse(options,
				      "'%s' is no size: give a number and K, M, G or T",
				      options->value);
	*kb = unit ? number : number / 1024;
	if (*kb == SIZE_NONE)
		*kb = SIZE_NONE - 1;
	for (ptrdiff_t i = unit ? unit - units : 0; i > 0; i--)
		*kb = *kb > SIZE_NONE / 2048 ? SIZE_NONE - 1 : *kb * 1024;
	return true;
}

static bool take_option(void *context, const struct options *options, int id)
{
	struct wish *wish = context;

	if (id == OPTION_BUDGET)
		return budget_option(options, &wish->budget_kb);
	return format_option(&wish->format, options);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .format = FORMAT_TEXT, .budget_kb = SIZE_NONE };

	return show_command(command, index, argc, argv, take_option, advise, &wish);
}

const struct command command_advise = {
	.name = "advise",
	.summary = "Tells which user dumps to save the next time, and why.",
	.operands = "INCIDENT",
	.examples =
		"  pipeline advise 9f3c                               # the plan, with reasons\n"
		"  pipeline advise 9f3c --budget 2G                   # most for two gigabytes\n"
		"  pipeline advise 9f3c --format cmd >save.cmd        # procdump lines\n"
		"  pipeline advise 9f3c --format reg >localdumps.reg  # dumps of what dies\n",
	.options = rows,
	.pages = true,
	.run = run,
};
