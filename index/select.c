/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors: each looks at the row only. What a log does not say never meets a
 * condition. */
#include "index/select.h"

#include "index/pattern.h"

static bool in_time(const struct selector *selector, int64_t moment)
{
	if (selector->since != MOMENT_NONE &&
	    (moment == MOMENT_NONE || moment < selector->since))
		return false;
	return selector->until == MOMENT_NONE ||
	       (moment != MOMENT_NONE && moment <= selector->until);
}

static struct slice base_name(struct slice path)
{
	const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;

	return slash ? slice_skip(path, (size_t)(slash + 1 - path.at)) : path;
}

bool bundle_matches(const char *typed, struct slice path)
{
	struct slice pattern = slice_from(typed);

	return pattern_matches(pattern, path) || pattern_matches(pattern, base_name(path));
}

static bool in_bundle(const char *typed, const struct incident_row *row)
{
	vec_for_each(path, &row->bundles)
		if (bundle_matches(typed, *path))
			return true;
	return false;
}

bool selector_accepts(const struct selector *selector, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;

	if (!in_time(selector, summary->session_time))
		return false;
	if (selector->build != NUMBER_NONE && selector->build != summary->build)
		return false;
	if (selector->machine &&
	    (summary->machine.len == 0 ||
	     !pattern_matches(slice_from(selector->machine), summary->machine)))
		return false;
	if (selector->os && (summary->os.len == 0 ||
			     !pattern_matches_within(slice_from(selector->os), summary->os)))
		return false;
	return !selector->bundle || in_bundle(selector->bundle, row);
}

bool selector_asks_for_chains(const struct selector *selector)
{
	return selector->cycle != CYCLE_NO_MATTER || selector->min_wait_ms != MS_NONE;
}

bool selector_asks_for_incidents(const struct selector *selector)
{
	return selector->since != MOMENT_NONE || selector->until != MOMENT_NONE ||
	       selector->machine || selector->os || selector->bundle ||
	       selector->build != NUMBER_NONE;
}

bool selector_accepts_cycle(const struct selector *selector, uint8_t cycle)
{
	if (selector->cycle == CYCLE_ANY)
		return cycle != CYCLE_NONE;
	return selector->cycle == CYCLE_NO_MATTER || selector->cycle == cycle;
}

bool selector_accepts_chain(const struct selector *selector,
			    const struct chain_list *list, const struct chain *chain)
{
	/* MS_NONE is less than any wait. */
	return selector_accepts_cycle(selector, chain->cycle) &&
	       (selector->min_wait_ms == MS_NONE ||
		chain_longest_wait(list, chain) >= selector->min_wait_ms);
}
