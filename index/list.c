/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `list` walks by_time, so that the newest N incidents cost N rows and a span of time
 * only the rows in it.
 */
#include "index/list.h"

#include <inttypes.h>

#include "index/table.h"

#define NO_LIMIT UINT64_MAX

struct listing_state {
	const struct selector *selector;
	bool (*visit)(void *context, const struct incident_row *row);
	void *context;
	uint64_t skip, left; /* accepted rows still to be passed over, and still to be visited */
	uint64_t visited;
};

bool row_has_chain(struct index_view *view, const struct incident_row *row,
		   const struct selector *selector, struct error *error)
{
	struct chain_list list = { 0 };
	bool found = false;

	if (!selector_asks_for_chains(selector))
		return true;
	if (index_row_chains(view, row, &list, error))
		vec_for_each(chain, &list.chains)
			found |= selector_accepts_chain(selector, &list, chain);
	chain_list_free(&list);
	return found;
}

/* False when it was the last one, or on failure. */
static bool list_one(struct listing_state *state, struct index_view *view, uint64_t id,
		     int64_t moment, struct error *error)
{
	struct incident_row row;
	bool more = true;

	if (!index_known_incident(view, id, &row, error))
		return false;
	if (row.summary.session_time != moment) {
		more = index_damaged(
			error, "incident %016" PRIx64 " is listed under another time", id);
	} else if (selector_accepts(state->selector, &row) &&
		   row_has_chain(view, &row, state->selector, error)) {
		if (state->skip) {
			state->skip--;
		} else {
			state->visited++;
			more = state->visit(state->context, &row) && --state->left;
		}
	}
	incident_row_free(&row);
	return more && error->kind == ERROR_NONE;
}

static bool walk(struct listing_state *state, struct index_view *view,
		 struct table_scan *scan, struct error *error)
{
	const struct selector *selector = state->selector;
	int64_t moment;

	while (scan_next(scan, error)) {
		if (scan->key.len != 2 * sizeof(uint64_t))
			return index_damaged(error, "a time is not 16 bytes");
		moment = key_moment(scan->key.at);
		if ((selector->since != MOMENT_NONE && moment < selector->since) ||
		    (selector->until != MOMENT_NONE && moment == MOMENT_NONE))
			break;
		if (!list_one(state, view, key_number(scan->key.at + sizeof(uint64_t)),
			      moment, error))
			break;
	}
	return error->kind == ERROR_NONE;
}

bool list_incidents(struct index_view *view, const struct selector *selector,
		    bool (*visit)(void *context, const struct incident_row *row),
		    void *context, uint64_t *count, struct error *error)
{
	struct listing_state state = {
		.selector = selector,
		.visit = visit,
		.context = context,
		.skip = selector->offset,
		.left = selector->limit ? selector->limit : NO_LIMIT,
	};
	struct key from = key_by_time(selector->until, 0);
	struct table_scan scan;
	bool ok;

	error->kind = ERROR_NONE;
	ok = scan_begin(&scan, view, TABLE_BY_TIME,
			selector->until == MOMENT_NONE ? SLICE_NONE : key_slice(&from),
			error) &&
	     walk(&state, view, &scan, error);
	scan_end(&scan);
	*count = state.visited;
	return ok;
}

static bool push_id(void *context, const struct incident_row *row)
{
	id_vec *ids = context;

	vec_push(ids, row->summary.id);
	return true;
}

bool ids_selected(struct index_view *view, const struct selector *selector, id_vec *ids,
		  struct error *error)
{
	struct selector incidents = *selector;
	uint64_t count;
	bool good;

	incidents.cycle = CYCLE_NO_MATTER;
	incidents.min_wait_ms = MS_NONE;
	incidents.limit = incidents.offset = 0;
	good = selector_asks_for_incidents(&incidents)
		       ? list_incidents(view, &incidents, push_id, ids, &count, error)
		       : ids_of_incidents(view, ids, error);
	ids_settle(ids);
	return good;
}

uint64_t list_expects(struct index_view *view, const struct selector *selector)
{
	if (selector_asks_for_incidents(selector) || selector_asks_for_chains(selector) ||
	    selector->limit || selector->offset)
		return 0;
	return table_rows(view, TABLE_INCIDENT);
}
