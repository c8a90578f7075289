/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of an incident's records from bytes, for decode.c alone. */
#ifndef STAGES_DECODE_PARTS_H
#define STAGES_DECODE_PARTS_H

#include "stages/columns.h"
#include "stages/incident.h"

/* A column of the table in hand. */
struct column_reader {
	struct bytes_reader reader; /* over its bytes */
	uint64_t before;
};

struct decoder {
	struct bytes_reader *reader; /* bad once anything is not as encoding writes it */
	struct records *records; /* what they hold already is asked: the names, the host */
	bool keep; /* rows go to the records; else they are checked and forgotten */
	struct {
		uint64_t objects, frames; /* that the threads said are theirs */
	} totals;
	VEC(struct column_reader) columns;
};

/* decode_processes() and so on; each returns how many rows there were. */
#define DECLARE_DECODE(type, list, COLUMNS) size_t decode_##list(struct decoder *from);

TABLES(DECLARE_DECODE)

#endif
