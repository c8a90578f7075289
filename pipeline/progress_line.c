/* SPDX-License-Identifier: Apache-2.0 */
/* Laying out the line of progress; see progress_line.h. */
#include "pipeline/progress_line.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"

/* Before that a rate says more about the start than about the rest. */
#define HONEST_MS 3000
/* More than anybody waits for. */
#define LONGEST_MS (1000ll * 3600 * 24 * 99)
/* Of a name there is at least so much, or nothing. */
#define NAME_LEAST 8

/* In the order of the line. */
enum piece {
	PIECE_DONE,
	PIECE_BYTES,
	PIECE_RATE,
	PIECE_LEFT,
	PIECE_INCIDENTS,
	PIECE_QUARANTINED,
	PIECE_UNPACKED,
	PIECES,
};

struct pieces {
	char text[PIECES][64];
};

int64_t progress_left_ms(const struct progress_state *state, int64_t elapsed_ms)
{
	bool by_bytes = state->bytes_total > 0;
	double done = (double)(by_bytes ? state->bytes_done : state->done);
	double total = (double)(by_bytes ? state->bytes_total : state->total);
	double left;

	if (elapsed_ms < HONEST_MS || done <= 0 || total < done)
		return PROGRESS_UNKNOWN;
	left = (double)elapsed_ms * (total - done) / done;
	return left > (double)LONGEST_MS ? PROGRESS_UNKNOWN : (int64_t)left;
}

/* ---- numbers ---- */

static const struct unit {
	const char *name;
	double bytes;
} units[] = { { "B", 1 }, { "KB", 1e3 }, { "MB", 1e6 }, { "GB", 1e9 }, { "TB", 1e12 } };

static const struct unit *unit_of(double bytes)
{
	size_t at = sizeof(units) / sizeof(units[0]) - 1;

	while (at > 0 && bytes < units[at].bytes)
		at--;
	return &units[at];
}

static int decimals(double bytes, const struct unit *unit)
{
	return unit == units || bytes >= 100 * unit->bytes ? 0 : 1;
}

/* "50.0 MB/s" */
static void put_size(char *out, size_t size, double bytes, const char *behind)
{
	const struct unit *unit = unit_of(bytes);

	snprintf(out, size, "%.*f %s%s", decimals(bytes, unit), bytes / unit->bytes,
		 unit->name, behind);
}

/* "1:05:07" or "5:07" */
static void put_time(char *out, size_t size, long long s, const char *behind)
{
	if (s >= 3600)
		snprintf(out, size, "%lld:%02lld:%02lld%s", s / 3600, s / 60 % 60, s % 60,
			 behind);
	else
		snprintf(out, size, "%lld:%02lld%s", s / 60, s % 60, behind);
}

static void put_count(char *out, size_t size, uint64_t count, const char *noun)
{
	snprintf(out, size, "%llu %s", (unsigned long long)count, noun);
}

/* ---- the pieces ---- */

static void put_bytes(struct pieces *pieces, const struct progress_state *state,
		      int64_t elapsed_ms)
{
	double done = (double)state->bytes_done, total = (double)state->bytes_total;
	const struct unit *unit = unit_of(total);
	double rate = elapsed_ms > 0 ? done * 1000 / (double)elapsed_ms : 0;

	snprintf(pieces->text[PIECE_BYTES], sizeof(pieces->text[0]), "%.*f/%.*f %s",
		 decimals(total, unit), done / unit->bytes, decimals(total, unit),
		 total / unit->bytes, unit->name);
	if (rate > 0)
		put_size(pieces->text[PIECE_RATE], sizeof(pieces->text[0]), rate, "/s");
}

/* Of what is counted, where no bytes are. */
static void put_rate(struct pieces *pieces, double rate)
{
	snprintf(pieces->text[PIECE_RATE], sizeof(pieces->text[0]), "%.*f/s",
		 rate < 10 ? 1 : 0, rate);
}

