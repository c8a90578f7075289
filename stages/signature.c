/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes two chains of two dumps the same chain: images, kinds of waiting, of the cycle and of the endpoint, never
 * addresses, PIDs or counts (contract.md section 1). The label shows it to people; the signature is the hash of the
 * label with every image cut to 15 bytes, so that a name the debugger cut makes no other chain.
 */
#include <inttypes.h>
#include <stdio.h>

#include "stages/incident.h"

static void put(byte_vec *out, const char *text)
{
	bytes_put(out, text, strlen(text));
}

static void put_number(byte_vec *out, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	put(out, text);
}

static void put_image(byte_vec *out, struct slice image, bool cut)
{
	if (image.len == 0)
		image = SLICE("?");
	if (cut)
		image = image_cut(image);
	for (size_t i = 0; i < image.len; i++)
		bytes_put_u8(out, (uint8_t)(image.at[i] >= 'A' && image.at[i] <= 'Z'
						    ? image.at[i] | 0x20
						    : image.at[i]));
}

static void put_endpoint(byte_vec *out, const struct chain_list *list, const struct chain *chain)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);

	put(out, " [");
	put(out, endpoint_kind_text(endpoint->kind));
	if (endpoint->kind == ENDPOINT_WAIT && reason.len) {
		put(out, " ");
		bytes_put(out, reason.at, reason.len);
	}
	/* Of a process that is entered again the images do not tell: there may be two processes of one image. */
	if (chain->cycle == CYCLE_PROCESS)
		put(out, ", semicircular");
	put(out, "]");
}

static void put_hop(byte_vec *out, const struct chain_list *list, const struct hop *hop,
		    bool cut)
{
	put_image(out, names_text(&list->names, hop->image), cut);
	if (hop->via == EDGE_NONE)
		return;
	put(out, " -");
	put(out, edge_kind_text(hop->via));
	put(out, "-> ");
}

/* A label shows so many hops at either end of a longer chain. */
#define LABEL_HOPS 16

/* So long a text is replaced by its hash, to which the rest is added: a chain may have millions of hops. */
#define FOLD_AT (1u << 16)

static void fold(byte_vec *text)
{
	uint64_t hash;

	if (text->len < FOLD_AT)
		return;
	hash = hash64(text->at, text->len);
	text->len = 0;
	bytes_put_u64_be(text, hash);
}

typedef VEC(const struct hop *) hop_list;

/* A pure ring has no first hop of its own: it is told from the rotation that is least, `start`. Of a ring with a tail it is
 * told, and signed, to which hop the last one points back, since other hops may be of the same image. */
static void put_end(byte_vec *out, const struct chain_list *list, const struct chain *chain,
		    const hop_list *hops, uint32_t start, bool cut)
{
	if (chain->cycle == CYCLE_THREAD) {
		uint32_t back = (start + chain->cycle_start) % chain->hops;

		put_image(out, names_text(&list->names, hops->at[back]->image), cut);
		if (chain->cycle_start) {
			put(out, " (hop ");
			put_number(out, chain->cycle_start + 1);
			put(out, ")");
		}
	}
	put_endpoint(out, list, chain);
}

static uint64_t signature_of(const struct chain_list *list, const struct chain *chain,
			     const hop_list *hops, uint32_t start, byte_vec *text)
{
	text->len = 0;
	for (uint32_t i = 0; i < chain->hops; i++) {
		put_hop(text, list, hops->at[(start + i) % chain->hops], true);
		fold(text);
	}
	put_end(text, list, chain, hops, start, true);
	return hash64(text->at, text->len);
}

static void put_label(byte_vec *text, const struct chain_list *list,
		      const struct chain *chain, const hop_list *hops, uint32_t start)
{
	uint32_t left_out = chain->hops > 2 * LABEL_HOPS + 1 ? chain->hops - 2 * LABEL_HOPS
							     : 0;
	text->len = 0;
	for (uint32_t i = 0; i < chain->hops; i++) {
		if (i == LABEL_HOPS && left_out) {
			put(text, "... ");
			put_number(text, left_out);
			put(text, " hops ... -> ");
			i += left_out;
		}
		put_hop(text, list, hops->at[(start + i) % chain->hops], false);
	}
	put_end(text, list, chain, hops, start, false);
}

/* One number per hop that is equal where image and kind of waiting are. */
static uint64_t hop_key(const struct chain_list *list, const struct hop *hop, byte_vec *scratch)
{
	scratch->len = 0;
	put_hop(scratch, list, hop, true);
	return hash64(scratch->at, scratch->len);
}

/* Where the least rotation of keys begins: two candidates i and j run against each other over k equal hops. */
static uint32_t least_rotation(const uint64_t *keys, uint32_t count)
{
	uint32_t i = 0, j = 1, k = 0;

	while (i < count && j < count && k < count) {
		uint64_t a = keys[(i + k) % count], b = keys[(j + k) % count];

		if (a == b) {
			k++;
			continue;
		}
		if (a > b)
			i += k + 1;
		else
			j += k + 1;
		if (i == j)
			j++;
		k = 0;
	}
	return i < j ? i : j;
}

static uint32_t ring_start(const struct chain_list *list, const struct chain *chain,
			   const hop_list *hops, byte_vec *scratch)
{
	VEC(uint64_t) keys = { 0 };
	uint32_t start;

	if (chain->cycle != CYCLE_THREAD || chain->cycle_start != 0)
		return 0;
	vec_for_each(hop, hops)
		vec_push(&keys, hop_key(list, *hop, scratch));
	start = least_rotation(keys.at, chain->hops);
	vec_free(&keys);
	return start;
}

void chain_sign(struct chain_list *list, struct chain *chain)
{
	byte_vec text = { 0 };
	hop_list hops = { 0 };
	uint32_t start;

	chain_for_each_hop(hop, list, chain) vec_push(&hops, hop);
	start = ring_start(list, chain, &hops, &text);
	chain->signature = signature_of(list, chain, &hops, start, &text);
	put_label(&text, list, chain, &hops, start);
	chain->label =
		names_add(&list->names, (struct slice){ (const char *)text.at, text.len });
	vec_free(&hops);
	vec_free(&text);
}
