/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of an export and the files in it; see export.h. All are for their owner alone, since they say what the logs say. Until all
 * of them are on disk each has a hidden name of its own, ".processes.csv.new". The manifest is the first to be made and the last to get
 * its name: a folder with ".manifest.json.new" is of an export that did not come to its end, and whatever has names of ours in it is
 * that one's, which the next export takes away.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/work.h"
#include "pipeline/export/export.h"
#include "pipeline/export/export_leak.h"

#define MANIFEST EXPORT_MANIFEST

const char *export_file_name(char out[EXPORT_FILE_SIZE], enum export_table_id id, bool csv)
{
	snprintf(out, EXPORT_FILE_SIZE, "%s.%s", export_table_name(id),
		 csv ? "csv" : "ndjson");
	return out;
}

const char *export_hidden_name(char out[EXPORT_HIDDEN_SIZE], const char *name)
{
	snprintf(out, EXPORT_HIDDEN_SIZE, ".%s.new", name);
	return out;
}

/* ---- what is in the folder ---- */

/* Whether an export may have made a file of that name, but for the manifest. */
static bool is_name_of_ours(const char *name)
{
	static const char *const others[] = { "load_sqlite.sql", "load_duckdb.sql" };
	char plain[EXPORT_FILE_SIZE], hidden[EXPORT_HIDDEN_SIZE];

	for (int i = 0; i < 2 * EXPORT_TABLES + 2; i++) {
		const char *ours = i < 2 * EXPORT_TABLES
					   ? export_file_name(plain, i / 2, i % 2)
					   : others[i - 2 * EXPORT_TABLES];

		if (strcmp(name, ours) == 0 ||
		    strcmp(name, export_hidden_name(hidden, ours)) == 0)
			return true;
	}
	return false;
}

static bool is_left_manifest(const char *name)
{
	char hidden[EXPORT_HIDDEN_SIZE];

	return strcmp(name, export_hidden_name(hidden, MANIFEST)) == 0;
}

struct content {
	bool read;     /* the folder could be */
	bool others;   /* there is what is not ours */
	bool manifest; /* there is one without its name */
	VEC(char *) ours;
};

static void look_at(struct content *content, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (is_left_manifest(name))
		content->manifest = true;
	else if (is_name_of_ours(name))
		vec_push(&content->ours, mem_strdup(name));
	else
		content->others = true;
}

static void read_folder(int fd, struct content *content)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	*content = (struct content){ .read = folder != NULL };
	if (!folder && copy >= 0)
		close(copy);
	errno = 0;
	while (folder && (entry = readdir(folder)) != NULL)
		look_at(content, entry->d_name);
	if (folder && errno)
		content->read = false;
	if (folder)
		closedir(folder);
}

/* Takes away what an export left that was killed. The mark goes last. */
static bool take_away(const struct export *export, const struct content *content,
		      struct error *error)
{
	char hidden[EXPORT_HIDDEN_SIZE];

	vec_for_each(name, &content->ours)
		if (unlinkat(export->fd, *name, 0) != 0)
			return error_errno(error, "%s/%s", export->folder, *name);
	if (fsync(export->fd) != 0 ||
	    unlinkat(export->fd, export_hidden_name(hidden, MANIFEST), 0) != 0)
		return error_errno(error, "%s/%s", export->folder, hidden);
	return true;
}

/* Leaves it empty, or fails. */
static bool clear_folder(const struct export *export, struct error *error)
{
	struct content content;
	bool good = true;

	read_folder(export->fd, &content);
	if (!content.read)
		good = error_set(error, ERROR_IO, "%s cannot be read", export->folder);
	else if (content.others || (content.ours.len && !content.manifest))
		good = error_set(error, ERROR_USAGE, "%s is not empty: name a new folder",
				 export->folder);
	else if (content.manifest)
		good = take_away(export, &content, error);
	vec_for_each(name, &content.ours)
		free(*name);
	vec_free(&content.ours);
	return good;
}

