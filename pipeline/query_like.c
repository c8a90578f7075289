/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of `query --like` in all formats; see query_like.h. */
#include "pipeline/query_like.h"

#include <stdio.h>

#include "index/query_like.h"
#include "pipeline/query.h"
#include "pipeline/row_output.h"

struct like_output {
	const struct likes *likes;
	struct row_output rows;
};

/* clang-format off */
static const struct text_column columns[] = {
	{ "INCIDENT", TEXT_LEFT, TEXT_WHOLE },
	{ "SCORE", TEXT_RIGHT, TEXT_WHOLE },
	{ "SESSION TIME", TEXT_LEFT, TEXT_WHOLE },
	{ "MACHINE", TEXT_LEFT, TEXT_CUT_END },
	{ "SHARED", TEXT_LEFT, TEXT_CUT_END },
	{ "BUNDLE", TEXT_LEFT, TEXT_CUT_PATH },
};
/* clang-format on */

static const char *const headings[] = {
	"incident", "bundle", "member",    "machine", "session_time",
	"score",    "edges",  "endpoints", "storms",
};

/* So many shared things are shown to people. */
#define SHARED_SHOWN 3

static void print_json_shared(struct json *json, const struct likes *likes,
			      const struct alike *alike)
{
	uint32_t at = alike->first_shared;

	json_key(json, "shared");
	json_object_begin(json);
	for (int i = 0; i < LIKENESSES; i++) {
		json_key(json, likeness_text((enum likeness)i));
		json_array_begin(json);
		for (uint32_t k = 0; k < alike->shared[i]; k++)
			json_text(json, likes->shared.at[at++]);
		json_array_end(json);
	}
	json_object_end(json);
}

/* Four digits: more would pretend to know. */
static int64_t rounded(double score)
{
	return (int64_t)(score * 10000 + 0.5);
}

static void print_json_alike(struct like_output *output, const struct incident_row *row,
			     const struct alike *alike)
{
	struct json *json = &output->rows.json;

	json_object_begin(json);
	print_json_id(json, "incident", alike->id);
	print_json_where(json, row);
	json_key(json, "score");
	json_decimal(json, rounded(alike->score), 4);
	print_json_shared(json, output->likes, alike);
	json_object_end(json);
}

/* `most` of them, one behind the other; a semicolon between, since labels have commas. */
static void join_shared(byte_vec *text, const struct slice *shared, size_t count, size_t most)
{
	for (size_t i = 0; i < count && i < most; i++) {
		if (i)
			bytes_put(text, "; ", 2);
		bytes_put(text, shared[i].at, shared[i].len);
	}
	if (count > most)
		bytes_put(text, "; ...", 5);
}

static struct slice as_slice(const byte_vec *text)
{
	return (struct slice){ (const char *)text->at, text->len };
}

static void print_csv_alike(struct like_output *output, const struct incident_row *row,
			    const struct alike *alike)
{
	uint32_t at = alike->first_shared;
	byte_vec text = { 0 };

	print_csv_id(&output->rows.csv, alike->id);
	print_csv_where(&output->rows.csv, row);
	csv_decimal(&output->rows.csv, rounded(alike->score), 4);
	for (int i = 0; i < LIKENESSES; i++) {
		text.len = 0;
		join_shared(&text, output->likes->shared.at + at, alike->shared[i], SIZE_MAX);
		csv_text(&output->rows.csv, as_slice(&text));
		at += alike->shared[i];
	}
	vec_free(&text);
}

static void print_text_alike(struct like_output *output, const struct incident_row *row,
			     const struct alike *alike)
{
	const struct summary *summary = &row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE], score[16];
	byte_vec text = { 0 };
	size_t count = 0;

	for (int i = 0; i < LIKENESSES; i++)
		count += alike->shared[i];
	join_shared(&text, output->likes->shared.at + alike->first_shared, count,
		    SHARED_SHOWN);
	snprintf(score, sizeof(score), "%.2f", alike->score);
	text_table_style(&output->rows.table, STYLE_ID);
	text_table_string(&output->rows.table, print_id(id, alike->id));
	text_table_string(&output->rows.table, score);
	text_table_string(&output->rows.table, print_moment(moment, summary->session_time,
							    summary->session_zone_known));
	text_table_text(&output->rows.table, summary->machine);
	text_table_text(&output->rows.table, as_slice(&text));
	text_table_text(&output->rows.table, row->bundles.at[0]);
	vec_free(&text);
}

static bool print_alike(struct like_output *output, struct index_view *view,
			const struct alike *alike, struct error *error)
{
	struct incident_row row;

	if (!index_known_incident(view, alike->id, &row, error))
		return false;
	if (rows_are_json(&output->rows))
		print_json_alike(output, &row, alike);
	else if (output->rows.format == FORMAT_CSV)
		print_csv_alike(output, &row, alike);
	else
		print_text_alike(output, &row, alike);
	row_end(&output->rows);
	incident_row_free(&row);
	return true;
}

static const struct row_shape shape = {
	.schema = "pipeline/like/1",
	.key = "incidents",
	.headings = headings,
	.heading_count = sizeof(headings) / sizeof(headings[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
};

static bool print_likes(struct index_view *view, uint64_t id, const struct likes *likes,
			enum format format, struct error *error)
{
	struct like_output output = { .likes = likes };
	bool good = true;

	output_begin(&output.rows, &shape, format);
	if (format == FORMAT_JSON)
		print_json_id(&output.rows.json, "incident", id);
	rows_begin(&output.rows, &shape);
	for (size_t i = 0; good && i < likes->list.len; i++)
		good = print_alike(&output, view, &likes->list.at[i], error);
	rows_end(&output.rows);
	if (format == FORMAT_TEXT)
		note_shown(likes->list.len, likes->total, "incidents");
	return good;
}

int answer_like(struct index_view *view, const char *typed,
		const struct selector *selector, enum format format, struct error *error)
{
	struct likes likes = { .total = 0 };
	int status = EXIT_USAGE;
	uint64_t id;

	if (index_resolve(view, typed, &id, error) != 1)
		return error->kind == ERROR_USAGE ? EXIT_NOTHING_FOUND : EXIT_USAGE;
	if (query_like(view, id, selector, &likes, error) &&
	    print_likes(view, id, &likes, format, error))
		status = likes.list.len ? 0 : EXIT_NOTHING_FOUND;
	likes_free(&likes);
	return status;
}
