/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline pin [INCIDENT…]`: pins incidents, so that gc can be told to keep them, or lists those that are pinned. */
#include "index/pin.h"

#include <string.h>

#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/writing.h"

enum {
	OPTION_REMOVE = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_REMOVE, 0, "remove", NULL, "take the pins away" },
	OPTIONS_LOCK,
	OPTIONS_FORMAT_OF("output of the list", "text (default), json"),
	OPTIONS_COMMON,
	{ 0 },
};

struct pin_run {
	struct writing writing;
	enum format format;
	bool remove, formatted;
	char **typed;
	int count;
};

/* row: NULL when the incident is not in the index now. */
static void print_json_pin(struct json *json, uint64_t id, const struct incident_row *row)
{
	json_object_begin(json);
	print_json_id(json, "incident", id);
	if (row) {
		print_json_where(json, row);
	} else {
		print_json_text(json, "bundle", SLICE_NONE);
		print_json_text(json, "member", SLICE_NONE);
		print_json_text(json, "machine", SLICE_NONE);
		print_json_moment(json, "session_time", MOMENT_NONE, false);
	}
	json_object_end(json);
}

static void print_text_pin(uint64_t id, const struct incident_row *row)
{
	char digits[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	if (!row) {
		printf("%s  %-24s  not in the index now\n", print_id(digits, id), "-");
		return;
	}
	printf("%s  %-24s  ", print_id(digits, id),
	       print_moment(moment, row->summary.session_time,
			    row->summary.session_zone_known));
	utf8_print_terminal(stdout, row->bundles.at[0]);
	putchar('\n');
}

static bool print_pin(struct index_view *view, struct json *json, uint64_t id,
		      struct error *error)
{
	struct incident_row row;
	bool found = index_incident(view, id, &row, error);

	if (!found && error->kind != ERROR_NONE)
		return false;
	if (json)
		print_json_pin(json, id, found ? &row : NULL);
	else
		print_text_pin(id, found ? &row : NULL);
	if (found)
		incident_row_free(&row);
	return true;
}

static bool print_json_pins(struct index_view *view, const pin_vec *ids, struct error *error)
{
	struct json json;
	bool good = true;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/pin/1");
	json_key(&json, "incidents");
	json_array_begin(&json);
	for (size_t i = 0; good && i < ids->len; i++)
		good = print_pin(view, &json, ids->at[i], error);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
	return good;
}

static bool print_text_pins(struct index_view *view, const pin_vec *ids, struct error *error)
{
	if (ids->len)
		printf("%-16s  %-24s  %s\n", "INCIDENT", "SESSION TIME", "BUNDLE");
	vec_for_each(id, ids)
		if (!print_pin(view, NULL, *id, error))
			return false;
	return true;
}

static int list(const struct pin_run *pin)
{
	struct error error = ERROR_INIT;
	struct reading_place place;
	pin_vec ids = { 0 };
	bool good;

	if (!place_open(&place, pin->writing.index, &error))
		return upkeep_failed(&pin->writing, &error);
	good = index_pins(place.view, &ids, &error) &&
	       (pin->format == FORMAT_JSON ? print_json_pins
					   : print_text_pins)(place.view, &ids, &error);
	place_close(&place);
	vec_free(&ids);
	return good ? 0 : upkeep_failed(&pin->writing, &error);
}

/* The one pin that begins with what was typed: its incident may be in the index no more. */
static bool find_pin(const pin_vec *pins, const char *typed, uint64_t *id)
{
	char digits[ID_TEXT_SIZE];
	size_t found = 0;

	vec_for_each(pin, pins)
		if (*typed && strncasecmp(print_id(digits, *pin), typed, strlen(typed)) == 0) {
			*id = *pin;
			found++;
		}
	return found == 1;
}

static bool resolve(const struct pin_run *pin, struct index *index, pin_vec *ids,
		    struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	pin_vec pins = { 0 };
	bool good = view && (!pin->remove || index_pins(view, &pins, error));
	uint64_t id;

	for (int i = 0; good && i < pin->count; i++) {
		good = find_pin(&pins, pin->typed[i], &id) ||
		       index_resolve(view, pin->typed[i], &id, error) == 1;
		if (good)
			vec_push(ids, id);
	}
	vec_free(&pins);
	index_view_end(view);
	return good;
}

static int change(const struct pin_run *pin)
{
	struct error error = ERROR_INIT;
	struct index *index = writing_open(&pin->writing, &error);
	uint64_t changed = 0;
	pin_vec ids = { 0 };
	bool good = index && resolve(pin, index, &ids, &error) &&
		    index_pin(index, &ids, !pin->remove, &changed, &error);

	index_close(index);
	vec_free(&ids);
	if (!good)
		return upkeep_failed(&pin->writing, &error);
	log_note("%llu %s %s", (unsigned long long)changed,
		 changed == 1 ? "incident" : "incidents",
		 pin->remove ? "no longer pinned" : "newly pinned");
	return 0;
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct pin_run *pin = into;

	if (id == OPTION_REMOVE)
		return pin->remove = true;
	if (id == OPTION_FORMAT) {
		pin->formatted |= !options->origin;
		return format_option(&pin->format, options);
	}
	return writing_option(&pin->writing, options, id);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct pin_run pin = { .writing = writing_begin(command, index) };
	struct operands typed;
	int status;

	if (!options_take(command, argc, argv, take_option, &pin, &typed, &status))
		return status;
	pin.typed = typed.at;
	pin.count = typed.count;
	if (pin.count == 0 && pin.remove)
		return options_mistake(command, "--remove: of which incident?");
	if (pin.count && pin.formatted)
		return options_mistake(command, "--format is for the list of what is pinned");
	return pin.count ? change(&pin) : list(&pin);
}

const struct command command_pin = {
	.name = "pin",
	.summary = "Pins incidents, so that gc can be told to keep them; lists them.",
	.operands = "[INCIDENT...]",
	.examples = "  pipeline pin 9f3c           # keep it: gc --keep-pinned\n"
		    "  pipeline pin --remove 9f3c  # that is over\n"
		    "  pipeline pin                # which are pinned\n",
	.options = rows,
	.pages = true,
	.run = run,
};
