/* SPDX-License-Identifier: Apache-2.0 */
/* What is normal: how many threads the processes of an image have over the whole index, and who is far below. */
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

#define IMAGES_SHOWN 60
#define OUTLIERS_SHOWN 60
/* Of an image with so many processes or more it is told what is normal. */
#define PROCESSES_MIN 4

/* ---- outliers ---- */

static const struct grid_column outlier_columns[] = {
	{ "Image", false },        { "Threads", true },
	{ "Normal", true },        { "Of", true },
	{ "Waiting", true },       { "Machine", false },
	{ "Session time", false },
};

static void put_outlier(struct grid *grid, const struct report_page *page,
			const struct outlier *outlier)
{
	const struct report_incident_row *row =
		&page->facts.incidents.at[outlier->proof.incident];
	struct html *html = grid->html;

	grid_row_begin(grid);
	grid_cell_begin(grid);
	html_begin(html, "b");
	html_name(html, outlier->proof.of.image);
	html_end(html);
	if (outlier->pid != PID_NONE)
		html_format(html, " [%x]", outlier->pid);
	grid_cell_end(grid);
	grid_count(grid, outlier->threads);
	grid_cell_begin_by(grid, outlier->expected * 2ll + outlier->expected_half);
	html_count(html, outlier->expected);
	html_string(html, outlier->expected_half ? ".5" : "");
	grid_cell_end(grid);
	grid_count(grid, outlier->sample);
	grid_count(grid, outlier->waiters);
	grid_name(grid, row->machine);
	grid_moment(grid, row->session_time, row->zone_known);
	grid_more_begin(grid, "Evidence, commands");
	html_begin(html, "p");
	html_incident(html, page, outlier->proof.incident);
	html_end(html);
	html_proof(html, &outlier->proof, row->id);
	grid_row_end(grid);
}

