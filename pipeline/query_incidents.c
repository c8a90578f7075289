/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of `query` that are incidents, in all formats. Counts by image and findings come from the digests; only missing threads
 * are judged anew, against the index as it stands.
 */
#include "index/pattern.h"
#include "pipeline/base/work.h"
#include "pipeline/base/utf8.h"
#include "pipeline/query.h"
#include "pipeline/row_output.h"
#include "pipeline/show_json.h"

struct hits_output {
	struct index_view *view;
	const struct incident_filter *filter;
	enum incident_question first;
	struct row_output rows;
};

/* An image and how much of it there is. */
struct image_count {
	struct slice image;
	uint64_t count;
};

typedef VEC(struct image_count) image_counts;

/* One incident of the answer and what is known of it. */
struct hit_shown {
	const struct incident_row *row;
	struct digest digest;
	const struct shown *judged; /* NULL unless needs_judging() */
	uint64_t count;
	image_counts by_image; /* most first, then by name */
};

/* ---- by image ---- */

static int by_name(const void *left, const void *right)
{
	const struct image_count *a = left, *b = right;

	return slice_compare(a->image, b->image);
}

/* Of each image one. */
static void sum_up(image_counts *counts)
{
	size_t kept = 0;

	if (counts->len)
		qsort(counts->at, counts->len, sizeof(struct image_count), by_name);
	for (size_t i = 0; i < counts->len; i++) {
		if (kept && slice_equal(counts->at[kept - 1].image, counts->at[i].image))
			counts->at[kept - 1].count += counts->at[i].count;
		else
			counts->at[kept++] = counts->at[i];
	}
	counts->len = kept;
}

static int most_first(const void *left, const void *right)
{
	const struct image_count *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return by_name(left, right);
}

static const struct findings *findings_of(const struct hit_shown *hit,
					  enum incident_question question,
					  const struct names **names)
{
	if (hit->judged &&
	    (question == QUESTION_missing_threads || question == QUESTION_process)) {
		*names = &hit->judged->incident->records.names;
		return &hit->judged->findings;
	}
	*names = &hit->digest.names;
	return &hit->digest.findings;
}

static void count_findings(const struct hits_output *output, struct hit_shown *hit)
{
	const struct names *names;
	const struct findings *findings = findings_of(hit, output->first, &names);
	const char *image = output->filter->image[output->first];

	vec_for_each(finding, &findings->list) {
		uint64_t count = question_counts(output->first, image, finding, names);
		struct slice name = names_text(names, finding->image);

		if (count)
			vec_push(&hit->by_image,
				 ((struct image_count){ name.len ? name : SLICE("?"), count }));
	}
	sum_up(&hit->by_image);
}

static void count_images(const struct hits_output *output, struct hit_shown *hit)
{
	const char *pattern = output->filter->image[QUESTION_process];

	vec_for_each(image, &hit->digest.images) {
		struct slice name = names_text(&hit->digest.names, image->image);
		uint64_t count = output->first == QUESTION_zombies ? image->zombies
				 : pattern_matches_image(slice_from(pattern), name)
					 ? image->processes
					 : 0;

		if (count)
			vec_push(&hit->by_image, ((struct image_count){ name, count }));
	}
}

static void count_by_image(const struct hits_output *output, struct hit_shown *hit)
{
	if (output->first == QUESTION_zombies || output->first == QUESTION_process)
		count_images(output, hit);
	else
		count_findings(output, hit);
	if (hit->by_image.len)
		qsort(hit->by_image.at, hit->by_image.len, sizeof(struct image_count),
		      most_first);
}

/* ---- JSON ---- */

static bool is_asked(const struct hits_output *output, enum incident_question question,
		     const struct finding *finding, const struct names *names)
{
	return output->filter->asked[question] &&
	       question_counts(question, output->filter->image[question], finding, names) > 0;
}

/* Of two questions that a finding answers only the first prints it. */
static bool is_asked_first(const struct hits_output *output, enum incident_question question,
			   const struct finding *finding, const struct names *names)
{
	for (int earlier = 0; earlier < (int)question; earlier++)
		if (is_asked(output, (enum incident_question)earlier, finding, names))
			return false;
	return is_asked(output, question, finding, names);
}

static void print_json_findings(struct hits_output *output, const struct hit_shown *hit,
				enum incident_question question)
{
	const struct names *names;
	const struct findings *findings = findings_of(hit, question, &names);
	struct writer writer = { .json = output->rows.json,
				 .row = hit->row,
				 .names = names,
				 .findings = findings,
				 .digits = hit->digest.address_digits,
				 .shown = hit->judged };

	vec_for_each(finding, &findings->list)
		if (is_asked_first(output, question, finding, names))
			print_finding(&writer, finding);
	output->rows.json = writer.json;
}

static void print_json_hit(struct hits_output *output, const struct hit_shown *hit)
{
	struct json *json = &output->rows.json;

	json_object_begin(json);
	print_json_id(json, "incident", hit->row->summary.id);
	print_json_where(json, hit->row);
	print_json_u64(json, "count", hit->count);
	json_key(json, "by_image");
	json_object_begin(json);
	vec_for_each(image, &hit->by_image) {
		json_key_text(json, image->image);
		json_u64(json, image->count);
	}
	json_object_end(json);
	json_key(json, "findings");
	json_array_begin(json);
	for (int question = 0; question < INCIDENT_QUESTIONS; question++)
		if (output->filter->asked[question])
			print_json_findings(output, hit, (enum incident_question)question);
	json_array_end(json);
	json_object_end(json);
}

