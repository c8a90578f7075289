/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over the incidents that a page on the index is made from; see report_facts.h. */
#include "pipeline/report/report_facts.h"

#include "index/list.h"
#include "index/query_incident.h"
#include "pipeline/base/hash.h"
#include "pipeline/base/work.h"
#include "pipeline/report/chain_svg.h"
#include "stages/urgency.h"

void newest_add(struct newest *newest, uint32_t incident, uint64_t count)
{
	if (newest->incidents == 0 || newest->last != incident) {
		newest->incidents++;
		newest->last = incident;
		newest->in_last = 0;
		if (newest->len < NEWEST_MAX)
			newest->at[newest->len++] = incident;
	}
	newest->in_last += count;
	if (newest->at[newest->len - 1] == incident)
		newest->count[newest->len - 1] = newest->in_last;
}

/* Of the spellings of one image the longest, which is not cut. */
static void take_spelling(struct report_facts *facts, struct slice *kept, struct slice seen)
{
	if (seen.len > kept->len)
		*kept = arena_copy(&facts->arena, seen);
}

/* ---- chains ---- */

const struct report_shape *report_shape_of(const struct report_facts *facts, uint64_t signature)
{
	uint32_t at = map_get(&facts->shape_of, signature);

	return at == MAP_NONE ? NULL : &facts->shapes.at[at];
}

/* The longest wait at each place, of chains that have as many. */
static void lengthen(struct drawn_chain *drawn, const struct chain_list *list,
		     const struct chain *chain)
{
	uint32_t at = 0, number = 0;

	if (chain->hops != drawn->hops.len + drawn->left_out)
		return;
	chain_for_each_hop(hop, list, chain)
	{
		if (drawn->left_out && number >= drawn->gap &&
		    number < drawn->gap + drawn->left_out) {
			number++;
			continue;
		}
		if (hop->wait_ms > drawn->hops.at[at].wait_ms)
			drawn->hops.at[at].wait_ms = hop->wait_ms;
		at++;
		number++;
	}
}

static uint8_t urgency_of(const struct chain *chain, uint64_t chains)
{
	unsigned urgency = chain->cycle == CYCLE_THREAD    ? URGENCY_DEADLOCK
			   : chain->cycle == CYCLE_PROCESS ? URGENCY_SEMICIRCLE
							   : URGENCY_CHAIN;

	for (unsigned more = 0; chains > 1 && more < URGENCY_OF_WAITERS_MAX; more++) {
		chains /= 2;
		urgency++;
	}
	return (uint8_t)urgency;
}

static struct report_shape *shape_place(struct report_facts *facts,
					const struct chain_list *list,
					const struct chain *chain)
{
	uint32_t *place = map_place(&facts->shape_of, chain_signature(chain));
	struct report_shape *shape;

	if (*place != MAP_NONE)
		return &facts->shapes.at[*place];
	*place = (uint32_t)facts->shapes.len;
	shape = vec_add(&facts->shapes);
	*shape = (struct report_shape){ .signature = chain_signature(chain),
					.cycle = chain->cycle };
	drawn_chain_of(&shape->drawn, list, chain, false, &facts->arena);
	return shape;
}

static void add_chain(struct report_facts *facts, struct report_incident_row *row,
		      const struct chain_list *list, const struct chain *chain)
{
	struct report_shape *shape = shape_place(facts, list, chain);
	uint32_t incident = (uint32_t)facts->incidents.len - 1;
	uint8_t urgency;

	newest_add(&shape->newest, incident, 1);
	lengthen(&shape->drawn, list, chain);
	if (shape->newest.in_last > shape->most)
		shape->most = shape->newest.in_last;
	urgency = urgency_of(chain, shape->newest.in_last);
	if (urgency > shape->urgency)
		shape->urgency = urgency;
	if (urgency > row->urgency && chain->hops > 1)
		row->urgency = urgency;
}

static bool add_chains(struct report_facts *facts, const struct incident_row *row,
		       struct report_incident_row *added, struct error *error)
{
	struct chain_list list = { 0 };
	VEC(uint32_t) picked = { 0 };
	bool good = index_row_chains(facts->view, row, &list, error);

	vec_for_each(chain, &list.chains) {
		if (!selector_accepts_chain(&facts->wish->selector, &list, chain))
			continue;
		vec_push(&picked, (uint32_t)(chain - list.chains.at));
		add_chain(facts, added, &list, chain);
	}
	if (picked.len)
		group_sum_add(&facts->groups, &row->summary, &list, picked.at, picked.len);
	vec_free(&picked);
	chain_list_free(&list);
	return good;
}

/* ---- findings ---- */

static uint64_t key_of_point(const struct finding *finding, struct slice image)
{
	uint64_t facts[] = { finding->pattern, finding->confidence, finding->storm,
			     image.len ? image_key(image) : 0 };

	return hash64(facts, sizeof(facts));
}

