/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from changed incidents, for all who change some: once each table, in order of its keys. */
#include "index/change.h"

void consequences_clear(struct consequences *consequences)
{
	consequences->postings.len = 0;
	consequences->baselines.len = 0;
	signature_changes_clear(&consequences->signatures);
}

bool consequences_apply(struct consequences *consequences, struct index_view *view,
			struct error *error)
{
	return postings_apply(&consequences->postings, view, error) &&
	       baseline_apply(&consequences->baselines, view, error) &&
	       signatures_apply(&consequences->signatures, view, error);
}

void consequences_free(struct consequences *consequences)
{
	vec_free(&consequences->postings);
	vec_free(&consequences->baselines);
	signature_changes_free(&consequences->signatures);
}
