/* SPDX-License-Identifier: Apache-2.0 */
/* Chains as text and as JSON; see print.h. */
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "stages/signature.h"

void print_json_path(struct json *json, const struct chain_list *list, const struct chain *chain)
{
	json_key(json, "path");
	json_array_begin(json);
	chain_for_each_hop(hop, list, chain)
	{
		struct slice image = names_text(&list->names, hop->image);

		if (image.len)
			json_text(json, image);
		else
			json_null(json);
	}
	json_array_end(json);
}

static void print_json_hop(struct json *json, const struct chain_list *list,
			   const struct hop *hop)
{
	json_object_begin(json);
	print_json_text(json, "image", names_text(&list->names, hop->image));
	print_json_number(json, "pid", hop->pid);
	print_json_number(json, "tid", hop->tid);
	print_json_address(json, "process", hop->process, list->address_digits);
	print_json_address(json, "thread", hop->thread, list->address_digits);
	json_key(json, "via");
	json_string(json, edge_kind_text(hop->via));
	json_key(json, "timing");
	json_string(json, timing_text(hop->timing));
	print_json_seconds(json, "wait_seconds", hop->wait_ms);
	print_json_text(json, "frame", names_text(&list->names, hop->frame));
	print_json_u64(json, "waiters", hop->waiters);
	json_object_end(json);
}

static void print_json_objects(struct json *json, const struct chain_list *list,
			       const struct endpoint *endpoint)
{
	json_key(json, "wait_objects");
	json_array_begin(json);
	for (uint32_t i = 0; i < endpoint->objects; i++) {
		const struct endpoint_object *object =
			&list->objects.at[endpoint->first_object + i];

		json_object_begin(json);
		print_json_address(json, "address", object->address, list->address_digits);
		print_json_text(json, "type", names_text(&list->names, object->type));
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json_endpoint(struct json *json, const struct chain_list *list,
				const struct endpoint *endpoint)
{
	json_key(json, "endpoint");
	json_object_begin(json);
	json_key(json, "kind");
	json_string(json, endpoint_kind_text(endpoint->kind));
	print_json_address(json, "thread", endpoint->thread, list->address_digits);
	print_json_text(json, "wait_reason", names_text(&list->names, endpoint->wait_reason));
	print_json_text(json, "frame", names_text(&list->names, endpoint->frame));
	json_key(json, "timeout");
	if (endpoint->timeout == TIMEOUT_UNKNOWN)
		json_null(json);
	else
		json_bool(json, endpoint->timeout == TIMEOUT_SET);
	print_json_objects(json, list, endpoint);
	json_object_end(json);
}

/* Threads that may serve the last wait, and by what rule they were guessed. */
static void print_json_candidates(struct json *json, const struct chain_list *list,
				  const struct chain *chain)
{
	json_key(json, "server_candidates");
	json_object_begin(json);
	json_key(json, "heuristic");
	json_string(json, "wait_began_at_the_same_tick");
	json_key(json, "threads");
	json_array_begin(json);
	for (uint32_t i = 0; i < chain->candidates; i++)
		json_hex(json, list->candidates.at[chain->first_candidate + i],
			 list->address_digits == 8 ? 8 : 16);
	json_array_end(json);
	json_object_end(json);
}

void print_json_label(struct json *json, const struct chain_list *list,
		      const struct chain *chain)
{
	byte_vec text = { 0 };

	print_json_text(json, "label", chain_label(list, chain, GROUPING_KIND, &text));
	vec_free(&text);
}

void print_json_chain(struct json *json, const struct chain_list *list,
		      const struct chain *chain)
{
	json_object_begin(json);
	print_json_id(json, "signature", chain_signature(chain));
	print_json_label(json, list, chain);
	print_json_path(json, list, chain);
	json_key(json, "cycle");
	json_string(json, cycle_kind_text(chain->cycle));
	print_json_number(json, "cycle_start", chain->cycle_start);
	json_key(json, "hops");
	json_array_begin(json);
	chain_for_each_hop(hop, list, chain) print_json_hop(json, list, hop);
	json_array_end(json);
	print_json_endpoint(json, list, chain_endpoint(list, chain));
	json_key(json, "idle_server");
	json_bool(json, chain->idle_server);
	print_json_candidates(json, list, chain);
	json_object_end(json);
}

static void print_text_hop(FILE *out, const struct chain_list *list, const struct hop *hop)
{
	struct slice image = names_text(&list->names, hop->image);
	char wait[DURATION_TEXT_SIZE];

	utf8_print_terminal(out, image.len ? image : SLICE("?"));
	if (hop->pid != PID_NONE)
		fprintf(out, "[%x]", hop->pid);
	if (hop->wait_ms != MS_NONE)
		fprintf(out, " %s", print_duration(wait, hop->wait_ms));
	if (hop->via != EDGE_NONE)
		fprintf(out, " -%s-> ", edge_kind_text(hop->via));
}

void print_text_chain(FILE *out, const struct chain_list *list, const struct chain *chain)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);

	chain_for_each_hop(hop, list, chain) print_text_hop(out, list, hop);
	if (chain->cycle == CYCLE_THREAD)
		fprintf(out, "back to hop %u", chain->cycle_start + 1);
	fprintf(out, " [%s", endpoint_kind_text(endpoint->kind));
	if (reason.len) {
		fputc(' ', out);
		utf8_print_terminal(out, reason);
	}
	fprintf(out, "%s]\n", chain->cycle == CYCLE_PROCESS ? ", semicircular" : "");
}
