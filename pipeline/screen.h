/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stdout is to those who look at it: a terminal, how wide, with colours or not. It stays so when a pager is put before it. Where
 * it is no terminal, text is whole and plain.
 */
#ifndef PIPELINE_SCREEN_H
#define PIPELINE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* What is marked, sparingly: what to look for first. */
enum style {
	STYLE_PLAIN,
	STYLE_HEADING,
	STYLE_ID,  /* what another command takes */
	STYLE_BAD, /* new, worse, a deadlock, definite */
	STYLE_GOOD,
	STYLES,
};

/* Whether stdout was a terminal at the first call of any of these. */
bool screen_is_terminal(void);
/* One that moves its cursor and draws: $TERM says which. */
bool screen_is_capable(void);
/* $COLUMNS, else what the terminal says of itself; 0 when stdout is none or nobody knows. */
size_t screen_columns(void);
/* Lines and arrows beyond ASCII: not where the locale has none, nor on a terminal that draws nothing. */
bool screen_draws(void);
/* --color, else $NO_COLOR, else whether the terminal is capable. */
bool screen_is_colored(void);
/* What to print before and behind; "" where there are no colours, and for STYLE_PLAIN. */
const char *style_begin(enum style style);
const char *style_end(enum style style);

#endif
