/* SPDX-License-Identifier: Apache-2.0 */
/* Taking in the options of all commands; see globals.h. */
#include "pipeline/globals.h"

static struct globals all;
/* A bit for each that the command line has: they may come from before the command, where its own presets are not known yet. */
static unsigned given;

const struct globals *globals(void)
{
	return &all;
}

bool is_global_option(int id)
{
	return id >= OPTION_CONFIG && id <= OPTION_NO_PAGER;
}

static bool color_option(const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	all.color = (enum color_choice)which;
	return true;
}

bool global_option(const struct options *options)
{
	int id = options->row->id;
	unsigned bit = 1u << (id - OPTION_CONFIG);

	if (options->origin && (given & bit))
		return true;
	if (!options->origin)
		given |= bit;
	switch (id) {
	case OPTION_CONFIG:
		all.config = options->value;
		return true;
	case OPTION_COLOR:
		return color_option(options);
	case OPTION_PAGER:
		all.pager = options->value;
		return true;
	default:
		return all.no_pager = true;
	}
}
