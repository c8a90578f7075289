/* SPDX-License-Identifier: Apache-2.0 */
/* --sandbox; see sandbox.h. */
#include "pipeline/sandbox.h"

#include <stdio.h>
#include <string.h>

bool sandbox_option(enum sandbox *sandbox, const struct options *options)
{
	static const char *const names[] = {
		[SANDBOX_BEST] = "best", [SANDBOX_REQUIRE] = "require", [SANDBOX_OFF] = "off"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(options->value, names[i]) == 0) {
			*sandbox = (enum sandbox)i;
			return true;
		}
	return options_refuse(options,
			      "unknown --sandbox '%s': best, require and off are known",
			      options->value);
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