static void put_outliers(struct html *html, const struct report_page *page)
{
	size_t count = page->outliers.len;
	size_t shown = count < OUTLIERS_SHOWN ? count : OUTLIERS_SHOWN;
	struct grid grid;

	html_element(html, "h3", "Far fewer threads than normal");
	if (page->judged < page->facts.thin.len) {
		html_begin_class(html, "p", "note cut");
		html_string(html, "Judged: the newest ");
		html_count(html, page->judged);
		html_string(html, " of ");
		html_plural(html, page->facts.thin.len, "incident");
		html_string(html, " with a process of few threads. All of them: ");
		html_shell(html, "pipeline query --missing-threads");
		html_end(html);
	}
	if (count == 0) {
		html_note(html, "Nobody.");
		return;
	}
	html_cut_note(html, shown, count, "processes", NULL);
	grid_begin(&grid, html, "t-outliers", "Processes with far fewer threads than normal",
		   outlier_columns, sizeof(outlier_columns) / sizeof(outlier_columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_outlier(&grid, page, &page->outliers.at[i]);
	grid_end(&grid);
}

/* ---- images ---- */

/* One image over all builds. */
struct norm {
	struct slice image;
	uint64_t incidents, processes, outliers;
	uint32_t least, lower, median, upper,
		most; /* threads; lower and upper: half of all lie between */
};

typedef VEC(struct norm) norm_vec;

static uint32_t threads_at(const thread_counts *counts, uint64_t place)
{
	vec_for_each(count, counts) {
		if (place < count->processes)
			return count->threads;
		place -= count->processes;
	}
	return counts->at[counts->len - 1].threads;
}

static struct norm norm_of(const struct baseline_row *rows, size_t len, thread_counts *counts)
{
	struct norm norm = { .image = rows->image };
	uint32_t few = baseline_rows_most(rows, len);

	baseline_rows_sum(rows, len, counts);
	for (size_t i = 0; i < len; i++)
		norm.incidents += rows[i].incidents;
	vec_for_each(count, counts) {
		norm.processes += count->processes;
		if (few != NUMBER_NONE && count->threads <= few)
			norm.outliers += count->processes;
	}
	norm.least = counts->at[0].threads;
	norm.lower = threads_at(counts, norm.processes / 4);
	norm.median = threads_at(counts, (norm.processes - 1) / 2);
	norm.upper = threads_at(counts, norm.processes - 1 - norm.processes / 4);
	norm.most = counts->at[counts->len - 1].threads;
	return norm;
}

static int compare_norms(const void *left, const void *right)
{
	const struct norm *a = left, *b = right;

	if (a->outliers != b->outliers)
		return a->outliers > b->outliers ? -1 : 1;
	if (a->processes != b->processes)
		return a->processes > b->processes ? -1 : 1;
	return slice_compare(a->image, b->image);
}

static void find_norms(const baseline_rows *rows, norm_vec *norms)
{
	thread_counts counts = { 0 };
	size_t next;

	for (size_t i = 0; i < rows->len; i = next) {
		struct norm norm;

		for (next = i + 1; next < rows->len; next++)
			if (!slice_equal(rows->at[next].image, rows->at[i].image))
				break;
		norm = norm_of(&rows->at[i], next - i, &counts);
		if (norm.processes >= PROCESSES_MIN)
			vec_push(norms, norm);
	}
	if (norms->len)
		qsort(norms->at, norms->len, sizeof(*norms->at), compare_norms);
	vec_free(&counts);
}

/* A line from the least to the most, a box around half of all, a stroke at the median; each on the scale of its own image. */
#define PLOT_WIDTH 120
#define PLOT_HEIGHT 14

static unsigned plot_at(const struct norm *norm, uint32_t threads)
{
	return norm->most ? (unsigned)((uint64_t)threads * (PLOT_WIDTH - 4) / norm->most) + 2
			  : 2;
}

static void put_bar(struct html *html, const char *class, unsigned x, int y, unsigned w, int h)
{
	html_begin_class(html, "rect", class);
	html_attr_u64(html, "x", x);
	html_attr_i64(html, "y", y);
	html_attr_u64(html, "width", w);
	html_attr_i64(html, "height", h);
	html_end(html);
}

static void put_plot(struct html *html, const struct norm *norm)
{
	unsigned least = plot_at(norm, norm->least), most = plot_at(norm, norm->most);
	unsigned lower = plot_at(norm, norm->lower), upper = plot_at(norm, norm->upper);

	html_begin_class(html, "svg", "plot");
	html_attr_i64(html, "width", PLOT_WIDTH);
	html_attr_i64(html, "height", PLOT_HEIGHT);
	html_attr(html, "aria-hidden", "true");
	put_bar(html, "range", least, PLOT_HEIGHT / 2, most > least ? most - least : 1, 1);
	put_bar(html, "half", lower, 3, upper > lower ? upper - lower : 1, PLOT_HEIGHT - 6);
	put_bar(html, "middle", plot_at(norm, norm->median) - 1, 1, 2, PLOT_HEIGHT - 2);
	html_end(html);
}

static const struct grid_column norm_columns[] = {
	{ "Image", false },    { "Normal", true },    { "Least", true },
	{ "Most", true },      { "Spread", false },   { "Processes", true },
	{ "Incidents", true }, { "Far below", true },
};

static void put_norm(struct grid *grid, const struct norm *norm)
{
	grid_row_begin(grid);
	grid_name(grid, norm->image);
	grid_count(grid, norm->median);
	grid_count(grid, norm->least);
	grid_count(grid, norm->most);
	grid_cell_begin(grid);
	put_plot(grid->html, norm);
	grid_cell_end(grid);
	grid_count(grid, norm->processes);
	grid_count(grid, norm->incidents);
	grid_count(grid, norm->outliers);
	grid_row_end(grid);
}

static void put_norms(struct html *html, const struct report_page *page)
{
	struct grid grid;
	norm_vec norms = { 0 };
	size_t shown;

	find_norms(&page->facts.baselines, &norms);
	shown = norms.len < IMAGES_SHOWN ? norms.len : IMAGES_SHOWN;
	html_element(html, "h3", "What is normal");
	html_note(html,
		  "Threads of live processes over the whole index, whatever this page is narrowed to. Normal is "
		  "the median; the drawing goes from 0 to the most, its box holds half of all.");
	html_cut_note(html, shown, norms.len, "images", "pipeline stats --baseline '*'");
	grid_begin(&grid, html, "t-baselines", "Threads by image", norm_columns,
		   sizeof(norm_columns) / sizeof(norm_columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_norm(&grid, &norms.at[i]);
	grid_end(&grid);
	vec_free(&norms);
}

void section_baselines(struct html *html, const struct report_page *page)
{
	if (page->facts.baselines.len == 0) {
		html_note(html, "No log lists the threads of its processes.");
		return;
	}
	put_outliers(html, page);
	put_norms(html, page);
}
