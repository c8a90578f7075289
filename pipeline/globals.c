/* SPDX-License-Identifier: Apache-2.0 */
/* Taking in the options of all commands; see globals.h. */
#include "pipeline/globals.h"

static struct globals all;
static unsigned given; /* a bit each */

const struct globals *globals(void)
{
	return &all;
}

bool is_global_option(int id)
{
	return id >= OPTION_CONFIG && id <= OPTION_NO_PAGER;
}

static unsigned bit_of(int id)
{
	return id >= OPTION_INDEX && id <= OPTION_NO_PAGER ? 1u << (id - OPTION_INDEX) : 0;
}

void note_given(int id)
{
	given |= bit_of(id);
}

bool was_given(int id)
{
	return given & bit_of(id);
}

static bool color_option(const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	all.color = (enum color_choice)which;
	all.color_of_file = options->origin && *options->origin != '$';
	return true;
}

bool global_option(const struct options *options)
{
	switch (options->row->id) {
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
