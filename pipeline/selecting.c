/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the selecting options; see selecting.h. */
#include "pipeline/selecting.h"

#include <stdio.h>

#include "pipeline/progress.h"

static const char *const format_names[FORMATS] = { "text", "json", "jsonl", "csv",
						   "dot",  "cmd",  "reg" };

bool format_option(enum format *format, const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	for (int i = 0; i < FORMATS; i++)
		if (strcmp(options->value, format_names[i]) == 0)
			*format = (enum format)i;
	return true;
}

bool plain_option(void *asking, const struct options *options, int id)
{
	struct asking_plainly *plainly = asking;

	if (id == OPTION_PROGRESS)
		return progress_option(options);
	if (id != OPTION_INDEX)
		return format_option(&plainly->format, options);
	plainly->index = options->value;
	return true;
}

bool number_option(const struct options *options, uint64_t least, uint64_t most,
		   uint64_t *number)
{
	const char *at = options->value;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9' && value <= most / 10; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	if (at == options->value || *at || value < least || value > most)
		return options_refuse(options, "'%s' is no number from %llu to %llu",
				      options->value, (unsigned long long)least,
				      (unsigned long long)most);
	*number = value;
	return true;
}

bool seconds_option(const struct options *options, int64_t *ms)
{
	const char *at = options->value;
	int64_t value = 0;
	int digits = 0, decimals = -1;

	for (; (*at >= '0' && *at <= '9') || (*at == '.' && decimals < 0); at++) {
		if (*at == '.') {
			decimals = 0;
			continue;
		}
		if (decimals >= 3)
			continue; /* finer than what logs say */
		if (++digits > 15)
			break;
		value = value * 10 + (*at - '0');
		decimals += decimals >= 0;
	}
	if (*at || digits == 0)
		return options_refuse(options, "'%s' is no number of seconds", options->value);
	for (int i = decimals < 0 ? 0 : decimals; i < 3; i++)
		value *= 10;
	*ms = value;
	return true;
}

bool moment_option(const struct options *options, bool end_of_day, int64_t *moment)
{
	*moment = moment_parse(slice_from(options->value), end_of_day);
	if (*moment == MOMENT_NONE)
		return options_refuse(options,
				      "'%s' is no time: give a date or RFC 3339, "
				      "2010-03-10 or 2010-03-10T17:22:09Z",
				      options->value);
	return true;
}

static bool build_option(const struct options *options, uint32_t *build)
{
	uint64_t number;

	if (!number_option(options, 0, NUMBER_NONE - 1, &number))
		return false;
	*build = (uint32_t)number;
	return true;
}

static bool cycle_option(struct selector *selector, const struct options *options)
{
	/* in the order of the option's words */
	static const int cycles[] = { CYCLE_ANY, CYCLE_THREAD, CYCLE_PROCESS };
	unsigned which;

	if (!word_option(options, &which))
		return false;
	selector->cycle = cycles[which];
	return true;
}

bool select_option(struct selector *selector, const struct options *options, int id)
{
	switch (id) {
	case OPTION_SINCE:
		return moment_option(options, false, &selector->since);
	case OPTION_UNTIL:
		return moment_option(options, true, &selector->until);
	case OPTION_MACHINE:
		selector->machine = options->value;
		return true;
	case OPTION_OS:
		selector->os = options->value;
		return true;
	case OPTION_BUILD:
		return build_option(options, &selector->build);
	case OPTION_BUNDLE:
		selector->bundle = options->value;
		return true;
	case OPTION_CYCLE:
		return cycle_option(selector, options);
	case OPTION_MIN_WAIT:
		return seconds_option(options, &selector->min_wait_ms);
	case OPTION_LIMIT:
		return number_option(options, 1, UINT32_MAX, &selector->limit);
	case OPTION_OFFSET:
		return number_option(options, 0, UINT32_MAX, &selector->offset);
	default:
		return true;
	}
}
