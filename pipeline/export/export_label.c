/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels of an export. One is made of names and of what stands between them; a name may hold what stands between, so that none can be
 * taken apart again: where names are replaced, they are in a copy of the chain, and the label is made of that.
 */
#include "pipeline/export/export.h"
#include "stages/signature.h"

static name_id renamed(struct redact *redact, enum export_privacy privacy,
		       const struct chain_list *list, name_id name, struct names *into)
{
	struct slice text = names_text(&list->names, name);

	return names_add(into, redact_text(redact, privacy, text));
}

static void copy_hops(struct redact *redact, const struct chain_list *list,
		      const struct chain *chain, struct chain_list *into)
{
	chain_for_each_hop(hop, list, chain)
	{
		struct hop *copy = vec_add(&into->hops);

		*copy = *hop;
		copy->image = renamed(redact, EXPORT_IMAGE, list, hop->image, &into->names);
		copy->frame = 0;
		copy->next = (uint32_t)into->hops.len;
	}
	if (into->hops.len)
		into->hops.at[into->hops.len - 1].next = NUMBER_NONE;
}

struct slice export_chain_label(struct redact *redact, const struct chain_list *list,
				const struct chain *chain, byte_vec *out)
{
	struct chain_list copy = { .address_digits = list->address_digits };
	struct endpoint *endpoint;
	struct chain *only;
	struct slice label;

	if (!redact)
		return chain_label(list, chain, GROUPING_KIND, out);
	copy_hops(redact, list, chain, &copy);
	endpoint = vec_add(&copy.endpoints);
	*endpoint = *chain_endpoint(list, chain);
	endpoint->wait_reason =
		renamed(redact, EXPORT_WORDS, list, endpoint->wait_reason, &copy.names);
	endpoint->frame = 0;
	only = vec_add(&copy.chains);
	*only = *chain;
	only->first_hop = only->endpoint = 0;
	label = chain_label(&copy, only, GROUPING_KIND, out);
	chain_list_free(&copy);
	return label;
}
