/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the advice, and whether the machine's own dump is needed; see advice.h. */
#include "stages/advice.h"

/* A kernel dump shows who waits for whom and who holds what, user dumps what the processes were about. */
static void advise_force(struct advice *advice, const struct findings *findings)
{
	vec_for_each(finding, &findings->list) {
		advice->force_dump |= finding->chain != NULL;
		advice->holders_needed |= finding->pattern == PATTERN_zombie_process &&
					  finding->storm;
	}
	advice->user_space = advice->saves.len > 0;
	advice->force_dump |= advice->user_space || advice->missed.len > 0 ||
			      advice->holders_needed;
}

void advice_make(struct advice *advice, const struct incident *incident,
		 const struct findings *findings, uint64_t budget_kb)
{
	advice->budget_kb = budget_kb;
	advise_saves(advice, incident, findings);
	advise_force(advice, findings);
	advise_faults(advice, incident, findings);
}

void advice_free(struct advice *advice)
{
	vec_free(&advice->saves);
	vec_free(&advice->missed);
	vec_free(&advice->reasons);
	vec_free(&advice->images);
}

bool advice_is_empty(const struct advice *advice)
{
	return !advice->force_dump && advice->saves.len == 0 && advice->missed.len == 0 &&
	       advice->images.len == 0 && advice->recorders == 0;
}

const char *size_basis_text(enum size_basis basis)
{
	static const char *const texts[SIZE_BASES] = { NULL, "working_set", "commit", "vm" };

	return texts[basis];
}

const char *advice_bar_text(enum advice_bar bar)
{
	static const char *const texts[ADVICE_BARS] = { NULL, "system", "dead",
							"nameless", "budget" };

	return texts[bar];
}

const char *advice_part_text(enum advice_part part)
{
	static const char *const texts[ADVICE_PARTS] = { "begins", "passes", "ends",
							 "ring",   "named",  "victim" };

	return texts[part];
}

const char *local_dumps_basis_text(enum local_dumps_basis basis)
{
	static const char *const texts[LOCAL_DUMPS_BASES] = { NULL, "build", "alpc",
							      "recorder", "lpc" };

	return texts[basis];
}
