/* SPDX-License-Identifier: Apache-2.0 */
/* Which bars there are; see report_bars.h. */
#include "pipeline/report/report_bars.h"

#include "pipeline/print.h"

#define DAY_MS 86400000

void bars_add(struct bars *bars, int64_t moment, uint64_t value, bool marked)
{
	if (moment == MOMENT_NONE)
		bars->timeless++;
	else
		vec_push(&bars->values, ((struct bar_value){ moment, value, marked }));
}

static int64_t day_of(int64_t moment)
{
	return moment / DAY_MS - (moment % DAY_MS < 0);
}

void bar_name(char out[BAR_NAME_SIZE], enum bars_unit unit, int64_t day)
{
	char text[MOMENT_TEXT_SIZE];

	print_moment(text, day * DAY_MS, true);
	snprintf(out, BAR_NAME_SIZE, "%.*s",
		 unit == BARS_YEARS    ? 4
		 : unit == BARS_MONTHS ? 7
				       : 10,
		 text);
}

static void date_of(int64_t day, int64_t *year, unsigned *month)
{
	char text[MOMENT_TEXT_SIZE];
	int read_year, read_month;

	print_moment(text, day * DAY_MS, true);
	if (sscanf(text, "%d-%d", &read_year, &read_month) != 2)
		read_year = 1970, read_month = 1;
	*year = read_year;
	*month = (unsigned)read_month;
}

/* The first day of the bar that a day is in. */
static int64_t first_day(enum bars_unit unit, int64_t day)
{
	int64_t year;
	unsigned month;

	if (unit == BARS_DAYS)
		return day;
	if (unit == BARS_WEEKS) /* 1970-01-05 was a Monday */
		return day - ((day - 4) % 7 + 7) % 7;
	date_of(day, &year, &month);
	return moment_days(year, unit == BARS_MONTHS ? month : 1, 1);
}

static int64_t next_day(enum bars_unit unit, int64_t day)
{
	/* from the first day on: into the next one for certain, and not beyond it */
	static const int steps[] = { 1, 7, 31, 366 };

	return first_day(unit, day + steps[unit]);
}

static size_t count_bars(enum bars_unit unit, int64_t from, int64_t to)
{
	static const int shortest[] = { 1, 7, 28, 365 };

	return (size_t)((to - from) / shortest[unit]) + 1;
}

static void list_bars(struct bars *bars, int64_t first, int64_t last)
{
	int64_t to = first_day(bars->unit, last), from = first_day(bars->unit, first);

	while (bars->unit < BARS_YEARS && count_bars(bars->unit, from, to) > BARS_MAX) {
		bars->unit++;
		from = first_day(bars->unit, first);
		to = first_day(bars->unit, last);
	}
	if (to - from > (int64_t)BARS_MAX * 366)
		from = first_day(bars->unit, to - (int64_t)(BARS_MAX - 1) * 365);
	/* a year that is none could stand still */
	for (int64_t day = from; day <= to && bars->list.len < BARS_MAX;
	     day = next_day(bars->unit, day))
		vec_push(&bars->list, (struct bar){ .day = day });
}

static struct bar *bar_of(struct bars *bars, int64_t day)
{
	size_t low = 0, high = bars->list.len;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (bars->list.at[middle].day <= day)
			low = middle;
		else
			high = middle;
	}
	return day < bars->list.at[low].day ? NULL : &bars->list.at[low];
}

void bars_settle(struct bars *bars)
{
	int64_t first = INT64_MAX, last = INT64_MIN;

	vec_for_each(value, &bars->values) {
		int64_t day = day_of(value->moment);

		first = day < first ? day : first;
		last = day > last ? day : last;
	}
	if (bars->values.len == 0)
		return;
	list_bars(bars, first, last);
	vec_for_each(value, &bars->values) {
		struct bar *bar = bar_of(bars, day_of(value->moment));

		if (!bar) {
			bars->older++;
			continue;
		}
		bar->of++;
		bar->marks += value->marked;
		bar->value = value->value > bar->value ? value->value : bar->value;
		bars->most = value->value > bars->most ? value->value : bars->most;
	}
}

void bars_free(struct bars *bars)
{
	vec_free(&bars->values);
	vec_free(&bars->list);
}
