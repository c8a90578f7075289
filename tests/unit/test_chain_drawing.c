/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of chains: of every number of hops, ring and tail, with and without ids, nothing lies over anything else or outside the
 * picture, each hop has one box, and each wait one line from its box to the box of what it waits for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/report/chain_drawing.h"

#define WAIT_MS 333962123456 /* ten digits and more: 3865d 6:22:03 */

struct sample {
	struct drawn_chain chain;
	struct chain_drawing drawing;
	char what[120];
};

static void make(struct sample *sample, uint32_t hops, uint32_t cycle_start,
		 uint32_t left_out, bool ids, int64_t wait_ms)
{
	*sample = (struct sample){ .chain.cycle_start = cycle_start };
	snprintf(sample->what, sizeof(sample->what), "%u hops, ring from %d, %u left out%s",
		 hops, (int)cycle_start, left_out, ids ? ", ids" : "");
	sample->chain.left_out = left_out;
	sample->chain.gap = DRAWN_HEAD;
	sample->chain.end = cycle_start == NUMBER_NONE ? SLICE("wait UserRequest")
						       : SLICE_NONE;
	for (uint32_t i = 0; i < hops; i++)
		vec_push(&sample->chain.hops,
			 ((struct drawn_hop){ .image = SLICE("ProcessA.exe"),
					      .ids = ids ? SLICE("[13c40.1332c]") : SLICE_NONE,
					      .wait_ms = wait_ms,
					      .back = NUMBER_NONE,
					      .via = i + 1 < hops || cycle_start != NUMBER_NONE
							     ? EDGE_RESOURCE
							     : EDGE_NONE }));
}

static void draw(struct sample *sample)
{
	chain_drawing_make(&sample->drawing, &sample->chain);
}

static void done(struct sample *sample)
{
	vec_free(&sample->chain.hops);
	chain_drawing_free(&sample->drawing);
}

struct area {
	int x, y, w, h;
};

