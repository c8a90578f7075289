/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JSON (contract.md section 5): what all patterns have, then what each adds. */
#include "pipeline/show_json.h"

static void print_grade(struct json *json, const struct finding *finding)
{
	if (finding->confidence == CONFIDENCE_NONE)
		return;
	json_key(json, "confidence");
	json_string(json, confidence_text(finding->confidence));
}

/* ---- parties ---- */

static void print_party(struct writer *writer, const struct party *party, const char *count)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_name(writer, "image", party->image);
	print_json_number(json, "pid", party->pid);
	print_address(writer, "process", party->process);
	if (count)
		print_json_u64(json, count, party->count);
	if (party->role == PARTY_VICTIM)
		print_address(writer, "by", party->by);
	json_object_end(json);
}

/* All parties of a role, under a key; count is the key of their number, NULL where nothing is counted. */
static void print_parties(struct writer *writer, const struct finding *finding,
			  enum party_role role, const char *key, const char *count)
{
	struct json *json = &writer->json;

	json_key(json, key);
	json_array_begin(json);
	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party =
			&writer->findings->parties.at[finding->first_party + i];

		if (party->role == role)
			print_party(writer, party, count);
	}
	json_array_end(json);
}

static void print_images(struct writer *writer, const struct finding *finding)
{
	struct json *json = &writer->json;

	json_key(json, "by_image");
	json_object_begin(json);
	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party =
			&writer->findings->parties.at[finding->first_party + i];

		if (party->role != PARTY_IMAGE)
			continue;
		json_key_text(json, names_text(writer->names, party->image));
		json_u64(json, party->count);
	}
	json_object_end(json);
}

/* ---- patterns ---- */

static void print_suspects(struct json *json, unsigned suspects)
{
	unsigned bit = 0;
	const char *text;

	json_key(json, "suspects");
	json_array_begin(json);
	while ((text = suspect_text(suspects, &bit)) != NULL)
		json_string(json, text);
	json_array_end(json);
}

static void print_message_box(struct writer *writer, const struct finding *finding)
{
	json_key(&writer->json, "detail");
	json_string(&writer->json, endpoint_kind_text(finding->detail));
	print_json_u64(&writer->json, "waiters", finding->waiters);
}

static void print_wait_chain(struct writer *writer, const struct finding *finding)
{
	const struct chain_list *list = &writer->shown->incident->chains;
	struct json *json = &writer->json;

	print_json_id(json, "signature", chain_signature(finding->chain));
	print_json_label(json, list, finding->chain);
	json_key(json, "cycle");
	json_string(json, cycle_kind_text(finding->chain->cycle));
	json_key(json, "endpoint");
	json_string(json, endpoint_kind_text(chain_endpoint(list, finding->chain)->kind));
	print_json_u64(json, "count", finding->count);
	print_json_u64(json, "waiters", finding->waiters);
	print_json_u64(json, "fan_in", finding->fan_in);
	print_json_seconds(json, "max_wait_seconds", finding->wait_ms);
	print_suspects(json, finding->suspects);
}

static void print_blocked_queue(struct writer *writer, const struct finding *finding)
{
	struct json *json = &writer->json;

	print_address(writer, "port", finding->port);
	print_address(writer, "message", finding->message);
	print_json_u64(json, "count", finding->count);
	print_json_u64(json, "waiters", finding->waiters);
	print_json_number(json, "threads", finding->threads);
}

static void print_missing_threads(struct writer *writer, const struct finding *finding)
{
	struct json *json = &writer->json;

	print_json_number(json, "threads", finding->threads);
	json_key(json, "expected");
	if (finding->expected_half)
		json_decimal(json, (int64_t)finding->expected * 10 + 5, 1);
	else
		json_u64(json, finding->expected);
	print_json_number(json, "spread", finding->spread);
	print_json_u64(json, "sample", finding->sample);
	json_key(json, "basis");
	json_string(json, basis_text(finding->basis));
	print_json_u64(json, "waiters", finding->waiters);
}

static void print_special_process(struct writer *writer, const struct finding *finding)
{
	struct json *json = &writer->json;

	print_json_u64(json, "count", finding->count);
	print_json_u64(json, "live", finding->count - finding->zombies);
	print_json_u64(json, "zombies", finding->zombies);
	print_parties(writer, finding, PARTY_LIVE, "processes", NULL);
	print_parties(writer, finding, PARTY_VICTIM, "victims", NULL);
}

static void print_restart_loop(struct writer *writer, const struct finding *finding)
{
	print_json_u64(&writer->json, "count", finding->count);
}

static void print_terminating(struct writer *writer, const struct finding *finding)
{
	print_json_number(&writer->json, "threads", finding->threads);
	print_json_u64(&writer->json, "waiters", finding->waiters);
}

static void print_zombie_process(struct writer *writer, const struct finding *finding)
{
	print_json_u64(&writer->json, "count", finding->count);
	json_key(&writer->json, "storm");
	json_bool(&writer->json, finding->storm);
	print_images(writer, finding);
	print_parties(writer, finding, PARTY_PARENT, "parents", "zombies");
	print_parties(writer, finding, PARTY_HOLDER, "holders", "handle_count");
}

/* ---- all ---- */

void print_finding(struct writer *writer, const struct finding *finding)
{
	static void (*const more[])(struct writer * writer, const struct finding *finding) = {
#define PATTERN(id, text) print_##id,
#include "stages/patterns.def"
#undef PATTERN
	};
	struct json *json = &writer->json;

	json_object_begin(json);
	json_key(json, "pattern");
	json_string(json, pattern_text(finding->pattern));
	print_json_u64(json, "urgency", finding->urgency);
	print_grade(json, finding);
	print_name(writer, "image", finding->image);
	print_json_number(json, "pid", finding->pid);
	print_address(writer, "process", finding->process);
	print_address(writer, "thread", finding->thread);
	more[finding->pattern](writer, finding);
	print_evidence(writer, finding->evidence);
	json_object_end(json);
}
