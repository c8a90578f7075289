/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks what the user named with fts(3), which keeps no stack of ours and does not change the working
 * directory. Only names and inodes are read here, never content: that is the confined reader's part.
 */
#include "stages/discover.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"

static void bundle_add(struct found_list *list, const char *path, const struct stat *st)
{
	vec_push(&list->bundles, ((struct found_bundle){
					 .path = mem_strdup(path),
					 .size = (uint64_t)st->st_size,
					 .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 +
						     st->st_mtim.tv_nsec,
					 .device = st->st_dev,
					 .inode = st->st_ino,
				 }));
}

static void found_bundle_free(struct found_bundle *bundle)
{
	if (bundle->split)
		split_free(bundle->split);
	free(bundle->split);
	free(bundle->path);
}

static void unreadable_add(struct found_list *list, const char *path, size_t len)
{
	vec_push(&list->unreadable, mem_copy_text(path, len));
}

/*
 * A file whose inode cannot be read lies in a folder that may be listed but not entered. Each of them
 * says so: only the first is taken. All entries share one path buffer, of which the folder's path is
 * the front part.
 */
static void unstatable_add(struct found_list *list, FTSENT *entry)
{
	const size_t count = list->unreadable.len;
	size_t len = entry->fts_pathlen;

	if (entry->fts_errno == ENOENT)
		return; /* gone since the folder was listed */
	if (entry->fts_level > FTS_ROOTLEVEL)
		len = entry->fts_parent->fts_pathlen;
	if (count > 0 && strlen(list->unreadable.at[count - 1]) == len &&
	    memcmp(list->unreadable.at[count - 1], entry->fts_path, len) == 0)
		return;
	unreadable_add(list, entry->fts_path, len);
}

static void entry_add(struct found_list *list, FTS *walk, FTSENT *entry,
		      dev_t skip_device, ino_t skip_inode)
{
	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_statp->st_dev == skip_device &&
		    entry->fts_statp->st_ino == skip_inode)
			fts_set(walk, entry, FTS_SKIP);
		break;
	case FTS_F:
		bundle_add(list, entry->fts_path, entry->fts_statp);
		break;
	case FTS_DNR:
	case FTS_ERR:
		unreadable_add(list, entry->fts_path, entry->fts_pathlen);
		break;
	case FTS_NS:
		unstatable_add(list, entry);
		break;
	default: /* links, pipes, sockets, devices, the way back out of a folder */
		break;
	}
}

