/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table "signature"; see signature_row.h. */
#include "index/signature_row.h"

#include "pipeline/base/bytes.h"

/* ---- of one incident ---- */

/* What of a chain may be the example. */
struct example {
	byte_vec label, hops, spelled;
};

/* In lower case. */
static void put_folded(byte_vec *out, struct slice text)
{
	bytes_put_varint(out, text.len);
	for (size_t i = 0; i < text.len; i++)
		bytes_put_u8(out, (uint8_t)(text.at[i] >= 'A' && text.at[i] <= 'Z'
						    ? text.at[i] | 0x20
						    : text.at[i]));
}

static void make_example(struct example *example, const struct chain_list *list,
			 const struct chain *chain, enum grouping grouping)
{
	chain_label(list, chain, grouping, &example->label);
	example->hops.len = example->spelled.len = 0;
	bytes_put_varint(&example->hops, chain->hops);
	bytes_put_varint(&example->spelled, chain->hops);
	chain_for_each_hop(hop, list, chain)
	{
		struct slice image = names_text(&list->names, hop->image);

		bytes_put_text(&example->hops, image);
		bytes_put_u8(&example->hops, hop->via);
		put_folded(&example->spelled, image);
		bytes_put_u8(&example->spelled, EDGE_NONE);
	}
}

static void free_example(struct example *example)
{
	vec_free(&example->label);
	vec_free(&example->hops);
	vec_free(&example->spelled);
}

static struct slice as_slice(const byte_vec *bytes)
{
	return (struct slice){ (const char *)bytes->at, bytes->len };
}

/* Which of two chains stands for all: a choice that does not depend on which was seen first. */
static bool is_better(const struct signature_row *row, const struct signature_row *other)
{
	int order = slice_compare(row->label, other->label);

	if (order == 0)
		order = slice_compare(row->hops, other->hops);
	if (order == 0)
		order = row->cycle_start < other->cycle_start
				? -1
				: row->cycle_start > other->cycle_start;
	return order > 0;
}

static struct signature_row row_of_chain(const struct example *example,
					 const struct chain_list *list,
					 const struct chain *chain)
{
	return (struct signature_row){
		.chains = 1,
		.first_seen = MOMENT_NONE,
		.last_seen = MOMENT_NONE,
		.longest_wait_ms = chain_longest_wait(list, chain),
		.label = as_slice(&example->label),
		.hops = as_slice(&example->hops),
		.cycle_start = chain->cycle_start,
		.cycle = chain->cycle,
		.endpoint = chain_endpoint(list, chain)->kind,
	};
}

static void take_example(struct signature_row *row, const struct signature_row *other)
{
	row->label = other->label;
	row->hops = other->hops;
	row->cycle_start = other->cycle_start;
}

struct signature_row signature_row_of(const struct summary *summary,
				      const struct chain_runs *runs, struct arena *arena)
{
	const struct signatures *signatures = &chain_run_at(runs, 0)->signatures;
	struct example example = { 0 };
	struct signature_row row = { .cycle = 0 };

	for (size_t i = 0; i < chain_run_count(runs); i++) {
		const struct chain *chain = chain_run_at(runs, i);
		struct signature_row more;

		make_example(&example, runs->list, chain, runs->grouping);
		more = row_of_chain(&example, runs->list, chain);
		if (i && !is_better(&more, &row)) {
			take_example(&more, &row);
		} else {
			more.label = arena_copy(arena, more.label);
			more.hops = arena_copy(arena, more.hops);
		}
		if (!spellings_hold(&row.spellings, as_slice(&example.spelled)))
			spellings_add(&more.spellings,
				      arena_copy(arena, as_slice(&example.spelled)));
		if (i == 0)
			row = more;
		else
			signature_row_add(&row, &more);
	}
	free_example(&example);
	row.incidents = 1;
	row.root = signatures->of[GROUPING_ROOT];
	row.path = signatures->of[GROUPING_PATH];
	row.first_seen = row.last_seen = summary->session_time;
	row.first_zone_known = row.last_zone_known =
		summary->session_time != MOMENT_NONE && summary->session_zone_known;
	return row;
}

uint64_t machine_hash(struct slice machine)
{
	byte_vec folded = { 0 };
	uint64_t hash;

	if (machine.len == 0)
		return 0;
	put_folded(&folded, machine);
	hash = hash64(folded.at, folded.len) | 1;
	vec_free(&folded);
	return hash;
}

/* ---- sums ---- */

/* Of one moment that was told with its zone and without, the one with it is kept. */
static void add_moments(struct signature_row *row, const struct signature_row *more)
{
	if (more->first_seen == MOMENT_NONE)
		return;
	if (row->first_seen == MOMENT_NONE || more->first_seen < row->first_seen) {
		row->first_seen = more->first_seen;
		row->first_zone_known = more->first_zone_known;
	} else if (more->first_seen == row->first_seen) {
		row->first_zone_known |= more->first_zone_known;
	}
	/* MOMENT_NONE is less than any moment. */
	if (more->last_seen > row->last_seen) {
		row->last_seen = more->last_seen;
		row->last_zone_known = more->last_zone_known;
	} else if (more->last_seen == row->last_seen) {
		row->last_zone_known |= more->last_zone_known;
	}
}

