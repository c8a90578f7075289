/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of option tables, their words and their help; see option_rows.h. */
#include "pipeline/option_rows.h"

#include <stdio.h>

#include "pipeline/text_table.h"

const struct option_row *option_row_named(const struct option_row *rows, struct slice name)
{
	for (; rows->id; rows++)
		if (slice_equal(name, slice_from(rows->name)))
			return rows;
	return NULL;
}

/* "text (default), json" is prose for people: of each part only the first word counts. */
bool option_word_next(struct slice *left, struct slice *word)
{
	size_t len = 0, end = 0;

	*left = slice_trim(*left);
	if (left->len == 0)
		return false;
	while (end < left->len && left->at[end] != ',')
		end++;
	while (len < end && left->at[len] != ' ')
		len++;
	*word = slice_first(*left, len);
	*left = slice_skip(*left, end + (end < left->len));
	return true;
}

static bool is_lower_word(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '-' && (text.at[i] < 'a' || text.at[i] > 'z'))
			return false;
	return text.len > 0;
}

bool alternative_next(struct slice *left, struct slice *word)
{
	while (left->len) {
		ptrdiff_t bar = slice_find(*left, SLICE("|"));

		*word = slice_first(*left, bar < 0 ? left->len : (size_t)bar);
		*left = slice_skip(*left, word->len + (bar >= 0));
		if (is_lower_word(*word))
			return true;
	}
	return false;
}

bool option_takes_list(const struct option_row *row)
{
	return row->value && slice_ends(slice_from(row->value), SLICE(",..."));
}

static bool is_last_word(struct slice left)
{
	struct slice word;

	return option_word_next(&left, &word) && !option_word_next(&left, &word);
}

const char *option_words_text(char out[OPTION_WORDS_SIZE], const struct option_row *row)
{
	struct slice left = slice_from(row->words), word;
	const char *between = "";
	size_t len = 0;

	*out = 0;
	while (option_word_next(&left, &word) && len < OPTION_WORDS_SIZE) {
		len += (size_t)snprintf(out + len, OPTION_WORDS_SIZE - len, "%s%.*s",
					between, SLICE_ARG(word));
		between = is_last_word(left) ? " and " : ", ";
	}
	return out;
}

/* ---- the help ---- */

#define HELP_INDENT 32
#define HELP_NARROWEST 60
#define HELP_WIDEST 100
#define HELP_USUAL 80

static size_t help_width(void)
{
	size_t room = text_table_room();

	if (room == 0)
		return HELP_USUAL;
	return room < HELP_NARROWEST ? HELP_NARROWEST
	       : room > HELP_WIDEST  ? HELP_WIDEST
				     : room;
}

/* The end of the line that begins text: at the last blank that keeps it within width, or at the first one of all. */
static size_t line_end(struct slice text, size_t width)
{
	size_t end = 0;

	if (text.len <= width)
		return text.len;
	for (size_t i = 0; i < text.len && (i <= width || end == 0); i++)
		if (text.at[i] == ' ')
			end = i;
	return end ? end : text.len;
}

static void print_wrapped(struct slice text, size_t at, size_t width)
{
	size_t room = width - HELP_INDENT;

	if (at > HELP_INDENT - 2) {
		putchar('\n');
		at = 0;
	}
	while (text.len) {
		size_t end = line_end(text, room);

		printf("%*s%.*s\n", (int)(HELP_INDENT - at), "", (int)end, text.at);
		text = slice_trim(slice_skip(text, end));
		at = 0;
	}
}

/* "HELP: a (default), b or c" */
static void describe(char *out, size_t size, const struct option_row *row)
{
	struct slice words = slice_from(row->words), last;
	const char *colon = *row->help && words.len ? ": " : "";
	size_t len;

	while (words.len && strchr(", ", words.at[words.len - 1]))
		words.len--;
	for (len = words.len; len && words.at[len - 1] != ','; len--)
		;
	last = slice_skip(words, len);
	if (len)
		snprintf(out, size, "%s%s%.*s or%.*s", row->help, colon, (int)(len - 1),
			 words.at, SLICE_ARG(last));
	else
		snprintf(out, size, "%s%s%.*s", row->help, colon, SLICE_ARG(words));
}

static void print_row(const struct option_row *row, size_t width)
{
	char left[80], help[600];
	int len;

	len = snprintf(left, sizeof(left), "  %s%c%s--%s%s%s", row->letter ? "-" : " ",
		       row->letter ? row->letter : ' ', row->letter ? ", " : "  ",
		       row->name, row->value ? " " : "", row->value ? row->value : "");
	describe(help, sizeof(help), row);
	fputs(left, stdout);
	print_wrapped(slice_from(help), (size_t)len, width);
}

void option_rows_help(const struct option_row *rows)
{
	size_t width = help_width();

	for (; rows->id; rows++)
		print_row(rows, width);
}
