/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the tables of an export, as CSV or as a line of JSON; see export.h. */
#include "pipeline/base/decimal.h"
#include "pipeline/export/export.h"

static const struct export_column columns[] = {
#define EXPORT_COLUMN(table, name, type, privacy, doc) \
	{ EXPORT_##table, EXPORT_##type, EXPORT_##privacy, #name },
#include "pipeline/export/export_tables.def"
};

const char *export_table_name(enum export_table_id id)
{
	static const char *const names[] = {
#define EXPORT_TABLE(id, doc) #id,
#include "pipeline/export/export_tables.def"
	};

	return names[id];
}

const struct export_column *export_columns(enum export_table_id id, unsigned *count)
{
	const struct export_column *end = columns + sizeof(columns) / sizeof(columns[0]);
	const struct export_column *first = columns, *last;

	while (first->table != id)
		first++;
	for (last = first; last < end && last->table == id;)
		last++;
	*count = (unsigned)(last - first);
	return first;
}

void export_table_begin(struct export_table *table, enum export_table_id id, FILE *file,
			bool csv)
{
	*table = (struct export_table){ .file = file, .is_csv = csv };
	table->columns = export_columns(id, &table->column_count);
	json_init(&table->json, file, false);
	csv_init(&table->csv, file);
	if (!csv)
		return;
	for (unsigned i = 0; i < table->column_count; i++)
		csv_string(&table->csv, table->columns[i].name);
	csv_end_row(&table->csv);
}

/* Goes on to the next column, which has to be of this type; false when there is none such. */
static bool next(struct export_table *table, enum export_type type)
{
	const struct export_column *column = &table->columns[table->at];

	if (table->at >= table->column_count || column->type != type) {
		table->wrong = true;
		return false;
	}
	if (!table->is_csv) {
		if (table->at == 0)
			json_object_begin(&table->json);
		json_key(&table->json, column->name);
	}
	table->at++;
	return true;
}

void export_none(struct export_table *table)
{
	if (table->at >= table->column_count)
		table->wrong = true;
	else if (!next(table, table->columns[table->at].type))
		return;
	else if (table->is_csv)
		csv_none(&table->csv);
	else
		json_null(&table->json);
}

static enum export_privacy privacy_of(const struct export_table *table)
{
	return table->at < table->column_count ? table->columns[table->at].privacy
					       : EXPORT_PLAIN;
}

static void put_text(struct export_table *table, struct slice text)
{
	if (!text.len)
		export_none(table);
	else if (!next(table, EXPORT_TEXT))
		return;
	else if (table->is_csv)
		csv_text(&table->csv, text);
	else
		json_text(&table->json, text);
}

/* A text that the column's class has to be, or become, one of. */
static void put_as(struct export_table *table, struct slice text, bool right)
{
	if (!right)
		table->wrong = true;
	put_text(table, table->redact && text.len
				? redact_text(table->redact, privacy_of(table), text)
				: text);
}

void export_text(struct export_table *table, struct slice text)
{
	enum export_privacy privacy = privacy_of(table);

	put_as(table, text,
	       privacy != EXPORT_PLAIN && privacy != EXPORT_HASH && privacy != EXPORT_LABEL);
}

void export_word(struct export_table *table, const char *ours)
{
	put_as(table, slice_from(ours), privacy_of(table) == EXPORT_PLAIN);
}

void export_hash(struct export_table *table, const char *digits)
{
	put_as(table, slice_from(digits), privacy_of(table) == EXPORT_HASH);
}

void export_label(struct export_table *table, struct slice made_of_renamed)
{
	put_as(table, made_of_renamed, privacy_of(table) == EXPORT_LABEL);
}

void export_id(struct export_table *table, uint64_t id)
{
	char text[ID_TEXT_SIZE];

	export_word(table, print_id(text, id));
}

void export_address(struct export_table *table, uint64_t address, unsigned digits)
{
	if (!address)
		export_none(table);
	else if (!next(table, EXPORT_TEXT))
		return;
	else if (table->is_csv)
		csv_hex(&table->csv, address, digits == 8 ? 8 : 16);
	else
		json_hex(&table->json, address, digits == 8 ? 8 : 16);
}

void export_moment(struct export_table *table, int64_t moment, bool zone_known)
{
	char text[MOMENT_TEXT_SIZE];

	if (moment == MOMENT_NONE)
		export_none(table);
	else
		export_word(table, moment_format(text, moment, zone_known));
}

void export_u64(struct export_table *table, uint64_t value)
{
	if (!next(table, EXPORT_INTEGER))
		return;
	if (table->is_csv)
		csv_u64(&table->csv, value);
	else
		json_u64(&table->json, value);
}

void export_number(struct export_table *table, uint32_t value)
{
	if (value == NUMBER_NONE)
		export_none(table);
	else
		export_u64(table, value);
}

void export_size(struct export_table *table, uint64_t value)
{
	if (value == SIZE_NONE)
		export_none(table);
	else
		export_u64(table, value);
}

void export_session(struct export_table *table, int32_t session)
{
	char out[DECIMAL_SIZE];

	if (session == SESSION_NONE)
		export_none(table);
	else if (!next(table, EXPORT_INTEGER))
		return;
	else if (table->is_csv)
		csv_text(&table->csv, decimal_i64(out, session));
	else
		json_i64(&table->json, session);
}

void export_decimal(struct export_table *table, int64_t value, unsigned digits)
{
	if (!next(table, EXPORT_REAL))
		return;
	if (table->is_csv)
		csv_decimal(&table->csv, value, digits);
	else
		json_decimal(&table->json, value, digits);
}

void export_seconds(struct export_table *table, int64_t ms)
{
	if (ms == MS_NONE)
		export_none(table);
	else
		export_decimal(table, ms, 3);
}

void export_bool(struct export_table *table, bool value)
{
	if (!next(table, EXPORT_BOOLEAN))
		return;
	if (table->is_csv)
		csv_string(&table->csv, value ? "true" : "false");
	else
		json_bool(&table->json, value);
}

void export_row_end(struct export_table *table)
{
	if (table->at != table->column_count)
		table->wrong = true;
	table->at = 0;
	table->rows++;
	if (table->is_csv) {
		csv_end_row(&table->csv);
		return;
	}
	json_object_end(&table->json);
	json_end(&table->json);
}
