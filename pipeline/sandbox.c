/* SPDX-License-Identifier: Apache-2.0 */
/* --sandbox; see sandbox.h. */
#include "pipeline/sandbox.h"

#include <stdio.h>
#include <string.h>

bool sandbox_option(enum sandbox *sandbox, const struct options *options)
{
	/* in the order of the option's words */
	static const enum sandbox choices[] = { SANDBOX_BEST, SANDBOX_REQUIRE, SANDBOX_OFF };
	unsigned which;

	if (!word_option(options, &which))
		return false;
	*sandbox = choices[which];
	return true;
}

bool sandbox_is_there(enum sandbox sandbox, struct error *error)
{
	struct confinement offered = confine_offered();

	return sandbox != SANDBOX_REQUIRE || confine_is_full(&offered, error);
}

const char *sandbox_text(char text[SANDBOX_TEXT_SIZE], const struct confinement *confinement)
{
	char landlock[32] = "no Landlock";

	if (confinement->landlock)
		snprintf(landlock, sizeof(landlock), "Landlock ABI %d", confinement->landlock);
	snprintf(text, SANDBOX_TEXT_SIZE, "%s, %s", landlock,
		 confinement->seccomp ? "seccomp" : "no seccomp");
	return text;
}
