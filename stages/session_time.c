/* SPDX-License-Identifier: Apache-2.0 */
/* The banner's session time; see session_time.h. */
#include "stages/session_time.h"

#include "stages/lex.h"

static unsigned month_number(struct slice word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned month = 0; month < 12; month++)
		if (word.len == 3 && memcmp(word.at, names + month * 3, 3) == 0)
			return month + 1;
	return 0;
}

/* A day of another month is damage: 30 February is no 2 March. */
static bool day_exists(uint64_t year, unsigned month, uint64_t day)
{
	int64_t first = moment_days((int64_t)year, month, 1);
	int64_t next = month == 12 ? moment_days((int64_t)year + 1, 1, 1)
				   : moment_days((int64_t)year, month + 1, 1);

	return day >= 1 && day <= (uint64_t)(next - first);
}

/* "(GMT-7)", "(UTC - 8:00)", "(UTC + 5:30)", "(GMT+0)": minutes east of Greenwich. */
static bool read_zone(struct cursor *cursor, int64_t *minutes)
{
	uint64_t hours, rest = 0;
	bool west;

	if (!lex_words(cursor, SLICE("(GMT")) && !lex_words(cursor, SLICE("(UTC")))
		return false;
	lex_blanks(cursor);
	west = lex_dash(cursor);
	if (!west && !lex_words(cursor, SLICE("+"))) {
		*minutes = 0;
		return lex_literal(cursor, SLICE(")"));
	}
	if (!lex_decimal(cursor, &hours) || hours > 15)
		return false;
	if (lex_literal(cursor, SLICE(":")) && (!lex_decimal(cursor, &rest) || rest > 59))
		return false;
	*minutes = (int64_t)(hours * 60 + rest) * (west ? -1 : 1);
	return lex_literal(cursor, SLICE(")"));
}

bool session_time_parse(struct slice text, int64_t *moment, bool *zone_known)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	struct slice weekday, month_word;
	uint64_t day, year;
	int64_t clock, zone = 0;
	unsigned month;

	if (!lex_token(&cursor, &weekday) || !lex_token(&cursor, &month_word))
		return false;
	month = month_number(month_word);
	if (month == 0 || !lex_decimal(&cursor, &day) || !lex_duration(&cursor, &clock) ||
	    clock >= 86400000 || !lex_decimal(&cursor, &year) || year < 1980 ||
	    year > 9999 || !day_exists(year, month, day))
		return false;
	*zone_known = read_zone(&cursor, &zone);
	*moment = moment_days((int64_t)year, month, (unsigned)day) * 86400000 + clock -
		  (*zone_known ? zone * 60000 : 0);
	return true;
}
