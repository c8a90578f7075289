/* SPDX-License-Identifier: Apache-2.0 */
/* Chain lists as bytes and back, and the texts of their enums; see chain.h and index/FORMAT.md. */
#include "stages/chain.h"

void chain_list_clear(struct chain_list *list)
{
	names_clear(&list->names);
	list->chains.len = list->hops.len = 0;
	list->chains_found = 0;
	list->address_digits = 0;
}

void chain_list_free(struct chain_list *list)
{
	names_free(&list->names);
	vec_free(&list->chains);
	vec_free(&list->hops);
}

static void encode_hop(const struct hop *hop, byte_vec *out)
{
	bytes_put_varint(out, hop->process);
	bytes_put_varint(out, hop->thread);
	bytes_put_varint(out, hop->wait_ms == MS_NONE ? 0 : (uint64_t)hop->wait_ms + 1);
	bytes_put_varint(out, (uint32_t)(hop->pid + 1));
	bytes_put_varint(out, hop->image);
	bytes_put_u8(out, hop->via);
}

static void encode_chain(const struct chain *chain, byte_vec *out)
{
	bytes_put_u64_be(out, chain->signature);
	bytes_put_varint(out, chain->hops);
	bytes_put_varint(out, (uint32_t)(chain->cycle_start + 1));
	bytes_put_varint(out, chain->label);
	bytes_put_varint(out, chain->wait_reason);
	bytes_put_varint(out, chain->endpoint_thread);
	bytes_put_u8(out, chain->cycle);
	bytes_put_u8(out, chain->endpoint);
}

void chain_list_encode(const struct chain_list *list, byte_vec *out)
{
	names_encode(&list->names, out);
	bytes_put_u8(out, list->address_digits);
	bytes_put_varint(out, list->chains_found);
	bytes_put_varint(out, list->chains.len);
	vec_for_each(chain, &list->chains) {
		encode_chain(chain, out);
		for (uint32_t i = 0; i < chain->hops; i++)
			encode_hop(&list->hops.at[chain->first_hop + i], out);
	}
}

static void decode_hop(struct chain_list *list, struct bytes_reader *reader)
{
	struct hop hop = { .process = bytes_get_varint(reader),
			   .thread = bytes_get_varint(reader) };
	uint64_t wait = bytes_get_max(reader, INT64_MAX);

	hop.wait_ms = wait ? (int64_t)wait - 1 : MS_NONE;
	hop.pid = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	hop.image = (name_id)bytes_get_max(reader, list->names.texts.len);
	hop.via = bytes_get_u8(reader);
	if (hop.via >= EDGE_KINDS)
		reader->bad = true;
	vec_push(&list->hops, hop);
}

static void decode_chain(struct chain_list *list, struct bytes_reader *reader)
{
	struct chain chain = { .first_hop = (uint32_t)list->hops.len };

	chain.signature = bytes_get_u64_be(reader);
	chain.hops = (uint32_t)bytes_get_count(reader, 6);
	chain.cycle_start = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	chain.label = (name_id)bytes_get_max(reader, list->names.texts.len);
	chain.wait_reason = (name_id)bytes_get_max(reader, list->names.texts.len);
	chain.endpoint_thread = bytes_get_varint(reader);
	chain.cycle = bytes_get_u8(reader);
	chain.endpoint = bytes_get_u8(reader);
	if (chain.hops == 0 || chain.cycle > CYCLE_THREAD || chain.endpoint >= ENDPOINT_KINDS ||
	    (chain.cycle == CYCLE_THREAD) != (chain.cycle_start < chain.hops) ||
	    (chain.cycle != CYCLE_THREAD && chain.cycle_start != NUMBER_NONE))
		reader->bad = true;
	for (uint32_t i = 0; i < chain.hops && !reader->bad; i++)
		decode_hop(list, reader);
	vec_push(&list->chains, chain);
}

bool chain_list_decode(struct chain_list *list, const void *bytes, size_t len)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);
	size_t count;

	chain_list_clear(list);
	names_decode(&list->names, &reader);
	list->address_digits = bytes_get_u8(&reader);
	list->chains_found = bytes_get_varint(&reader);
	count = bytes_get_count(&reader, 14);
	for (size_t i = 0; i < count && !reader.bad; i++)
		decode_chain(list, &reader);
	if (reader.bad || bytes_left(&reader) != 0 || list->address_digits > 16) {
		chain_list_clear(list);
		return false;
	}
	return true;
}

int64_t chain_longest_wait(const struct chain_list *list, const struct chain *chain)
{
	int64_t longest = MS_NONE;

	for (uint32_t i = 0; i < chain->hops; i++)
		if (list->hops.at[chain->first_hop + i].wait_ms > longest)
			longest = list->hops.at[chain->first_hop + i].wait_ms;
	return longest;
}

const char *edge_kind_text(enum edge_kind kind)
{
	static const char *const texts[EDGE_KINDS] = {
#define EDGE_KIND(id, text) [EDGE_##id] = text,
#include "stages/edge_kinds.def"
#undef EDGE_KIND
	};

	return texts[kind];
}

const char *cycle_kind_text(enum cycle_kind kind)
{
	static const char *const texts[] = { "none", "process", "thread" };

	return texts[kind];
}

const char *endpoint_kind_text(enum endpoint_kind kind)
{
	static const char *const texts[ENDPOINT_KINDS] = {
#define ENDPOINT_KIND(id, text) [ENDPOINT_##id] = text,
#include "stages/endpoint_kinds.def"
#undef ENDPOINT_KIND
	};

	return texts[kind];
}
