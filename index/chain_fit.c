/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a chain is as a question wants it; see chain_fit.h. */
#include "index/chain_fit.h"

#include "index/pattern.h"

/* In a deadlock nobody is the last: each of the ring holds up all. */
static bool blocker_fits(const struct chain_fit *fit, uint32_t cycle_start)
{
	struct slice pattern = slice_from(fit->filter->blocker);
	size_t first = cycle_start == NUMBER_NONE ? fit->images.len - 1 : cycle_start;

	for (size_t i = first; i < fit->images.len; i++)
		if (pattern_matches_image(pattern, fit->images.at[i]))
			return true;
	return false;
}

static bool images_fit(struct chain_fit *fit, uint32_t cycle_start)
{
	const struct chain_filter *filter = fit->filter;

	if (filter->blocker && !blocker_fits(fit, cycle_start))
		return false;
	return !filter->expr || chain_expr_matches(filter->expr, fit->images.at,
						   fit->images.len, cycle_start);
}

bool chain_filter_names_images(const struct chain_filter *filter)
{
	return filter->expr || filter->blocker;
}

bool chain_fits(struct chain_fit *fit, const struct chain_list *list, const struct chain *chain)
{
	if (!selector_accepts_chain(&fit->filter->selector, list, chain))
		return false;
	if (!chain_filter_names_images(fit->filter))
		return true;
	fit->images.len = 0;
	chain_for_each_hop(hop, list, chain)
		vec_push(&fit->images, names_text(&list->names, hop->image));
	return images_fit(fit, chain->cycle_start);
}

static bool spelling_fits(struct chain_fit *fit, struct slice path, uint32_t cycle_start)
{
	size_t count;
	struct bytes_reader hops = signature_hops(path, &count);

	fit->images.len = 0;
	for (size_t i = 0; i < count; i++)
		vec_push(&fit->images, signature_next_hop(&hops).image);
	return images_fit(fit, cycle_start);
}

/* Chains whose ring is entered elsewhere, or whose runs differ in length, are spelled differently: then where one ring is entered is
 * not known of the others. */
enum signature_fit signature_fits(struct chain_fit *fit, const struct signature_row *row)
{
	const struct spellings *spellings = &row->spellings;
	uint8_t fitting = 0;

	if (!selector_accepts_cycle(&fit->filter->selector, row->cycle))
		return FITS_NONE;
	if (!chain_filter_names_images(fit->filter))
		return FITS_ALL;
	if (spellings->more || (row->cycle == CYCLE_THREAD && spellings->count > 1))
		return FITS_SOME;
	for (uint8_t i = 0; i < spellings->count; i++)
		fitting += spelling_fits(fit, spellings->at[i], row->cycle_start);
	return fitting == 0                  ? FITS_NONE
	       : fitting == spellings->count ? FITS_ALL
					     : FITS_SOME;
}

void chain_fit_free(struct chain_fit *fit)
{
	vec_free(&fit->images);
}

struct slice chain_fit_needle(const struct chain_filter *filter)
{
	struct slice needle = filter->expr ? chain_expr_needle(filter->expr) : SLICE_NONE;

	if (needle.len == 0 && filter->blocker &&
	    pattern_is_literal(slice_from(filter->blocker)))
		needle = slice_from(filter->blocker);
	return image_is_posted(needle) ? needle : SLICE_NONE;
}
