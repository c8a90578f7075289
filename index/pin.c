/* SPDX-License-Identifier: Apache-2.0 */
/* The table "pin": a key for each pinned incident, and nothing under it. */
#include "index/pin.h"

#include "index/table.h"
#include "index/transact.h"

struct pinning {
	const pin_vec *ids;
	bool pinned;
	uint64_t changed;
};

bool pin_is_set(struct index_view *view, uint64_t id, struct error *error)
{
	struct key key = key_incident(id);
	struct slice value;

	return table_get(view, TABLE_PIN, key_slice(&key), &value, error);
}

static bool pin_one(struct pinning *pinning, struct index_view *view, uint64_t id,
		    struct error *error)
{
	struct key key = key_incident(id);
	bool before = pin_is_set(view, id, error);

	if (error->kind != ERROR_NONE || before == pinning->pinned)
		return error->kind == ERROR_NONE;
	pinning->changed++;
	if (pinning->pinned)
		return table_put(view, TABLE_PIN, key_slice(&key), SLICE_NONE, error);
	return table_delete(view, TABLE_PIN, key_slice(&key), SLICE_NONE, error);
}

static bool pin_all(void *context, struct index_view *view, struct error *error)
{
	struct pinning *pinning = context;

	pinning->changed = 0;
	vec_for_each(id, pinning->ids)
		if (!pin_one(pinning, view, *id, error))
			return false;
	return true;
}

bool index_pin(struct index *index, const pin_vec *ids, bool pinned, uint64_t *changed,
	       struct error *error)
{
	struct pinning pinning = { .ids = ids, .pinned = pinned };
	bool ok = index_transact(index, pin_all, &pinning, error);

	*changed = pinning.changed;
	return ok;
}

bool index_pins(struct index_view *view, pin_vec *ids, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, TABLE_PIN, SLICE_NONE, error);

	while (ok && scan_next(&scan, error)) {
		if (scan.key.len != sizeof(uint64_t))
			ok = index_damaged(error, "a pin is not 8 bytes");
		else
			vec_push(ids, key_number(scan.key.at));
	}
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}
