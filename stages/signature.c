/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures are made from the end of a chain to its beginning, so that chains which come together share the work as they share
 * hops: what stands behind a hop is signed once, however many wait for it. Rings have no end and are signed one by one.
 */
#include "stages/signature.h"

#include "pipeline/base/hash.h"
#include "stages/rotation.h"

/* What a hop is at each grouping but the coarsest, and what it and all behind it are. */
struct hop_sign {
	uint64_t token[GROUPINGS];
	uint64_t behind[GROUPINGS];
};

struct signer {
	const struct chain_list *list;
	VEC(struct hop_sign) hops;
	VEC(uint64_t) images, texts; /* hashes by name, 0: not made yet */
	VEC(uint32_t) path;          /* hops of the ring that is being signed */
	VEC(uint64_t) tokens;
};

static uint64_t mix(uint64_t sum, uint64_t token)
{
	return hash64_seeded(&token, sizeof(token), sum);
}

/* ---- names ---- */

struct folded {
	char text[IMAGE_CUT];
	size_t len;
};

static struct folded fold_image(struct slice image)
{
	struct folded folded;

	image = image.len ? image_cut(image) : SLICE("?");
	folded.len = image.len;
	for (size_t i = 0; i < image.len; i++)
		folded.text[i] = (char)(image.at[i] >= 'A' && image.at[i] <= 'Z'
						? image.at[i] | 0x20
						: image.at[i]);
	return folded;
}

static uint64_t hash_image(struct slice image)
{
	struct folded folded = fold_image(image);

	return hash64(folded.text, folded.len);
}

static int compare_images(const struct chain_list *list, const struct hop *a,
			  const struct hop *b)
{
	struct folded x = fold_image(names_text(&list->names, a->image));
	struct folded y = fold_image(names_text(&list->names, b->image));

	return slice_compare((struct slice){ x.text, x.len }, (struct slice){ y.text, y.len });
}

const struct hop *chain_root(const struct chain_list *list, const struct chain *chain)
{
	const struct hop *root = NULL;
	uint32_t at = 0;

	chain_for_each_hop(hop, list, chain)
	{
		if (!root || chain->cycle != CYCLE_THREAD || at <= chain->cycle_start ||
		    compare_images(list, hop, root) < 0)
			root = hop;
		at++;
	}
	return root;
}

/* "nt!KiSwapContext+0x7f" and "nt!KiSwapContext" are one frame. */
static uint64_t hash_frame(struct slice frame)
{
	ptrdiff_t offset = slice_find(frame, SLICE("+0x"));

	return hash64(frame.at, offset > 0 ? (size_t)offset : frame.len);
}

static uint64_t image_of(struct signer *signer, name_id name)
{
	uint64_t *hash = &signer->images.at[name];

	if (*hash == 0)
		*hash = hash_image(names_text(&signer->list->names, name));
	return *hash;
}

static uint64_t frame_of(struct signer *signer, name_id name)
{
	uint64_t *hash = &signer->texts.at[name];

	if (name && *hash == 0)
		*hash = hash_frame(names_text(&signer->list->names, name));
	return *hash;
}

/* ---- hops ---- */

static struct hop_sign sign_hop(struct signer *signer, const struct hop *hop)
{
	struct hop_sign sign;

	sign.token[GROUPING_ROOT] = image_of(signer, hop->image);
	sign.token[GROUPING_PATH] = sign.token[GROUPING_ROOT];
	sign.token[GROUPING_KIND] = mix(sign.token[GROUPING_PATH], hop->via);
	sign.token[GROUPING_FRAME] =
		mix(sign.token[GROUPING_KIND], frame_of(signer, hop->frame));
	/* Of the root only the last hop counts. */
	sign.behind[GROUPING_ROOT] = sign.token[GROUPING_ROOT];
	for (int i = GROUPING_PATH; i < GROUPINGS; i++)
		sign.behind[i] = mix(0, sign.token[i]);
	return sign;
}

/* A hop like the one behind it adds nothing: runs count once. */
static void lead_to(struct hop_sign *sign, const struct hop_sign *next)
{
	sign->behind[GROUPING_ROOT] = next->behind[GROUPING_ROOT];
	for (int i = GROUPING_PATH; i < GROUPINGS; i++)
		sign->behind[i] = sign->token[i] == next->token[i]
					  ? next->behind[i]
					  : mix(next->behind[i], sign->token[i]);
}

static void fill_zero(void *at, size_t len, size_t size)
{
	if (len)
		memset(at, 0, len * size);
}

static struct signer *signer_new(const struct chain_list *list)
{
	struct signer *signer = mem_alloc_zero(1, sizeof(*signer));
	size_t names = list->names.texts.len + 1;