static struct report_point *point_place(struct report_facts *facts,
					const struct finding *finding, struct slice image)
{
	uint64_t key = key_of_point(finding, image);
	uint32_t *place = map_place(&facts->point_of, key);
	struct report_point *point;

	if (*place != MAP_NONE)
		return &facts->points.at[*place];
	*place = (uint32_t)facts->points.len;
	point = vec_add(&facts->points);
	*point = (struct report_point){ .last_seen = MOMENT_NONE,
					.pattern = finding->pattern,
					.confidence = finding->confidence,
					.detail = finding->detail,
					.storm = finding->storm };
	return point;
}

void report_add_point(struct report_facts *facts, uint32_t incident,
		      const struct finding *finding, struct slice image)
{
	struct report_incident_row *row = &facts->incidents.at[incident];
	struct report_point *point = point_place(facts, finding, image);

	take_spelling(facts, &point->image, image);
	newest_add(&point->newest, incident, finding->count ? finding->count : 1);
	if (finding->count > point->most)
		point->most = finding->count;
	if (finding->waiters > point->waiters)
		point->waiters = finding->waiters;
	if (finding->urgency > point->urgency)
		point->urgency = finding->urgency;
	if (row->session_time > point->last_seen) {
		point->last_seen = row->session_time;
		point->zone_known = row->zone_known;
	}
	if (finding->urgency > row->urgency)
		row->urgency = finding->urgency;
}

/* ---- images ---- */

static void add_zombies(struct report_facts *facts, const struct digest *digest,
			const struct digest_image *image)
{
	struct slice name = names_text(&digest->names, image->image);
	uint32_t *place = map_place(&facts->zombies_of, image_key(name));
	struct report_zombies *zombies;

	if (*place == MAP_NONE) {
		*place = (uint32_t)facts->zombies.len;
		vec_push(&facts->zombies, (struct report_zombies){ .zombies = 0 });
	}
	zombies = &facts->zombies.at[*place];
	take_spelling(facts, &zombies->image, name);
	zombies->zombies += image->zombies;
	if (image->zombies > zombies->most)
		zombies->most = image->zombies;
	newest_add(&zombies->newest, (uint32_t)facts->incidents.len - 1, image->zombies);
}

static bool is_thin(const struct report_facts *facts, const struct digest *digest,
		    const struct digest_image *image)
{
	uint32_t most = map_get(&facts->most_of_image,
				image_key(names_text(&digest->names, image->image)));

	return most != MAP_NONE && image->least_threads <= most;
}

/* Zombies are of many images. */
static struct slice image_of_point(const struct digest *digest, const struct finding *finding)
{
	return finding->pattern == PATTERN_zombie_process
		       ? SLICE_NONE
		       : names_text(&digest->names, finding->image);
}

static bool add_digest(struct report_facts *facts, const struct incident_row *row,
		       uint32_t incident, struct error *error)
{
	struct digest digest = { .address_digits = 0 };
	bool good = index_digest(facts->view, row, &digest, error), thin = false;

	vec_for_each(finding, &digest.findings.list) {
		/* who misses threads is judged against the index as it stands */
		if (finding->pattern == PATTERN_missing_threads)
			thin = true;
		else
			report_add_point(facts, incident, finding,
					 image_of_point(&digest, finding));
	}
	vec_for_each(image, &digest.images) {
		if (image->zombies)
			add_zombies(facts, &digest, image);
		thin |= is_thin(facts, &digest, image);
	}
	if (thin)
		vec_push(&facts->thin, incident);
	digest_free(&digest);
	return good;
}

/* ---- the walk ---- */

static struct report_incident_row row_of(const struct incident_row *row)
{
	const struct summary *summary = &row->summary;
	const struct source *source = summary->sources.len ? &summary->sources.at[0] : NULL;

	return (struct report_incident_row){
		.id = summary->id,
		.session_time = summary->session_time,
		.zone_known = summary->session_zone_known,
		.machine = summary->machine,
		.os = summary->os,
		.build = summary->build,
		.bundle = row->bundles.at[0],
		.member = source ? source->member : SLICE_NONE,
		.first_line = source ? source->first_line : 0,
		.last_line = source ? source->last_line : 0,
		.bundles = row->bundles.len,
		.zombies = summary->zombies,
		.chains = summary->chains,
		.processes = summary->processes,
		.threads = summary->threads,
	};
}

static void count_machine(struct report_facts *facts, struct slice machine)
{
	uint32_t *place;

	if (!machine.len)
		return;
	place = map_place(&facts->machine_seen, machine_hash(machine));
	facts->machines += *place == MAP_NONE;
	*place = 1;
}

struct walk {
	struct report_facts *facts;
	struct error error;
};

