/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming writer of HTML and SVG in HTML. It keeps tags nested right by itself and escapes all text, in elements as in the values
 * of attributes: what strangers wrote can begin no tag and end no value, characters that act on what stands around them are spelled
 * out (utf8_steers()), and invalid UTF-8 becomes U+FFFD. Tags and names of attributes are the program's own words.
 * Write errors stay in the FILE for the caller to test.
 */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include <stdio.h>

#include "pipeline/base/slice.h"

#define HTML_MAX_DEPTH 32

struct html {
	FILE *out;
	bool in_tag; /* attributes may follow */
	unsigned depth;
	const char *tags[HTML_MAX_DEPTH];
};

void html_init(struct html *html, FILE *out);
/* Begins an element; tag must outlive it. Its attributes come next, then what is in it, then html_end(). */
void html_begin(struct html *html, const char *tag);
/* The same with class="…". */
void html_begin_class(struct html *html, const char *tag, const char *class);
void html_end(struct html *html);
/* An element with nothing but text in it. */
void html_element(struct html *html, const char *tag, const char *text);

void html_attr(struct html *html, const char *name, const char *value);
void html_attr_text(struct html *html, const char *name, struct slice value);
void html_attr_u64(struct html *html, const char *name, uint64_t value);
void html_attr_i64(struct html *html, const char *name, int64_t value);
void html_attr_format(struct html *html, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void html_text(struct html *html, struct slice text);
void html_string(struct html *html, const char *text);
/* printf() as text. */
void html_format(struct html *html, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* With commas between thousands: 31,000. */
void html_count(struct html *html, uint64_t number);
/* Bytes as they are: the program's own CSS and JavaScript. */
void html_raw(struct html *html, const char *bytes, size_t len);

/* Of a name that a stranger gave: so many characters are shown of one that is longer, and so many more where there is room to see it
 * in full. */
#define HTML_NAME_SHOWN 96
#define HTML_NAME_TITLE 300
/* A name, kept from turning the text beside it round; of a long one beginning and end, with the whole name as title. */
void html_name(struct html *html, struct slice name);
/* The same with at most so many characters. */
void html_name_short(struct html *html, struct slice name, size_t shown);
/* At most `shown` characters of the name, "begin…end" of a longer one, which is then put together in out. shown is HTML_NAME_SHOWN at
 * most. */
#define HTML_SHORT_SIZE (HTML_NAME_SHOWN * 4 + 4)
struct slice html_shorten(char out[HTML_SHORT_SIZE], struct slice name, size_t shown);

#endif
