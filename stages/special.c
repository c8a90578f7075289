/* SPDX-License-Identifier: Apache-2.0 */
/* Images that signify faults, and their command lines; see special.h. */
#include "stages/special.h"

bool image_is_special(struct slice image)
{
	static const struct slice images[] = {
#define SPECIAL_IMAGE(text) { text, sizeof(text) - 1 },
#include "stages/special_images.def"
#undef SPECIAL_IMAGE
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		struct slice wanted = images[i];

		if (wanted.at[wanted.len - 1] == '*') {
			if (slice_starts_icase(image, slice_first(wanted, wanted.len - 1)))
				return true;
		} else if (image_same(image, wanted)) {
			return true;
		}
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word, taken off the text; what stands in double quotes is one. */
static struct slice next_word(struct slice *text)
{
	struct slice word;
	char end = ' ';
	size_t len = 0;

	*text = slice_trim(*text);
	if (text->len && text->at[0] == '"') {
		*text = slice_skip(*text, 1);
		end = '"';
	}
	while (len < text->len &&
	       !(end == '"' ? text->at[len] == '"' : is_blank(text->at[len])))
		len++;
	word = slice_first(*text, len);
	*text = slice_skip(*text, len + (len < text->len && end == '"'));
	return word;
}

/* All of the word must be the number. */
static bool read_number(struct slice word, uint32_t *number)
{
	unsigned base = 10;
	uint64_t value = 0;

	if (slice_starts_icase(word, SLICE("0x"))) {
		base = 16;
		word = slice_skip(word, 2);
	}
	if (word.len == 0 || word.len > 10)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
					 ? (unsigned)((c | 0x20) - 'a') + 10
					 : 16;

		if (digit >= base)
			return false;
		value = value * base + digit;
	}
	*number = (uint32_t)value;
	return value < PID_NONE;
}

uint32_t command_victim(struct slice command)
{
	uint32_t pid;

	(void)next_word(&command);
	while (command.len) {
		struct slice word = next_word(&command);

		if ((slice_equal(word, SLICE("-p")) || slice_equal(word, SLICE("/p"))) &&
		    read_number(next_word(&command), &pid))
			return pid;
	}
	return PID_NONE;
}

/* Where a path that is not quoted ends: behind ".exe" and before a blank, as it may have blanks itself. */
static size_t path_length(struct slice command)
{
	for (size_t i = 0; i + 4 <= command.len; i++)
		if (command.at[i] == '.' &&
		    slice_starts_icase(slice_skip(command, i), SLICE(".exe")) &&
		    (i + 4 == command.len || is_blank(command.at[i + 4])))
			return i + 4;
	return 0;
}

struct slice command_image(struct slice command)
{
	struct slice path = slice_trim(command);
	size_t length = path_length(path);

	if (length && path.at[0] != '"')
		path = slice_first(path, length);
	else
		path = next_word(&path);
	for (size_t i = path.len; i > 0; i--)
		if (path.at[i - 1] == '\\' || path.at[i - 1] == '/')
			return slice_skip(path, i);
	return path;
}
