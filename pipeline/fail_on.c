/* SPDX-License-Identifier: Apache-2.0 */
/* What --fail-on makes a failure of; see fail_on.h. */
#include "pipeline/fail_on.h"

#include <string.h>

#include "index/query_incident.h"
#include "pipeline/option_mistakes.h"

static const struct {
	const char *name;
	bool compares;
} conditions[FAIL_ONS] = {
#define FAIL_ON(id, name, compares, what) { name, compares },
#include "pipeline/fail_on.def"
#undef FAIL_ON
};

const char fail_on_words[] =
#define FAIL_ON(id, name, compares, what) name ", "
#include "pipeline/fail_on.def"
#undef FAIL_ON
	;

static int find(struct slice name)
{
	int i = 0;

	while (i < FAIL_ONS && !slice_equal(name, slice_from(conditions[i].name)))
		i++;
	return i;
}

bool fail_on_option(unsigned *wanted, const struct options *options)
{
	struct slice rest = slice_from(options->value);

	for (;;) {
		ptrdiff_t comma = slice_find(rest, SLICE(","));
		struct slice name = slice_first(rest, comma < 0 ? rest.len : (size_t)comma);
		int condition = find(name);

		if (condition == FAIL_ONS)
			return option_word_unknown(options, name);
		*wanted |= 1u << condition;
		if (comma < 0)
			return true;
		rest = slice_skip(rest, (size_t)comma + 1);
	}
}

bool fail_on_compares(unsigned wanted)
{
	for (int i = 0; i < FAIL_ONS; i++)
		if ((wanted >> i & 1) && conditions[i].compares)
			return true;
	return false;
}

/* Whether the question holds for one of the incidents. */
static bool some_incident(struct index_view *view, enum incident_question question,
			  const id_vec *ids, bool *holds, struct error *error)
{
	struct incident_filter filter = { .selector = SELECTOR_ALL,
					  .least_zombies = STORM_ZOMBIES };
	id_vec found = { 0 };
	bool good;

	filter.asked[question] = true;
	good = query_incident_ids(view, &filter, &found, error);
	ids_keep_common(&found, ids);
	*holds = found.len > 0;
	vec_free(&found);
	return good;
}

static bool one_holds(struct index_view *view, enum fail_on condition, const struct diff *diff,
		      const id_vec *ids, bool *holds, struct error *error)
{
	switch (condition) {
	case FAIL_ON_NEW_CHAIN:
		*holds = diff->of_status[DIFF_NEW] > 0;
		return true;
	case FAIL_ON_WORSE_CHAIN:
		*holds = diff->of_status[DIFF_WORSE] > 0;
		return true;
	case FAIL_ON_STORM:
		return some_incident(view, QUESTION_zombies, ids, holds, error);
	case FAIL_ON_SPECIAL:
		return some_incident(view, QUESTION_special, ids, holds, error);
	case FAIL_ON_MESSAGE_BOX:
		return some_incident(view, QUESTION_message_box, ids, holds, error);
	default:
		return some_incident(view, QUESTION_missing_threads, ids, holds, error);
	}
}

bool fail_on_holds(struct index_view *view, unsigned wanted, const struct diff *diff,
		   const id_vec *ids, bool *holds, struct error *error)
{
	*holds = false;
	for (int i = 0; i < FAIL_ONS && !*holds; i++)
		if ((wanted >> i & 1) &&
		    !one_holds(view, (enum fail_on)i, diff, ids, holds, error))
			return false;
	return true;
}
