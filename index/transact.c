/* SPDX-License-Identifier: Apache-2.0 */
/* Write transactions that make room for themselves; see transact.h. */
#include "index/transact.h"

/* One attempt. *full: it failed because the map is full. */
static bool attempt(struct index *index,
		    bool (*work)(void *context, struct index_view *view, struct error *error),
		    void *context, bool *full, struct error *error)
{
	struct index_view view;
	int code;

	*full = false;
	error->kind = ERROR_NONE;
	if (!view_begin(&view, index, 0, error))
		return false;
	/* All that is to be written has been copied by now. */
	if (!work(context, &view, error) ||
	    (index->source && !index_view_is_whole(index->source, error))) {
		*full = view.map_full;
		mdb_txn_abort(view.txn);
		return false;
	}
	code = index_commit(index, view.txn);
	*full = code == MDB_MAP_FULL;
	return code == 0 || lmdb_error(error, code, "writing the index");
}

bool index_transact(struct index *index,
		    bool (*work)(void *context, struct index_view *view, struct error *error),
		    void *context, struct error *error)
{
	bool ok, full = false;

	if (index->lock_fd < 0 || index->views > 0)
		return error_set(error, ERROR_INTERNAL,
				 "to write needs an index open for writing without views");
	while (!(ok = attempt(index, work, context, &full, error)))
		if (!full || !index_grow(index, error))
			break;
	return ok && index_fit_file(index, error) && index_is_in_place(index, error);
}
