/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of `query --chain`:  [^]NAME { (> | >>) NAME } [$]
 *   A        the chain passes through A            A > B    a direct edge from A to B
 *   A >> B   B is reached from A in one or more    ^A       the chain begins at A
 *   A$       the chain ends at A
 * NAME may have blanks inside, * and ?; in double quotes everything is literal. In a
 * deadlock the last hop's successor is the hop that it points back to, and the last hop
 * is its end.
 */
#ifndef INDEX_CHAIN_EXPR_H
#define INDEX_CHAIN_EXPR_H

#include "pipeline/base/error.h"
#include "stages/chain.h"

struct chain_expr;

/* NULL with ERROR_USAGE that quotes the place that is wrong. */
struct chain_expr *chain_expr_parse(const char *text, struct error *error);
void chain_expr_free(struct chain_expr *expr);

/* images: one per hop in order. cycle_start: NUMBER_NONE when the chain is no thread
 * cycle. */
bool chain_expr_matches(const struct chain_expr *expr, const struct slice *images,
			size_t hops, uint32_t cycle_start);
/* A name without wildcards that every matching chain has, to look up; empty when there
 * is none. */
struct slice chain_expr_needle(const struct chain_expr *expr);

#endif
