/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about incidents over the whole index: --zombies, --special, --missing-threads, --message-box, --process. Each question
 * is answered from a table of its own, most first; several are combined by AND.
 */
#ifndef INDEX_QUERY_INCIDENT_H
#define INDEX_QUERY_INCIDENT_H

#include "index/ids.h"
#include "index/select.h"
#include "stages/digest.h"

enum incident_question {
#define INCIDENT_QUESTION(id, name, value, help) QUESTION_##id,
#include "index/incident_questions.def"
#undef INCIDENT_QUESTION
	INCIDENT_QUESTIONS,
};

struct incident_filter {
	struct selector selector; /* limit and offset count incidents */
	bool asked[INCIDENT_QUESTIONS];
	const char *image[INCIDENT_QUESTIONS]; /* name or pattern; NULL for any */
	uint64_t least_zombies;
};

struct incident_hit {
	uint64_t id;
	uint64_t count; /* of what was asked first */
};

typedef VEC(struct incident_hit) hit_vec;

/* The incidents of which all holds, most first, then by id, within offset and limit. *total: before these, SIZE_MAX when not
 * counted. False on damage. */
bool query_incidents(struct index_view *view, const struct incident_filter *filter,
		     hit_vec *hits, size_t *total, struct error *error);
/* The same as a set, without offset and limit. */
bool query_incident_ids(struct index_view *view, const struct incident_filter *filter,
			id_vec *ids, struct error *error);
/* Which question gives the count; INCIDENT_QUESTIONS when none is asked. */
enum incident_question incident_filter_first(const struct incident_filter *filter);

/* Decodes the digest of an incident; digest is zeroed, or was decoded before. False on damage. */
bool index_digest(struct index_view *view, const struct incident_row *row,
		  struct digest *digest, struct error *error);

/* How much of a finding's pattern a question counts in it: processes, or 1; 0 when it is none of it. */
uint64_t question_counts(enum incident_question question, const char *image,
			 const struct finding *finding, const struct names *names);

/* Pushes the incidents in which a process of the image, literally, or of any when it is NULL, may miss threads, as a set: those that are
 * worth to be judged. False on damage. */
bool missing_threads_may_be(struct index_view *view, const char *image, id_vec *ids,
			    struct error *error);

/* ---- for the files of this folder: one question each ---- */

struct asking {
	struct index_view *view;
	const struct incident_filter *filter;
	hit_vec *hits;
	uint64_t enough; /* of so many hits no more are wanted, where they come most first */
	bool cut;        /* there would have been more */
	struct error *error;
};

/* Pushes the incidents of which it holds, in any order, each once. */
#define INCIDENT_QUESTION(id, name, value, help) \
	bool question_##id(struct asking *asking);
#include "index/incident_questions.def"
#undef INCIDENT_QUESTION

/* Pushes the incidents with findings of a pattern, counted; of one image when image is not NULL. */
bool asking_pattern(struct asking *asking, enum incident_question question,
		    uint8_t pattern, const char *image);
/* The row and the digest of an incident; both are to be freed when it returns true. */
bool asking_digest(struct asking *asking, uint64_t id, struct incident_row *row,
		   struct digest *digest);

#endif
