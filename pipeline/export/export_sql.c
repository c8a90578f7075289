/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that load an export into SQLite and DuckDB. Names of tables and columns are ours (export_tables.def): none needs more
 * than quotes. */
#include "pipeline/export/export.h"

static const char *const sqlite_types[] = { "TEXT", "INTEGER", "REAL", "INTEGER" };
static const char *const duckdb_types[] = { "VARCHAR", "UBIGINT", "DOUBLE", "BOOLEAN" };

/* The value of a column as SQLite is given it: text of CSV, or a line of JSON. */
static void print_sqlite_value(FILE *out, const struct export_column *column, bool csv)
{
	if (!csv)
		fprintf(out, "json_extract(line, '$.%s')", column->name);
	else if (column->type == EXPORT_BOOLEAN)
		fprintf(out, "CASE \"%s\" WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
			column->name);
	else
		fprintf(out, "nullif(\"%s\", '')", column->name);
}

static void print_sqlite_table(FILE *out, enum export_table_id id, bool csv)
{
	const char *name = export_table_name(id);
	unsigned count;
	const struct export_column *columns = export_columns(id, &count);

	fprintf(out, "\nCREATE TABLE \"%s\" (", name);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s\"%s\" %s", i ? ", " : "", columns[i].name,
			sqlite_types[columns[i].type]);
	fputs(");\n", out);
	if (csv)
		fprintf(out, ".import --csv %s.csv raw\n", name);
	else
		fprintf(out, "CREATE TABLE raw (line TEXT);\n.import %s.ndjson raw\n", name);
	fprintf(out, "INSERT INTO \"%s\" SELECT ", name);
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		print_sqlite_value(out, &columns[i], csv);
	}
	fputs(" FROM raw ORDER BY raw.rowid;\nDROP TABLE raw;\n", out);
	if (strcmp(columns[0].name, "incident") == 0)
		fprintf(out, "CREATE INDEX \"%s_incident\" ON \"%s\" (incident);\n", name,
			name);
}

void export_sqlite(FILE *out, bool csv)
{
	fputs("-- In this folder: sqlite3 case.db <load_sqlite.sql\n.bail on\n", out);
	/* No byte of a line of JSON is a control character: the whole line is one field. */
	if (!csv)
		fputs(".mode ascii\n.separator \"\\037\" \"\\n\"\n", out);
	for (int id = 0; id < EXPORT_TABLES; id++)
		print_sqlite_table(out, (enum export_table_id)id, csv);
}

/* A session may be a negative number; nothing else is. */
static const char *duckdb_type(const struct export_column *column)
{
	return strcmp(column->name, "session") == 0 ? "BIGINT" : duckdb_types[column->type];
}

static void print_duckdb_table(FILE *out, enum export_table_id id, bool csv)
{
	const char *name = export_table_name(id);
	unsigned count;
	const struct export_column *columns = export_columns(id, &count);

	fprintf(out, "\nCREATE TABLE \"%s\" AS SELECT * FROM ", name);
	if (csv)
		fprintf(out,
			"read_csv('%s.csv', header = true, auto_detect = false, delim = ',', "
			"quote = '\"', escape = '\"', nullstr = '', columns = {",
			name);
	else
		fprintf(out, "read_json('%s.ndjson', format = 'newline_delimited', columns = {",
			name);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s'%s': '%s'", i ? ", " : "", columns[i].name,
			duckdb_type(&columns[i]));
	fputs("});\n", out);
}

void export_duckdb(FILE *out, bool csv)
{
	fputs("-- In this folder: duckdb case.duckdb <load_duckdb.sql\n", out);
	for (int id = 0; id < EXPORT_TABLES; id++)
		print_duckdb_table(out, (enum export_table_id)id, csv);
}
