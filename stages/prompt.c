/* SPDX-License-Identifier: Apache-2.0 */
/* Prompts in all the forms that debuggers, books and hands have written; see prompt.h. */
#include "stages/prompt.h"

#include "stages/lex.h"

/* !process flags 2 and 4 print threads (formats.md section 3.3). */
#define FLAGS_THREADS 6u

bool prompt_may_begin(char first)
{
	return lex_is_hex(first) || first == 'l' || first == 'k' || first == 'K' ||
	       first == 'L' || first == '!';
}

static bool lower_is(const char *at, const char *end, char c)
{
	return at < end && (*at | 0x20) == c;
}

/* "0:000>" or "16.0:" or "1:" at `at`: where it ends, or NULL. *user is set for the first form. */
static const char *skip_processor(const char *at, const char *end, bool *user)
{
	const char *p = at;

	while (p < end && p - at < 8 && (lex_is_hex(*p) || *p == '.'))
		p++;
	if (p == at || p == end || *p != ':')
		return NULL;
	p++;
	*user = false;
	at = p;
	while (p < end && p - at < 6 && lex_is_hex(*p))
		p++;
	if (p - at < 3)
		return at;
	if (end - p > 4 && memcmp(p, ":x86", 4) == 0)
		p += 4;
	if (p == end || *p != '>')
		return at;
	*user = true;
	return p + 1;
}

bool prompt_split(struct slice text, struct slice *command)
{
	const char *at = text.at, *end = text.at + text.len, *next;
	bool user;

	if (at < end && *at == '!')
		at++;
	while ((next = skip_processor(at, end, &user))) {
		at = next;
		while (at < end && *at == ' ')
			at++;
		if (!user)
			break;
	}
	if (lower_is(at, end, 'l'))
		at++;
	if (!lower_is(at, end, 'k') || !lower_is(at + 1, end, 'd'))
		return false;
	at += 2;
	if (at < end && *at == ':') {
		for (next = at + 1; next < end && next - at < 8 && *next != '>';)
			next++;
		at = next;
	}
	if (at == end || *at != '>')
		return false;
	*command = slice_trim((struct slice){ at + 1, (size_t)(end - at - 1) });
	return true;
}

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

/* Where the prompt begins whose '>' is at text.at[angle]; angle when that is none. */
static size_t prompt_begin(struct slice text, size_t angle)
{
	size_t at = angle;

	if (at < 2 || (text.at[at - 1] | 0x20) != 'd' || (text.at[at - 2] | 0x20) != 'k')
		return angle;
	at -= 2;
	if (at && (text.at[at - 1] | 0x20) == 'l')
		return at - 1;
	if (at < 3 || text.at[at - 1] != ' ' || text.at[at - 2] != ':' ||
	    !lex_is_hex(text.at[at - 3]))
		return at;
	at -= 3;
	/* The processor's number may be glued to letters and digits of the output: of letters none is its, of more than
	 * two decimal digits just one. */
	if (at >= 1 && is_decimal(text.at[at - 1]) && (at < 2 || !is_decimal(text.at[at - 2])))
		at--;
	return at;
}

size_t prompt_find(struct slice text)
{
	const char *angle = text.at, *end = text.at + text.len;
	struct slice command;

	if (text.len && prompt_may_begin(text.at[0]) && prompt_split(text, &command))
		return 0;
	while (angle < end && (angle = memchr(angle, '>', (size_t)(end - angle)))) {
		size_t at = (size_t)(angle - text.at), begin = prompt_begin(text, at);

		if (begin < at && prompt_split(slice_skip(text, begin), &command))
			return begin;
		angle++;
	}
	return 0;
}

struct slice command_word(struct slice command)
{
	struct cursor cursor = { command.at, command.at + command.len, false };
	struct slice word = SLICE_NONE;

	(void)lex_token(&cursor, &word);
	return word;
}

struct slice command_dll(struct slice command)
{
	struct slice word = command_word(command);
	const char *dot = word.len ? memchr(word.at, '.', word.len) : NULL;

	if (!dot || *word.at != '!')
		return SLICE_NONE;
	return (struct slice){ word.at + 1, (size_t)(dot - word.at - 1) };
}

/* "!kdexts.vm;!locks": the word ends where the next command begins, and the extension it is of does not matter. */
bool command_is(struct slice command, const char *name)
{
	struct slice word = command_word(command), dll = command_dll(command);
	const char *end = word.len ? memchr(word.at, ';', word.len) : NULL;

	if (end)
		word.len = (size_t)(end - word.at);
	if (dll.len == 0 || word.len <= dll.len + 2)
		return slice_equal_icase(word, slice_from(name));
	return *name == '!' && !slice_equal_icase(dll, SLICE("mex")) &&
	       slice_equal_icase(slice_skip(word, dll.len + 2), slice_from(name + 1));
}

/* The next argument, past options with a value of their own: "/s 1", "/m module". */
static bool next_argument(struct cursor *cursor, struct slice *word)
{
	while (lex_token(cursor, word)) {
		if (*word->at != '/')
			return true;
		if (!lex_token(cursor, word))
			return false;
	}
	return false;
}

enum listing command_listing(struct slice command)
{
	struct cursor cursor = { command.at, command.at + command.len, false };
	struct slice word, subject;
	uint32_t flags;

	if (!command_is(command, "!process") || !lex_token(&cursor, &word))
		return LISTING_UNKNOWN;
	if (!next_argument(&cursor, &subject))
		return LISTING_THREADS; /* the current process, with flags f */
	lex_blanks(&cursor);
	(void)lex_literal(&cursor, SLICE("0x"));
	if (!lex_hex(&cursor, &flags))
		return LISTING_THREADS; /* flags 3 for 0 and -1, f for an address */
	return flags & FLAGS_THREADS ? LISTING_THREADS : LISTING_NO_THREADS;
}
