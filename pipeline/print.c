/* SPDX-License-Identifier: Apache-2.0 */
/* Values that may be unknown, as text and as JSON; see print.h. */
#include "pipeline/print.h"

char *print_id(char out[ID_TEXT_SIZE], uint64_t id)
{
	snprintf(out, ID_TEXT_SIZE, "%016llx", (unsigned long long)id);
	return out;
}

char *print_duration(char out[DURATION_TEXT_SIZE], int64_t ms)
{
	unsigned long long left = (unsigned long long)ms / 1000, days = left / 86400;
	unsigned rest = (unsigned)((unsigned long long)ms % 1000);

	if (ms == MS_NONE)
		snprintf(out, DURATION_TEXT_SIZE, "-");
	else if (days)
		snprintf(out, DURATION_TEXT_SIZE, "%llud %llu:%02llu:%02llu.%03u", days,
			 left / 3600 % 24, left / 60 % 60, left % 60, rest);
	else if (left >= 3600)
		snprintf(out, DURATION_TEXT_SIZE, "%llu:%02llu:%02llu.%03u", left / 3600,
			 left / 60 % 60, left % 60, rest);
	else
		snprintf(out, DURATION_TEXT_SIZE, "%llu:%02llu.%03u", left / 60,
			 left % 60, rest);
	return out;
}

char *print_duration_short(char out[DURATION_TEXT_SIZE], int64_t ms)
{
	char *point;

	if (ms > 0 && ms < 1000) {
		snprintf(out, DURATION_TEXT_SIZE, "0.%03u s", (unsigned)ms);
		return out;
	}
	point = strrchr(print_duration(out, ms), '.');
	if (point)
		*point = 0;
	return out;
}

char *print_moment(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known)
{
	if (moment == MOMENT_NONE)
		snprintf(out, MOMENT_TEXT_SIZE, "-");
	else
		moment_format(out, moment, zone_known);
	return out;
}

char *print_second(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known)
{
	char *fraction = strchr(print_moment(out, moment, zone_known), '.');

	if (fraction)
		memmove(fraction, fraction + strlen(".000"),
			strlen(fraction + strlen(".000")) + 1);
	return out;
}

void print_heading(const char *text)
{
	size_t len = strcspn(text, "\n");

	printf("\n%s%.*s%s%s", style_begin(STYLE_HEADING), (int)len, text,
	       style_end(STYLE_HEADING), text + len);
}

void print_count_to(FILE *out, const char *before, uint64_t count, const char *noun)
{
	bool hissing = noun[strlen(noun) - 1] == 's';

	fprintf(out, "%s%llu %s%s", before, (unsigned long long)count, noun,
		count == 1 ? ""
		: hissing  ? "es"
			   : "s");
}

void print_count(const char *before, uint64_t count, const char *noun)
{
	print_count_to(stdout, before, count, noun);
}

void print_json_text(struct json *json, const char *key, struct slice text)
{
	json_key(json, key);
	if (text.len)
		json_text(json, text);
	else
		json_null(json);
}

void print_json_number(struct json *json, const char *key, uint32_t number)
{
	json_key(json, key);
	if (number != NUMBER_NONE)
		json_u64(json, number);
	else
		json_null(json);
}

void print_json_size(struct json *json, const char *key, uint64_t size)
{
	json_key(json, key);
	if (size != SIZE_NONE)
		json_u64(json, size);
	else
		json_null(json);
}

void print_json_u64(struct json *json, const char *key, uint64_t number)
{
	json_key(json, key);
	json_u64(json, number);
}

void print_json_moment(struct json *json, const char *key, int64_t moment, bool zone_known)
{
	char text[MOMENT_TEXT_SIZE];

	json_key(json, key);
	if (moment == MOMENT_NONE)
		json_null(json);
	else
		json_string(json, moment_format(text, moment, zone_known));
}

void print_json_seconds(struct json *json, const char *key, int64_t ms)
{
	json_key(json, key);
	if (ms == MS_NONE)
		json_null(json);
	else
		json_decimal(json, ms, 3);
}

void print_json_address(struct json *json, const char *key, uint64_t address, unsigned digits)
{
	json_key(json, key);
	if (address == 0)
		json_null(json);
	else
		json_hex(json, address, digits == 8 && address <= UINT32_MAX ? 8 : 16);
}

void print_json_id(struct json *json, const char *key, uint64_t id)
{
	json_key(json, key);
	json_hex(json, id, 16);
}

void print_json_where(struct json *json, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;

	print_json_text(json, "bundle", row->bundles.at[0]);
	print_json_text(json, "member", summary->sources.at[0].member);
	print_json_text(json, "machine", summary->machine);
	print_json_moment(json, "session_time", summary->session_time,
			  summary->session_zone_known);
}
