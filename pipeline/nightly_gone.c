/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles that the index knows and that are in their places no more. Only "there is no such file" counts: a folder that cannot be
 * entered says nothing of what is in it. Their incidents stay in the index.
 */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "pipeline/nightly.h"

typedef VEC(char *) root_vec;

struct looking {
	struct nightly *nightly;
	const root_vec *roots; /* as discover_path() names them */
};

static bool is_below(struct slice path, const char *root)
{
	struct slice head = slice_from(root);

	if (slice_equal(head, SLICE("/")))
		return true;
	return slice_starts(path, head) && (path.len == head.len || path.at[head.len] == '/');
}

static bool is_asked_about(const struct looking *looking, struct slice path)
{
	if (path.len == 0 || path.at[0] != '/')
		return false;
	vec_for_each(root, looking->roots)
		if (is_below(path, *root))
			return true;
	return looking->nightly->ingest.path_count == 0;
}

static bool look_at(void *context, const struct night_bundle *bundle)
{
	struct looking *looking = context;
	struct nightly *nightly = looking->nightly;
	bool asked = is_asked_about(looking, bundle->path);
	struct slice path;
	struct stat status;

	if (!asked && !bundle->told_gone)
		return true;
	path = arena_copy(&nightly->arena, bundle->path);
	/* What another night with other paths has told stays told. */
	if (asked && (lstat(path.at, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)))
		return true;
	vec_push(&nightly->gone,
		 ((struct gone_bundle){ path, bundle->incidents, bundle->told_gone }));
	nightly->newly_gone += !bundle->told_gone;
	return true;
}

static int by_path(const void *left, const void *right)
{
	const struct gone_bundle *a = left, *b = right;

	return slice_compare(a->path, b->path);
}

bool nightly_find_gone(struct nightly *nightly, struct index_view *view, struct error *error)
{
	root_vec roots = { 0 };
	struct looking looking = { nightly, &roots };
	bool good;

	for (int i = 0; i < nightly->ingest.path_count; i++) {
		char *root = realpath(nightly->ingest.paths[i], NULL);

		if (root)
			vec_push(&roots, root);
	}
	good = night_bundles(view, look_at, &looking, error);
	if (nightly->gone.len)
		qsort(nightly->gone.at, nightly->gone.len, sizeof(struct gone_bundle),
		      by_path);
	vec_for_each(root, &roots)
		free(*root);
	vec_free(&roots);
	return good;
}
