/* SPDX-License-Identifier: Apache-2.0 */
/* A line with NUL bytes is said and cut; see nul_run.h. */
#include "stages/nul_run.h"

#include <stdio.h>

struct slice nul_cut(struct log_parser *parser, struct slice text, bool goes_on,
		     struct line *line)
{
	const char *nul = nul_find(text);
	size_t count = 0;
	char words[40];

	for (const char *at = nul; at < text.at + text.len; at++)
		count += *at == 0;
	snprintf(words, sizeof(words), "%s%zu NUL byte%s", goes_on ? "at least " : "",
		 count, count == 1 ? "" : "s");
	log_parser_diagnose(parser, DIAGNOSTIC_NUL_RUN, line, slice_from(words));
	line->cursor.open_end = true;
	return slice_first(text, (size_t)(nul - text.at));
}
