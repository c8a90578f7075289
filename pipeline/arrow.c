/* SPDX-License-Identifier: Apache-2.0 */
/* Hops and the arrows between them; see arrow.h. */
#include "pipeline/arrow.h"

#include "pipeline/base/cleanup.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"
#include "pipeline/screen.h"

void print_hop_ids(FILE *out, const struct hop *hop)
{
	if (hop->pid != PID_NONE && hop->tid != PID_NONE)
		fprintf(out, "[%x.%x]", hop->pid, hop->tid);
	else if (hop->pid != PID_NONE)
		fprintf(out, "[%x]", hop->pid);
}

void print_hop_name(FILE *out, const struct chain_list *list, const struct hop *hop)
{
	struct slice image = names_text(&list->names, hop->image);

	utf8_print_terminal(out, image.len ? image : SLICE("?"));
	print_hop_ids(out, hop);
}

static void print_arrow(FILE *out, enum edge_kind kind)
{
	fprintf(out, screen_draws() ? "\xE2\x94\x80%s\xE2\x86\x92 " : "-%s-> ",
		edge_kind_text(kind));
}

static size_t text_columns(void)
{
	size_t room = screen_columns();

	return room && room < TEXT_COLUMNS ? room : TEXT_COLUMNS;
}

struct drawing {
	FILE *out;
	size_t column, indent, room;
	bool begun;
};

/* A piece that is not broken. */
static void draw(struct drawing *drawing, struct slice piece)
{
	size_t width = utf8_width(piece);

	if (drawing->begun && drawing->column + 1 + width > drawing->room) {
		fprintf(drawing->out, "\n%*s", (int)drawing->indent, "");
		drawing->column = drawing->indent;
	} else if (drawing->begun) {
		fputc(' ', drawing->out);
		drawing->column++;
	}
	fwrite(piece.at, 1, piece.len, drawing->out);
	drawing->column += width;
	drawing->begun = true;
}

/* A hop, with the arrow that leads to it; back is set where that leads back into a ring. */
static void draw_hop(struct drawing *drawing, const struct chain_list *list,
		     enum edge_kind via, const struct hop *hop, uint32_t back)
{
	char wait[DURATION_TEXT_SIZE];
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *piece = mem_stream(&text, &len);

	if (via != EDGE_NONE)
		print_arrow(piece, via);
	if (back != NUMBER_NONE)
		fprintf(piece, "back to hop %u, ", back + 1);
	print_hop_name(piece, list, hop);
	if (back == NUMBER_NONE && hop->wait_ms != MS_NONE)
		fprintf(piece, " %s", print_duration_short(wait, hop->wait_ms));
	mem_stream_end(piece);
	draw(drawing, (struct slice){ text, len });
}

/* Of a very long chain its ends are drawn. */
#define HEAD_HOPS 24
#define TAIL_HOPS 8

static bool is_drawn(const struct chain *chain, uint32_t number)
{
	return chain->hops <= HEAD_HOPS + TAIL_HOPS || number < HEAD_HOPS ||
	       number >= chain->hops - TAIL_HOPS;
}

static void draw_gap(struct drawing *drawing, uint32_t hops)
{
	char text[40];

	snprintf(text, sizeof(text), "... %u hops ...", hops);
	draw(drawing, slice_from(text));
}

void print_chain_drawing(FILE *out, const struct chain_list *list,
			 const struct chain *chain, size_t column, size_t indent)
{
	struct drawing drawing = {
		.out = out, .column = column, .indent = indent, .room = text_columns()
	};
	enum edge_kind via = EDGE_NONE;
	const struct hop *ring = NULL;
	uint32_t number = 0;

	chain_for_each_hop(hop, list, chain)
	{
		if (number == chain->cycle_start)
			ring = hop;
		if (is_drawn(chain, number))
			draw_hop(&drawing, list, via, hop, NUMBER_NONE);
		else if (number == HEAD_HOPS)
			draw_gap(&drawing, chain->hops - HEAD_HOPS - TAIL_HOPS);
		via = hop->via;
		number++;
	}
	if (ring)
		draw_hop(&drawing, list, via, ring, chain->cycle_start);
}
