/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the pieces of a drawn wait chain lie. A chain is a column, read downwards: a box a hop, arrows with how and how long it waits,
 * and where it ends. A ring is a loop of two columns, down on the left and up on the right, with what waits for it above. A hop in a process
 * that the chain has been in is tied to it by a line at the side. Pure: nothing is written here. Units are CSS pixels.
 */
#ifndef REPORT_CHAIN_DRAWING_H
#define REPORT_CHAIN_DRAWING_H

#include "stages/chain.h"

struct drawn_hop {
	struct slice image;
	struct slice ids; /* "[13c40.1332c]"; empty where several chains are drawn as one */
	int64_t wait_ms; /* MS_NONE */
	uint32_t back;   /* the hop before it in whose process it is again; NUMBER_NONE */
	uint8_t via;     /* enum edge_kind */
};

/* Texts are somebody else's. */
struct drawn_chain {
	VEC(struct drawn_hop) hops; /* the first of them and the last, where there are very many */
	uint32_t left_out;          /* hops between these */
	uint32_t gap;               /* of `hops`, the first behind them */
	uint32_t cycle_start; /* in `hops`; NUMBER_NONE unless it is a ring */
	bool ring_in_gap;     /* it begins among those left out before that hop */
	struct slice end;     /* "wait UserRequest"; empty for a ring */
};

/* Of a chain so many hops are drawn at most. */
#define DRAWN_HEAD 16
#define DRAWN_TAIL 6
#define DRAWN_MAX (DRAWN_HEAD + DRAWN_TAIL)

enum drawing_kind {
	DRAWING_HOP,
	DRAWING_GAP, /* "… 12 hops …" */
	DRAWING_END,
};

struct drawing_box {
	int x, y, w, h;
	uint32_t hop;  /* of DRAWING_HOP */
	uint8_t kind;  /* enum drawing_kind */
	uint8_t chars; /* room for a name */
};

/* A text beside a line, in a box that nothing else may touch. */
#define DRAWING_TEXT_SIZE 64
struct drawing_label {
	int x, y, w, h;
	char text[DRAWING_TEXT_SIZE];
};

#define DRAWING_POINTS 4
struct drawing_line {
	struct {
		int x, y;
	} at[DRAWING_POINTS];
	unsigned points;
	bool arrow;  /* at its end */
	bool dashed; /* no wait: where it ends, or a process that is the same */
	bool back;   /* ties two hops of one process */
};

struct chain_drawing {
	int width, height;
	VEC(struct drawing_box) boxes;
	VEC(struct drawing_label) labels;
	VEC(struct drawing_line) lines;
};

/* drawing is zeroed, or made before. */
void chain_drawing_make(struct chain_drawing *drawing, const struct drawn_chain *chain);
void chain_drawing_free(struct chain_drawing *drawing);

#endif
