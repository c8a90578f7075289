/* SPDX-License-Identifier: Apache-2.0 */
/* Chain lists as bytes and back, and the texts of their enums; see chain.h and index/FORMAT.md. */
#include "stages/signature.h"

void chain_list_clear(struct chain_list *list)
{
	names_clear(&list->names);
	list->chains.len = list->hops.len = 0;
	list->endpoints.len = list->objects.len = list->candidates.len = 0;
	list->chains_found = 0;
	list->uncounted = false;
	list->address_digits = 0;
}

void chain_list_free(struct chain_list *list)
{
	names_free(&list->names);
	vec_free(&list->chains);
	vec_free(&list->hops);
	vec_free(&list->endpoints);
	vec_free(&list->objects);
	vec_free(&list->candidates);
}

/* ---- to bytes ---- */

/* Addresses as the difference to those of the hop before in the list, which is often of the same process. */
static void encode_hop(const struct chain_list *list, uint32_t at, byte_vec *out)
{
	static const struct hop none;
	const struct hop *hop = &list->hops.at[at];
	const struct hop *before = at ? hop - 1 : &none;

	bytes_put_varint(out, hop->next == NUMBER_NONE ? 0 : at - hop->next);
	bytes_put_signed(out, (int64_t)(hop->process - before->process));
	bytes_put_signed(out, (int64_t)(hop->thread - before->thread));
	bytes_put_varint(out, hop->wait_ms == MS_NONE ? 0 : (uint64_t)hop->wait_ms + 1);
	bytes_put_varint(out, (uint32_t)(hop->pid + 1));
	bytes_put_varint(out, (uint32_t)(hop->tid + 1));
	bytes_put_varint(out, hop->waiters);
	bytes_put_varint(out, hop->image);
	bytes_put_varint(out, hop->frame);
	bytes_put_u8(out, hop->via);
	bytes_put_u8(out, hop->timing);
}

static void encode_endpoint(const struct chain_list *list,
			    const struct endpoint *endpoint, byte_vec *out)
{
	bytes_put_varint(out, endpoint->thread);
	bytes_put_varint(out, endpoint->wait_reason);
	bytes_put_varint(out, endpoint->frame);
	bytes_put_u8(out, endpoint->kind);
	bytes_put_u8(out, endpoint->timeout);
	bytes_put_varint(out, endpoint->objects);
	for (uint32_t i = 0; i < endpoint->objects; i++) {
		bytes_put_varint(out, list->objects.at[endpoint->first_object + i].address);
		bytes_put_varint(out, list->objects.at[endpoint->first_object + i].type);
	}
}

static void encode_chain(const struct chain_list *list, const struct chain *chain,
			 byte_vec *out)
{
	bytes_put_varint(out, chain->first_hop);
	bytes_put_varint(out, (uint32_t)(chain->cycle_start + 1));
	bytes_put_varint(out, chain->endpoint);
	bytes_put_u8(out, chain->cycle);
	bytes_put_u8(out, chain->idle_server);
	bytes_put_varint(out, chain->candidates);
	for (uint32_t i = 0; i < chain->candidates; i++)
		bytes_put_varint(out, list->candidates.at[chain->first_candidate + i]);
}

void chain_list_encode(const struct chain_list *list, byte_vec *out)
{
	names_encode(&list->names, out);
	bytes_put_u8(out, list->address_digits);
	bytes_put_varint(out, list->chains_found);
	bytes_put_u8(out, list->uncounted);
	bytes_put_varint(out, list->endpoints.len);
	vec_for_each(endpoint, &list->endpoints)
		encode_endpoint(list, endpoint, out);
	bytes_put_varint(out, list->hops.len);
	for (uint32_t i = 0; i < list->hops.len; i++)
		encode_hop(list, i, out);
	bytes_put_varint(out, list->chains.len);
	vec_for_each(chain, &list->chains)
		encode_chain(list, chain, out);
}

/* ---- from bytes ---- */

struct decoder {
	struct chain_list *list;
	struct bytes_reader reader;
	VEC(uint32_t) lengths; /* of each hop: it and all behind it */
	VEC(bool) closes; /* of each hop: the last one behind it points back into a ring */
	uint64_t hops;    /* of all chains, each counted in full */
};

static name_id decode_name(struct decoder *decoder)
{
	return (name_id)bytes_get_max(&decoder->reader, decoder->list->names.texts.len);
}

static uint8_t decode_enum(struct decoder *decoder, uint8_t end)
{
	uint8_t value = bytes_get_u8(&decoder->reader);

	if (value >= end)
		decoder->reader.bad = true;
	return value;
}

/* A hop that waits has a next one, or closes a ring; one that does not wait has none. */
static bool hop_is_sound(const struct hop *hop)
{
	return hop->via != EDGE_NONE ||
	       (hop->next == NUMBER_NONE && hop->timing == TIMING_UNKNOWN);
}

