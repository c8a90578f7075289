/* SPDX-License-Identifier: Apache-2.0 */
/* Which incidents are alike; see query_like.h. What an incident has of each likeness is a set of hashes of texts. */
#include "index/query_like.h"

#include <inttypes.h>
#include <math.h>

#include "index/list.h"
#include "index/query_incident.h"
#include "pipeline/base/bytes.h"
#include "stages/signature.h"

/* An image is of a storm when it is at least this part of its zombies. */
#define STORM_PART 10

struct likeable {
	uint64_t id;
	bool wanted; /* by the selector */
	id_vec sets[LIKENESSES];
};

struct liking {
	struct index_view *view;
	const struct selector *selector;
	uint64_t id;
	VEC(struct likeable) all;
	struct map frequency; /* hash -> place in counts */
	VEC(uint32_t) counts; /* incidents that have it */
	struct map texts;     /* hash -> name in names, of the one that is asked about */
	struct names names;
	struct chain_list list;
	struct digest digest;
	byte_vec text;
	struct error *error;
};

/* ---- what an incident has ---- */

static void put(byte_vec *text, const char *string)
{
	bytes_put(text, string, strlen(string));
}

static void put_image(byte_vec *text, struct slice image)
{
	struct key key = key_image(image.len ? image : SLICE("?"));

	bytes_put(text, key.bytes, strnlen((const char *)key.bytes, key.len));
}

static void add_text(struct liking *liking, struct likeable *likeable, enum likeness likeness)
{
	struct slice text = { (const char *)liking->text.at, liking->text.len };
	uint64_t hash = hash64_seeded(text.at, text.len, (uint64_t)likeness);

	vec_push(&likeable->sets[likeness], hash);
	if (likeable->id == liking->id)
		*map_place(&liking->texts, hash) = names_add(&liking->names, text);
}

static void add_edge(struct liking *liking, struct likeable *likeable,
		     const struct hop *from, const struct hop *to)
{
	const struct names *names = &liking->list.names;

	liking->text.len = 0;
	put_image(&liking->text, names_text(names, from->image));
	put(&liking->text, " -");
	put(&liking->text, edge_kind_text(from->via));
	put(&liking->text, "-> ");
	put_image(&liking->text, names_text(names, to->image));
	add_text(liking, likeable, LIKENESS_EDGES);
}

/* Hops are shared by chains, so each is looked at once and not once a chain. */
static void add_edges(struct liking *liking, struct likeable *likeable)
{
	vec_for_each(hop, &liking->list.hops)
		if (hop->next != NUMBER_NONE)
			add_edge(liking, likeable, hop, &liking->list.hops.at[hop->next]);
}

static void add_endpoint(struct liking *liking, struct likeable *likeable,
			 const struct chain *chain)
{
	const struct chain_list *list = &liking->list;
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);

	liking->text.len = 0;
	put_image(&liking->text, names_text(&list->names, chain_root(list, chain)->image));
	put(&liking->text, " [");
	put(&liking->text, endpoint_kind_text(endpoint->kind));
	if (endpoint->kind == ENDPOINT_WAIT && reason.len) {
		put(&liking->text, " ");
		bytes_put(&liking->text, reason.at, reason.len);
	}
	put(&liking->text, "]");
	add_text(liking, likeable, LIKENESS_ENDPOINTS);
}

static void add_storms(struct liking *liking, struct likeable *likeable, uint64_t zombies)
{
	vec_for_each(image, &liking->digest.images) {
		if (zombies < STORM_ZOMBIES || image->zombies < zombies / STORM_PART)
			continue;
		liking->text.len = 0;
		put_image(&liking->text, names_text(&liking->digest.names, image->image));
		add_text(liking, likeable, LIKENESS_STORMS);
	}
}

static bool collect(void *context, const struct incident_row *row)
{
	struct liking *liking = context;
	struct likeable *likeable = vec_add(&liking->all);
	bool good;

	*likeable = (struct likeable){ .id = row->summary.id };
	likeable->wanted = selector_accepts(liking->selector, row);
	good = index_row_chains(liking->view, row, &liking->list, liking->error) &&
	       index_digest(liking->view, row, &liking->digest, liking->error);
	if (!good)
		return false;
	add_edges(liking, likeable);
	vec_for_each(chain, &liking->list.chains)
		add_endpoint(liking, likeable, chain);
	add_storms(liking, likeable, row->summary.zombies);
	for (int i = 0; i < LIKENESSES; i++)
		ids_settle(&likeable->sets[i]);
	return true;
}

/* ---- how rare it is ---- */

static void count_all(struct liking *liking)
{
	vec_for_each(likeable, &liking->all)
		for (int i = 0; i < LIKENESSES; i++)
			vec_for_each(hash, &likeable->sets[i]) {
				uint32_t *place = map_place(&liking->frequency, *hash);

				if (*place == MAP_NONE) {
					*place = (uint32_t)liking->counts.len;
					vec_push(&liking->counts, 0);
				}
				liking->counts.at[*place]++;
			}
}

/* Above 0 for what all have as well: it is still something that both have. */
static double rarity(const struct liking *liking, uint64_t hash)
{
	uint32_t place = map_get(&liking->frequency, hash);
	double all = (double)liking->all.len;

	return log(1 + all / (double)liking->counts.at[place]);
}

/* ---- two incidents ---- */

struct overlap {
	double shared, either;
};

static struct overlap overlap_of(const struct liking *liking, const id_vec *a, const id_vec *b)
{
	struct overlap overlap = { 0, 0 };

