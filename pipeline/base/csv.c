/* SPDX-License-Identifier: Apache-2.0 */
/* Text goes out in runs, up to the next quote or invalid byte; see csv.h. The writer takes no lock: one thread owns the FILE. */
#define _GNU_SOURCE 1
#include "pipeline/base/csv.h"

#include "pipeline/base/decimal.h"
#include "pipeline/base/utf8.h"

void csv_init(struct csv *csv, FILE *out)
{
	*csv = (struct csv){ .out = out, .empty = true };
}

static void put_bytes(struct csv *csv, const char *bytes, size_t len)
{
	if (len)
		fwrite_unlocked(bytes, 1, len, csv->out);
}

static void next_field(struct csv *csv)
{
	if (csv->fields++)
		putc_unlocked(',', csv->out);
}

static void put_plain(struct csv *csv, struct slice text)
{
	next_field(csv);
	put_bytes(csv, text.at, text.len);
	csv->empty = false;
}

/* What the RFC asks for; and blanks at the ends, which some readers drop, an empty text, which is not nothing, and whatever acts on
 * what stands around it. */
static bool needs_quotes(struct slice text)
{
	size_t used;

	if (text.len == 0 || text.at[0] == ' ' || text.at[text.len - 1] == ' ')
		return true;
	for (; text.len; text = slice_skip(text, used)) {
		uint32_t code = utf8_read(text, &used);

		if (code == ',' || code == '"' || (code != UTF8_INVALID && utf8_steers(code)))
			return true;
	}
	return false;
}

static void put_body(struct csv *csv, struct slice text)
{
	size_t run = 0, at = 0, used;

	for (; at < text.len; at += used) {
		uint32_t code = utf8_read(slice_skip(text, at), &used);

		if (code != '"' && code != UTF8_INVALID)
			continue;
		put_bytes(csv, text.at + run, at - run);
		if (code == '"')
			put_bytes(csv, "\"\"", 2);
		else
			put_bytes(csv, "\xEF\xBF\xBD", 3);
		run = at + used;
	}
	if (at > run)
		put_bytes(csv, text.at + run, at - run);
}

void csv_text(struct csv *csv, struct slice text)
{
	bool quoted = needs_quotes(text);

	next_field(csv);
	if (quoted)
		putc_unlocked('"', csv->out);
	put_body(csv, text);
	if (quoted)
		putc_unlocked('"', csv->out);
	csv->empty = false;
}

void csv_string(struct csv *csv, const char *text)
{
	if (text)
		csv_text(csv, slice_from(text));
	else
		csv_none(csv);
}

void csv_u64(struct csv *csv, uint64_t value)
{
	char out[DECIMAL_SIZE];

	put_plain(csv, decimal_u64(out, value));
}

void csv_decimal(struct csv *csv, int64_t value, unsigned digits)
{
	char out[DECIMAL_SIZE];

	put_plain(csv, decimal_fixed(out, value, digits));
}

void csv_hex(struct csv *csv, uint64_t value, unsigned digits)
{
	char out[24];
	int len = snprintf(out, sizeof(out), "%0*llx", digits < 16 ? (int)digits : 16,
			   (unsigned long long)value);

	put_plain(csv, (struct slice){ out, (size_t)len });
}

void csv_none(struct csv *csv)
{
	next_field(csv);
}

/* A row of one field that is nothing would be an empty line, which many readers pass over. */
void csv_end_row(struct csv *csv)
{
	if (csv->fields == 1 && csv->empty)
		put_bytes(csv, "\"\"", 2);
	put_bytes(csv, "\r\n", 2);
	csv->fields = 0;
	csv->empty = true;
}
