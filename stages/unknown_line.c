/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of unknown lines; see unknown_line.h. A kind is where the line stands - the block, or the command that printed it - and its
 * first words with numbers and addresses made alike, so that a thousand such lines are one kind.
 */
#include "stages/unknown_line.h"

#define KIND_WORDS 4
#define KIND_MAX 64
#define EXAMPLE_MAX 160
#define SENTENCE_WORDS 8

static bool begins_as(struct slice text, const struct slice *heads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (*text.at == *heads[i].at && slice_starts(text, heads[i]))
			return true;
	return false;
}

bool line_is_elision(struct slice text)
{
	static const struct slice heads[] = {
#define ELISION_LINE(text) { text, sizeof(text) - 1 },
#define NOISE_LINE(text)
#include "stages/noise_lines.def"
#undef NOISE_LINE
#undef ELISION_LINE
	};

	return begins_as(text, heads, sizeof(heads) / sizeof(heads[0]));
}

bool line_is_loading(struct slice text)
{
	return slice_starts(text, SLICE("...")) || slice_starts(text, SLICE("Loading "));
}

bool line_is_noise(struct slice text)
{
	static const struct slice heads[] = {
#define ELISION_LINE NOISE_LINE
#define NOISE_LINE(text) { text, sizeof(text) - 1 },
#include "stages/noise_lines.def"
#undef NOISE_LINE
#undef ELISION_LINE
	};

	return begins_as(text, heads, sizeof(heads) / sizeof(heads[0]));
}

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '\'';
}

/* A word of letters alone, but for a mark at its end. */
static bool is_plain_word(struct slice word)
{
	if (word.len > 1 && memchr(",.;:", word.at[word.len - 1], 4))
		word.len--;
	for (size_t i = 0; i < word.len; i++)
		if (!is_letter(word.at[i]))
			return false;
	return true;
}

bool line_is_sentence(struct slice text)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	struct slice word;
	int words = 0;

	while (words < SENTENCE_WORDS && lex_token(&cursor, &word))
		words = is_plain_word(word) ? words + 1 : 0;
	return words == SENTENCE_WORDS;
}

/* A word with a decimal digit in it is a number, an address or a name that varies. */
static bool is_variable(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] >= '0' && word.at[i] <= '9')
			return true;
	return false;
}

static void put(char *out, size_t *len, struct slice text)
{
	if (text.len > KIND_MAX - *len)
		text.len = KIND_MAX - *len;
	memcpy(out + *len, text.at, text.len);
	*len += text.len;
}

static void put_place(char *out, size_t *len, const struct log_state *state)
{
	static const struct slice names[LOG_BLOCKS] = {
#define LOG_BLOCK(name) [LOG_BLOCK_##name] = { #name, sizeof(#name) - 1 },
#include "stages/log_blocks.def"
#undef LOG_BLOCK
	};

	if (state->block != LOG_BLOCK_NONE)
		put(out, len, names[state->block]);
	else if (state->command_len)
		put(out, len, (struct slice){ state->command, state->command_len });
	else
		put(out, len, SLICE("text"));
	put(out, len, SLICE(":"));
}

void unknown_line_count(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor), word;
	struct cursor cursor = { line->cursor.at, line->cursor.end, false };
	char kind[KIND_MAX];
	size_t len = 0;

	if (line_is_noise(text))
		return;
	put_place(kind, &len, &parser->state);
	for (int words = 0; words < KIND_WORDS && lex_token(&cursor, &word); words++) {
		put(kind, &len, SLICE(" "));
		put(kind, &len, is_variable(word) ? SLICE("#") : word);
	}
	records_count_unknown(
		parser->records,
		(struct unknown_line){
			.kind = log_parser_name(parser, (struct slice){ kind, len }),
			.example = log_parser_name(parser, slice_first(text, EXAMPLE_MAX)),
			.line = line->number,
			.count = 1 });
}
