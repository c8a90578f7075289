/* SPDX-License-Identifier: Apache-2.0 */
/* Looking through the files of an export for names that were replaced; see export_leak.h. */
#include "pipeline/export/export_leak.h"

#include <fcntl.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/work.h"
#include "pipeline/export/redact_search.h"

/* The statements, and a manifest of nothing: names of tables and columns are among them. */
void export_own_words(struct export *export)
{
	char *text;
	size_t len;
	FILE *out = mem_stream(&text, &len);

	export_sqlite(out, export->csv);
	export_duckdb(out, export->csv);
	export_manifest(out, export, NULL, 0);
	mem_stream_end(out);
	redact_own_text(export->redact, (struct slice){ text, len });
	free(text);
}

/* The table whose file has this name; EXPORT_TABLES for none. */
static int table_of(const char *file)
{
	int id = 0;

	while (id < EXPORT_TABLES) {
		const char *name = export_table_name((enum export_table_id)id);
		size_t len = strlen(name);

		if (strncmp(file, name, len) == 0 && file[len] == '.')
			break;
		id++;
	}
	return id;
}

static uint64_t columns_with_functions(int table)
{
	unsigned count;
	const struct export_column *columns;
	uint64_t set = 0;

	if (table == EXPORT_TABLES)
		return 0;
	columns = export_columns((enum export_table_id)table, &count);
	for (unsigned i = 0; i < count && i < 64; i++)
		if (columns[i].privacy == EXPORT_FRAME)
			set |= UINT64_C(1) << i;
	return set;
}

static bool tell_leak(const struct export *export, const char *name, int table,
		      const struct redact_place *place, struct error *error)
{
	unsigned count = 0;
	const struct export_column *columns = NULL;

	if (table < EXPORT_TABLES)
		columns = export_columns((enum export_table_id)table, &count);
	return error_set(error, ERROR_INTERNAL,
			 "a name that was replaced is left in %s, line %llu%s%s: nothing is "
			 "kept of %s",
			 name, (unsigned long long)place->line,
			 place->column < count ? ", column " : "",
			 place->column < count ? columns[place->column].name : "",
			 export->folder);
}

static bool search_file(const struct export *export, const char *name, struct error *error)
{
	char hidden[EXPORT_HIDDEN_SIZE];
	cleanup_fd int fd = openat(export->fd, export_hidden_name(hidden, name),
				   O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int table = table_of(name);
	bool is_sql = slice_ends(slice_from(name), SLICE(".sql"));
	struct redact_search search = { redact_words(export->redact), !export->csv && !is_sql,
					columns_with_functions(table) };
	struct redact_place place;
	bool found;

	if (table == EXPORT_TABLES && !is_sql)
		search.json = true;
	if (fd < 0)
		return error_errno(error, "cannot read %s/%s", export->folder, hidden);
	if (!redact_search(&search, fd, &found, &place, error))
		return error_context(error, "%s/%s", export->folder, name);
	return !found || tell_leak(export, name, table, &place, error);
}

bool export_find_no_leak(const struct export *export, struct error *error)
{
	bool good = true;

	work_begin("files searched for names", export->files.len + 1);
	vec_for_each(name, &export->files) {
		good = good && search_file(export, *name, error);
		work_step(1);
	}
	good = good && search_file(export, EXPORT_MANIFEST, error);
	work_end();
	return good;
}