static bool open_folder(struct export *export, struct error *error)
{
	export->made_folder = mkdir(export->folder, 0700) == 0;
	if (!export->made_folder && errno != EEXIST)
		return error_errno(error, "cannot make %s", export->folder);
	export->fd = open(export->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (export->fd < 0)
		return error_errno(error, "%s", export->folder);
	/* Where a file system has no such locks, nobody is kept out. */
	if (flock(export->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return error_set(error, ERROR_USAGE, "another export writes to %s",
				 export->folder);
	return export->made_folder || clear_folder(export, error);
}

/* ---- its files ---- */

/* Under its hidden name; NULL with the error. */
static FILE *make_hidden(struct export *export, const char *name, struct error *error)
{
	char hidden[EXPORT_HIDDEN_SIZE];
	int fd = openat(export->fd, export_hidden_name(hidden, name),
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		error_errno(error, "cannot make %s/%s", export->folder, hidden);
	if (!file && fd >= 0) {
		close(fd);
		unlinkat(export->fd, hidden, 0);
	}
	return file;
}

static FILE *make_file(struct export *export, const char *name, struct error *error)
{
	FILE *file = make_hidden(export, name, error);

	if (file)
		vec_push(&export->files, mem_strdup(name));
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

static bool begin_tables(struct export *export, struct error *error)
{
	for (int id = 0; id < EXPORT_TABLES; id++) {
		char name[EXPORT_FILE_SIZE];
		FILE *file =
			make_file(export, export_file_name(name, id, export->csv), error);

		if (!file)
			return false;
		export_table_begin(&export->tables[id], id, file, export->csv);
		export->tables[id].redact = export->redact;
	}
	return true;
}

bool export_begin(struct export *export, const char *folder, bool csv,
		  struct redact *redact, struct error *error)
{
	*export = (struct export){ .folder = folder, .fd = -1, .csv = csv, .redact = redact };
	if (redact)
		export_own_words(export);
	if (open_folder(export, error) &&
	    (export->manifest = make_hidden(export, MANIFEST, error)) != NULL &&
	    begin_tables(export, error))
		return true;
	export_undo(export);
	return false;
}

bool export_check(const struct export *export, struct error *error)
{
	for (int id = 0; id < EXPORT_TABLES; id++) {
		const struct export_table *table = &export->tables[id];
		char name[EXPORT_FILE_SIZE];

		if (table->wrong)
			return error_set(error, ERROR_INTERNAL,
					 "a row of %s is not as the table says",
					 export_table_name(id));
		if (ferror(table->file))
			return cannot_write(export, table->file,
					    export_file_name(name, id, export->csv), error);
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

static void remove_file(const struct export *export, const char *name)
{
	if (unlinkat(export->fd, name, 0) != 0 && errno != ENOENT)
		log_warning("%s/%s is left and no part of an export: %s", export->folder,
			    name, strerror(errno));
}

void export_undo(struct export *export)
{
	char hidden[EXPORT_HIDDEN_SIZE];

	for (int id = 0; id < EXPORT_TABLES; id++)
		if (export->tables[id].file)
			fclose(export->tables[id].file);
	for (size_t i = 0; i < export->files.len; i++)
		remove_file(export,
			    i < export->named
				    ? export->files.at[i]
				    : export_hidden_name(hidden, export->files.at[i]));
	if (export->manifest) {
		fclose(export->manifest);
		remove_file(export, export_hidden_name(hidden, MANIFEST));
	}
	if (export->made_folder)
		rmdir(export->folder);
	free_files(export);
}

/* ---- the end ---- */

static bool write_sql(struct export *export, const char *name,
		      void (*print)(FILE *out, bool csv), struct error *error)
{
	FILE *file = make_file(export, name, error);

	if (!file)
		return false;
	print(file, export->csv);
	return close_file(export, file, name, error);
}

/* Megabytes that are on no disk yet. */
static bool close_tables(struct export *export, struct error *error)
{
	bool good = true;

	work_begin("files brought to the disk", EXPORT_TABLES);
	for (int id = 0; good && id < EXPORT_TABLES; id++) {
		FILE *file = export->tables[id].file;
		char name[EXPORT_FILE_SIZE];

		export->tables[id].file = NULL;
		good = close_file(export, file, export_file_name(name, id, export->csv),
				  error);
		work_step(1);
	}
	work_end();
	return good;
}

/* All of it but the name. */
static bool write_manifest(struct export *export, char *const *selection, int words,
			   struct error *error)
{
	export_manifest(export->manifest, export, selection, words);
	if (ferror(export->manifest))
		return cannot_write(export, export->manifest, MANIFEST, error);
	if (fflush(export->manifest) != 0 || fsync(fileno(export->manifest)) != 0)
		return error_errno(error, "cannot write %s/" MANIFEST, export->folder);
	return true;
}

static bool give_name(const struct export *export, const char *name, struct error *error)
{
	char hidden[EXPORT_HIDDEN_SIZE];

	return renameat(export->fd, export_hidden_name(hidden, name), export->fd, name) == 0 ||
	       error_errno(error, "cannot write %s/%s", export->folder, name);
}

static bool sync_folder(const struct export *export, struct error *error)
{
	return fsync(export->fd) == 0 || error_errno(error, "%s", export->folder);
}

static bool give_names(struct export *export, struct error *error)
{
	if (!sync_folder(export, error))
		return false;
	for (; export->named < export->files.len; export->named++)
		if (!give_name(export, export->files.at[export->named], error))
			return false;
	if (!sync_folder(export, error) || !give_name(export, MANIFEST, error))
		return false;
	fclose(export->manifest);
	export->manifest = NULL;
	vec_push(&export->files, mem_strdup(MANIFEST));
	export->named++;
	return sync_folder(export, error);
}

bool export_end(struct export *export, char *const *selection, int words, struct error *error)
{
	if (!export_check(export, error) || !close_tables(export, error) ||
	    !write_sql(export, "load_sqlite.sql", export_sqlite, error) ||
	    !write_sql(export, "load_duckdb.sql", export_duckdb, error) ||
	    !write_manifest(export, selection, words, error) ||
	    (export->redact && !export_find_no_leak(export, error)) ||
	    !give_names(export, error)) {
		export_undo(export);
		return false;
	}
	free_files(export);
	return true;
}
