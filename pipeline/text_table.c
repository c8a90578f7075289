/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting cells, finding widths, printing rows; see text_table.h. */
#include "pipeline/text_table.h"

#include <assert.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pipeline/base/decimal.h"
#include "pipeline/base/utf8.h"

#define GAP 2

/* ---- collecting ---- */

size_t text_table_room(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	size_t room = 0;

	if (!isatty(STDOUT_FILENO))
		return 0;
	for (; columns && *columns >= '0' && *columns <= '9' && room < 100000; columns++)
		room = room * 10 + (size_t)(*columns - '0');
	if (columns && *columns == 0 && room)
		return room;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void text_table_init(struct text_table *table, FILE *out,
		     const struct text_column *columns, unsigned count, size_t room)
{
	assert(count > 0 && count <= TEXT_TABLE_COLUMNS);
	*table = (struct text_table){
		.out = out, .columns = columns, .count = count, .room = room
	};
	for (unsigned i = 0; i < count; i++)
		table->widths[i] = utf8_width(slice_from(columns[i].heading));
}

static void print_batch(struct text_table *table);

void text_table_text(struct text_table *table, struct slice text)
{
	unsigned column = (unsigned)(table->cells.len % table->count);
	struct text_cell cell;

	if (column == 0 && table->cells.len / table->count == TEXT_TABLE_BATCH)
		print_batch(table);
	cell.offset = table->bytes.len;
	if (text.len == 0)
		text = SLICE("-");
	cell.len = text.len;
	cell.width = utf8_width(text);
	vec_reserve(&table->bytes, table->bytes.len + text.len);
	memcpy(table->bytes.at + table->bytes.len, text.at, text.len);
	table->bytes.len += text.len;
	vec_push(&table->cells, cell);
	if (table->widths[column] < cell.width)
		table->widths[column] = cell.width;
}

void text_table_string(struct text_table *table, const char *text)
{
	text_table_text(table, slice_from(text));
}

void text_table_u64(struct text_table *table, uint64_t value)
{
	char out[DECIMAL_SIZE];

	text_table_text(table, decimal_u64(out, value));
}

/* ---- widths ---- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What column i takes when none that may be shortened takes more than cap. */
static size_t capped(const struct text_table *table, unsigned i, size_t cap)
{
	size_t floor = utf8_width(slice_from(table->columns[i].heading));

	if (table->columns[i].cut == TEXT_WHOLE)
		return table->widths[i];
	if (floor < TEXT_TABLE_LEAST)
		floor = TEXT_TABLE_LEAST;
	return least(table->widths[i], cap > floor ? cap : floor);
}

static bool fits(const struct text_table *table, size_t cap)
{
	size_t left = table->room, width;

	for (unsigned i = 0; i < table->count; i++) {
		width = capped(table, i, cap) + (i ? GAP : 0);
		if (width > left)
			return false;
		left -= width;
	}
	return true;
}

/* The largest cap that fits; 0 when none does. */
static size_t find_cap(const struct text_table *table)
{
	size_t low = 0, high = table->room;

	while (low < high) {
		size_t middle = high - (high - low) / 2;

		if (fits(table, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void fit(const struct text_table *table, size_t widths[TEXT_TABLE_COLUMNS])
{
	size_t most = table->room ? table->room : TEXT_TABLE_MOST;
	size_t cap = table->room ? find_cap(table) : SIZE_MAX;

	if (most < TEXT_TABLE_LEAST)
		most = TEXT_TABLE_LEAST;
	for (unsigned i = 0; i < table->count; i++)
		widths[i] = least(capped(table, i, cap), most);
}

/* ---- printing ---- */

static size_t letter_width(struct slice text, size_t *used)
{
	utf8_read(text, used);
	return utf8_width(slice_first(text, *used));
}

/* As much of the beginning as takes no more than width columns. */
static struct slice head_of(struct slice text, size_t width)
{
	size_t len = 0, used;

	while (len < text.len) {
		size_t letter = letter_width(slice_skip(text, len), &used);

		if (letter > width)
			break;
		width -= letter;
		len += used;
	}
	return slice_first(text, len);
}

/* As much of the end; it begins with no mark that would stand on another letter. */
static struct slice tail_of(struct slice text, size_t all, size_t width)
{
	size_t used;

	while (text.len) {
		size_t letter = letter_width(text, &used);

		if (all <= width && letter)
			break;
		all -= letter;
		text = slice_skip(text, used);
	}
	return text;
}

/* Returns the columns that it took. */
static size_t print_cut(const struct text_table *table, enum text_cut cut,
			struct slice text, size_t all, size_t width)
{
	const char *ellipsis = utf8_on_terminal() ? "\xE2\x80\xA6" : "...";
	size_t left = width - (utf8_on_terminal() ? 1 : 3);
	struct slice head = head_of(text, cut == TEXT_CUT_END ? left : left / 2);
	struct slice tail = SLICE_NONE;

	left -= utf8_width(head);
	if (cut == TEXT_CUT_MIDDLE)
		tail = tail_of(text, all, left);
	utf8_print_terminal(table->out, head);
	fputs(ellipsis, table->out);
	utf8_print_terminal(table->out, tail);
	return width - left + utf8_width(tail);
}

static void pad(const struct text_table *table, size_t columns)
{
	fprintf(table->out, "%*s", (int)columns, "");
}

static void print_cell(const struct text_table *table, unsigned column, struct slice text,
		       size_t all, size_t width)
{
	const struct text_column *kind = &table->columns[column];
	size_t missing = all < width ? width - all : 0;

	if (column)
		pad(table, GAP);
	if (table->room && kind->cut != TEXT_WHOLE && all > width) {
		missing = width - print_cut(table, kind->cut, text, all, width);
	} else {
		if (kind->align == TEXT_RIGHT)
			pad(table, missing);
		utf8_print_terminal(table->out, text);
		if (kind->align == TEXT_RIGHT)
			missing = 0;
	}
	if (column + 1 < table->count)
		pad(table, missing);
	else
		fputc('\n', table->out);
}

static void print_headings(const struct text_table *table, const size_t *widths)
{
	for (unsigned i = 0; i < table->count; i++) {
		struct slice heading = slice_from(table->columns[i].heading);

		print_cell(table, i, heading, utf8_width(heading), widths[i]);
	}
}

static void print_batch(struct text_table *table)
{
	size_t widths[TEXT_TABLE_COLUMNS];

	fit(table, widths);
	if (!table->headed)
		print_headings(table, widths);
	table->headed = true;
	for (size_t i = 0; i < table->cells.len; i++) {
		const struct text_cell *cell = &table->cells.at[i];
		unsigned column = (unsigned)(i % table->count);
		struct slice text = { table->bytes.at + cell->offset, cell->len };

		print_cell(table, column, text, cell->width, widths[column]);
	}
	table->cells.len = 0;
	table->bytes.len = 0;
}

void text_table_end(struct text_table *table)
{
	assert(table->cells.len % table->count == 0);
	if (table->cells.len)
		print_batch(table);
	vec_free(&table->cells);
	vec_free(&table->bytes);
}