void signature_row_add(struct signature_row *row, const struct signature_row *more)
{
	row->incidents += more->incidents;
	row->chains += more->chains;
	add_moments(row, more);
	if (more->longest_wait_ms > row->longest_wait_ms)
		row->longest_wait_ms = more->longest_wait_ms;
	spellings_merge(&row->spellings, &more->spellings);
	if (is_better(more, row))
		take_example(row, more);
}

static void keep(struct slice *text, struct slice of_more, struct arena *arena)
{
	if (text->at == of_more.at)
		*text = arena_copy(arena, of_more);
}

void signature_row_take(struct signature_row *row, const struct signature_row *more,
			struct arena *arena)
{
	if (row->incidents)
		signature_row_add(row, more);
	else
		*row = *more;
	keep(&row->label, more->label, arena);
	keep(&row->hops, more->hops, arena);
	for (uint8_t i = 0; i < row->spellings.count; i++)
		for (uint8_t k = 0; k < more->spellings.count; k++)
			keep(&row->spellings.at[i], more->spellings.at[k], arena);
}

/* ---- bytes ---- */

void signature_row_encode(const struct signature_row *row, byte_vec *out)
{
	bytes_put_varint(out, row->incidents);
	bytes_put_varint(out, row->chains);
	bytes_put_varint(out, row->machines);
	bytes_put_u64_be(out, (uint64_t)row->first_seen);
	bytes_put_u64_be(out, (uint64_t)row->last_seen);
	bytes_put_u8(out, (uint8_t)(row->first_zone_known | row->last_zone_known << 1));
	bytes_put_varint(out, row->longest_wait_ms == MS_NONE
				      ? 0
				      : (uint64_t)row->longest_wait_ms + 1);
	spellings_encode(&row->spellings, out);
	bytes_put_u64_be(out, row->root);
	bytes_put_u64_be(out, row->path);
	bytes_put_u8(out, row->cycle);
	bytes_put_u8(out, row->endpoint);
	bytes_put_varint(out, (uint32_t)(row->cycle_start + 1));
	bytes_put_text(out, row->label);
	bytes_put(out, row->hops.at, row->hops.len);
}

static bool hops_are_sound(struct slice bytes, size_t *count)
{
	struct bytes_reader hops = signature_hops(bytes, count);

	for (size_t i = 0; i < *count && !hops.bad; i++)
		hops.bad |= signature_next_hop(&hops).via >= EDGE_KINDS;
	return !hops.bad && *count > 0 && bytes_left(&hops) == 0;
}

static bool paths_are_sound(const struct signature_row *row)
{
	size_t count;

	for (uint8_t i = 0; i < row->spellings.count; i++)
		if (!hops_are_sound(row->spellings.at[i], &count))
			return false;
	return row->spellings.count > 0 && hops_are_sound(row->hops, &count) &&
	       (row->cycle == CYCLE_THREAD ? row->cycle_start < count
					   : row->cycle_start == NUMBER_NONE);
}

bool signature_row_decode(struct signature_row *row, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);
	uint64_t wait;
	uint8_t zones;

	*row = (struct signature_row){ .incidents = bytes_get_varint(&reader) };
	row->chains = bytes_get_varint(&reader);
	row->machines = bytes_get_varint(&reader);
	row->first_seen = (int64_t)bytes_get_u64_be(&reader);
	row->last_seen = (int64_t)bytes_get_u64_be(&reader);
	zones = bytes_get_u8(&reader);
	row->first_zone_known = zones & 1;
	row->last_zone_known = zones >> 1 & 1;
	wait = bytes_get_max(&reader, INT64_MAX);
	row->longest_wait_ms = wait ? (int64_t)wait - 1 : MS_NONE;
	spellings_decode(&row->spellings, &reader);
	row->root = bytes_get_u64_be(&reader);
	row->path = bytes_get_u64_be(&reader);
	row->cycle = bytes_get_u8(&reader);
	row->endpoint = bytes_get_u8(&reader);
	row->cycle_start = (uint32_t)bytes_get_max(&reader, UINT32_MAX) - 1;
	row->label = bytes_get_text(&reader);
	row->hops = slice_skip(bytes, bytes.len - bytes_left(&reader));
	return !reader.bad && row->incidents > 0 && row->cycle <= CYCLE_THREAD &&
	       row->endpoint < ENDPOINT_KINDS && paths_are_sound(row);
}

struct bytes_reader signature_hops(struct slice bytes, size_t *count)
{
	struct bytes_reader hops = bytes_reader_from(bytes.at, bytes.len);

	*count = bytes_get_count(&hops, 2);
	return hops;
}

struct signature_hop signature_next_hop(struct bytes_reader *hops)
{
	struct signature_hop hop = { .image = bytes_get_text(hops) };

	hop.via = bytes_get_u8(hops);
	return hop;
}
