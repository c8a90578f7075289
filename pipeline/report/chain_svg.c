/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a drawing of a chain. Its texts are texts, in the order in which they are read; all colours are the style sheet's. */
#include "pipeline/report/chain_svg.h"

#include "pipeline/arrow.h"
#include "pipeline/print.h"

#define HEAD 4 /* of an arrow: half its width */

static void put_xy(struct html *html, int x, int y)
{
	html_attr_i64(html, "x", x);
	html_attr_i64(html, "y", y);
}

static void begin_text(struct html *html, const char *class, int x, int y)
{
	html_begin_class(html, "text", class);
	put_xy(html, x, y);
}

static void put_name(struct html *html, struct slice name, size_t chars)
{
	char text[HTML_SHORT_SIZE];
	struct slice shortened = html_shorten(text, name.len ? name : SLICE("?"), chars);

	if (shortened.at == text) {
		char title[HTML_SHORT_SIZE];

		html_begin(html, "title");
		html_text(html, html_shorten(title, name, HTML_NAME_SHOWN));
		html_end(html);
	}
	html_text(html, shortened);
}

static void put_box(struct html *html, const struct drawn_chain *chain,
		    const struct drawing_box *box)
{
	static const char *const classes[] = { "hop", "gap", "end" };
	const struct drawn_hop *hop = box->kind == DRAWING_HOP ? &chain->hops.at[box->hop]
							       : NULL;
	bool two = hop && hop->ids.len;

	html_begin_class(html, "rect", classes[box->kind]);
	put_xy(html, box->x, box->y);
	html_attr_i64(html, "width", box->w);
	html_attr_i64(html, "height", box->h);
	html_attr_i64(html, "rx", box->kind == DRAWING_END ? box->h / 2 : 6);
	html_end(html);
	begin_text(html, classes[box->kind], box->x + (box->kind == DRAWING_END ? 14 : 10),
		   box->y + box->h / 2 + (two ? -3 : 4));
	if (hop)
		put_name(html, hop->image, box->chars);
	else if (box->kind == DRAWING_END)
		put_name(html, chain->end, box->chars);
	else
		html_format(html, "\xE2\x80\xA6 %u hops left out \xE2\x80\xA6",
			    chain->left_out);
	html_end(html);
	if (!two)
		return;
	begin_text(html, "ids", box->x + 10, box->y + box->h / 2 + 13);
	put_name(html, hop->ids, box->chars);
	html_end(html);
}

static void put_head(struct html *html, const struct drawing_line *line)
{
	int x = line->at[line->points - 1].x, y = line->at[line->points - 1].y;
	int dx = x - line->at[line->points - 2].x, dy = y - line->at[line->points - 2].y;
	int sx = (dx > 0) - (dx < 0), sy = (dy > 0) - (dy < 0);

	/* the last piece is upright or level */
	html_begin_class(html, "path", "head");
	html_attr_format(html, "d", "M%d %dL%d %dL%d %dZ", x, y,
			 x - 2 * HEAD * sx - HEAD * sy, y - 2 * HEAD * sy - HEAD * sx,
			 x - 2 * HEAD * sx + HEAD * sy, y - 2 * HEAD * sy + HEAD * sx);
	html_end(html);
}

static void put_line(struct html *html, const struct drawing_line *line)
{
	char path[DRAWING_POINTS * 26 + 1];
	size_t len = 0;

	for (unsigned i = 0; i < line->points; i++)
		len += (size_t)snprintf(path + len, sizeof(path) - len, "%c%d %d",
					i ? 'L' : 'M', line->at[i].x, line->at[i].y);
	html_begin_class(html, "path",
			 line->back     ? "back"
			 : line->dashed ? "ends"
					: "waits");
	html_attr(html, "d", path);
	if (line->back)
		html_element(html, "title", "the same process, another thread of it");
	html_end(html);
	if (line->arrow)
		put_head(html, line);
}

/* What the picture shows, in words. */
static void put_description(struct html *html, const struct drawn_chain *chain)
{
	char wait[DURATION_TEXT_SIZE];

	for (uint32_t i = 0; i < chain->hops.len; i++) {
		const struct drawn_hop *hop = &chain->hops.at[i];
		const char *via = edge_kind_text((enum edge_kind)hop->via);

		if (chain->left_out && i == chain->gap)
			html_format(html, "%u more hops; ", chain->left_out);
		html_text(html, hop->image.len ? hop->image : SLICE("?"));
		if (via)
			html_format(html, " waits by %s", via);
		if (via && hop->wait_ms != MS_NONE)
			html_format(html, " for %s", print_duration_short(wait, hop->wait_ms));
		html_string(html, via ? " for " : "");
	}
	if (chain->cycle_start != NUMBER_NONE)
		html_format(html, "hop %u again: a ring", chain->cycle_start + 1);
	else
		html_string(html, "; it ends in ");
	html_text(html, chain->end);
}