static void decode_hop(struct decoder *decoder)
{
	static const struct hop none;
	struct chain_list *list = decoder->list;
	struct bytes_reader *reader = &decoder->reader;
	uint32_t at = (uint32_t)list->hops.len, length = 1;
	uint32_t back = (uint32_t)bytes_get_max(reader, at);
	const struct hop *before = at ? &list->hops.at[at - 1] : &none;
	struct hop hop = { .next = back ? at - back : NUMBER_NONE };
	uint64_t wait;

	hop.process = before->process + (uint64_t)bytes_get_signed(reader);
	hop.thread = before->thread + (uint64_t)bytes_get_signed(reader);
	wait = bytes_get_max(reader, INT64_MAX);
	hop.wait_ms = wait ? (int64_t)wait - 1 : MS_NONE;
	hop.pid = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	hop.tid = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	hop.waiters = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	hop.image = decode_name(decoder);
	hop.frame = decode_name(decoder);
	hop.via = decode_enum(decoder, EDGE_KINDS);
	hop.timing = decode_enum(decoder, TIMINGS);
	if (!hop_is_sound(&hop))
		reader->bad = true;
	if (back)
		length += decoder->lengths.at[at - back];
	vec_push(&decoder->closes,
		 back ? decoder->closes.at[at - back] : hop.via != EDGE_NONE);
	vec_push(&decoder->lengths, length);
	vec_push(&list->hops, hop);
}

static void decode_endpoint(struct decoder *decoder)
{
	struct chain_list *list = decoder->list;
	struct bytes_reader *reader = &decoder->reader;
	struct endpoint endpoint = { .thread = bytes_get_varint(reader),
				     .first_object = (uint32_t)list->objects.len };

	endpoint.wait_reason = decode_name(decoder);
	endpoint.frame = decode_name(decoder);
	endpoint.kind = decode_enum(decoder, ENDPOINT_KINDS);
	endpoint.timeout = decode_enum(decoder, TIMEOUTS);
	endpoint.objects = (uint32_t)bytes_get_count(reader, 2);
	for (uint32_t i = 0; i < endpoint.objects && !reader->bad; i++) {
		struct endpoint_object object = { .address = bytes_get_varint(reader) };

		object.type = decode_name(decoder);
		vec_push(&list->objects, object);
	}
	vec_push(&list->endpoints, endpoint);
}

/* The last hop, the endpoint's kind and the chain's cycle must be of one mind. */
static bool chain_is_sound(const struct decoder *decoder, const struct chain *chain)
{
	const struct chain_list *list = decoder->list;
	bool ring = chain->cycle == CYCLE_THREAD;

	return ring == decoder->closes.at[chain->first_hop] &&
	       ring == (chain_endpoint(list, chain)->kind == ENDPOINT_CYCLE) &&
	       (ring ? chain->cycle_start < chain->hops : chain->cycle_start == NUMBER_NONE);
}

static void decode_chain(struct decoder *decoder)
{
	struct chain_list *list = decoder->list;
	struct bytes_reader *reader = &decoder->reader;
	struct chain chain = { .first_candidate = (uint32_t)list->candidates.len };

	chain.first_hop = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	chain.cycle_start = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	chain.endpoint = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	chain.cycle = decode_enum(decoder, CYCLE_THREAD + 1);
	chain.idle_server = decode_enum(decoder, 2);
	chain.candidates = (uint32_t)bytes_get_max(reader, CANDIDATES_MAX);
	for (uint32_t i = 0; i < chain.candidates; i++)
		vec_push(&list->candidates, bytes_get_varint(reader));
	if (chain.first_hop >= list->hops.len || chain.endpoint >= list->endpoints.len) {
		reader->bad = true;
		return;
	}
	chain.hops = decoder->lengths.at[chain.first_hop];
	decoder->hops += chain.hops;
	if (decoder->hops > CHAIN_HOPS_MAX || !chain_is_sound(decoder, &chain))
		reader->bad = true;
	vec_push(&list->chains, chain);
}

/* So many elements that take at least min_size bytes each. */
static void decode_many(struct decoder *decoder, size_t min_size,
			void (*decode)(struct decoder *decoder))
{
	size_t count = bytes_get_count(&decoder->reader, min_size);

	for (size_t i = 0; i < count && !decoder->reader.bad; i++)
		decode(decoder);
}

bool chain_list_decode(struct chain_list *list, const void *bytes, size_t len)
{
	struct decoder decoder = { .list = list, .reader = bytes_reader_from(bytes, len) };
	bool good;

	chain_list_clear(list);
	names_decode(&list->names, &decoder.reader);
	list->address_digits = decode_enum(&decoder, 17);
	list->chains_found = bytes_get_varint(&decoder.reader);
	list->uncounted = decode_enum(&decoder, 2);
	decode_many(&decoder, 6, decode_endpoint);
	decode_many(&decoder, 11, decode_hop);
	decode_many(&decoder, 6, decode_chain);
	good = !decoder.reader.bad && bytes_left(&decoder.reader) == 0;
	if (good)
		chain_list_sign(list);
	else
		chain_list_clear(list);
	vec_free(&decoder.lengths);
	vec_free(&decoder.closes);
	return good;
}

int64_t chain_longest_wait(const struct chain_list *list, const struct chain *chain)
{
	int64_t longest = MS_NONE;

	chain_for_each_hop(hop, list, chain) if (hop->wait_ms > longest)
		longest = hop->wait_ms;
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

const char *timing_text(enum timing timing)
{
	static const char *const texts[] = { NULL, "after", "same", "before" };

	return texts[timing];
}