	vec_for_each(hash, a) {
		double weight = rarity(liking, *hash);

		overlap.either += weight;
		if (ids_hold(b, *hash))
			overlap.shared += weight;
	}
	vec_for_each(hash, b)
		if (!ids_hold(a, *hash))
			overlap.either += rarity(liking, *hash);
	return overlap;
}

static double score_of(const struct liking *liking, const struct likeable *one,
		       const struct likeable *other)
{
	static const double weights[LIKENESSES] = {
#define LIKENESS(id, text, weight) weight,
#include "index/likenesses.def"
#undef LIKENESS
	};
	double sum = 0, votes = 0;

	for (int i = 0; i < LIKENESSES; i++) {
		const id_vec *a = &one->sets[i], *b = &other->sets[i];
		struct overlap overlap;

		if (a->len == 0 && b->len == 0)
			continue;
		votes += a->len && b->len ? weights[i] : weights[i] / 2;
		overlap = overlap_of(liking, a, b);
		sum += weights[i] * overlap.shared / overlap.either;
	}
	return votes > 0 ? sum / votes : 0;
}

static int by_id(const void *left, const void *right)
{
	const struct likeable *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int best_first(const void *left, const void *right)
{
	const struct alike *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static const struct likeable *find(const struct liking *liking, uint64_t id)
{
	const struct likeable sought = { .id = id };

	return bsearch(&sought, liking->all.at, liking->all.len, sizeof(sought), by_id);
}

static void score_all(const struct liking *liking, const struct likeable *one,
		      struct likes *likes)
{
	vec_for_each(other, &liking->all) {
		double score;

		if (other->id == one->id || !other->wanted)
			continue;
		score = score_of(liking, one, other);
		if (score > 0)
			vec_push(&likes->list,
				 ((struct alike){ .id = other->id, .score = score }));
	}
	if (likes->list.len)
		qsort(likes->list.at, likes->list.len, sizeof(struct alike), best_first);
	likes->total = likes->list.len;
}

static void cut_out(struct likes *likes, const struct selector *selector)
{
	size_t len = likes->list.len;
	size_t first = selector->offset < len ? (size_t)selector->offset : len;

	likes->list.len -= first;
	if (likes->list.len)
		memmove(likes->list.at, likes->list.at + first,
			likes->list.len * sizeof(struct alike));
	if (selector->limit && selector->limit < likes->list.len)
		likes->list.len = (size_t)selector->limit;
}

/* ---- what is shared ---- */

struct rare {
	double rarity;
	struct slice text;
};

static int rarest_first(const void *left, const void *right)
{
	const struct rare *a = left, *b = right;

	if (a->rarity != b->rarity)
		return a->rarity > b->rarity ? -1 : 1;
	return slice_compare(a->text, b->text);
}

static void name_shared(const struct liking *liking, const struct likeable *one,
			struct alike *alike, struct likes *likes)
{
	const struct likeable *other = find(liking, alike->id);
	VEC(struct rare) shared = { 0 };

	alike->first_shared = (uint32_t)likes->shared.len;
	for (int i = 0; i < LIKENESSES; i++) {
		shared.len = 0;
		vec_for_each(hash, &one->sets[i])
			if (ids_hold(&other->sets[i], *hash))
				vec_push(&shared,
					 ((struct rare){ rarity(liking, *hash),
							 names_text(&liking->names,
								    map_get(&liking->texts,
									    *hash)) }));
		if (shared.len)
			qsort(shared.at, shared.len, sizeof(struct rare), rarest_first);
		alike->shared[i] = (uint32_t)shared.len;
		vec_for_each(rare, &shared)
			vec_push(&likes->shared, rare->text);
	}
	vec_free(&shared);
}

/* ---- all of it ---- */

static void liking_free(struct liking *liking)
{
	vec_for_each(likeable, &liking->all)
		for (int i = 0; i < LIKENESSES; i++)
			vec_free(&likeable->sets[i]);
	vec_free(&liking->all);
	vec_free(&liking->counts);
	map_free(&liking->frequency);
	map_free(&liking->texts);
	names_free(&liking->names);
	chain_list_free(&liking->list);
	digest_free(&liking->digest);
	vec_free(&liking->text);
}

bool query_like(struct index_view *view, uint64_t id, const struct selector *selector,
		struct likes *likes, struct error *error)
{
	struct liking liking = { .view = view, .selector = selector, .id = id, .error = error };
	struct selector everybody = SELECTOR_ALL;
	const struct likeable *one;
	uint64_t rows;
	bool good = list_incidents(view, &everybody, collect, &liking, &rows, error) &&
		    error->kind == ERROR_NONE;

	if (good) {
		if (liking.all.len)
			qsort(liking.all.at, liking.all.len, sizeof(struct likeable), by_id);
		one = find(&liking, id);
		good = one ||
		       index_damaged(error, "incident %016" PRIx64 " is not listed", id);
	}
	if (good) {
		count_all(&liking);
		score_all(&liking, one, likes);
		cut_out(likes, selector);
		vec_for_each(alike, &likes->list)
			name_shared(&liking, one, alike, likes);
		likes->names = liking.names;
		liking.names = (struct names){ .cap = 0 };
	}
	liking_free(&liking);
	return good;
}

void likes_free(struct likes *likes)
{
	vec_free(&likes->list);
	vec_free(&likes->shared);
	names_free(&likes->names);
}

const char *likeness_text(enum likeness likeness)
{
	static const char *const texts[LIKENESSES] = {
#define LIKENESS(id, text, weight) text,
#include "index/likenesses.def"
#undef LIKENESS
	};

	return texts[likeness];
}
