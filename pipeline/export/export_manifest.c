/* SPDX-License-Identifier: Apache-2.0 */
/* What manifest.json says (pipeline/schemas/export.json). */
#include "pipeline/export/export.h"
#include "pipeline/export/redact_words.h"

static void print_table(struct json *json, const struct export *export, enum export_table_id id)
{
	char name[EXPORT_FILE_SIZE];

	json_object_begin(json);
	json_key(json, "table");
	json_string(json, export_table_name(id));
	json_key(json, "file");
	json_string(json, export_file_name(name, id, export->csv));
	print_json_u64(json, "rows", export->tables[id].rows);
	json_object_end(json);
}

/* Whether its values are times, numbers or words of ours. Any other option's may be a name, whatever it looks like. */
static bool tells_no_name(struct slice option)
{
	static const char *const options[] = { "--since", "--until", "--build",
					       "--cycle", "--limit", "--min-wait",
					       "--offset" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (slice_equal(option, slice_from(options[i])))
			return true;
	return false;
}

/* "--machine=TS*" is a name, too. */
static void print_selection(struct json *json, const struct export *export, const char *word)
{
	struct slice option = { word, strcspn(word, "=") };
	char text[80];

	if (!export->redact || tells_no_name(option)) {
		json_string(json, word);
		return;
	}
	snprintf(text, sizeof(text), "%.*s=(redacted)", SLICE_ARG(option));
	json_string(json, text);
}

static void print_redaction(struct json *json, const struct export *export)
{
	char key[17];

	json_key(json, "redaction");
	if (!export->redact) {
		json_null(json);
		return;
	}
	redact_key_id(export->redact, key);
	json_object_begin(json);
	json_key(json, "key");
	json_string(json, key);
	print_json_u64(json, "words", redact_words_count(redact_words(export->redact), true));
	print_json_u64(json, "words_not_looked_for",
		       redact_words_count(redact_words(export->redact), false));
	json_object_end(json);
}

void export_manifest(FILE *out, const struct export *export, char *const *selection, int words)
{
	struct json json;

	json_init(&json, out, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/export/1");
	json_key(&json, "version");
	json_string(&json, PIPELINE_VERSION);
	json_key(&json, "format");
	json_string(&json, export->csv ? "csv" : "ndjson");
	print_redaction(&json, export);
	json_key(&json, "selection");
	json_array_begin(&json);
	for (int i = 0; i < words; i++)
		print_selection(&json, export, selection[i]);
	json_array_end(&json);
	json_key(&json, "tables");
	json_array_begin(&json);
	for (int id = 0; id < EXPORT_TABLES; id++)
		print_table(&json, export, (enum export_table_id)id);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}
