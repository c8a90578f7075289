/* SPDX-License-Identifier: Apache-2.0 */
/* Chains as text and as JSON; see print.h. */
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"

static const struct hop *hops_of(const struct chain_list *list, const struct chain *chain)
{
	return &list->hops.at[chain->first_hop];
}

void print_json_path(struct json *json, const struct chain_list *list, const struct chain *chain)
{
	const struct hop *hops = hops_of(list, chain);

	json_key(json, "path");
	json_array_begin(json);
	for (uint32_t i = 0; i < chain->hops; i++) {
		struct slice image = names_text(&list->names, hops[i].image);

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
	print_json_address(json, "process", hop->process, list->address_digits);
	print_json_address(json, "thread", hop->thread, list->address_digits);
	json_key(json, "via");
	json_string(json, edge_kind_text(hop->via));
	print_json_seconds(json, "wait_seconds", hop->wait_ms);
	json_object_end(json);
}

static void print_json_endpoint(struct json *json, const struct chain_list *list,
				const struct chain *chain)
{
	json_key(json, "endpoint");
	json_object_begin(json);
	json_key(json, "kind");
	json_string(json, endpoint_kind_text(chain->endpoint));
	print_json_address(json, "thread", chain->endpoint_thread, list->address_digits);
	print_json_text(json, "wait_reason", names_text(&list->names, chain->wait_reason));
	json_object_end(json);
}

void print_json_chain(struct json *json, const struct chain_list *list,
		      const struct chain *chain)
{
	json_object_begin(json);
	print_json_id(json, "signature", chain->signature);
	print_json_text(json, "label", names_text(&list->names, chain->label));
	print_json_path(json, list, chain);
	json_key(json, "cycle");
	json_string(json, cycle_kind_text(chain->cycle));
	print_json_number(json, "cycle_start", chain->cycle_start);
	json_key(json, "hops");
	json_array_begin(json);
	for (uint32_t i = 0; i < chain->hops; i++)
		print_json_hop(json, list, &hops_of(list, chain)[i]);
	json_array_end(json);
	print_json_endpoint(json, list, chain);
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
	struct slice reason = names_text(&list->names, chain->wait_reason);

	for (uint32_t i = 0; i < chain->hops; i++)
		print_text_hop(out, list, &hops_of(list, chain)[i]);
	if (chain->cycle == CYCLE_THREAD)
		fprintf(out, "back to hop %u", chain->cycle_start + 1);
	fprintf(out, " [%s", endpoint_kind_text(chain->endpoint));
	if (reason.len) {
		fputc(' ', out);
		utf8_print_terminal(out, reason);
	}
	fprintf(out, "%s]\n", chain->cycle == CYCLE_PROCESS ? ", semicircular" : "");
}