static bool visit(void *context, const struct incident_row *row)
{
	struct walk *walk = context;
	struct report_facts *facts = walk->facts;
	struct report_incident_row *added;

	work_step(1);
	vec_push(&facts->incidents, row_of(row));
	added = &facts->incidents.at[facts->incidents.len - 1];
	count_machine(facts, row->summary.machine);
	return add_digest(facts, row, (uint32_t)facts->incidents.len - 1, &walk->error) &&
	       add_chains(facts, row, added, &walk->error);
}

static bool walk_incidents(struct report_facts *facts, struct error *error)
{
	struct walk walk = { .facts = facts, .error = ERROR_INIT };
	const struct selector *selector = &facts->wish->selector;
	uint64_t count;
	bool good;

	work_begin("incidents read", list_expects(facts->view, selector));
	good = list_incidents(facts->view, selector, visit, &walk, &count, error);
	work_end();
	if (good && walk.error.kind != ERROR_NONE) {
		*error = walk.error;
		good = false;
	}
	return good;
}

/* ---- before and after ---- */

static void find_most_threads(struct report_facts *facts)
{
	const baseline_rows *rows = &facts->baselines;
	size_t next;

	for (size_t i = 0; i < rows->len; i = next) {
		uint32_t most;

		for (next = i + 1; next < rows->len; next++)
			if (!slice_equal(rows->at[next].image, rows->at[i].image))
				break;
		most = baseline_rows_most(&rows->at[i], next - i);
		if (most != NUMBER_NONE)
			*map_place(&facts->most_of_image, image_key(rows->at[i].image)) = most;
	}
}

static int compare_points(const void *left, const void *right)
{
	const struct report_point *a = left, *b = right;

	if (a->urgency != b->urgency)
		return a->urgency > b->urgency ? -1 : 1;
	if (a->newest.incidents != b->newest.incidents)
		return a->newest.incidents > b->newest.incidents ? -1 : 1;
	if (a->confidence != b->confidence)
		return a->confidence < b->confidence ? -1 : 1;
	if (a->pattern != b->pattern)
		return a->pattern < b->pattern ? -1 : 1;
	return slice_compare(a->image, b->image);
}

static int compare_zombies(const void *left, const void *right)
{
	const struct report_zombies *a = left, *b = right;

	if (a->zombies != b->zombies)
		return a->zombies > b->zombies ? -1 : 1;
	return slice_compare(a->image, b->image);
}

static int compare_storms(const void *left, const void *right, void *context)
{
	const struct report_facts *facts = context;
	uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
	uint64_t a = facts->incidents.at[x].zombies, b = facts->incidents.at[y].zombies;

	return a != b ? (a > b ? -1 : 1) : x < y ? -1 : x > y;
}

static void sort_storms(struct report_facts *facts)
{
	for (uint32_t i = 0; i < facts->incidents.len; i++)
		if (facts->incidents.at[i].zombies)
			vec_push(&facts->storms, i);
	if (facts->storms.len)
		qsort_r(facts->storms.at, facts->storms.len, sizeof(*facts->storms.at),
			compare_storms, facts);
}

void report_sort_points(struct report_facts *facts)
{
	if (facts->points.len)
		qsort(facts->points.at, facts->points.len, sizeof(*facts->points.at),
		      compare_points);
}

static void sort(struct report_facts *facts)
{
	group_sum_finish(&facts->groups);
	sort_storms(facts);
	if (facts->zombies.len)
		qsort(facts->zombies.at, facts->zombies.len, sizeof(*facts->zombies.at),
		      compare_zombies);
}

bool report_gather(struct report_facts *facts, struct index_view *view,
		   const struct report_wish *wish, struct error *error)
{
	struct quarantine_wish members = { .bundle = wish->selector.bundle };

	facts->view = view;
	facts->wish = wish;
	facts->groups.grouping = GROUPING_KIND;
	if (!index_last_run(view, &facts->run, error) ||
	    !index_baselines(view, SLICE("*"), &facts->baselines, error) ||
	    !index_quarantine(view, &members, &facts->quarantine, error))
		return false;
	find_most_threads(facts);
	if (!walk_incidents(facts, error))
		return false;
	sort(facts);
	return true;
}

void report_facts_free(struct report_facts *facts)
{
	vec_for_each(shape, &facts->shapes)
		drawn_chain_free(&shape->drawn);
	vec_free(&facts->shapes);
	vec_free(&facts->incidents);
	vec_free(&facts->points);
	vec_free(&facts->zombies);
	vec_free(&facts->thin);
	vec_free(&facts->storms);
	vec_free(&facts->quarantine);
	baseline_rows_free(&facts->baselines);
	group_sum_free(&facts->groups);
	map_free(&facts->shape_of);
	map_free(&facts->point_of);
	map_free(&facts->zombies_of);
	map_free(&facts->machine_seen);
	map_free(&facts->most_of_image);
	arena_free(&facts->arena);
}
