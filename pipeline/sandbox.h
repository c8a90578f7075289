/* SPDX-License-Identifier: Apache-2.0 */
/* The option --sandbox of the commands that start a reader, and how a confinement is put into words. */
#ifndef PIPELINE_SANDBOX_H
#define PIPELINE_SANDBOX_H

#include "pipeline/confine.h"
#include "pipeline/options.h"

enum {
	OPTION_SANDBOX = 450,
};

/* clang-format off */
#define OPTIONS_SANDBOX                                                                      \
	{ OPTION_SANDBOX, 0, "sandbox", "HOW", "confine who reads archives",                 \
	  "best (default: as the kernel can), require, off", true }
/* clang-format on */

/* Takes the option in. False, with the mistake reported, when its value is none. */
bool sandbox_option(enum sandbox *sandbox, const struct options *options);
/* Before anything is begun: false with an ERROR_IO when it requires what the kernel does not give. */
bool sandbox_is_there(enum sandbox sandbox, struct error *error);

#define SANDBOX_TEXT_SIZE 48
/* "Landlock ABI 7, seccomp", "no Landlock, seccomp" and so on; returns text. */
const char *sandbox_text(char text[SANDBOX_TEXT_SIZE], const struct confinement *confinement);

#endif
