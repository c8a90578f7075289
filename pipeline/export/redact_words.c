/* SPDX-License-Identifier: Apache-2.0 */
/* Taking names apart into words, and knowing the words again; see redact_words.h. */
#include "pipeline/export/redact_words.h"

#include "pipeline/base/hash.h"
#include "pipeline/base/utf8.h"

#define SHORTEST 3

bool redact_is_word(uint32_t code)
{
	if (code < 0x80)
		return (code >= '0' && code <= '9') ||
		       ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
	return code == UTF8_INVALID || !utf8_steers(code);
}

void redact_word_put(char word[REDACT_WORD_MAX], size_t *len, uint32_t code)
{
	char bytes[4];
	size_t count;

	if (code >= 'A' && code <= 'Z')
		code |= 0x20;
	count = utf8_write(bytes, code == UTF8_INVALID ? 0xFFFD : code);
	if (*len + count > REDACT_WORD_MAX)
		return;
	memcpy(word + *len, bytes, count);
	*len += count;
}

/* ---- which words tell something ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_of(const char *word, size_t len)
{
	size_t count = 0;

	while (count < len && is_digit(word[count]))
		count++;
	return count;
}

/* "10t17" and "09z" of 2024-03-10T17:22:09Z. */
static bool is_of_time(const char *word, size_t len)
{
	size_t digits = digits_of(word, len);

	if (digits == 2 && len == 5 && word[2] == 't')
		return digits_of(word + 3, 2) == 2;
	return digits > 0 && len == digits + 1 && word[digits] == 'z';
}

/* Addresses and ids have 8 or 16 digits, hashes of files 32. */
static bool is_of_hex(const char *word, size_t len)
{
	if (len != 8 && len != 16 && len != 32)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(word[i]) && (word[i] < 'a' || word[i] > 'f'))
			return false;
	return true;
}

static bool tells_something(const char *word, size_t len)
{
	return len >= SHORTEST && digits_of(word, len) < len && !is_of_time(word, len) &&
	       !is_of_hex(word, len);
}

/* ---- the sets ---- */

struct adding {
	struct redact_words *words;
	enum redact_find find; /* REDACT_FREE: words of our own */
};

static void add_found(struct redact_words *words, enum redact_find find, const char *word,
		      size_t len)
{
	uint64_t hash = hash64(word, len);
	uint32_t *place;
	unsigned first;

	if (map_get(&words->own, hash) != MAP_NONE || !tells_something(word, len))
		find = REDACT_FREE;
	place = map_place(&words->found, hash);
	if (*place == MAP_NONE || *place < find)
		*place = find;
	if (find == REDACT_FREE)
		return;
	first = ((unsigned char)word[0] | 0x20u) << 8 | ((unsigned char)word[1] | 0x20u);
	words->lengths[first] |= 1u << (len < 31 ? len : 31);
}

static void add_word(const struct adding *adding, const char *word, size_t len)
{
	if (adding->find == REDACT_FREE)
		*map_place(&adding->words->own, hash64(word, len)) = 0;
	else
		add_found(adding->words, adding->find, word, len);
}

/* Adds the words of a text. */
static void add_text(const struct adding *adding, struct slice text)
{
	char word[REDACT_WORD_MAX];
	size_t len = 0, used;

	for (; text.len; text = slice_skip(text, used)) {
		uint32_t code = utf8_read(text, &used);

		if (redact_is_word(code)) {
			redact_word_put(word, &len, code);
			continue;
		}
		if (len)
			add_word(adding, word, len);
		len = 0;
	}
	if (len)
		add_word(adding, word, len);
}

static bool is_one_word(struct slice text)
{
	size_t used;

	for (; text.len; text = slice_skip(text, used))
		if (!redact_is_word(utf8_read(text, &used)))
			return false;
	return true;
}

void redact_words_own(struct redact_words *words, struct slice text)
{
	add_text(&(struct adding){ words, REDACT_FREE }, text);
}

void redact_words_add(struct redact_words *words, struct slice name, bool person)
{
	bool whole = person && is_one_word(name);

	add_text(&(struct adding){ words, whole ? REDACT_NAME : REDACT_PART }, name);
}

void redact_words_free(struct redact_words *words)
{
	map_free(&words->own);
	map_free(&words->found);
}

uint64_t redact_words_count(const struct redact_words *words, bool looked_for)
{
	uint64_t count = 0;

	for (size_t i = 0; i < words->found.cap; i++)
		if (words->found.values[i] != MAP_NONE)
			count += (words->found.values[i] != REDACT_FREE) == looked_for;
	return count;
}

enum redact_find redact_word_find(const struct redact_words *words, const char *word,
				  size_t len)
{
	uint32_t find = map_get(&words->found, hash64(word, len));

	return find == MAP_NONE ? REDACT_FREE : (enum redact_find)find;
}
