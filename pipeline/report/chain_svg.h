/* SPDX-License-Identifier: Apache-2.0 */
/* A drawn wait chain as SVG inside a page. */
#ifndef REPORT_CHAIN_SVG_H
#define REPORT_CHAIN_SVG_H

#include "pipeline/base/arena.h"
#include "pipeline/base/html.h"
#include "pipeline/report/chain_drawing.h"

/* id is unique in the page and made of letters, digits and '-'; title says what is drawn. */
void chain_svg(struct html *html, const struct drawn_chain *chain, const char *id,
	       struct slice title);

/* Fills in drawn (zeroed, to be freed by drawn_chain_free()) from a chain. Texts are copied into the arena. with_ids: process and thread
 * are told. */
void drawn_chain_of(struct drawn_chain *drawn, const struct chain_list *list,
		    const struct chain *chain, bool with_ids, struct arena *arena);
void drawn_chain_free(struct drawn_chain *drawn);

#endif