static bool folder_add(struct found_list *list, char *path, dev_t skip_device,
		       ino_t skip_inode, struct error *error)
{
	char *roots[] = { path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	bool good;

	if (!walk)
		return error_errno(error, "%s", path);
	while ((entry = fts_read(walk)))
		entry_add(list, walk, entry, skip_device, skip_inode);
	good = errno == 0 || error_errno(error, "%s", path);
	fts_close(walk);
	return good;
}

bool discover_path(struct found_list *list, const char *path, dev_t skip_device,
		   ino_t skip_inode, struct error *error)
{
	cleanup_free char *real = realpath(path, NULL);
	struct stat st;

	if (!real || stat(real, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		    errno == ENAMETOOLONG)
			return error_set(error, ERROR_USAGE, "%s: no such file or folder",
					 path);
		return error_errno(error, "%s", path);
	}
	if (S_ISDIR(st.st_mode))
		return folder_add(list, real, skip_device, skip_inode, error);
	if (!S_ISREG(st.st_mode))
		return error_set(error, ERROR_USAGE, "%s: not a file or folder", path);
	bundle_add(list, real, &st);
	list->bundles.at[list->bundles.len - 1].named = true;
	return true;
}

static int bundle_compare(const void *a, const void *b)
{
	return strcmp(((const struct found_bundle *)a)->path,
		      ((const struct found_bundle *)b)->path);
}

/* ---- archives that were split ---- */

/* A bundle of parts, of which one was found. */
struct joined {
	char *path;
	unsigned highest;
	struct split split;
};

typedef VEC(struct joined) joined_vec;

static int joined_compare(const void *a, const void *b)
{
	return strcmp(((const struct joined *)a)->path, ((const struct joined *)b)->path);
}

/* The bundles that parts were found of, each once, by path. */
static void joined_find(const struct found_list *list, joined_vec *joined)
{
	size_t kept = 0;

	vec_for_each(bundle, &list->bundles) {
		struct joined one;

		one.path = split_bundle_path(bundle->path, &one.highest);
		if (one.path && (one.highest || bundle->named))
			vec_push(joined, one);
		else
			free(one.path);
	}
	if (joined->len < 2)
		return;
	qsort(joined->at, joined->len, sizeof(joined->at[0]), joined_compare);
	for (size_t i = 1; i < joined->len; i++) {
		struct joined *last = &joined->at[kept], *next = &joined->at[i];

		if (strcmp(last->path, next->path) != 0) {
			joined->at[++kept] = *next;
			continue;
		}
		if (next->highest > last->highest)
			last->highest = next->highest;
		free(next->path);
	}
	joined->len = kept + 1;
}

static bool is_joined(const joined_vec *joined, const char *path)
{
	struct joined key = { .path = (char *)path };

	return joined->len &&
	       bsearch(&key, joined->at, joined->len, sizeof(key), joined_compare);
}

/* Drops the files that are parts of what is joined. */
static void parts_drop(struct found_list *list, const joined_vec *joined)
{
	size_t kept = 0;

	vec_for_each(bundle, &list->bundles) {
		unsigned number;
		char *path = split_bundle_path(bundle->path, &number);

		if (path && is_joined(joined, path))
			free(bundle->path);
		else
			list->bundles.at[kept++] = *bundle;
		free(path);
	}
	list->bundles.len = kept;
}

/* Leaves those that are split: any other file is a bundle as it was found. */
static void joined_look(joined_vec *joined)
{
	size_t kept = 0;

	vec_for_each(one, joined) {
		if (split_find(one->path, one->highest, &one->split))
			joined->at[kept++] = *one;
		else
			free(one->path);
	}
	joined->len = kept;
}

/* Takes over the path and the parts. */
static void joined_add(struct found_list *list, struct joined *one)
{
	struct split *split = mem_alloc(sizeof(*split));

	*split = one->split;
	vec_push(&list->bundles, ((struct found_bundle){ .path = one->path,
							 .size = split->size,
							 .mtime_ns = split->mtime_ns,
							 .split = split }));
}

static void splits_join(struct found_list *list)
{
	joined_vec joined = { 0 };

	joined_find(list, &joined);
	joined_look(&joined);
	if (joined.len)
		parts_drop(list, &joined);
	vec_for_each(one, &joined)
		joined_add(list, one);
	vec_free(&joined);
}

static int path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void bundles_finish(struct found_list *list)
{
	struct found_bundle *at = list->bundles.at;
	size_t kept = 0;

	if (list->bundles.len == 0)
		return;
	qsort(at, list->bundles.len, sizeof(*at), bundle_compare);
	for (size_t i = 1; i < list->bundles.len; i++) {
		if (strcmp(at[i].path, at[kept].path) == 0)
			found_bundle_free(&at[i]);
		else
			at[++kept] = at[i];
	}
	list->bundles.len = kept + 1;
}

static void unreadable_finish(struct found_list *list)
{
	char **at = list->unreadable.at;
	size_t kept = 0;

	if (list->unreadable.len == 0)
		return;
	qsort(at, list->unreadable.len, sizeof(*at), path_compare);
	for (size_t i = 1; i < list->unreadable.len; i++) {
		if (strcmp(at[i], at[kept]) == 0)
			free(at[i]);
		else
			at[++kept] = at[i];
	}
	list->unreadable.len = kept + 1;
}

void discover_finish(struct found_list *list)
{
	splits_join(list);
	bundles_finish(list);
	unreadable_finish(list);
}

void discover_free(struct found_list *list)
{
	vec_for_each(bundle, &list->bundles)
		found_bundle_free(bundle);
	for (size_t i = 0; i < list->unreadable.len; i++)
		free(list->unreadable.at[i]);
	vec_free(&list->bundles);
	vec_free(&list->unreadable);
}
