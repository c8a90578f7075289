/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a wait chain; see chain_drawing.h. The widths of texts are those of a fixed font, so that they are known here. */
#include "pipeline/report/chain_drawing.h"

#include "pipeline/print.h"

#define MARGIN 10
#define BOX_HEIGHT 30
#define BOX_HEIGHT_IDS 46
#define COLUMN_WIDTH 250
#define STEP 42 /* between boxes of a column */
#define RING_WIDTH 156
#define RING_BETWEEN 92
#define PAIR_HEIGHT \
	66      /* of the two boxes of a ring of two: both arrows lie between them */
#define LANE 14 /* between the lines that tie hops of one process */
#define LANES_MAX 4
#define CHARACTER 7.3 /* of a name in a box, 12 px */
#define LABEL_CHARACTER 6.7
#define LABEL_HEIGHT 13
#define ARROW_X 22 /* of a column's arrows, from its left */

/* Hops and the gap between them, in turn. */
struct node {
	uint32_t hop;
	uint32_t box;
	bool gap;
};

struct layout {
	struct chain_drawing *drawing;
	const struct drawn_chain *chain;
	VEC(struct node) nodes;
	size_t ring; /* the first node of the ring; all of them when there is none */
	int y;       /* where the column ends */
};

static int box_height(const struct layout *layout)
{
	const struct drawn_chain *chain = layout->chain;

	return chain->hops.len && chain->hops.at[0].ids.len ? BOX_HEIGHT_IDS : BOX_HEIGHT;
}

static uint32_t add_box(struct layout *layout, int x, int y, int w, int h, uint8_t kind,
			uint32_t hop)
{
	vec_push(&layout->drawing->boxes,
		 ((struct drawing_box){ .x = x,
					.y = y,
					.w = w,
					.h = h,
					.kind = kind,
					.hop = hop,
					.chars = (uint8_t)((w - 16) / CHARACTER) }));
	return (uint32_t)layout->drawing->boxes.len - 1;
}

/* room: so wide it may be, else it is cut. middle: x is the middle of the text, not its beginning. Texts are ASCII. */
static void add_label(struct layout *layout, int x, int y, int room, bool middle,
		      const char *text)
{
	int most = (int)((room - 4) / LABEL_CHARACTER), len = (int)strlen(text), w;
	struct drawing_label *label;

	if (len == 0 || most < 4)
		return;
	w = (int)((len < most ? len : most) * LABEL_CHARACTER) + 4;
	label = vec_add(&layout->drawing->labels);
	*label = (struct drawing_label){
		.x = middle ? x - w / 2 : x, .y = y, .w = w, .h = LABEL_HEIGHT
	};
	snprintf(label->text, sizeof(label->text), len > most ? "%.*s..." : "%.*s",
		 len > most ? most - 3 : len, text);
}

static struct drawing_line *add_line(struct layout *layout, int x, int y)
{
	struct drawing_line *line = vec_add(&layout->drawing->lines);

	*line = (struct drawing_line){ .points = 1, .arrow = true };
	line->at[0].x = x;
	line->at[0].y = y;
	return line;
}

static void line_to(struct drawing_line *line, int x, int y)
{
	line->at[line->points].x = x;
	line->at[line->points++].y = y;
}

static const struct drawing_box *box_of(const struct layout *layout, size_t node)
{
	return &layout->drawing->boxes.at[layout->nodes.at[node].box];
}

/* How the node waits for the next: "alpc", "3:42"; empty where it is not known. What is behind a gap has no arrow of its own. */
static const char *kind_of(const struct layout *layout, size_t node)
{
	const struct node *at = &layout->nodes.at[node];
	const char *text =
		at->gap ? NULL
			: edge_kind_text((enum edge_kind)layout->chain->hops.at[at->hop].via);

	return text ? text : "";
}

static const char *wait_of(char text[DURATION_TEXT_SIZE], const struct layout *layout,
			   size_t node)
{
	const struct node *at = &layout->nodes.at[node];

	if (at->gap || layout->chain->hops.at[at->hop].wait_ms == MS_NONE)
		return "";
	return print_duration_short(text, layout->chain->hops.at[at->hop].wait_ms);
}

/* "alpc 3:42" */
static void both_of(char text[DRAWING_TEXT_SIZE], const struct layout *layout, size_t node)
{
	char wait[DURATION_TEXT_SIZE];
	const char *kind = kind_of(layout, node), *time = wait_of(wait, layout, node);

	snprintf(text, DRAWING_TEXT_SIZE, "%s%s%s", kind, *kind && *time ? "  " : "", time);
}

/* ---- a column ---- */

static void place_node(struct layout *layout, size_t i, int x, int y, int w, int h)
{
	struct node *node = &layout->nodes.at[i];

	node->box = add_box(layout, x, y, w, h, node->gap ? DRAWING_GAP : DRAWING_HOP,
			    node->hop);
}

