/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a group of chains (contract.md section 3), wherever groups are printed. */
#include "pipeline/base/log.h"
#include "pipeline/query.h"

static void print_json_images(struct json *json, const struct signature_row *row)
{
	size_t count;
	struct bytes_reader hops = signature_hops(row->hops, &count);

	json_key(json, "path");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		struct slice image = signature_next_hop(&hops).image;

		if (image.len)
			json_text(json, image);
		else
			json_null(json);
	}
	json_array_end(json);
}

void print_json_group_keys(struct json *json, const struct chain_group *group)
{
	const struct signature_row *row = &group->row;

	print_json_id(json, "signature", group->signature);
	print_json_text(json, "label", row->label);
	print_json_images(json, row);
	json_key(json, "cycle");
	if (group->cycles_differ)
		json_null(json);
	else
		json_string(json, cycle_kind_text(row->cycle));
	json_key(json, "endpoint");
	json_string(json, endpoint_kind_text(row->endpoint));
	print_json_u64(json, "incidents", row->incidents);
	print_json_u64(json, "chains", row->chains);
	print_json_u64(json, "machines", row->machines);
	print_json_moment(json, "first_seen", row->first_seen, row->first_zone_known);
	print_json_moment(json, "last_seen", row->last_seen, row->last_zone_known);
	print_json_seconds(json, "max_wait_seconds", row->longest_wait_ms);
}

static void print_csv_images(struct csv *csv, const struct signature_row *row)
{
	size_t count;
	struct bytes_reader hops = signature_hops(row->hops, &count);
	byte_vec text = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct slice image = signature_next_hop(&hops).image;

		if (i)
			bytes_put(&text, " > ", 3);
		if (image.len == 0)
			image = SLICE("?");
		bytes_put(&text, image.at, image.len);
	}
	csv_text(csv, (struct slice){ (const char *)text.at, text.len });
	vec_free(&text);
}

void print_csv_group_fields(struct csv *csv, const struct chain_group *group)
{
	const struct signature_row *row = &group->row;

	print_csv_id(csv, group->signature);
	csv_text(csv, row->label);
	print_csv_images(csv, row);
	csv_string(csv, group->cycles_differ ? NULL : cycle_kind_text(row->cycle));
	csv_string(csv, endpoint_kind_text(row->endpoint));
	csv_u64(csv, row->incidents);
	csv_u64(csv, row->chains);
	csv_u64(csv, row->machines);
	print_csv_moment(csv, row->first_seen, row->first_zone_known);
	print_csv_moment(csv, row->last_seen, row->last_zone_known);
	print_csv_seconds(csv, row->longest_wait_ms);
}

void note_shown(size_t count, size_t total, const char *what)
{
	if (total == SIZE_MAX)
		log_note("%zu %s shown, there are more", count, what);
	else if (count < total)
		log_note("%zu of %zu %s shown", count, total, what);
}
