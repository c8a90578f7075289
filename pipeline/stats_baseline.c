/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baselines as people and programs read them. A table has a column for each doubling of the number of threads: wide
 * enough that an image is a few columns, narrow enough that far too few threads stand apart from the usual.
 */
#include "pipeline/stats_baseline.h"

#include "index/baseline.h"
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "pipeline/text_table.h"

/* 0, 1, 2, 3 to 4, 5 to 8, ... */
#define CLASSES 34
#define CLASS_NAME_SIZE 48
/* Columns before those of the classes. */
#define FACTS 4

_Static_assert(FACTS + CLASSES <= TEXT_TABLE_COLUMNS, "a class is a column");

static unsigned class_of(uint32_t threads)
{
	return threads < 2 ? threads : 33 - (unsigned)__builtin_clz(threads - 1);
}

/* One image on all builds, or a row of it; incidents and counts are of the whole then. */
struct group {
	const struct baseline_row *rows;
	size_t len;
	struct baseline_row all;
};

static uint64_t count_processes(const thread_counts *counts)
{
	uint64_t processes = 0;

	vec_for_each(count, counts)
		processes += count->processes;
	return processes;
}

/* The number of threads that the process in the middle has, of two in the middle the smaller. */
static uint32_t median(const thread_counts *counts)
{
	uint64_t left = (count_processes(counts) + 1) / 2;

	vec_for_each(count, counts) {
		if (count->processes >= left)
			return count->threads;
		left -= count->processes;
	}
	return 0;
}

static void begin_group(struct group *group, const struct baseline_row *rows, size_t len)
{
	group->rows = rows;
	group->len = len;
	group->all.image = rows->image;
	group->all.incidents = 0;
	for (size_t i = 0; i < len; i++)
		group->all.incidents += rows[i].incidents;
	baseline_rows_sum(rows, len, &group->all.counts);
}

/* ---- JSON ---- */

static void print_json_counts(struct json *json, const struct baseline_row *row)
{
	print_json_u64(json, "incidents", row->incidents);
	print_json_u64(json, "processes", count_processes(&row->counts));
	print_json_u64(json, "median", median(&row->counts));
	json_key(json, "counts");
	json_array_begin(json);
	vec_for_each(count, &row->counts) {
		json_object_begin(json);
		print_json_u64(json, "threads", count->threads);
		print_json_u64(json, "processes", count->processes);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json_group(struct json *json, const struct group *group)
{
	json_object_begin(json);
	print_json_text(json, "image", group->all.image);
	print_json_counts(json, &group->all);
	json_key(json, "builds");
	json_array_begin(json);
	for (size_t i = 0; i < group->len; i++) {
		json_object_begin(json);
		print_json_number(json, "build", group->rows[i].build);
		print_json_counts(json, &group->rows[i]);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

/* ---- text ---- */

/* "3-4" */
static const char *name_class(char out[CLASS_NAME_SIZE], unsigned class)
{
	unsigned long long most = class < 2 ? class : 1ull << (class - 1);

	if (class < 3)
		snprintf(out, CLASS_NAME_SIZE, "%llu", most);
	else
		snprintf(out, CLASS_NAME_SIZE, "%llu-%llu", most / 2 + 1, most);
	return out;
}

static void print_text_row(struct text_table *table, const char *build,
			   const struct baseline_row *row, unsigned first, unsigned last)
{
	uint64_t classes[CLASSES] = { 0 };

	vec_for_each(count, &row->counts)
		classes[class_of(count->threads)] += count->processes;
	text_table_string(table, build);
	text_table_u64(table, row->incidents);
	text_table_u64(table, count_processes(&row->counts));
	text_table_u64(table, median(&row->counts));
	for (unsigned class = first; class <= last; class ++) {
		if (classes[class])
			text_table_u64(table, classes[class]);
		else
			text_table_string(table, NULL);
	}
}

static void print_text_rows(struct text_table *table, const struct group *group,
			    unsigned first, unsigned last)
{
	char build[16];

	for (size_t i = 0; i < group->len; i++) {
		if (group->rows[i].build == NUMBER_NONE)
			snprintf(build, sizeof(build), "unknown");
		else
			snprintf(build, sizeof(build), "%u", group->rows[i].build);
		print_text_row(table, build, &group->rows[i], first, last);
	}
	print_text_row(table, "all", &group->all, first, last);
}

static void print_text_group(const struct group *group)
{
	struct text_column columns[FACTS + CLASSES] = {
		{ "BUILD", TEXT_RIGHT, TEXT_WHOLE },
		{ "INCIDENTS", TEXT_RIGHT, TEXT_WHOLE },
		{ "PROCESSES", TEXT_RIGHT, TEXT_WHOLE },
		{ "MEDIAN", TEXT_RIGHT, TEXT_WHOLE },
	};
	const thread_counts *counts = &group->all.counts;
	unsigned first = class_of(counts->at[0].threads);
	unsigned last = class_of(counts->at[counts->len - 1].threads);
	char names[CLASSES][CLASS_NAME_SIZE];
	struct text_table table;

	for (unsigned class = first; class <= last; class ++)
		columns[FACTS + class - first] =
			(struct text_column){ name_class(names[class], class), TEXT_RIGHT,
					      TEXT_WHOLE };
	utf8_print_terminal(stdout, group->all.image);
	print_count(": ", count_processes(&group->all.counts), "process");
	print_count(" in ", group->all.incidents, "incident");
	printf("; behind the median, how many have so many threads\n");
	text_table_init(&table, stdout, columns, FACTS + last - first + 1, text_table_room());
	print_text_rows(&table, group, first, last);
	text_table_end(&table);
}

/* ---- all images ---- */

static void print_groups(const baseline_rows *rows, struct json *json)
{
	struct group group = { .rows = NULL };
	size_t i = 0, next;

	for (; i < rows->len; i = next) {
		for (next = i + 1; next < rows->len; next++)
			if (!slice_equal(rows->at[next].image, rows->at[i].image))
				break;
		begin_group(&group, &rows->at[i], next - i);
		if (json) {
			print_json_group(json, &group);
			continue;
		}
		if (i)
			putchar('\n');
		print_text_group(&group);
	}
	vec_free(&group.all.counts);
}

static void print_json(const baseline_rows *rows)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/baseline/1");
	json_key(&json, "baselines");
	json_array_begin(&json);
	print_groups(rows, &json);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

bool stats_baseline(struct index_view *view, struct slice pattern, enum format format,
		    struct error *error)
{
	baseline_rows rows = { 0 };

	if (!index_baselines(view, pattern, &rows, error))
		return false;
	if (format == FORMAT_JSON)
		print_json(&rows);
	else if (rows.len)
		print_groups(&rows, NULL);
	else
		printf("no live process of that name whose threads were listed\n");
	baseline_rows_free(&rows);
	return true;
}