/* From a node to the box below it. */
static void draw_step(struct layout *layout, size_t node, uint32_t below)
{
	const struct drawing_box *from = box_of(layout, node);
	const struct drawing_box *to = &layout->drawing->boxes.at[below];
	int x = from->x + ARROW_X, y = from->y + from->h;
	char text[DRAWING_TEXT_SIZE];
	struct drawing_line *line = add_line(layout, x, y);

	line_to(line, x, to->y);
	line->dashed = to->kind == DRAWING_END;
	both_of(text, layout, node);
	add_label(layout, x + 10, y + (to->y - y - LABEL_HEIGHT) / 2,
		  from->w - ARROW_X - 10, false, text);
}

static void place_column(struct layout *layout, size_t count, int w)
{
	int h = box_height(layout);

	for (size_t i = 0; i < count; i++) {
		place_node(layout, i, MARGIN, layout->y, w,
			   layout->nodes.at[i].gap ? BOX_HEIGHT : h);
		layout->y += box_of(layout, i)->h + STEP;
		if (i)
			draw_step(layout, i - 1, layout->nodes.at[i].box);
	}
}

static void place_end(struct layout *layout)
{
	uint32_t end = add_box(layout, MARGIN, layout->y, COLUMN_WIDTH, BOX_HEIGHT,
			       DRAWING_END, NUMBER_NONE);

	if (layout->nodes.len)
		draw_step(layout, layout->nodes.len - 1, end);
	layout->y += BOX_HEIGHT + STEP;
}

/* ---- hops of one process ---- */

static const struct drawing_box *box_of_hop(const struct layout *layout, uint32_t hop)
{
	vec_for_each(box, &layout->drawing->boxes)
		if (box->kind == DRAWING_HOP && box->hop == hop)
			return box;
	return NULL;
}

static void tie(struct layout *layout, uint32_t hop, int lane)
{
	const struct drawing_box *low = box_of_hop(layout, hop);
	const struct drawing_box *high = box_of_hop(layout, layout->chain->hops.at[hop].back);
	int right = MARGIN + COLUMN_WIDTH + 18 + lane * LANE;
	struct drawing_line *line;

	if (!low || !high)
		return;
	/* lines that share a box come to it side by side */
	line = add_line(layout, low->x + low->w, low->y + low->h / 2 - 4);
	line_to(line, right, low->y + low->h / 2 - 4);
	line_to(line, right, high->y + high->h / 2 + 4);
	line_to(line, high->x + high->w, high->y + high->h / 2 + 4);
	line->back = line->dashed = true;
}

/* Returns how many lanes they took. */
static int draw_ties(struct layout *layout)
{
	int lanes = 0;

	for (uint32_t hop = 0; hop < layout->chain->hops.len && lanes < LANES_MAX; hop++)
		if (layout->chain->hops.at[hop].back != NUMBER_NONE)
			tie(layout, hop, lanes++);
	return lanes;
}

static void draw_path(struct layout *layout)
{
	int lanes;

	place_column(layout, layout->nodes.len, COLUMN_WIDTH);
	place_end(layout);
	lanes = draw_ties(layout);
	layout->drawing->width = MARGIN + COLUMN_WIDTH + (lanes ? 18 + lanes * LANE : MARGIN);
}

/* ---- a ring ---- */

/* Across from one column to the other: the kind above the line, the time below it. */
static void label_across(struct layout *layout, size_t node, int x, int y)
{
	char wait[DURATION_TEXT_SIZE];

	add_label(layout, x, y - LABEL_HEIGHT - 3, RING_BETWEEN, true, kind_of(layout, node));
	add_label(layout, x, y + 4, RING_BETWEEN, true, wait_of(wait, layout, node));
}

/* Both arrows lie between the two boxes. */
static void draw_pair(struct layout *layout, size_t first)
{
	const struct drawing_box *left, *right;
	int x = MARGIN + RING_WIDTH + RING_BETWEEN, y = layout->y;
	struct drawing_line *line;

	place_node(layout, first, MARGIN, y, RING_WIDTH, PAIR_HEIGHT);
	place_node(layout, first + 1, x, y, RING_WIDTH, PAIR_HEIGHT);
	left = box_of(layout, first);
	right = box_of(layout, first + 1);
	line = add_line(layout, left->x + left->w, y + 14);
	line_to(line, right->x, y + 14);
	label_across(layout, first, x - RING_BETWEEN / 2, y + 14);
	line = add_line(layout, right->x, y + PAIR_HEIGHT - 14);
	line_to(line, left->x + left->w, y + PAIR_HEIGHT - 14);
	label_across(layout, first + 1, x - RING_BETWEEN / 2, y + PAIR_HEIGHT - 14);
	layout->y += PAIR_HEIGHT + STEP;
}

/* A thread that waits for itself. */
static void draw_loop(struct layout *layout, size_t node)
{
	int h = box_height(layout), right = MARGIN + RING_WIDTH, y = layout->y;
	char text[DRAWING_TEXT_SIZE];
	struct drawing_line *line;

	place_node(layout, node, MARGIN, y, RING_WIDTH, h);
	line = add_line(layout, right, y + 8);
	line_to(line, right + 30, y + 8);
	line_to(line, right + 30, y + h - 8);
	line_to(line, right, y + h - 8);
	both_of(text, layout, node);
	add_label(layout, right + 38, y + (h - LABEL_HEIGHT) / 2,
		  RING_BETWEEN + RING_WIDTH - 38, false, text);
	layout->y += h + STEP;
}

