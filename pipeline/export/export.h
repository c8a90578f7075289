/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `export` writes: a folder with a file a table (export_tables.def), statements that load them, and a manifest that is written
 * last. A row is written value by value in the order of its table's columns; each call takes the next column, and one of another type or
 * number than the table says is an internal error.
 */
#ifndef PIPELINE_EXPORT_H
#define PIPELINE_EXPORT_H

#include "pipeline/export/redact.h"
#include "pipeline/print.h"
#include "pipeline/show.h"

enum export_table_id {
#define EXPORT_TABLE(id, doc) EXPORT_##id,
#include "pipeline/export/export_tables.def"
	EXPORT_TABLES,
};

enum export_type {
	EXPORT_TEXT,
	EXPORT_INTEGER,
	EXPORT_REAL,
	EXPORT_BOOLEAN,
};

struct export_column {
	enum export_table_id table;
	enum export_type type;
	enum export_privacy privacy;
	const char *name;
};

struct export_table {
	FILE *file;
	struct json json;
	struct csv csv;
	struct redact *redact; /* NULL: nothing is made unreadable */
	const struct export_column *columns;
	unsigned column_count, at; /* the next of the row */
	uint64_t rows;
	bool is_csv, wrong;
};

struct export
{
	const char *folder;
	int fd; /* of the folder */
	bool csv, made_folder;
	struct redact *redact; /* the caller's; NULL: nothing is made unreadable */
	struct export_table tables[EXPORT_TABLES];
	FILE *manifest; /* first of the files, and the last to get its name */
	VEC(char *) files; /* final names of those that were made, to be freed; the manifest is not among them */
	size_t named; /* so many of them have that name */
};

/* ---- tables ---- */

const char *export_table_name(enum export_table_id id);
/* Its columns, one after the other. */
const struct export_column *export_columns(enum export_table_id id, unsigned *count);
/* Begins a file with what stands before the first row. */
void export_table_begin(struct export_table *table, enum export_table_id id, FILE *file,
			bool csv);

/* ---- values of a row; nothing for an empty text, a _NONE, address 0 ---- */

/* The class of its column (redact.h) tells which of these four a text goes through: a column of EXPORT_PLAIN takes none from a log. */
void export_text(struct export_table *table, struct slice text);
void export_word(struct export_table *table, const char *ours);
void export_hash(struct export_table *table, const char *digits);
void export_label(struct export_table *table, struct slice made_of_renamed);
void export_id(struct export_table *table, uint64_t id);
void export_address(struct export_table *table, uint64_t address, unsigned digits);
void export_moment(struct export_table *table, int64_t moment, bool zone_known);
void export_u64(struct export_table *table, uint64_t value);
void export_number(struct export_table *table, uint32_t value); /* NUMBER_NONE */
void export_size(struct export_table *table, uint64_t value); /* SIZE_NONE, TICKS_NONE */
void export_session(struct export_table *table, int32_t session);
void export_seconds(struct export_table *table, int64_t ms);
void export_decimal(struct export_table *table, int64_t value, unsigned digits);
void export_bool(struct export_table *table, bool value);
void export_none(struct export_table *table);
void export_row_end(struct export_table *table);

/* ---- what is exported ---- */

/* All rows of an incident; a show_work with a struct export. */
bool export_incident(void *export, const struct shown *shown, struct error *error);
/* The label of a chain's signature, of names that were replaced unless redact is NULL. Like chain_label(), it is in out. */
struct slice export_chain_label(struct redact *redact, const struct chain_list *list,
				const struct chain *chain, byte_vec *out);
/* Bundles and quarantine: all, or (ids not NULL) those that hold one of these incidents, a set of count. */
bool export_bundles(struct export *export, struct index_view *view, const uint64_t *ids,
		    size_t count, struct error *error);
/* The statements that load the tables. */
void export_sqlite(FILE *out, bool csv);
void export_duckdb(FILE *out, bool csv);

/* The manifest; selection as in export_end(). With a key, names in it are left out. */
void export_manifest(FILE *out, const struct export *export, char *const *selection,
		     int words);

/* ---- the folder ---- */

#define EXPORT_MANIFEST "manifest.json"
/* "processes.csv"; returns out. */
#define EXPORT_FILE_SIZE 64
const char *export_file_name(char out[EXPORT_FILE_SIZE], enum export_table_id id, bool csv);
/* What a file is called until the export has come to its end: ".NAME.new"; returns out. */
#define EXPORT_HIDDEN_SIZE 80
const char *export_hidden_name(char out[EXPORT_HIDDEN_SIZE], const char *name);

/* Makes it, or takes an empty one or one that an export left which was killed, and the files of the tables in it. What fails leaves no
 * file of ours behind. */
bool export_begin(struct export *export, const char *folder, bool csv,
		  struct redact *redact, struct error *error);
/* Whether all could be written until now, each row as its table says. */
bool export_check(const struct export *export, struct error *error);
/* Writes the statements and the manifest, and gives all their names when all of it is on disk. selection: the words of the command line
 * that select. */
bool export_end(struct export *export, char *const *selection, int words, struct error *error);
/* Takes all of it back. */
void export_undo(struct export *export);

#endif
