/* SPDX-License-Identifier: Apache-2.0 */
/* The advice as JSON, schema pipeline/advice/1; the manual tells the keys. */
#include "pipeline/advise.h"
#include "pipeline/print.h"
#include "stages/fault_recorder.h"

struct writer {
	struct json json;
	const struct advised *advised;
	const struct advice *advice;
	unsigned digits;
};

static void print_reason(struct writer *writer, const struct advice_reason *reason)
{
	const struct shown *shown = writer->advised->shown;
	const struct finding *finding = &shown->findings.list.at[reason->finding];
	struct json *json = &writer->json;

	json_object_begin(json);
	print_json_u64(json, "finding", reason->finding + 1);
	json_key(json, "pattern");
	json_string(json, pattern_text(finding->pattern));
	json_key(json, "part");
	json_string(json, advice_part_text(reason->part));
	if (finding->chain) {
		print_json_id(json, "signature", chain_signature(finding->chain));
		print_json_u64(json, "chains", finding->count);
		json_key(json, "endpoint");
		json_string(
			json,
			endpoint_kind_text(
				chain_endpoint(&shown->incident->chains, finding->chain)->kind));
	}
	print_json_u64(json, "waiters", finding->waiters);
	print_json_seconds(json, "wait_seconds", finding->wait_ms);
	print_json_u64(json, "alike", reason->alike);
	print_json_u64(json, "weight", reason->weight);
	json_object_end(json);
}

static void print_save(struct writer *writer, const struct advice_save *save)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_json_text(json, "image", advised_name(writer->advised, save->process.image));
	print_json_number(json, "pid", save->process.pid);
	print_json_address(json, "process", save->process.process, writer->digits);
	print_json_size(json, "size_kb", save->process.size_kb);
	json_key(json, "size_basis");
	json_string(json, size_basis_text(save->process.size_basis));
	if (save->process.bar != BAR_NONE) {
		json_key(json, "why_not");
		json_string(json, advice_bar_text(save->process.bar));
	}
	json_key(json, "reasons");
	json_array_begin(json);
	for (uint32_t i = 0; i < save->reasons; i++)
		print_reason(writer, &writer->advice->reasons.at[save->first_reason + i]);
	json_array_end(json);
	json_object_end(json);
}

static void print_force(struct writer *writer)
{
	struct json *json = &writer->json;

	json_key(json, "force_dump");
	json_object_begin(json);
	json_key(json, "kind");
	json_string(json, writer->advice->force_dump ? "kernel" : NULL);
	json_key(json, "user_space_needed");
	json_bool(json, writer->advice->user_space);
	json_key(json, "zombie_holders_needed");
	json_bool(json, writer->advice->holders_needed);
	json_object_end(json);
}

static void print_faults(struct writer *writer)
{
	static const struct {
		enum fault_recorder recorder;
		const char *text;
	} recorders[] = {
		{ RECORDER_WER, "wer" },
		{ RECORDER_WER_OLD, "pchealth" },
		{ RECORDER_DR_WATSON, "drwatson" },
	};
	struct json *json = &writer->json;

	json_key(json, "recorded_faults");
	json_object_begin(json);
	print_json_u64(json, "past", writer->advice->faults_recorded);
	print_json_u64(json, "now", writer->advice->faults_now);
	json_key(json, "recorders");
	json_array_begin(json);
	for (size_t i = 0; i < sizeof(recorders) / sizeof(recorders[0]); i++)
		if (writer->advice->recorders >> recorders[i].recorder & 1)
			json_string(json, recorders[i].text);
	json_array_end(json);
	json_object_end(json);
}

static void print_image(struct writer *writer, const struct advice_image *image)
{
	static const char *const causes[] = { "died", "storm", "restart-loop", "saved" };
	struct json *json = &writer->json;

	json_object_begin(json);
	print_json_text(json, "image", advised_name(writer->advised, image->image));
	print_json_u64(json, "zombies", image->zombies);
	json_key(json, "causes");
	json_array_begin(json);
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (image->causes >> i & 1)
			json_string(json, causes[i]);
	json_array_end(json);
	json_object_end(json);
}

static void print_local_dumps(struct writer *writer)
{
	const struct advice *advice = writer->advice;
	struct json *json = &writer->json;

	json_key(json, "local_dumps");
	json_object_begin(json);
	json_key(json, "available");
	if (advice->local_dumps == LOCAL_DUMPS_NOT_KNOWN)
		json_null(json);
	else
		json_bool(json, advice->local_dumps == LOCAL_DUMPS_YES);
	json_key(json, "basis");
	json_string(json, local_dumps_basis_text(advice->local_dumps_basis));
	json_key(json, "images");
	json_array_begin(json);
	vec_for_each(image, &advice->images)
		print_image(writer, image);
	json_array_end(json);
	print_json_u64(json, "left_out", advice->images_left_out);
	json_object_end(json);
}

void advise_json(const struct advised *advised)
{
	const struct incident *incident = advised->shown->incident;
	struct writer writer = { .advised = advised,
				 .advice = advised->advice,
				 .digits = incident->records.host.address_digits };
	struct json *json = &writer.json;

	json_init(json, stdout, true);
	json_object_begin(json);
	json_key(json, "schema");
	json_string(json, "pipeline/advice/1");
	print_json_id(json, "incident", incident->id);
	print_json_text(json, "bundle", advised->shown->row->bundles.at[0]);
	print_json_size(json, "budget_kb", advised->advice->budget_kb);
	print_json_u64(json, "known_kb", advised->advice->saved_kb);
	print_json_u64(json, "unknown_sizes", advised->advice->unknown);
	json_key(json, "save");
	json_array_begin(json);
	vec_for_each(save, &advised->advice->saves)
		print_save(&writer, save);
	json_array_end(json);
	json_key(json, "missed");
	json_array_begin(json);
	vec_for_each(save, &advised->advice->missed)
		print_save(&writer, save);
	json_array_end(json);
	print_force(&writer);
	print_faults(&writer);
	print_local_dumps(&writer);
	json_object_end(json);
	json_end(json);
}
