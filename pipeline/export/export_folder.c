/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of an export and the files in it; see export.h. All are for their owner alone, since they say what the logs say. The
 * manifest gets its name when everything else is on disk: a folder without one is of an export that did not come to its end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/export/export.h"

#define MANIFEST "manifest.json"
#define MANIFEST_NEW ".manifest.json.new"

static bool is_empty(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool empty = folder != NULL;

	if (!folder && copy >= 0)
		close(copy);
	while (empty && (entry = readdir(folder)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (folder)
		closedir(folder);
	return empty;
}

static bool open_folder(struct export *export, struct error *error)
{
	export->made_folder = mkdir(export->folder, 0700) == 0;
	if (!export->made_folder && errno != EEXIST)
		return error_errno(error, "cannot make %s", export->folder);
	export->fd = open(export->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (export->fd < 0)
		return error_errno(error, "%s", export->folder);
	if (!export->made_folder && !is_empty(export->fd))
		return error_set(error, ERROR_USAGE, "%s is not empty: name a new folder",
				 export->folder);
	return true;
}

/* NULL with the error. */
static FILE *make_file(struct export *export, const char *name, struct error *error)
{
	int fd = openat(export->fd, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0)
		vec_push(&export->files, mem_strdup(name));
	if (!file)
		error_errno(error, "cannot make %s/%s", export->folder, name);
	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* Fails with the reason of a write that has failed: what it left is tried once more, since other calls have changed errno since. */
static bool cannot_write(const struct export *export, FILE *file, const char *name,
			 struct error *error)
{
	errno = EIO;
	fflush(file);
	return error_errno(error, "cannot write %s/%s", export->folder, name);
}

/* Nothing that was written is lost any more when it returns true. */
static bool close_file(const struct export *export, FILE *file, const char *name,
		       struct error *error)
{
	bool good = ferror(file) ? cannot_write(export, file, name, error)
				 : fflush(file) == 0 && fsync(fileno(file)) == 0;

	if (!good && error->kind == ERROR_NONE)
		error_errno(error, "cannot write %s/%s", export->folder, name);
	if (fclose(file) != 0 && good)
		good = error_errno(error, "cannot write %s/%s", export->folder, name);
	return good;
}

static const char *file_name(char out[64], const struct export *export, enum export_table_id id)
{
	snprintf(out, 64, "%s.%s", export_table_name(id), export->csv ? "csv" : "ndjson");
	return out;
}

bool export_begin(struct export *export, const char *folder, bool csv, struct error *error)
{
	bool good;

	*export = (struct export){ .folder = folder, .fd = -1, .csv = csv };
	good = open_folder(export, error);
	for (int id = 0; good && id < EXPORT_TABLES; id++) {
		char name[64];
		FILE *file = make_file(export, file_name(name, export, id), error);

		good = file != NULL;
		if (good)
			export_table_begin(&export->tables[id], id, file, csv);
	}
	if (!good)
		export_undo(export);
	return good;
}

bool export_check(const struct export *export, struct error *error)
{
	for (int id = 0; id < EXPORT_TABLES; id++) {
		const struct export_table *table = &export->tables[id];
		char name[64];

		if (table->wrong)
			return error_set(error, ERROR_INTERNAL,
					 "a row of %s is not as the table says",
					 export_table_name(id));
		if (ferror(table->file))
			return cannot_write(export, table->file,
					    file_name(name, export, id), error);
	}
	return true;
}

static void free_files(struct export *export)
{
	vec_for_each(name, &export->files)
		free(*name);
	vec_free(&export->files);
	if (export->fd >= 0)
		close(export->fd);
	export->fd = -1;
}

void export_undo(struct export *export)
{
	for (int id = 0; id < EXPORT_TABLES; id++)
		if (export->tables[id].file)
			fclose(export->tables[id].file);
	vec_for_each(name, &export->files)
		unlinkat(export->fd, *name, 0);
	if (export->made_folder)
		rmdir(export->folder);
	free_files(export);
}

static void print_table(struct json *json, const struct export *export, enum export_table_id id)
{
	char name[64];

	json_object_begin(json);
	json_key(json, "table");
	json_string(json, export_table_name(id));
	json_key(json, "file");
	json_string(json, file_name(name, export, id));
	print_json_u64(json, "rows", export->tables[id].rows);
	json_object_end(json);
}

static void print_manifest(FILE *out, const struct export *export, char *const *selection,
			   int words)
{
	struct json json;

	json_init(&json, out, true);
	json_object_begin(&json);
	json_key(&json, "layout");
	json_string(&json, "pipeline/export/1");
	json_key(&json, "version");
	json_string(&json, PIPELINE_VERSION);
	json_key(&json, "format");
	json_string(&json, export->csv ? "csv" : "ndjson");
	json_key(&json, "selection");
	json_array_begin(&json);
	for (int i = 0; i < words; i++)
		json_string(&json, selection[i]);
	json_array_end(&json);
	json_key(&json, "tables");
	json_array_begin(&json);
	for (int id = 0; id < EXPORT_TABLES; id++)
		print_table(&json, export, id);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

static bool write_sql(struct export *export, const char *name,
		      void (*print)(FILE *out, bool csv), struct error *error)
{
	FILE *file = make_file(export, name, error);

	if (!file)
		return false;
	print(file, export->csv);
	return close_file(export, file, name, error);
}

static bool write_manifest(struct export *export, char *const *selection, int words,
			   struct error *error)
{
	FILE *file = make_file(export, MANIFEST_NEW, error);

	if (!file)
		return false;
	print_manifest(file, export, selection, words);
	if (!close_file(export, file, MANIFEST_NEW, error))
		return false;
	if (fsync(export->fd) != 0 ||
	    renameat(export->fd, MANIFEST_NEW, export->fd, MANIFEST) != 0)
		return error_errno(error, "cannot write %s/" MANIFEST, export->folder);
	vec_push(&export->files, mem_strdup(MANIFEST));
	return fsync(export->fd) == 0 || error_errno(error, "%s", export->folder);
}

static bool close_tables(struct export *export, struct error *error)
{
	for (int id = 0; id < EXPORT_TABLES; id++) {
		FILE *file = export->tables[id].file;
		char name[64];

		export->tables[id].file = NULL;
		if (!close_file(export, file, file_name(name, export, id), error))
			return false;
	}
	return true;
}

bool export_end(struct export *export, char *const *selection, int words, struct error *error)
{
	if (!export_check(export, error) || !close_tables(export, error) ||
	    !write_sql(export, "load_sqlite.sql", export_sqlite, error) ||
	    !write_sql(export, "load_duckdb.sql", export_duckdb, error) ||
	    !write_manifest(export, selection, words, error)) {
		export_undo(export);
		return false;
	}
	free_files(export);
	return true;
}
