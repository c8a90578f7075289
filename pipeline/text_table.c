/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting cells, finding widths, printing rows; see text_table.h. */
#include "pipeline/text_table.h"

#include <assert.h>

#include "pipeline/base/decimal.h"
#include "pipeline/base/utf8.h"

#define GAP 2
#define ON_NO_LINE 255

/* ---- collecting ---- */

size_t text_table_room(void)
{
	return screen_columns();
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
	cell.style = table->style;
	table->style = STYLE_PLAIN;
	vec_push(&table->cells, cell);
	if (table->widths[column] < cell.width)
		table->widths[column] = cell.width;
}

void text_table_style(struct text_table *table, enum style style)
{
	table->style = style;
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

static size_t least_of(const struct text_column *column)
{
	return column->least ? column->least : TEXT_TABLE_LEAST;
}

/* What column i takes when none that may be shortened takes more than cap. */
static size_t capped(const struct text_table *table, unsigned i, size_t cap)
{
	size_t floor = utf8_width(slice_from(table->columns[i].heading));

	if (table->columns[i].cut == TEXT_WHOLE)
		return table->widths[i];
	if (floor < least_of(&table->columns[i]))
		floor = least_of(&table->columns[i]);
	return least(table->widths[i], cap > floor ? cap : floor);
}

/* Where the line of a row begins. */
static size_t indent_of(unsigned line)
{
	return line ? TEXT_TABLE_INDENT : 0;
}

/* Whether the columns of a line do, none that may be shortened wider than cap. */
static bool fits(const struct text_table *table, unsigned line, size_t cap)
{
	size_t used = indent_of(line), gap = 0;

	for (unsigned i = 0; i < table->count; i++) {
		if (table->lines[i] != line)
			continue;
		used += gap + capped(table, i, cap);
		gap = GAP;
	}
	return used <= table->room;
}

/* The largest cap that fits; 0 when none does. */
static size_t find_cap(const struct text_table *table, unsigned line)
{
	size_t low = 0, high = table->room;

	while (low < high) {
		size_t middle = high - (high - low) / 2;

		if (fits(table, line, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static size_t readable(const struct text_table *table)
{
	return least(table->room / 4, TEXT_TABLE_READABLE);
}

/* The column that can best be done without of those that are still shown; count when there is none. */
static unsigned most_spare(const struct text_table *table)
{
	unsigned found = table->count;

	for (unsigned i = 0; i < table->count; i++)
		if (table->lines[i] == 0 && table->columns[i].spare &&
		    (found == table->count ||
		     table->columns[i].spare > table->columns[found].spare))
			found = i;
	return found;
}

/* Leaves columns out until the others fit on one line. False, with all of them there, when that is not enough. */
static bool leave_out(struct text_table *table)
{
	unsigned i;

	while (!fits(table, 0, 0)) {
		i = most_spare(table);
		if (i == table->count) {
			memset(table->lines, 0, sizeof(table->lines));
			return false;
		}
		table->lines[i] = ON_NO_LINE;
	}
	return true;
}

/* Puts columns on further lines where one is too short for them, however much is left out. */
static void lay_out(struct text_table *table)
{
	size_t used = 0;
	unsigned line = 0;

	if (table->room < TEXT_TABLE_NARROWEST || leave_out(table))
		return;
	for (unsigned i = 0; i < table->count; i++) {
		size_t width = capped(table, i, readable(table));

		if (i && used + GAP + width > table->room) {
			line++;
			used = TEXT_TABLE_INDENT + width;
		} else {
			used += (i ? GAP : 0) + width;
		}
		table->lines[i] = (unsigned char)line;
	}
}

static void fit(const struct text_table *table, size_t widths[TEXT_TABLE_COLUMNS])
{
	size_t most = table->room ? table->room : TEXT_TABLE_MOST;

	if (most < TEXT_TABLE_LEAST)
		most = TEXT_TABLE_LEAST;
	for (unsigned i = 0; i < table->count; i++) {
		size_t cap = table->room ? find_cap(table, table->lines[i]) : SIZE_MAX;

		widths[i] = least(capped(table, i, cap), most);
	}
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

/* How much of what is left of a text is of its beginning. */
static size_t room_of_head(enum text_cut cut, size_t width, size_t left)
{
	if (cut == TEXT_CUT_END)
		return left;
	return cut == TEXT_CUT_PATH && width < TEXT_TABLE_SHORT ? 0 : left / 2;
}

/* Returns the columns that it took. */
static size_t print_cut(const struct text_table *table, enum text_cut cut,
			struct slice text, size_t all, size_t width)
{
	const char *ellipsis = screen_draws() ? "\xE2\x80\xA6" : "...";
	size_t left = width - (screen_draws() ? 1 : 3);
	struct slice head = head_of(text, room_of_head(cut, width, left));
	struct slice tail = SLICE_NONE;

	left -= utf8_width(head);
	if (cut != TEXT_CUT_END)
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

static bool is_marked(const struct text_table *table)
{
	return table->out == stdout && screen_is_colored();
}

/* Returns the columns that the text took. */
static size_t print_text(const struct text_table *table, unsigned column,
			 const struct text_cell *cell, struct slice text, size_t width)
{
	enum text_cut cut = table->columns[column].cut;
	bool marked = is_marked(table);
	size_t taken = cell->width;

	if (marked)
		fputs(style_begin(cell->style), table->out);
	if (table->room && cut != TEXT_WHOLE && cell->width > width)
		taken = print_cut(table, cut, text, cell->width, width);
	else
		utf8_print_terminal(table->out, text);
	if (marked)
		fputs(style_end(cell->style), table->out);
	return taken;
}

static void begin_cell(const struct text_table *table, unsigned column)
{
	unsigned before = column;

	while (before && table->lines[before - 1] == ON_NO_LINE)
		before--;
	if (before && table->lines[column] == table->lines[before - 1]) {
		pad(table, GAP);
	} else if (before) {
		fputc('\n', table->out);
		pad(table, indent_of(table->lines[column]));
	}
}

static bool is_last(const struct text_table *table, unsigned column)
{
	unsigned next = column + 1;

	while (next < table->count && table->lines[next] == ON_NO_LINE)
		next++;
	return next == table->count || table->lines[column] != table->lines[next];
}

static void print_cell(const struct text_table *table, unsigned column,
		       const struct text_cell *cell, struct slice text, size_t width)
{
	bool right = table->columns[column].align == TEXT_RIGHT;
	size_t taken;

	begin_cell(table, column);
	if (right && cell->width < width)
		pad(table, width - cell->width);
	taken = print_text(table, column, cell, text, width);
	if (!right && !is_last(table, column) && taken < width)
		pad(table, width - taken);
}

static void end_cell(const struct text_table *table, unsigned column)
{
	if (column + 1 == table->count)
		fputc('\n', table->out);
}

static void print_headings(const struct text_table *table, const size_t *widths)
{
	for (unsigned i = 0; i < table->count; i++) {
		struct slice heading = slice_from(table->columns[i].heading);
		struct text_cell cell = { .width = utf8_width(heading),
					  .style = STYLE_HEADING };

		if (table->lines[i] != ON_NO_LINE)
			print_cell(table, i, &cell, heading, widths[i]);
		end_cell(table, i);
	}
}

static void print_batch(struct text_table *table)
{
	size_t widths[TEXT_TABLE_COLUMNS];

	if (!table->headed)
		lay_out(table);
	fit(table, widths);
	if (!table->headed)
		print_headings(table, widths);
	table->headed = true;
	for (size_t i = 0; i < table->cells.len; i++) {
		const struct text_cell *cell = &table->cells.at[i];
		unsigned column = (unsigned)(i % table->count);
		struct slice text = { table->bytes.at + cell->offset, cell->len };

		if (table->lines[column] != ON_NO_LINE)
			print_cell(table, column, cell, text, widths[column]);
		end_cell(table, column);
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
