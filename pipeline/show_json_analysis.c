/* SPDX-License-Identifier: Apache-2.0 */
/* "analysis" of `show --format json`: the fields of !analyze, null where it did not print one. */
#include "pipeline/show_json.h"

static const struct analysis_field *find(const struct writer *writer, size_t field)
{
	vec_for_each(seen, &writer->records->analysis)
		if (seen->field == field)
			return seen;
	return NULL;
}

/* "0xD1", as the host's bugcheck. Behind the title stands the same number. */
static void print_code(struct json *json, const char *key, const struct analysis_field *field)
{
	char text[24];

	json_key(json, key);
	if (!field) {
		json_null(json);
		return;
	}
	snprintf(text, sizeof(text), "0x%llX", (unsigned long long)field->number);
	json_string(json, text);
}

static void print_field(struct writer *writer, const char *key, enum analysis_kind kind,
			const struct analysis_field *field)
{
	switch (kind) {
	case ANALYSIS_KIND_TITLE:
	case ANALYSIS_KIND_TEXT:
		print_name(writer, key, field ? field->text : 0);
		break;
	case ANALYSIS_KIND_CODE:
		print_code(&writer->json, key, field ? field : find(writer, ANALYSIS_TITLE));
		break;
	case ANALYSIS_KIND_ADDRESS:
		print_json_address(&writer->json, key, field ? field->number : 0,
				   writer->digits);
		break;
	case ANALYSIS_KIND_NUMBER:
	case ANALYSIS_KIND_ARGUMENT:
		break; /* print_arguments() */
	}
}

static void print_fields(struct writer *writer)
{
	static const struct {
		const char *key;
		enum analysis_kind kind;
	} fields[ANALYSIS_FIELDS] = {
#define ANALYSIS_FIELD(id, kind, label, key) \
	[ANALYSIS_##id] = { key, ANALYSIS_KIND_##kind },
#include "stages/analysis_fields.def"
#undef ANALYSIS_FIELD
	};

	for (size_t i = 0; i < ANALYSIS_FIELDS; i++)
		print_field(writer, fields[i].key, fields[i].kind, find(writer, i));
}

/* Four, each with its value as an address is printed - zero is a value - and what it means. */
static void print_arguments(struct writer *writer)
{
	struct json *json = &writer->json;

	json_key(json, "arguments");
	json_array_begin(json);
	for (size_t i = 0; i < 4; i++) {
		const struct analysis_field *argument = find(writer, ANALYSIS_ARG1 + i);
		const struct analysis_field *value =
			argument ? argument : find(writer, ANALYSIS_P1 + i);

		json_object_begin(json);
		json_key(json, "value");
		if (value)
			json_hex(json, value->number,
				 writer->digits == 8 && value->number <= UINT32_MAX ? 8 : 16);
		else
			json_null(json);
		print_name(writer, "text", argument ? argument->text : 0);
		json_object_end(json);
	}
	json_array_end(json);
}

void print_analysis(struct writer *writer)
{
	struct json *json = &writer->json;
	struct evidence all = { 0 };

	json_key(json, "analysis");
	if (writer->records->analysis.len == 0) {
		json_null(json);
		return;
	}
	json_object_begin(json);
	print_fields(writer);
	print_arguments(writer);
	vec_for_each(field, &writer->records->analysis)
		widen_evidence(&all, &field->evidence);
	print_evidence(writer, &all);
	json_object_end(json);
}