static bool touches(struct area a, struct area b)
{
	return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void expect_apart(const struct sample *sample, struct area a, struct area b,
			 const char *kinds)
{
	if (touches(a, b))
		fail_msg("%s: %s overlap: %d,%d %dx%d and %d,%d %dx%d", sample->what,
			 kinds, a.x, a.y, a.w, a.h, b.x, b.y, b.w, b.h);
}

static void expect_inside(const struct sample *sample, struct area area)
{
	if (area.x < 0 || area.y < 0 || area.x + area.w > sample->drawing.width ||
	    area.y + area.h > sample->drawing.height)
		fail_msg("%s: %d,%d %dx%d is outside %dx%d", sample->what, area.x, area.y,
			 area.w, area.h, sample->drawing.width, sample->drawing.height);
}

#define AREA(piece) ((struct area){ (piece)->x, (piece)->y, (piece)->w, (piece)->h })

/* A piece of a line, upright or level, as an area one pixel wide. */
static struct area piece_of(const struct drawing_line *line, unsigned i)
{
	int x = line->at[i].x, y = line->at[i].y, u = line->at[i + 1].x,
	    v = line->at[i + 1].y;

	assert_true(x == u || y == v);
	return (struct area){ x < u ? x : u, y < v ? y : v, abs(x - u) + 1, abs(y - v) + 1 };
}

static void expect_tidy(const struct sample *sample)
{
	const struct chain_drawing *drawing = &sample->drawing;

	vec_for_each(box, &drawing->boxes) {
		expect_inside(sample, AREA(box));
		for (const struct drawing_box *other = box + 1;
		     other < drawing->boxes.at + drawing->boxes.len; other++)
			expect_apart(sample, AREA(box), AREA(other), "boxes");
		vec_for_each(label, &drawing->labels)
			expect_apart(sample, AREA(box), AREA(label), "box and label");
	}
	vec_for_each(label, &drawing->labels) {
		expect_inside(sample, AREA(label));
		assert_true(strlen(label->text) * 6.6 <= label->w);
		for (const struct drawing_label *other = label + 1;
		     other < drawing->labels.at + drawing->labels.len; other++)
			expect_apart(sample, AREA(label), AREA(other), "labels");
		vec_for_each(line, &drawing->lines)
			for (unsigned i = 0; i + 1 < line->points; i++)
				expect_apart(sample, AREA(label), piece_of(line, i),
					     "label and line");
	}
	vec_for_each(line, &drawing->lines)
		for (unsigned i = 0; i + 1 < line->points; i++)
			expect_inside(sample, piece_of(line, i));
}

/* The box on whose border a point lies. */
static const struct drawing_box *box_at(const struct sample *sample, int x, int y)
{
	vec_for_each(box, &sample->drawing.boxes)
		if (x >= box->x && x <= box->x + box->w && y >= box->y && y <= box->y + box->h)
			return box;
	fail_msg("%s: a line ends at %d,%d, in no box", sample->what, x, y);
	return NULL;
}

/* So many hops, each waiting for the next, the last for the first of the ring or for its end. */
static void expect_waits(const struct sample *sample)
{
	const struct drawn_chain *chain = &sample->chain;
	uint32_t hops = (uint32_t)chain->hops.len, seen = 0, boxes = 0;

	vec_for_each(box, &sample->drawing.boxes)
		boxes += box->kind == DRAWING_HOP;
	assert_int_equal(boxes, hops);
	vec_for_each(line, &sample->drawing.lines) {
		const struct drawing_box *from = box_at(sample, line->at[0].x, line->at[0].y);
		const struct drawing_box *to = box_at(sample, line->at[line->points - 1].x,
						      line->at[line->points - 1].y);

		if (line->back)
			continue;
		seen++;
		if (from->kind == DRAWING_GAP || to->kind == DRAWING_GAP)
			continue;
		if (to->kind == DRAWING_END)
			assert_int_equal(from->hop, hops - 1);
		else
			assert_int_equal(to->hop, from->hop + 1 < hops ? from->hop + 1
								       : chain->cycle_start);
	}
	assert_int_equal(seen, hops + (chain->left_out > 0));
}

static void check(uint32_t hops, uint32_t cycle_start, uint32_t left_out)
{
	static const int64_t waits[] = { MS_NONE, 0, 222000, WAIT_MS };

	for (unsigned i = 0; i < 8; i++) {
		struct sample sample;

		make(&sample, hops, cycle_start, left_out, i & 1, waits[i / 2]);
		draw(&sample);
		expect_tidy(&sample);
		expect_waits(&sample);
		done(&sample);
	}
}

static void test_paths(void **state)
{
	(void)state;
	for (uint32_t hops = 1; hops <= DRAWN_MAX; hops++)
		check(hops, NUMBER_NONE, 0);
	check(DRAWN_MAX, NUMBER_NONE, 4000000);
}

static void test_rings(void **state)
{
	(void)state;
	for (uint32_t hops = 1; hops <= DRAWN_MAX; hops++)
		for (uint32_t start = 0; start < hops; start++)
			check(hops, start, 0);
	for (uint32_t start = 0; start < DRAWN_MAX; start++)
		check(DRAWN_MAX, start, 77);
}

/* A ring that begins among the hops that are left out has the gap in it. */
static void test_ring_in_gap(void **state)
{
	struct sample sample;

	(void)state;
	make(&sample, DRAWN_MAX, DRAWN_HEAD, 9, false, 1000);
	sample.chain.ring_in_gap = true;
	draw(&sample);
	expect_tidy(&sample);
	vec_for_each(box, &sample.drawing.boxes)
		if (box->kind == DRAWING_GAP)
			vec_for_each(line, &sample.drawing.lines)
				if (line->at[0].x == box->x + box->w ||
				    line->at[line->points - 1].x == box->x + box->w)
					goto found;
	fail_msg("no line of the ring comes to the gap");
found:
	done(&sample);
}

/* However many hops of one process there are, the lines that tie them stay in the picture. */
static void test_ties(void **state)
{
	(void)state;
	for (uint32_t hops = 3; hops <= DRAWN_MAX; hops++) {
		struct sample sample;
		size_t ties = 0;

		make(&sample, hops, NUMBER_NONE, 0, true, 15000);
		for (uint32_t i = 2; i < hops; i += 2)
			sample.chain.hops.at[i].back = i - 2;
		draw(&sample);
		expect_tidy(&sample);
		expect_waits(&sample);
		vec_for_each(line, &sample.drawing.lines)
			ties += line->back;
		assert_true(ties >= 1 && ties <= 4);
		done(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_ring_in_gap),
		cmocka_unit_test(test_ties),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