	signer->list = list;
	vec_reserve(&signer->images, names);
	vec_reserve(&signer->texts, names);
	fill_zero(signer->images.at, names, sizeof(uint64_t));
	fill_zero(signer->texts.at, names, sizeof(uint64_t));
	vec_reserve(&signer->hops, list->hops.len);
	/* The one that a hop waits for stands before it. */
	vec_for_each(hop, &list->hops) {
		struct hop_sign sign = sign_hop(signer, hop);

		if (hop->next != NUMBER_NONE)
			lead_to(&sign, &signer->hops.at[hop->next]);
		vec_push(&signer->hops, sign);
	}
	return signer;
}

static void signer_free(struct signer *signer)
{
	vec_free(&signer->hops);
	vec_free(&signer->images);
	vec_free(&signer->texts);
	vec_free(&signer->path);
	vec_free(&signer->tokens);
	free(signer);
}

/* ---- rings ---- */

/* The tokens of hops first to end, with runs counted once. */
static void collect_tokens(struct signer *signer, size_t first, size_t end, int grouping)
{
	signer->tokens.len = 0;
	for (size_t i = first; i < end; i++) {
		uint64_t token = signer->hops.at[signer->path.at[i]].token[grouping];
		size_t len = signer->tokens.len;

		if (len == 0 || signer->tokens.at[len - 1] != token)
			vec_push(&signer->tokens, token);
	}
}

static uint64_t sum_tokens(const struct signer *signer, uint64_t sum, size_t start)
{
	size_t count = signer->tokens.len;

	for (size_t i = 0; i < count; i++)
		sum = mix(sum, signer->tokens.at[(start + i) % count]);
	return sum;
}

/* Those in front of the ring, a mark, and the ring from where they enter it. */
static uint64_t sum_ring(struct signer *signer, const struct chain *chain, int grouping)
{
	uint64_t sum;

	collect_tokens(signer, 0, chain->cycle_start, grouping);
	sum = mix(sum_tokens(signer, 0, 0), CYCLE_THREAD);
	collect_tokens(signer, chain->cycle_start, chain->hops, grouping);
	if (chain->cycle_start)
		return sum_tokens(signer, sum, 0);
	/* A run may go on over the place where the ring happens to be cut. */
	while (signer->tokens.len > 1 &&
	       signer->tokens.at[0] == signer->tokens.at[signer->tokens.len - 1])
		signer->tokens.len--;
	return sum_tokens(signer, sum, least_rotation(signer->tokens.at, signer->tokens.len));
}

static void sign_ring(struct signer *signer, const struct chain *chain,
		      struct signatures *signatures)
{
	signer->path.len = 0;
	chain_for_each_hop(hop, signer->list, chain)
		vec_push(&signer->path, (uint32_t)(hop - signer->list->hops.at));
	signatures->of[GROUPING_ROOT] =
		image_of(signer, chain_root(signer->list, chain)->image);
	for (int i = GROUPING_PATH; i < GROUPINGS; i++)
		signatures->of[i] = sum_ring(signer, chain, i);
}

/* ---- chains ---- */

/* What the chain ends in is mixed in last, each grouping's in all finer ones. */
static void add_class(struct signer *signer, const struct chain *chain,
		      struct signatures *signatures)
{
	const struct endpoint *endpoint = chain_endpoint(signer->list, chain);
	const char *kind = endpoint_kind_text(endpoint->kind);
	uint64_t ends[GROUPINGS], reason = 0;

	if (endpoint->kind == ENDPOINT_WAIT)
		reason = frame_of(signer, endpoint->wait_reason);
	ends[GROUPING_ROOT] = hash64(kind, strlen(kind));
	ends[GROUPING_PATH] = mix(ends[GROUPING_ROOT], chain->cycle);
	ends[GROUPING_KIND] = mix(ends[GROUPING_PATH], reason);
	ends[GROUPING_FRAME] = mix(ends[GROUPING_KIND], frame_of(signer, endpoint->frame));
	for (int i = 0; i < GROUPINGS; i++)
		signatures->of[i] = mix(mix(signatures->of[i], ends[i]), (uint64_t)i);
}

static void signer_sign(struct signer *signer, const struct chain *chain,
			struct signatures *signatures)
{
	if (chain->cycle == CYCLE_THREAD)
		sign_ring(signer, chain, signatures);
	else
		memcpy(signatures->of, signer->hops.at[chain->first_hop].behind,
		       sizeof(signatures->of));
	add_class(signer, chain, signatures);
}

void chain_list_sign(struct chain_list *list)
{
	struct signer *signer = signer_new(list);

	vec_for_each(chain, &list->chains)
		signer_sign(signer, chain, &chain->signatures);
	signer_free(signer);
}

const char *grouping_text(enum grouping grouping)
{
	static const char *const texts[GROUPINGS] = {
#define GROUPING(id, text, what) text,
#include "stages/groupings.def"
#undef GROUPING
	};

	return texts[grouping];
}
