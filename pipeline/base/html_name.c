/* SPDX-License-Identifier: Apache-2.0 */
/* Names that strangers gave, shown in the room that there is; see html.h. */
#include "pipeline/base/html.h"
#include "pipeline/base/utf8.h"

/* Of what is shown of a long name, this much is its end: file names differ there. */
#define END_PART 3

static size_t count_characters(struct slice text)
{
	size_t count = 0, used;

	for (; text.len; text = slice_skip(text, used), count++)
		utf8_read(text, &used);
	return count;
}

/* Bytes of the first so many characters. */
static size_t bytes_of(struct slice text, size_t characters)
{
	size_t at = 0, used;

	for (; at < text.len && characters; at += used, characters--)
		utf8_read(slice_skip(text, at), &used);
	return at;
}

struct slice html_shorten(char out[HTML_SHORT_SIZE], struct slice name, size_t shown)
{
	static const char dots[] = "\xE2\x80\xA6";
	size_t count = name.len <= shown ? 0 : count_characters(name), len, from;

	if (count <= shown)
		return name;
	len = bytes_of(name, shown - 1 - shown / END_PART);
	from = bytes_of(name, count - shown / END_PART);
	memcpy(out, name.at, len);
	memcpy(out + len, dots, sizeof(dots) - 1);
	len += sizeof(dots) - 1;
	memcpy(out + len, name.at + from, name.len - from);
	return (struct slice){ out, len + name.len - from };
}

/* The title has room for a name in full, or for much of it. */
static void put_title(struct html *html, struct slice name)
{
	size_t len = bytes_of(name, HTML_NAME_TITLE);
	char text[HTML_NAME_TITLE * 4 + 40];
	int more = 0;

	memcpy(text, name.at, len);
	if (len < name.len)
		more = snprintf(text + len, sizeof(text) - len,
				"\xE2\x80\xA6 (%zu bytes)", name.len);
	html_attr_text(html, "title", (struct slice){ text, len + (size_t)more });
}

void html_name_short(struct html *html, struct slice name, size_t shown)
{
	char text[HTML_SHORT_SIZE];
	struct slice shortened = html_shorten(text, name, shown);

	html_begin(html, "bdi");
	if (shortened.at == text)
		put_title(html, name);
	html_text(html, shortened);
	html_end(html);
}

void html_name(struct html *html, struct slice name)
{
	html_name_short(html, name, HTML_NAME_SHOWN);
}
