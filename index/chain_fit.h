/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a chain is as a question about chains wants it: one of an incident, or the one that stands for a signature. */
#ifndef INDEX_CHAIN_FIT_H
#define INDEX_CHAIN_FIT_H

#include "index/query_chain.h"

struct chain_fit {
	const struct chain_filter *filter;
	VEC(struct slice) images; /* of the chain that is being looked at */
};

/* Whether anything is asked of the images of a chain. */
bool chain_filter_names_images(const struct chain_filter *filter);
/* All that is asked of a chain. */
bool chain_fits(struct chain_fit *fit, const struct chain_list *list,
		const struct chain *chain);
/* Of how many of a signature's chains all that its row can tell holds, which is all but how long somebody waits. */
enum signature_fit {
	FITS_NONE,
	FITS_ALL,
	FITS_SOME, /* or it cannot be said: their images are spelled in different ways */
};

enum signature_fit signature_fits(struct chain_fit *fit, const struct signature_row *row);
void chain_fit_free(struct chain_fit *fit);

/* An image without wildcards that every chain that fits has; empty when there is none. */
struct slice chain_fit_needle(const struct chain_filter *filter);

#endif
