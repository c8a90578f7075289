/* SPDX-License-Identifier: Apache-2.0 */
/* What a page shows: which points come first, and of which findings the evidence is read. */
#include "pipeline/report/report_parts.h"
#include "stages/urgency.h"

/* Of each thing that is shown, the evidence of so many incidents is. */
#define PROOFS_OF_POINT 2
#define PROOFS_OF_CHAIN 2
/* So many incidents are judged to find outliers: what a page costs does not grow with the index. */
#define JUDGED_MAX 500
#define SCORE_OF_INCIDENTS_MAX 9

/* ---- outliers ---- */

static int compare_outliers(const void *left, const void *right)
{
	const struct outlier *a = left, *b = right;

	if (a->urgency != b->urgency)
		return a->urgency > b->urgency ? -1 : 1;
	if (a->proof.incident != b->proof.incident)
		return a->proof.incident < b->proof.incident ? -1 : 1;
	return a->proof.number < b->proof.number ? -1 : a->proof.number > b->proof.number;
}

static void add_points(struct report_page *page)
{
	struct report_facts *facts = &page->facts;

	vec_for_each(outlier, &page->outliers) {
		struct finding finding = { FINDING_OF(missing_threads) };

		finding.urgency = outlier->urgency;
		finding.waiters = outlier->waiters;
		report_add_point(facts, outlier->proof.incident, &finding,
				 outlier->proof.of.image);
	}
	report_sort_points(facts);
}

static bool find_outliers(struct report_page *page, struct error *error)
{
	struct report_facts *facts = &page->facts;

	page->judged = facts->thin.len < JUDGED_MAX ? facts->thin.len : JUDGED_MAX;
	if (!report_find_outliers(facts, facts->thin.at, page->judged, &page->outliers, error))
		return false;
	add_points(page); /* newest incident first */
	if (page->outliers.len)
		qsort(page->outliers.at, page->outliers.len, sizeof(*page->outliers.at),
		      compare_outliers);
	return true;
}

/* ---- ranks ---- */

static uint32_t score_of(uint32_t urgency, uint64_t incidents)
{
	unsigned more = 0;

	for (; incidents > 1 && more < SCORE_OF_INCIDENTS_MAX; more++)
		incidents /= 2;
	return urgency + more;
}

static int compare_ranks(const void *left, const void *right)
{
	const struct report_rank *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->incidents != b->incidents)
		return a->incidents > b->incidents ? -1 : 1;
	if (a->chain != b->chain)
		return a->chain ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void rank_all(struct report_page *page)
{
	const struct report_facts *facts = &page->facts;

	for (uint32_t i = 0; i < facts->points.len; i++) {
		const struct report_point *point = &facts->points.at[i];

		vec_push(&page->ranks,
			 ((struct report_rank){ .at = i,
						.score = score_of(point->urgency,
								  point->newest.incidents),
						.incidents = point->newest.incidents }));
	}
	for (uint32_t i = 0; i < facts->groups.groups.len; i++) {
		const struct chain_group *group = &facts->groups.groups.at[i];
		const struct report_shape *shape = report_shape_of(facts, group->signature);

		vec_push(&page->ranks,
			 ((struct report_rank){
				 .at = i,
				 .score = score_of(shape->urgency, group->row.incidents),
				 .incidents = group->row.incidents,
				 .chain = true }));
	}
	page->ranks_found = page->ranks.len;
	if (page->ranks.len)
		qsort(page->ranks.at, page->ranks.len, sizeof(*page->ranks.at), compare_ranks);
}

/* Chains are many; they leave room for what else there is. */
static void cut_ranks(struct report_page *page)
{
	size_t kept = 0, chains = 0;

	for (size_t i = 0; i < page->ranks.len && kept < RANKS_MAX; i++) {
		if (page->ranks.at[i].chain && chains++ >= RANKS_CHAINS)
			continue;
		page->ranks.at[kept++] = page->ranks.at[i];
	}
	page->ranks.len = kept;
}

/* ---- proofs ---- */

struct proof_of proof_of_point(const struct report_point *point)
{
	return (struct proof_of){ .image = point->image,
				  .pattern = point->pattern,
				  .confidence = point->confidence };
}

struct proof_of proof_of_chain(uint64_t signature)
{
	return (struct proof_of){ .signature = signature, .pattern = PATTERN_wait_chain };
}

static bool same_proof(const struct proof_of *a, const struct proof_of *b)
{
	return a->pattern == b->pattern && a->confidence == b->confidence &&
	       a->signature == b->signature && slice_equal(a->image, b->image);
}

static const struct proof *find_proof(const struct report_page *page, uint32_t incident,
				      const struct proof_of *of)
{
	vec_for_each(proof, &page->proofs)
		if (proof->incident == incident && same_proof(&proof->of, of))
			return proof;
	return NULL;
}

const struct proof *page_proof(const struct report_page *page, uint32_t incident,
			       const struct proof_of *of)
{
	const struct proof *proof = find_proof(page, incident, of);

	return proof && proof->number ? proof : NULL;
}

static void wish_proofs(struct report_page *page, const struct newest *newest,
			uint32_t most, struct proof_of of)
{
	for (uint32_t i = 0; i < newest->len && i < most; i++)
		if (!find_proof(page, newest->at[i], &of))
			vec_push(&page->proofs,
				 ((struct proof){ .incident = newest->at[i], .of = of }));
}

static void wish_group(struct report_page *page, size_t group)
{
	const struct report_facts *facts = &page->facts;
	uint64_t signature = facts->groups.groups.at[group].signature;

	wish_proofs(page, &report_shape_of(facts, signature)->newest, PROOFS_OF_CHAIN,
		    proof_of_chain(signature));
}

static void wish_all(struct report_page *page)
{
	const struct report_facts *facts = &page->facts;

	vec_for_each(rank, &page->ranks) {
		if (rank->chain)
			wish_group(page, rank->at);
		else
			wish_proofs(page, &facts->points.at[rank->at].newest, PROOFS_OF_POINT,
				    proof_of_point(&facts->points.at[rank->at]));
	}
	for (size_t i = 0; i < facts->groups.groups.len && i < CHAINS_DRAWN; i++)
		wish_group(page, i);
	for (size_t i = 0; i < facts->storms.len && i < STORMS_SHOWN; i++) {
		struct newest storm = { .len = 1, .at = { facts->storms.at[i] } };

		wish_proofs(page, &storm, 1,
			    (struct proof_of){ .pattern = PATTERN_zombie_process });
	}
}

bool report_plan(struct report_page *page, struct error *error)
{
	if (!find_outliers(page, error))
		return false;
	rank_all(page);
	cut_ranks(page);
	wish_all(page);
	return report_prove(&page->facts, &page->proofs, error);
}