/* ---- text and CSV ---- */

/* clang-format off */
static const struct text_column columns[] = {
	{ "INCIDENT", TEXT_LEFT, TEXT_WHOLE },
	{ "COUNT", TEXT_RIGHT, TEXT_WHOLE },
	{ "SESSION TIME", TEXT_LEFT, TEXT_WHOLE },
	{ "MACHINE", TEXT_LEFT, TEXT_CUT_END },
	{ "BY IMAGE", TEXT_LEFT, TEXT_CUT_END },
	{ "BUNDLE", TEXT_LEFT, TEXT_CUT_PATH },
};
/* clang-format on */

static const char *const headings[] = {
	"incident", "bundle", "member", "machine", "session_time", "count", "by_image",
};

/* People are shown so many images. */
#define IMAGES_SHOWN 3

/* "WerFault.exe 12, a.exe 3" */
static void put_images(byte_vec *text, const struct hit_shown *hit, size_t most)
{
	char number[32];

	for (size_t i = 0; i < hit->by_image.len && i < most; i++) {
		const struct image_count *image = &hit->by_image.at[i];

		if (i)
			bytes_put(text, ", ", 2);
		bytes_put(text, image->image.at, image->image.len);
		snprintf(number, sizeof(number), " %llu", (unsigned long long)image->count);
		bytes_put(text, number, strlen(number));
	}
	if (hit->by_image.len > most)
		bytes_put(text, ", ...", 5);
}

static void print_text_hit(struct hits_output *output, const struct hit_shown *hit)
{
	const struct summary *summary = &hit->row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];
	byte_vec images = { 0 };

	put_images(&images, hit, IMAGES_SHOWN);
	text_table_style(&output->rows.table, STYLE_ID);
	text_table_string(&output->rows.table, print_id(id, summary->id));
	text_table_u64(&output->rows.table, hit->count);
	text_table_string(&output->rows.table, print_moment(moment, summary->session_time,
							    summary->session_zone_known));
	text_table_text(&output->rows.table, summary->machine);
	text_table_text(&output->rows.table,
			(struct slice){ (const char *)images.at, images.len });
	text_table_text(&output->rows.table, hit->row->bundles.at[0]);
	vec_free(&images);
}

static void print_csv_hit(struct hits_output *output, const struct hit_shown *hit)
{
	byte_vec images = { 0 };

	put_images(&images, hit, SIZE_MAX);
	print_csv_id(&output->rows.csv, hit->row->summary.id);
	print_csv_where(&output->rows.csv, hit->row);
	csv_u64(&output->rows.csv, hit->count);
	csv_text(&output->rows.csv, (struct slice){ (const char *)images.at, images.len });
	vec_free(&images);
}

/* ---- all of them ---- */

static void print_hit(struct hits_output *output, struct hit_shown *hit)
{
	count_by_image(output, hit);
	if (rows_are_json(&output->rows))
		print_json_hit(output, hit);
	else if (output->rows.format == FORMAT_CSV)
		print_csv_hit(output, hit);
	else
		print_text_hit(output, hit);
	row_end(&output->rows);
	vec_free(&hit->by_image);
}

struct judging {
	struct hits_output *output;
	struct hit_shown *hit;
};

static bool print_judged(void *context, const struct shown *shown, struct error *error)
{
	struct judging *judging = context;

	(void)error;
	judging->hit->judged = shown;
	print_hit(judging->output, judging->hit);
	return true;
}

/* What is found about a process are missing threads and wait chains, too; they are only printed in full. */
static bool needs_judging(const struct hits_output *output)
{
	return output->filter->asked[QUESTION_missing_threads] ||
	       (rows_are_json(&output->rows) && output->filter->asked[QUESTION_process]);
}

static bool show_hit(struct hits_output *output, const struct incident_hit *found,
		     struct error *error)
{
	struct hit_shown hit = { .count = found->count };
	struct judging judging = { output, &hit };
	struct incident_row row;
	bool good;

	if (!index_known_incident(output->view, found->id, &row, error))
		return false;
	hit.row = &row;
	good = index_digest(output->view, &row, &hit.digest, error);
	if (good && needs_judging(output))
		good = show_row(output->view, &row, print_judged, &judging, error);
	else if (good)
		print_hit(output, &hit);
	digest_free(&hit.digest);
	incident_row_free(&row);
	return good;
}

static const struct row_shape shape = {
	.schema = "pipeline/query/1",
	.key = "incidents",
	.headings = headings,
	.heading_count = sizeof(headings) / sizeof(headings[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
};

bool print_hits(struct index_view *view, const struct incident_filter *filter,
		const hit_vec *hits, size_t total, enum format format, struct error *error)
{
	struct hits_output output = { .view = view,
				      .filter = filter,
				      .first = incident_filter_first(filter) };
	bool good = true;

	output_begin(&output.rows, &shape, format);
	rows_begin(&output.rows, &shape);
	work_begin_printing("incidents printed", hits->len);
	for (size_t i = 0; good && i < hits->len && !ferror(stdout); i++) {
		good = show_hit(&output, &hits->at[i], error);
		work_step(1);
	}
	work_end();
	rows_end(&output.rows);
	if (good && format == FORMAT_TEXT)
		note_shown(hits->len, total, "incidents");
	return good;
}
