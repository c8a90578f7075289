/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of names that were replaced, for looking whether one of them is left. A word is a run of letters and digits, characters
 * beyond ASCII among them; case does not count (ASCII). Only hashes of them are kept.
 *
 * Not looked for is a word that any export has, whatever the logs say (a table's column, an image of Windows), one of less than three
 * bytes or without a letter, and one that cannot be told from an address, a hash, a time or a number.
 */
#ifndef PIPELINE_EXPORT_REDACT_WORDS_H
#define PIPELINE_EXPORT_REDACT_WORDS_H

#include "pipeline/base/map.h"

/* Of a longer one only so many bytes count. */
#define REDACT_WORD_MAX 128

enum redact_find {
	REDACT_FREE, /* no word that is looked for */
	REDACT_PART, /* one that is part of a name, or of an image's: functions of Windows may be called so */
	REDACT_NAME, /* all of the name of a machine, user or domain */
};

struct redact_words {
	struct map own; /* of hashes: words that any export has */
	struct map found; /* of hashes: enum redact_find; REDACT_FREE for those that are not looked for */
	/* By the first two bytes of a word: a bit for each length, the last for all from 31 on. Most words of a file end here. */
	uint32_t lengths[65536];
};

void redact_words_own(struct redact_words *words, struct slice text);
/* The words of a name that was replaced. person: it is that of a machine, a user or a domain. */
void redact_words_add(struct redact_words *words, struct slice name, bool person);
void redact_words_free(struct redact_words *words);

/* How many are looked for, or (false) how many are not. */
uint64_t redact_words_count(const struct redact_words *words, bool looked_for);

/* Whether a character is part of a word: invalid bytes are, as U+FFFD, which is printed for them. */
bool redact_is_word(uint32_t code);
/* Puts one that is behind those of a word so far, folded; more than fit are left out. */
void redact_word_put(char word[REDACT_WORD_MAX], size_t *len, uint32_t code);
/* What a folded word is. */
enum redact_find redact_word_find(const struct redact_words *words, const char *word,
				  size_t len);
/* Whether there may be a word that begins so and is so long; bytes as they stand, len above 1. False for most. */
static inline bool redact_word_may(const struct redact_words *words,
				   const unsigned char *word, size_t len)
{
	/* Folds letters, and digits to something else, always to the same. */
	unsigned first = (unsigned)(word[0] | 0x20) << 8 | (word[1] | 0x20);

	return words->lengths[first] >> (len < 31 ? len : 31) & 1;
}

#endif
