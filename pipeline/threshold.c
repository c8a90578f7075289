/* SPDX-License-Identifier: Apache-2.0 */
/* Thresholds; see threshold.h. */
#include "pipeline/threshold.h"

#include <stdio.h>
#include <string.h>

const char *state_text(enum state state)
{
	static const char *const texts[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return texts[state];
}

static uint64_t unit_seconds(const char *unit)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].unit) == 0)
			return units[i].seconds;
	return 0;
}

/* "26h" of "26h,50h" */
static bool take_number(const char *text, size_t len, uint64_t *number, char unit[4])
{
	size_t at = 0;

	*number = 0;
	for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
		if (*number > 100000000000)
			return false;
		*number = *number * 10 + (uint64_t)(text[at] - '0');
	}
	if (at == 0 || len - at > 3)
		return false;
	memcpy(unit, text + at, len - at);
	unit[len - at] = 0;
	return true;
}

/* One value and its unit, which says what is counted. */
static bool take_value(struct threshold *threshold, enum counts counts, const char *text,
		       size_t len, uint64_t *value)
{
	char unit[4];
	bool percent;

	if (!take_number(text, len, value, unit))
		return false;
	percent = strcmp(unit, "%") == 0;
	if (counts == COUNTS_TIME) {
		*value *= unit_seconds(unit);
		return unit_seconds(unit) > 0;
	}
	threshold->share = counts == COUNTS_SHARE || (counts == COUNTS_EITHER && percent);
	return (!*unit || (percent && threshold->share)) &&
	       (!threshold->share || *value <= 100);
}

bool threshold_option(struct threshold *threshold, const struct options *options,
		      enum counts counts)
{
	const char *text = options->value, *comma = strchr(text, ',');
	size_t first = comma ? (size_t)(comma - text) : strlen(text);
	bool share;

	*threshold = THRESHOLD_NONE;
	if (!take_value(threshold, counts, text, first, &threshold->warning))
		return options_refuse(options, "'%s' is no threshold, as of %s", text,
				      counts == COUNTS_TIME    ? "26h or 26h,50h"
				      : counts == COUNTS_SHARE ? "90% or 90%,97%"
							       : "10 or 10,100");
	share = threshold->share;
	if (!comma)
		return true;
	if (!take_value(threshold, counts, comma + 1, strlen(comma + 1), &threshold->critical) ||
	    share != threshold->share || threshold->critical < threshold->warning)
		return options_refuse(
			options, "'%s' is no warning and behind it what is critical", text);
	return true;
}

enum state threshold_state(const struct threshold *threshold, uint64_t value)
{
	if (threshold->critical != THRESHOLD_UNSET && value > threshold->critical)
		return STATE_CRITICAL;
	return threshold->warning != THRESHOLD_UNSET && value > threshold->warning
		       ? STATE_WARNING
		       : STATE_OK;
}

/* " 'label'=value[UOM];warning;critical;minimum" */
void threshold_print(const char *label, uint64_t value, const char *unit,
		     const struct threshold *threshold)
{
	printf(" %s=%llu%s;", label, (unsigned long long)value, unit);
	if (threshold->warning != THRESHOLD_UNSET)
		printf("%llu", (unsigned long long)threshold->warning);
	putchar(';');
	if (threshold->critical != THRESHOLD_UNSET)
		printf("%llu", (unsigned long long)threshold->critical);
	printf(";0");
}
