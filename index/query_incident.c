/* SPDX-License-Identifier: Apache-2.0 */
/* Combining questions about incidents; see query_incident.h. */
#include "index/query_incident.h"

#include "index/list.h"
#include "index/pieces.h"
#include "pipeline/base/work.h"

static bool (*const questions[INCIDENT_QUESTIONS])(struct asking *asking) = {
#define INCIDENT_QUESTION(id, name, value, help) question_##id,
#include "index/incident_questions.def"
#undef INCIDENT_QUESTION
};

enum incident_question incident_filter_first(const struct incident_filter *filter)
{
	int question = 0;

	while (question < INCIDENT_QUESTIONS && !filter->asked[question])
		question++;
	return (enum incident_question)question;
}

bool index_digest(struct index_view *view, const struct incident_row *row,
		  struct digest *digest, struct error *error)
{
	struct slice bytes;

	return piece_get(view, TABLE_DIGEST, row->summary.id, row->version, &bytes, error) &&
	       (digest_decode(digest, bytes.at, bytes.len) ||
		piece_unreadable(TABLE_DIGEST, row->summary.id, error));
}

bool asking_digest(struct asking *asking, uint64_t id, struct incident_row *row,
		   struct digest *digest)
{
	*digest = (struct digest){ .address_digits = 0 };
	if (!index_known_incident(asking->view, id, row, asking->error))
		return false;
	if (index_digest(asking->view, row, digest, asking->error))
		return true;
	incident_row_free(row);
	digest_free(digest);
	return false;
}

/* ---- AND ---- */

static int by_id(const void *left, const void *right)
{
	const struct incident_hit *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int most_first(const void *left, const void *right)
{
	const struct incident_hit *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return by_id(left, right);
}

static void sort(hit_vec *hits, int (*compare)(const void *, const void *))
{
	if (hits->len > 1)
		qsort(hits->at, hits->len, sizeof(struct incident_hit), compare);
}

static void keep_common(hit_vec *hits, const hit_vec *others)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i < hits->len; i++) {
		while (k < others->len && others->at[k].id < hits->at[i].id)
			k++;
		if (k < others->len && others->at[k].id == hits->at[i].id)
			hits->at[kept++] = hits->at[i];
	}
	hits->len = kept;
}

/* Leaves the hits that the selector wants. */
static bool keep_selected(struct asking *asking)
{
	const struct selector *selector = &asking->filter->selector;
	hit_vec *hits = asking->hits;
	size_t kept = 0;
	bool good = true;

	if (!selector_asks_for_incidents(selector) && !selector_asks_for_chains(selector))
		return true;
	work_begin("incidents looked at", hits->len);
	for (size_t i = 0; good && i < hits->len; i++) {
		struct incident_row row;

		work_step(1);
		good = index_known_incident(asking->view, hits->at[i].id, &row, asking->error);
		if (!good)
			break;
		if (selector_accepts(selector, &row) &&
		    row_has_chain(asking->view, &row, selector, asking->error))
			hits->at[kept++] = hits->at[i];
		incident_row_free(&row);
		good = asking->error->kind == ERROR_NONE;
	}
	work_end();
	hits->len = kept;
	return good;
}

/* One question on which nothing else hangs is enough for its answer. */
static uint64_t enough_hits(const struct incident_filter *filter)
{
	const struct selector *selector = &filter->selector;
	int asked = 0;

	for (int i = 0; i < INCIDENT_QUESTIONS; i++)
		asked += filter->asked[i];
	if (asked != 1 || selector->limit == 0 || selector_asks_for_incidents(selector) ||
	    selector_asks_for_chains(selector))
		return UINT64_MAX;
	return selector->offset + selector->limit;
}

/* All hits, by id. */
static bool ask_all(struct asking *asking)
{
	enum incident_question first = incident_filter_first(asking->filter);
	hit_vec others = { 0 }, *hits = asking->hits;
	bool good;

	hits->len = 0;
	if (first == INCIDENT_QUESTIONS)
		return true;
	good = questions[first](asking);
	sort(hits, by_id);
	asking->hits = &others;
	for (int i = (int)first + 1; good && i < INCIDENT_QUESTIONS; i++) {
		if (!asking->filter->asked[i])
			continue;
		others.len = 0;
		good = questions[i](asking);
		sort(&others, by_id);
		keep_common(hits, &others);
	}
	asking->hits = hits;
	vec_free(&others);
	return good && keep_selected(asking);
}

static void cut_out(hit_vec *hits, const struct selector *selector)
{
	size_t first = selector->offset < hits->len ? (size_t)selector->offset : hits->len;

	hits->len -= first;
	if (hits->len)
		memmove(hits->at, hits->at + first, hits->len * sizeof(struct incident_hit));
	if (selector->limit && selector->limit < hits->len)
		hits->len = (size_t)selector->limit;
}

bool query_incidents(struct index_view *view, const struct incident_filter *filter,
		     hit_vec *hits, size_t *total, struct error *error)
{
	struct asking asking = { .view = view,
				 .filter = filter,
				 .hits = hits,
				 .enough = enough_hits(filter),
				 .error = error };

	error->kind = ERROR_NONE;
	if (!ask_all(&asking))
		return false;
	sort(hits, most_first);
	*total = asking.cut ? SIZE_MAX : hits->len;
	cut_out(hits, &filter->selector);
	return true;
}

bool query_incident_ids(struct index_view *view, const struct incident_filter *filter,
			id_vec *ids, struct error *error)
{
	hit_vec hits = { 0 };
	struct asking asking = {
		.view = view, .filter = filter, .hits = &hits, .enough = UINT64_MAX, .error = error
	};
	bool good;

	error->kind = ERROR_NONE;
	good = ask_all(&asking);
	ids->len = 0;
	vec_for_each(hit, &hits)
		vec_push(ids, hit->id);
	vec_free(&hits);
	return good;
}