/* From the left column's last box to the right one's first; where that is higher up, to its lower side. */
static void draw_bottom(struct layout *layout, size_t node)
{
	const struct drawing_box *left = box_of(layout, node),
				 *right = box_of(layout, node + 1);
	int y = left->y + left->h / 2;
	struct drawing_line *line = add_line(layout, left->x + left->w, y);

	if (right->y == left->y) {
		line_to(line, right->x, y);
	} else {
		line_to(line, right->x + ARROW_X, y);
		line_to(line, right->x + ARROW_X, right->y + right->h);
	}
	label_across(layout, node, left->x + left->w + RING_BETWEEN / 2, y);
}

/* From the last box back to the first. */
static void draw_top(struct layout *layout, size_t last, size_t first)
{
	const struct drawing_box *right = box_of(layout, last), *left = box_of(layout, first);
	int y = left->y + left->h / 2;
	struct drawing_line *line;

	if (right->y == left->y) {
		line = add_line(layout, right->x, y);
	} else {
		line = add_line(layout, right->x + ARROW_X, right->y);
		line_to(line, right->x + ARROW_X, y);
	}
	line_to(line, left->x + left->w, y);
	label_across(layout, last, left->x + left->w + RING_BETWEEN / 2, y);
}

/* Up from a box of the right column to the next one. */
static void draw_rise(struct layout *layout, size_t node)
{
	const struct drawing_box *from = box_of(layout, node), *to = box_of(layout, node + 1);
	int x = from->x + ARROW_X, below = to->y + to->h;
	char text[DRAWING_TEXT_SIZE];
	struct drawing_line *line = add_line(layout, x, from->y);

	line_to(line, x, below);
	both_of(text, layout, node);
	add_label(layout, x + 10, below + (from->y - below - LABEL_HEIGHT) / 2,
		  from->w - ARROW_X - 10, false, text);
}

static void place_left(struct layout *layout, size_t first, size_t count)
{
	int h = box_height(layout);

	for (size_t i = 0; i < count; i++) {
		place_node(layout, first + i, MARGIN, layout->y, RING_WIDTH, h);
		layout->y += h + STEP;
		if (i)
			draw_step(layout, first + i - 1, layout->nodes.at[first + i].box);
	}
}

/* Spread over the height of the left column, the first at the bottom; a single one in its middle. */
static void place_right(struct layout *layout, size_t first, size_t count, int top)
{
	int h = box_height(layout), span = layout->y - STEP - h - top;
	int x = MARGIN + RING_WIDTH + RING_BETWEEN;

	for (size_t i = 0; i < count; i++) {
		int up = count == 1 ? span / 2 : (int)((size_t)span * i / (count - 1));

		place_node(layout, first + i, x, top + span - up, RING_WIDTH, h);
		if (i)
			draw_rise(layout, first + i - 1);
	}
}

static void draw_ring(struct layout *layout)
{
	size_t first = layout->ring, count = layout->nodes.len - first,
	       left = (count + 1) / 2;
	int top;

	place_column(layout, first, RING_WIDTH);
	top = layout->y;
	if (count == 1) {
		draw_loop(layout, first);
	} else if (count == 2) {
		draw_pair(layout, first);
	} else {
		place_left(layout, first, left);
		place_right(layout, first + left, count - left, top);
		draw_bottom(layout, first + left - 1);
		draw_top(layout, layout->nodes.len - 1, first);
	}
	if (first)
		draw_step(layout, first - 1, layout->nodes.at[first].box);
	layout->drawing->width = 2 * (MARGIN + RING_WIDTH) + RING_BETWEEN;
}

/* ---- */

static void list_nodes(struct layout *layout)
{
	const struct drawn_chain *chain = layout->chain;

	layout->ring = SIZE_MAX;
	for (uint32_t i = 0; i < chain->hops.len; i++) {
		if (i == chain->cycle_start && chain->ring_in_gap)
			layout->ring = layout->nodes.len;
		if (chain->left_out && i == chain->gap)
			vec_push(&layout->nodes,
				 ((struct node){ .gap = true, .hop = NUMBER_NONE }));
		if (i == chain->cycle_start && !chain->ring_in_gap)
			layout->ring = layout->nodes.len;
		vec_push(&layout->nodes, ((struct node){ .hop = i }));
	}
}

void chain_drawing_make(struct chain_drawing *drawing, const struct drawn_chain *chain)
{
	struct layout layout = { .drawing = drawing, .chain = chain, .y = MARGIN };

	drawing->boxes.len = drawing->labels.len = drawing->lines.len = 0;
	list_nodes(&layout);
	if (layout.ring < layout.nodes.len)
		draw_ring(&layout);
	else
		draw_path(&layout);
	drawing->height = layout.y - STEP + MARGIN;
	vec_free(&layout.nodes);
}

void chain_drawing_free(struct chain_drawing *drawing)
{
	vec_free(&drawing->boxes);
	vec_free(&drawing->labels);
	vec_free(&drawing->lines);
}
