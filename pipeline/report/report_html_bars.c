/* SPDX-License-Identifier: Apache-2.0 */
/* Draws bars over time; see report_bars.h. */
#include "pipeline/report/report_bars.h"
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

#define BAR_WIDTH 10
#define BAR_ROOM 12
#define HEIGHT 120

static const char *const unit_words[] = { "day", "week", "month", "year" };

/* What there is at all is seen. */
static int height_of(const struct bars *bars, uint64_t value)
{
	double height = bars->most ? (double)value / (double)bars->most * HEIGHT : 0;

	return value && height < 2 ? 2 : (int)height;
}

static void put_bar(struct html *html, const struct bars *bars, size_t i)
{
	const struct bar *bar = &bars->list.at[i];
	int height = height_of(bars, bar->value);

	if (height == 0)
		return;
	html_begin_class(html, "rect", bar->marks ? "mark" : "bar");
	html_attr_u64(html, "x", i * BAR_ROOM + (BAR_ROOM - BAR_WIDTH) / 2);
	html_attr_i64(html, "y", HEIGHT - height);
	html_attr_i64(html, "width", BAR_WIDTH);
	html_attr_i64(html, "height", height);
	html_end(html);
}

static void put_picture(struct html *html, const struct bars *bars, const char *what)
{
	char first[BAR_NAME_SIZE], last[BAR_NAME_SIZE];

	bar_name(first, bars->unit, bars->list.at[0].day);
	bar_name(last, bars->unit, bars->list.at[bars->list.len - 1].day);
	html_begin_class(html, "svg", "bars");
	html_attr_format(html, "viewBox", "0 0 %zu %d", bars->list.len * BAR_ROOM, HEIGHT);
	html_attr(html, "preserveAspectRatio", "none");
	html_attr(html, "role", "img");
	html_attr_format(html, "aria-label", "%s, by %s from %s to %s; the numbers are below",
			 what, unit_words[bars->unit], first, last);
	for (size_t i = 0; i < bars->list.len; i++)
		put_bar(html, bars, i);
	html_end(html);
	html_begin_class(html, "div", "axis");
	html_element(html, "span", first);
	html_element(html, "span", last);
	html_end(html);
}

static void put_numbers(struct html *html, const struct bars *bars, const char *values,
			const char *marks)
{
	const struct grid_column columns[] = {
		{ unit_words[bars->unit], false },
		{ "dumps", true },
		{ values, true },
		{ marks, true },
	};
	struct grid grid;

	html_begin(html, "details");
	html_element(html, "summary", "The numbers");
	grid_begin(&grid, html, "t-bars", "The numbers of the bars", columns,
		   sizeof(columns) / sizeof(columns[0]));
	vec_for_each(bar, &bars->list) {
		char name[BAR_NAME_SIZE];

		if (bar->of == 0)
			continue;
		bar_name(name, bars->unit, bar->day);
		grid_row_begin(&grid);
		grid_text(&grid, name);
		grid_count(&grid, bar->of);
		grid_count(&grid, bar->value);
		grid_count(&grid, bar->marks);
		grid_row_end(&grid);
	}
	grid_end(&grid);
	html_end(html);
}

void html_bars(struct html *html, const struct bars *bars, const char *what,
	       const char *values, const char *marks)
{
	html_begin_class(html, "figure", "chart");
	html_begin(html, "figcaption");
	html_format(html, "%s, by %s: up to ", what, unit_words[bars->unit]);
	html_count(html, bars->most);
	html_string(html, ". ");
	html_begin_class(html, "span", "key mark");
	html_end(html);
	html_format(html, " with %s ", marks);
	html_begin_class(html, "span", "key bar");
	html_end(html);
	html_string(html, " without");
	if (bars->timeless + bars->older) {
		html_string(html, "; not shown: ");
		html_plural(html, bars->timeless, "dump");
		html_string(html, " without a time");
		if (bars->older) {
			html_string(html, ", ");
			html_count(html, bars->older);
			html_string(html, " older");
		}
	}
	html_end(html);
	put_picture(html, bars, what);
	put_numbers(html, bars, values, marks);
	html_end(html);
}
