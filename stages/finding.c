/* SPDX-License-Identifier: Apache-2.0 */
/* Asks every pattern in its turn and puts what is urgent first; see finding.h. */
#include "stages/finding.h"

/* Most urgent first, then by pattern, then by address, then as they were found. */
static int by_urgency(const void *a, const void *b, void *order)
{
	const struct finding *all = order;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (all[i].urgency != all[j].urgency)
		return all[i].urgency > all[j].urgency ? -1 : 1;
	if (all[i].pattern != all[j].pattern)
		return all[i].pattern < all[j].pattern ? -1 : 1;
	if (all[i].process != all[j].process)
		return all[i].process < all[j].process ? -1 : 1;
	if (all[i].thread != all[j].thread)
		return all[i].thread < all[j].thread ? -1 : 1;
	return i < j ? -1 : i > j;
}

static void sort_findings(struct findings *findings)
{
	VEC(uint32_t) order = { 0 };
	VEC(struct finding) sorted = { 0 };

	for (uint32_t i = 0; i < findings->list.len; i++)
		vec_push(&order, i);
	if (order.len)
		qsort_r(order.at, order.len, sizeof(uint32_t), by_urgency, findings->list.at);
	vec_for_each(at, &order)
		vec_push(&sorted, findings->list.at[*at]);
	for (size_t i = 0; i < sorted.len; i++)
		findings->list.at[i] = sorted.at[i];
	vec_free(&order);
	vec_free(&sorted);
}

void find_patterns(const struct incident *incident, const struct baseline *baseline,
		   struct findings *findings)
{
	struct chain_ends ends = { 0 };
	const struct sight sight = { incident, baseline, &ends, findings };

	chain_ends_find(&ends, &incident->chains);
	findings->list.len = findings->parties.len = 0;
#define PATTERN(id, text) pattern_##id(&sight);
#include "stages/patterns.def"
#undef PATTERN
	chain_ends_free(&ends);
	sort_findings(findings);
}

void findings_free(struct findings *findings)
{
	vec_free(&findings->list);
	vec_free(&findings->parties);
}

void sight_add(const struct sight *sight, struct finding finding)
{
	finding.first_party = (uint32_t)sight->findings->parties.len;
	finding.parties = 0;
	vec_push(&sight->findings->list, finding);
}

void sight_add_party(const struct sight *sight, struct party party)
{
	struct findings *findings = sight->findings;

	vec_push(&findings->parties, party);
	findings->list.at[findings->list.len - 1].parties++;
}

const char *suspect_text(unsigned suspects, unsigned *bit)
{
	static const char *const texts[] = {
#define SUSPECT(id, bit, text) [bit] = text,
#include "stages/suspects.def"
#undef SUSPECT
	};

	while (*bit < sizeof(texts) / sizeof(texts[0]))
		if (suspects >> (*bit)++ & 1)
			return texts[*bit - 1];
	return NULL;
}

const char *pattern_text(enum pattern pattern)
{
	static const char *const texts[] = {
#define PATTERN(id, text) [PATTERN_##id] = text,
#include "stages/patterns.def"
#undef PATTERN
	};

	return texts[pattern];
}

const char *basis_text(enum basis basis)
{
	static const char *const texts[] = { NULL, "siblings", "build", "image" };

	return texts[basis];
}

const char *confidence_text(enum confidence confidence)
{
	static const char *const texts[] = { NULL, "definite", "potential" };

	return texts[confidence];
}
