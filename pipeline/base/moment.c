/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates are computed here and not by the C library, which asks the time zone of the
 * machine and takes a lock to do so. Days are counted in years that begin on the first of
 * March, so that the leap day is the last day of its year (the method of Howard Hinnant's
 * "chrono-compatible low-level date algorithms").
 */
#include "pipeline/base/moment.h"

#include <time.h>

#define MS_PER_DAY 86400000
#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

int64_t moment_days(int64_t year, unsigned month, unsigned day)
{
	int64_t era, year_of_era, day_of_year;

	if (month <= 2)
		year--;
	era = floor_div(year, 400);
	year_of_era = year - era * 400;
	day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - DAYS_TO_1970;
}

struct date {
	int64_t year;
	unsigned month, day;
};

static struct date date_of(int64_t days)
{
	int64_t era, year_of_era;
	unsigned day, month; /* from 0; day first of the era, then of the year */

	days += DAYS_TO_1970;
	era = floor_div(days, DAYS_PER_ERA);
	day = (unsigned)(days - era * DAYS_PER_ERA);
	year_of_era = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= (unsigned)(365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day + 2) / 153;
	return (struct date){
		.year = year_of_era + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day - (153 * month + 2) / 5 + 1,
	};
}

/* At least `width` digits; returns the end. */
static char *put_digits(char *out, uint64_t value, unsigned width)
{
	char digits[20], *at = digits + sizeof(digits);
	size_t len;

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
		width -= width > 0;
	} while (value || width);
	len = (size_t)(digits + sizeof(digits) - at);
	memcpy(out, at, len);
	return out + len;
}

static char *put_date(char *out, struct date date)
{
	if (date.year < 0)
		*out++ = '-';
	out = put_digits(out, (uint64_t)(date.year < 0 ? -date.year : date.year), 4);
	*out++ = '-';
	out = put_digits(out, date.month, 2);
	*out++ = '-';
	return put_digits(out, date.day, 2);
}

static char *put_time(char *out, uint64_t ms)
{
	out = put_digits(out, ms / 3600000, 2);
	*out++ = ':';
	out = put_digits(out, ms / 60000 % 60, 2);
	*out++ = ':';
	out = put_digits(out, ms / 1000 % 60, 2);
	*out++ = '.';
	return put_digits(out, ms % 1000, 3);
}

char *moment_format(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known)
{
	int64_t ms = moment % MS_PER_DAY;
	char *at = out;

	if (moment == MOMENT_NONE)
		return strcpy(out, "-");
	if (ms < 0)
		ms += MS_PER_DAY;
	at = put_date(at, date_of(floor_div(moment, MS_PER_DAY)));
	*at++ = 'T';
	at = put_time(at, (uint64_t)ms);
	strcpy(at, zone_known ? "Z" : "-00:00");
	return out;
}

/*
 * Reading: each function takes its part off the front of *text. One that fails leaves
 * *text somewhere in the middle, which is of no use to anybody.
 */

/* Exactly `width` digits of a number from `from` to `to`. */
static bool take_number(struct slice *text, size_t width, unsigned from, unsigned to,
			unsigned *value)
{
	*value = 0;
	if (text->len < width)
		return false;
	for (size_t i = 0; i < width; i++) {
		char c = text->at[i];

		if (c < '0' || c > '9')
			return false;
		*value = *value * 10 + (unsigned)(c - '0');
	}
	*text = slice_skip(*text, width);
	return *value >= from && *value <= to;
}

/* One character of those in `any`, or '\0'. */
static char take_char(struct slice *text, const char *any)
{
	char c = text->len ? *text->at : '\0';

	if (c == '\0' || !strchr(any, c))
		return '\0';
	*text = slice_skip(*text, 1);
	return c;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool take_date(struct slice *text, int64_t *days)
{
	unsigned year, month, day;

	if (!take_number(text, 4, 0, 9999, &year) || !take_char(text, "-") ||
	    !take_number(text, 2, 1, 12, &month) || !take_char(text, "-") ||
	    !take_number(text, 2, 1, days_in_month(year, month), &day))
		return false;
	*days = moment_days(year, month, day);
	return true;
}

/* ".137": digits behind the third are read and dropped. */
static bool take_fraction(struct slice *text, unsigned *ms)
{
	unsigned digit, worth = 100;

	*ms = 0;
	if (!take_char(text, "."))
		return true;
	if (!take_number(text, 1, 0, 9, &digit))
		return false;
	do {
		*ms += digit * worth;
		worth /= 10;
	} while (take_number(text, 1, 0, 9, &digit));
	return true;
}

/* Minutes east of Greenwich. */
static bool take_offset(struct slice *text, int *offset)
{
	char sign = take_char(text, "Zz+-");
	unsigned hours, minutes;

	*offset = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!sign || !take_number(text, 2, 0, 23, &hours) || !take_char(text, ":") ||
	    !take_number(text, 2, 0, 59, &minutes))
		return false;
	*offset = (int)(hours * 60 + minutes) * (sign == '-' ? -1 : 1);
	return true;
}

int64_t moment_parse(struct slice text, bool end_of_day)
{
	unsigned hour, minute, second, ms;
	int64_t days, minutes, seconds;
	int offset;

	if (!take_date(&text, &days))
		return MOMENT_NONE;
	if (text.len == 0)
		return days * MS_PER_DAY + (end_of_day ? MS_PER_DAY - 1 : 0);
	if (!take_char(&text, "Tt ") || !take_number(&text, 2, 0, 23, &hour) ||
	    !take_char(&text, ":") || !take_number(&text, 2, 0, 59, &minute) ||
	    !take_char(&text, ":") || !take_number(&text, 2, 0, 60, &second) ||
	    !take_fraction(&text, &ms) || !take_offset(&text, &offset) || text.len != 0)
		return MOMENT_NONE;
	minutes = days * 1440 + (int64_t)hour * 60 + minute - offset;
	seconds = minutes * 60 + second;
	/* A leap second ends a day in UTC and counts as the first second of the next. */
	if (second == 60 && seconds % 86400 != 0)
		return MOMENT_NONE;
	return seconds * 1000 + ms;
}

int64_t moment_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
