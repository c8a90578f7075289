/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `query --process IMAGE`: image_incident leads from an image to the incidents that have a process of it, all spellings of it
 * together; the digest tells how many are spelled as was asked.
 */
#include "index/pattern.h"
#include "index/query_incident.h"

static bool key_wanted(struct slice pattern, struct slice key)
{
	return pattern_may_match_cut(pattern, slice_first(key, strnlen(key.at, key.len)));
}

/* Where the walk begins: at the image itself, or at the first. */
static struct slice walk_from(struct slice pattern, const struct key *cut)
{
	return pattern_is_literal(pattern) ? key_slice(cut) : SLICE_NONE;
}

static bool collect_ids(struct asking *asking, struct slice pattern, id_vec *ids)
{
	struct key cut = key_image(pattern);
	struct table_scan scan;
	bool good = scan_begin(&scan, asking->view, TABLE_IMAGE_INCIDENT,
			       walk_from(pattern, &cut), asking->error);

	while (good && scan_next(&scan, asking->error)) {
		if (scan.key.len != KEY_IMAGE_BYTES ||
		    scan.value.len != sizeof(uint16_t) + sizeof(uint64_t)) {
			good = index_damaged(asking->error, "a posting has a wrong length");
		} else if (key_wanted(pattern, scan.key)) {
			vec_push(ids, key_number(scan.value.at + sizeof(uint16_t)));
		} else if (pattern_is_literal(pattern)) {
			break;
		}
	}
	scan_end(&scan);
	ids_settle(ids);
	return good && asking->error->kind == ERROR_NONE;
}

static bool count_processes(struct asking *asking, struct slice pattern, uint64_t id)
{
	struct incident_hit hit = { .id = id };
	struct incident_row row;
	struct digest digest;

	if (!asking_digest(asking, id, &row, &digest))
		return false;
	vec_for_each(image, &digest.images)
		if (pattern_matches_image(pattern, names_text(&digest.names, image->image)))
			hit.count += image->processes;
	if (hit.count)
		vec_push(asking->hits, hit);
	digest_free(&digest);
	incident_row_free(&row);
	return true;
}

bool question_process(struct asking *asking)
{
	struct slice pattern = slice_from(asking->filter->image[QUESTION_process]);
	id_vec ids = { 0 };
	bool good = collect_ids(asking, pattern, &ids);

	for (size_t i = 0; good && i < ids.len; i++)
		good = count_processes(asking, pattern, ids.at[i]);
	vec_free(&ids);
	return good;
}
