/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `query --missing-threads [IMAGE]`: judged when asked, against the index as it stands (contract.md section 5). Who may be missed is
 * found without reading incidents: those that say so by themselves, and those in which an image has so few threads that its
 * baseline may call it far fewer than normal. Only these are read and judged as `show` judges them.
 */
#include "index/baseline.h"
#include "index/judge.h"
#include "index/pattern.h"
#include "index/query_incident.h"
#include "pipeline/base/work.h"

/* The incidents whose least number of threads of the image is not above `most`: they stand first. */
static bool collect_few(struct asking *asking, struct slice image, uint32_t most, id_vec *ids)
{
	struct key key = key_image(image);
	struct table_scan scan;
	bool good = scan_begin(&scan, asking->view, TABLE_IMAGE_INCIDENT, key_slice(&key),
			       asking->error);

	while (good && scan_next(&scan, asking->error) &&
	       slice_equal(scan.key, key_slice(&key))) {
		if (scan.value.len != sizeof(uint16_t) + sizeof(uint64_t))
			good = index_damaged(asking->error, "a posting has a wrong length");
		else if (key_threads(scan.value.at) > most)
			break;
		else
			vec_push(ids, key_number(scan.value.at + sizeof(uint16_t)));
	}
	scan_end(&scan);
	return good && asking->error->kind == ERROR_NONE;
}

/* A pattern with wildcards is held against the names themselves when the incident is judged: here it may be that they go on behind
 * what the key has of them. */
static bool collect_by_baseline(struct asking *asking, struct slice pattern, id_vec *ids)
{
	bool literal = pattern_is_literal(pattern);
	baseline_rows rows = { 0 };
	bool good = index_baselines(asking->view, literal ? pattern : SLICE("*"), &rows,
				    asking->error);
	size_t next;

	for (size_t i = 0; good && i < rows.len; i = next) {
		struct slice image = rows.at[i].image;
		uint32_t most;

		for (next = i + 1;
		     next < rows.len && slice_equal(rows.at[next].image, image);)
			next++;
		if (!literal && !pattern_may_match_cut(pattern, image))
			continue;
		most = baseline_rows_most(&rows.at[i], next - i);
		if (most != NUMBER_NONE)
			good = collect_few(asking, image, most, ids);
	}
	baseline_rows_free(&rows);
	return good;
}

/* Those that need no baseline. */
static bool collect_by_siblings(struct asking *asking, id_vec *ids)
{
	hit_vec found = { 0 }, *hits = asking->hits;
	bool good;

	asking->hits = &found;
	good = asking_pattern(asking, QUESTION_missing_threads, PATTERN_missing_threads, NULL);
	asking->hits = hits;
	vec_for_each(hit, &found)
		vec_push(ids, hit->id);
	vec_free(&found);
	return good;
}

/* Those in which it may be so, a set. */
static bool collect(struct asking *asking, id_vec *ids)
{
	const char *image = asking->filter->image[QUESTION_missing_threads];
	uint64_t enough = asking->enough;
	bool good;

	asking->enough = UINT64_MAX;
	good = collect_by_siblings(asking, ids) &&
	       collect_by_baseline(asking, image ? slice_from(image) : SLICE("*"), ids);
	asking->enough = enough;
	ids_settle(ids);
	return good;
}

bool missing_threads_may_be(struct index_view *view, const char *image, id_vec *ids,
			    struct error *error)
{
	struct incident_filter filter = { .selector = SELECTOR_ALL,
					  .image[QUESTION_missing_threads] = image };
	hit_vec none = { 0 };
	struct asking asking = { .view = view, .filter = &filter, .hits = &none, .error = error };

	error->kind = ERROR_NONE;
	return collect(&asking, ids);
}

static bool judge(struct asking *asking, uint64_t id)
{
	const char *image = asking->filter->image[QUESTION_missing_threads];
	struct incident_hit hit = { .id = id };
	struct findings findings = { 0 };
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = index_judge(asking->view, id, &incident, &findings, asking->error);
	vec_for_each(finding, &findings.list)
		hit.count += question_counts(QUESTION_missing_threads, image, finding,
					     &incident.records.names);
	if (good && hit.count)
		vec_push(asking->hits, hit);
	findings_free(&findings);
	incident_free(&incident);
	return good;
}

bool question_missing_threads(struct asking *asking)
{
	id_vec ids = { 0 };
	bool good = collect(asking, &ids);

	work_begin("incidents judged", ids.len);
	for (size_t i = 0; good && i < ids.len; i++) {
		good = judge(asking, ids.at[i]);
		work_step(1);
	}
	work_end();
	vec_free(&ids);
	return good;
}
