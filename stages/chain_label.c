/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels: what a signature looks like to people. A label is made from one chain, and tells of it what the grouping looks at and
 * nothing else; it is no key, since of a cut name it shows what there is.
 */
#include <inttypes.h>
#include <stdio.h>

#include "pipeline/base/hash.h"
#include "stages/rotation.h"
#include "stages/signature.h"

/* A label shows so many hops at either end of a longer chain. */
#define LABEL_HOPS 16

typedef VEC(const struct hop *) hop_list;

struct labeller {
	const struct chain_list *list;
	const struct chain *chain;
	enum grouping grouping;
	byte_vec *out;
	hop_list hops; /* in turn; of a pure ring from its least rotation */
	uint32_t back; /* hop that a ring leads back to */
};

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

static void put_text(byte_vec *out, struct slice text)
{
	bytes_put(out, text.at, text.len);
}

static void put_image(struct labeller *labeller, const struct hop *hop)
{
	struct slice image = names_text(&labeller->list->names, hop->image);

	if (image.len == 0)
		image = SLICE("?");
	for (size_t i = 0; i < image.len; i++)
		bytes_put_u8(labeller->out, (uint8_t)(image.at[i] >= 'A' && image.at[i] <= 'Z'
							      ? image.at[i] | 0x20
							      : image.at[i]));
	if (labeller->grouping == GROUPING_FRAME && hop->frame) {
		put(labeller->out, "(");
		put_text(labeller->out, names_text(&labeller->list->names, hop->frame));
		put(labeller->out, ")");
	}
}

static void put_arrow(struct labeller *labeller, const struct hop *hop)
{
	if (hop->via == EDGE_NONE)
		return;
	if (labeller->grouping < GROUPING_KIND) {
		put(labeller->out, " > ");
		return;
	}
	put(labeller->out, " -");
	put(labeller->out, edge_kind_text(hop->via));
	put(labeller->out, "-> ");
}

static void put_endpoint(struct labeller *labeller)
{
	const struct endpoint *endpoint = chain_endpoint(labeller->list, labeller->chain);
	const struct names *names = &labeller->list->names;

	put(labeller->out, " [");
	put(labeller->out, endpoint_kind_text(endpoint->kind));
	if (labeller->grouping >= GROUPING_KIND && endpoint->kind == ENDPOINT_WAIT &&
	    endpoint->wait_reason) {
		put(labeller->out, " ");
		put_text(labeller->out, names_text(names, endpoint->wait_reason));
	}
	/* Of a process that is entered again the images do not tell: there may be two processes of one image. */
	if (labeller->grouping >= GROUPING_PATH && labeller->chain->cycle == CYCLE_PROCESS)
		put(labeller->out, ", semicircular");
	put(labeller->out, "]");
}

/* Of a ring with others in front it is told to which hop the last one points back, since other hops may be of the same image. */
static void put_back(struct labeller *labeller)
{
	put_image(labeller, labeller->hops.at[labeller->back]);
	if (labeller->chain->cycle_start == 0)
		return;
	put(labeller->out, " (hop ");
	put_number(labeller->out, labeller->back + 1);
	put(labeller->out, ")");
}

/* ---- the order of the hops ---- */

/* A number that is equal where image and kind of waiting are. */
static uint64_t hop_key(struct labeller *labeller, const struct hop *hop)
{
	labeller->out->len = 0;
	put_image(labeller, hop);
	put_arrow(labeller, hop);
	return hash64(labeller->out->at, labeller->out->len);
}

static void turn_ring(struct labeller *labeller)
{
	VEC(uint64_t) keys = { 0 };
	hop_list turned = { 0 };
	size_t start, count = labeller->hops.len;

	vec_for_each(hop, &labeller->hops)
		vec_push(&keys, hop_key(labeller, *hop));
	start = least_rotation(keys.at, count);
	for (size_t i = 0; i < count; i++)
		vec_push(&turned, labeller->hops.at[(start + i) % count]);
	vec_free(&keys);
	vec_free(&labeller->hops);
	labeller->hops = turned;
}

static void collect_hops(struct labeller *labeller)
{
	const struct chain *chain = labeller->chain;

	chain_for_each_hop(hop, labeller->list, chain) vec_push(&labeller->hops, hop);
	if (chain->cycle != CYCLE_THREAD)
		return;
	labeller->back = chain->cycle_start;
	if (chain->cycle_start == 0)
		turn_ring(labeller);
}

/* ---- all of it ---- */

static void put_hops(struct labeller *labeller)
{
	size_t count = labeller->hops.len;
	size_t left_out = count > 2 * LABEL_HOPS + 1 ? count - 2 * LABEL_HOPS : 0;

	for (size_t i = 0; i < count; i++) {
		if (i == LABEL_HOPS && left_out) {
			put(labeller->out, "... ");
			put_number(labeller->out, (uint32_t)left_out);
			put(labeller->out, " hops ... -> ");
			i += left_out;
		}
		put_image(labeller, labeller->hops.at[i]);
		put_arrow(labeller, labeller->hops.at[i]);
	}
	if (labeller->chain->cycle == CYCLE_THREAD)
		put_back(labeller);
}

struct slice chain_label(const struct chain_list *list, const struct chain *chain,
			 enum grouping grouping, byte_vec *out)
{
	struct labeller labeller = {
		.list = list, .chain = chain, .grouping = grouping, .out = out
	};

	collect_hops(&labeller);
	out->len = 0;
	if (grouping == GROUPING_ROOT)
		put_image(&labeller, chain_root(list, chain));
	else
		put_hops(&labeller);
	put_endpoint(&labeller);
	vec_free(&labeller.hops);
	return (struct slice){ (const char *)out->at, out->len };
}