static void begin_svg(struct html *html, const struct chain_drawing *drawing, const char *id)
{
	html_begin_class(html, "svg", "chain");
	html_attr_format(html, "viewBox", "0 0 %d %d", drawing->width, drawing->height);
	html_attr_i64(html, "width", drawing->width);
	html_attr_i64(html, "height", drawing->height);
	html_attr(html, "role", "group");
	html_attr_format(html, "aria-labelledby", "%s-t", id);
	html_attr_format(html, "aria-describedby", "%s-d", id);
}

void chain_svg(struct html *html, const struct drawn_chain *chain, const char *id,
	       struct slice title)
{
	struct chain_drawing drawing = { .width = 0 };
	char text[HTML_SHORT_SIZE];

	chain_drawing_make(&drawing, chain);
	begin_svg(html, &drawing, id);
	html_begin(html, "title");
	html_attr_format(html, "id", "%s-t", id);
	html_text(html, html_shorten(text, title, HTML_NAME_SHOWN));
	html_end(html);
	html_begin(html, "desc");
	html_attr_format(html, "id", "%s-d", id);
	put_description(html, chain);
	html_end(html);
	vec_for_each(line, &drawing.lines)
		put_line(html, line);
	vec_for_each(box, &drawing.boxes)
		put_box(html, chain, box);
	vec_for_each(label, &drawing.labels) {
		begin_text(html, "how", label->x + 2, label->y + label->h - 3);
		html_string(html, label->text);
		html_end(html);
	}
	html_end(html);
	chain_drawing_free(&drawing);
}

/* ---- from a chain ---- */

static struct slice ids_of(const struct hop *hop, struct arena *arena)
{
	char text[40] = "";

	if (hop->pid != PID_NONE && hop->tid != PID_NONE)
		snprintf(text, sizeof(text), "[%x.%x]", hop->pid, hop->tid);
	else if (hop->pid != PID_NONE)
		snprintf(text, sizeof(text), "[%x]", hop->pid);
	return arena_copy(arena, slice_from(*text ? text : "[?]"));
}

static struct slice end_of(const struct chain_list *list, const struct chain *chain,
			   struct arena *arena)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);
	char text[HTML_SHORT_SIZE], end[HTML_SHORT_SIZE + 64];

	if (chain->cycle == CYCLE_THREAD)
		return SLICE_NONE;
	reason = html_shorten(text, reason, HTML_NAME_SHOWN);
	snprintf(end, sizeof(end), "%s%s%.*s", endpoint_kind_text(endpoint->kind),
		 reason.len ? " " : "", SLICE_ARG(reason));
	return arena_copy(arena, slice_from(end));
}

/* The hop of the same process that comes before it, with another one in between. */
static uint32_t back_of(const uint64_t *processes, uint32_t drawn)
{
	if (processes[drawn] == 0 || processes[drawn] == processes[drawn - 1])
		return NUMBER_NONE;
	for (uint32_t i = drawn - 1; i-- > 0;)
		if (processes[i] == processes[drawn])
			return i;
	return NUMBER_NONE;
}

void drawn_chain_of(struct drawn_chain *drawn, const struct chain_list *list,
		    const struct chain *chain, bool with_ids, struct arena *arena)
{
	uint64_t processes[DRAWN_MAX];
	uint32_t number = 0;

	drawn->cycle_start = NUMBER_NONE;
	drawn->left_out = chain->hops > DRAWN_MAX ? chain->hops - DRAWN_MAX : 0;
	drawn->gap = DRAWN_HEAD;
	drawn->end = end_of(list, chain, arena);
	chain_for_each_hop(hop, list, chain)
	{
		uint32_t at = (uint32_t)drawn->hops.len;

		bool passed = number >= DRAWN_HEAD && chain->hops - number > DRAWN_TAIL;

		if (number++ == chain->cycle_start) {
			drawn->cycle_start = at;
			drawn->ring_in_gap = passed;
		}
		if (passed)
			continue;
		processes[at] = hop->process;
		vec_push(&drawn->hops,
			 ((struct drawn_hop){
				 .image = arena_copy(arena, names_text(&list->names, hop->image)),
				 .ids = with_ids ? ids_of(hop, arena) : SLICE_NONE,
				 .wait_ms = hop->wait_ms,
				 .back = at && chain->cycle == CYCLE_PROCESS
						 ? back_of(processes, at)
						 : NUMBER_NONE,
				 .via = hop->via }));
	}
}

void drawn_chain_free(struct drawn_chain *drawn)
{
	vec_free(&drawn->hops);
}