static void put_pieces(struct pieces *pieces, const struct progress_state *state,
		       int64_t elapsed_ms)
{
	int64_t left = progress_left_ms(state, elapsed_ms);
	size_t size = sizeof(pieces->text[0]);

	if (state->total)
		snprintf(pieces->text[PIECE_DONE], size, "%llu/%llu %s",
			 (unsigned long long)state->done,
			 (unsigned long long)state->total, state->what);
	else
		put_count(pieces->text[PIECE_DONE], size, state->done, state->what);
	if (state->bytes_total)
		put_bytes(pieces, state, elapsed_ms);
	else if (elapsed_ms >= HONEST_MS && state->done)
		put_rate(pieces, (double)state->done * 1000 / (double)elapsed_ms);
	if (left != PROGRESS_UNKNOWN)
		put_time(pieces->text[PIECE_LEFT], size, (left + 999) / 1000, " left");
	if (!state->reading)
		return;
	put_count(pieces->text[PIECE_INCIDENTS], size, state->incidents, "incidents");
	if (state->quarantined)
		put_count(pieces->text[PIECE_QUARANTINED], size, state->quarantined,
			  "quarantined");
	if (state->unpacked)
		put_size(pieces->text[PIECE_UNPACKED], size, (double)state->unpacked,
			 " unpacked");
}

/* With the separators between. */
static size_t width_of(const struct pieces *pieces)
{
	size_t width = 0;

	for (int i = 0; i < PIECES; i++)
		if (pieces->text[i][0])
			width += strlen(pieces->text[i]) + (width ? 2 : 0);
	return width;
}

static void leave_out(struct pieces *pieces, size_t room)
{
	static const enum piece least_first[] = { PIECE_UNPACKED,    PIECE_RATE,
						  PIECE_BYTES,       PIECE_INCIDENTS,
						  PIECE_QUARANTINED, PIECE_LEFT };

	for (size_t i = 0; i < sizeof(least_first) / sizeof(least_first[0]); i++)
		if (width_of(pieces) > room)
			pieces->text[least_first[i]][0] = 0;
	if (width_of(pieces) > room) /* the number of what is done is all ASCII */
		pieces->text[PIECE_DONE][room] = 0;
}

/* ---- the name ---- */

/* As it is printed, to be freed; NULL when there is no memory for it. */
static char *name_printed(struct slice name)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);

	if (!memory)
		return NULL;
	utf8_print_terminal(memory, name);
	if (fclose(memory) == 0)
		return text;
	free(text);
	return NULL;
}

/* The end of a name tells more than its beginning: numbers and dates stand there. */
static void print_shortened(FILE *out, struct slice text, size_t room)
{
	size_t width = utf8_width(text), used;

	if (width > room) {
		fputs("...", out);
		while (text.len && width + 3 > room) {
			utf8_read(text, &used);
			width -= utf8_width(slice_first(text, used));
			text = slice_skip(text, used);
		}
	}
	fwrite(text.at, 1, text.len, out);
}

/* The one that takes long, behind the others, where there is room for it. */
static void print_slowest(FILE *out, const struct progress_state *state, size_t room)
{
	char took[64];
	char *name;

	put_time(took, sizeof(took), state->slowest_ms / 1000, " ");
	name = room >= strlen(took) + 2 + NAME_LEAST ? name_printed(state->slowest) : NULL;
	if (!name)
		return;
	fprintf(out, "; %s", took);
	print_shortened(out, slice_from(name), room - strlen(took) - 2);
	free(name);
}

void progress_line_print(FILE *out, const struct progress_state *state,
			 int64_t elapsed_ms, size_t columns)
{
	size_t room = columns > 1 ? columns - 1 : 1; /* in the last column a cursor may wrap */
	size_t name_room = state->slowest.len && room > 60 ? 20 : 0;
	struct pieces pieces = { 0 };
	const char *between = "";

	put_pieces(&pieces, state, elapsed_ms);
	leave_out(&pieces, room - name_room);
	for (int i = 0; i < PIECES; i++)
		if (pieces.text[i][0]) {
			fprintf(out, "%s%s", between, pieces.text[i]);
			between = ", ";
		}
	if (state->slowest.len)
		print_slowest(out, state, room - width_of(&pieces));
}
