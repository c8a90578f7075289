/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding stands in the place of stdout, as the C library allows: whoever prints need not know where a line ends on this terminal.
 * See fold.h.
 */
#include "pipeline/fold.h"

#include "pipeline/base/utf8.h"
#include "pipeline/base/vec.h"
#include "pipeline/screen.h"

#define NARROWEST 40

/* ---- lines ---- */

/* The bytes of a colour at the beginning of text; 0 when there is none. */
static size_t color_len(struct slice text)
{
	size_t len = 2;

	if (!slice_starts(text, SLICE("\x1b[")))
		return 0;
	while (len < text.len && text.at[len - 1] != 'm')
		len++;
	return len;
}

static size_t letter_len(struct slice text, size_t *width)
{
	size_t len = color_len(text);

	*width = 0;
	if (len)
		return len;
	utf8_read(text, &len);
	*width = utf8_width(slice_first(text, len));
	return len;
}

static struct slice without_blanks_behind(struct slice text)
{
	while (text.len && text.at[text.len - 1] == ' ')
		text.len--;
	return text;
}

/* Bytes of text that go on this line: up to the last blank that fits, or to the first of all. */
static size_t line_len(struct slice text, size_t room)
{
	size_t at = 0, used = 0, blank = 0, width, len;
	bool word = false; /* one was seen: blanks in front of all are no place to break */

	while (at < text.len) {
		len = letter_len(slice_skip(text, at), &width);
		if (text.at[at] == ' ') {
			if (word)
				blank = at;
		} else {
			word |= width > 0;
		}
		used += width;
		if (used > room && blank)
			return blank;
		at += len;
	}
	return text.len;
}

/* Below the text of "  1  wait-chain", two columns in. */
static size_t hanging_indent(struct slice line, size_t width)
{
	size_t at = 0, number;

	while (at < line.len && line.at[at] == ' ')
		at++;
	for (number = at;
	     number < line.len && line.at[number] >= '0' && line.at[number] <= '9';)
		number++;
	if (number > at && slice_starts(slice_skip(line, number), SLICE("  ")))
		at = number + 2;
	return at + 2 < width / 2 ? at + 2 : width / 2;
}

void fold_line(FILE *out, struct slice line, size_t width)
{
	size_t indent = hanging_indent(line, width);
	size_t len = line_len(line, width);
	struct slice part = len < line.len ? without_blanks_behind(slice_first(line, len))
					   : line;

	fwrite(part.at, 1, part.len, out);
	line = slice_skip(line, len);
	while (line.len) {
		while (line.len && *line.at == ' ')
			line = slice_skip(line, 1);
		len = line_len(line, width - indent);
		part = without_blanks_behind(slice_first(line, len));
		if (part.len)
			fprintf(out, "\n%*s%.*s", (int)indent, "", SLICE_ARG(part));
		line = slice_skip(line, len);
	}
	fputc('\n', out);
}

/* ---- stdout ---- */

static FILE *real;
static VEC(char) pending; /* of a line that has not ended */

static void print_pending(void)
{
	struct slice line = { pending.at, pending.len };

	fold_line(real, line, screen_columns());
	pending.len = 0;
}

static ssize_t fold(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			print_pending();
		else
			vec_push(&pending, text[i]);
	return ferror(real) ? 0 : (ssize_t)len;
}

void fold_begin(void)
{
	static const cookie_io_functions_t functions = { .write = fold };
	FILE *folded;

	if (real || screen_columns() < NARROWEST)
		return;
	folded = fopencookie(NULL, "w", functions);
	if (!folded)
		return;
	setvbuf(folded, NULL, _IOLBF, 0);
	real = stdout;
	stdout = folded;
}

void fold_end(void)
{
	if (!real)
		return;
	fclose(stdout);
	if (pending.len)
		fwrite(pending.at, 1, pending.len, real);
	vec_free(&pending);
	stdout = real;
	real = NULL;
}
