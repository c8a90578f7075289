/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that one row of pattern_incident answers, or, about one image, the digest behind it. */
#include "index/pattern.h"
#include "index/query_incident.h"

static bool image_wanted(const char *image, const struct finding *finding,
			 const struct names *names)
{
	return !image ||
	       pattern_matches_image(slice_from(image), names_text(names, finding->image));
}

uint64_t question_counts(enum incident_question question, const char *image,
			 const struct finding *finding, const struct names *names)
{
	static const uint8_t patterns[INCIDENT_QUESTIONS] = {
		[QUESTION_zombies] = PATTERN_zombie_process,
		[QUESTION_special] = PATTERN_special_process,
		[QUESTION_missing_threads] = PATTERN_missing_threads,
		[QUESTION_message_box] = PATTERN_message_box,
	};

	if (question == QUESTION_process)
		return finding->image && image_wanted(image, finding, names);
	if (finding->pattern != patterns[question] || !image_wanted(image, finding, names))
		return 0;
	return question == QUESTION_special ? finding->count : 1;
}

static bool count_in_digest(struct asking *asking, enum incident_question question,
			    const char *image, struct incident_hit *hit)
{
	struct incident_row row;
	struct digest digest;

	hit->count = 0;
	if (!asking_digest(asking, hit->id, &row, &digest))
		return false;
	vec_for_each(finding, &digest.findings.list)
		hit->count += question_counts(question, image, finding, &digest.names);
	digest_free(&digest);
	incident_row_free(&row);
	return true;
}

/* A value: how many, turned round, and the id. */
#define VALUE_BYTES (2 * sizeof(uint64_t))

bool asking_pattern(struct asking *asking, enum incident_question question,
		    uint8_t pattern, const char *image)
{
	struct slice key = { (const char *)&pattern, sizeof(pattern) };
	struct table_scan scan;
	bool good = scan_begin(&scan, asking->view, TABLE_PATTERN_INCIDENT, key,
			       asking->error);

	while (good && scan_next(&scan, asking->error) && slice_equal(scan.key, key)) {
		struct incident_hit hit;

		if (scan.value.len != VALUE_BYTES) {
			good = index_damaged(asking->error, "a posting has a wrong length");
			break;
		}
		hit.count = key_count(scan.value.at);
		hit.id = key_number(scan.value.at + sizeof(uint64_t));
		asking->cut = !image && asking->hits->len >= asking->enough;
		if (asking->cut)
			break;
		good = !image || count_in_digest(asking, question, image, &hit);
		if (good && hit.count)
			vec_push(asking->hits, hit);
	}
	scan_end(&scan);
	return good && asking->error->kind == ERROR_NONE;
}

bool question_special(struct asking *asking)
{
	return asking_pattern(asking, QUESTION_special, PATTERN_special_process,
			      asking->filter->image[QUESTION_special]);
}

bool question_message_box(struct asking *asking)
{
	return asking_pattern(asking, QUESTION_message_box, PATTERN_message_box,
			      asking->filter->image[QUESTION_message_box]);
}
