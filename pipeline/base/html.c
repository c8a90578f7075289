/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text goes out in runs, as in json.c. In text and in values the same characters are escaped, so that there is one rule to be right:
 * & < > " ' and all that utf8_steers(), of which a new line stays.
 */
#include "pipeline/base/html.h"

#include <assert.h>
#include <stdarg.h>

#include "pipeline/base/decimal.h"
#include "pipeline/base/utf8.h"

void html_init(struct html *html, FILE *out)
{
	*html = (struct html){ .out = out };
}

static void put(struct html *html, const char *text)
{
	fputs(text, html->out);
}

/* Elements that have nothing in them and no end tag. */
static bool is_void(const char *tag)
{
	static const char *const tags[] = { "meta", "br", "hr", "input", "col" };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcmp(tag, tags[i]) == 0)
			return true;
	return false;
}

static void leave_tag(struct html *html)
{
	if (html->in_tag)
		put(html, ">");
	html->in_tag = false;
}

void html_begin(struct html *html, const char *tag)
{
	assert(html->depth < HTML_MAX_DEPTH);
	leave_tag(html);
	html->tags[html->depth++] = tag;
	put(html, "<");
	put(html, tag);
	html->in_tag = true;
}

void html_begin_class(struct html *html, const char *tag, const char *class)
{
	html_begin(html, tag);
	html_attr(html, "class", class);
}

void html_end(struct html *html)
{
	const char *tag;

	assert(html->depth > 0);
	leave_tag(html);
	tag = html->tags[--html->depth];
	if (is_void(tag))
		return;
	put(html, "</");
	put(html, tag);
	put(html, ">");
}

void html_element(struct html *html, const char *tag, const char *text)
{
	html_begin(html, tag);
	html_string(html, text);
	html_end(html);
}

/* ---- text ---- */

static const char *entity_of(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Writes code so that it acts on nothing. False when it can stay as it is. */
static bool put_tamed(FILE *out, uint32_t code)
{
	const char *entity = entity_of(code);

	if (entity)
		fputs(entity, out);
	else if (code == UTF8_INVALID)
		fputs("\xEF\xBF\xBD", out);
	else if (code != '\n' && utf8_steers(code))
		fprintf(out, code < 0x100 ? "\\x%02x" : "\\u{%04x}", (unsigned)code);
	else
		return false;
	return true;
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7F && !entity_of(byte);
}

static void put_text(FILE *out, struct slice text)
{
	size_t run = 0, at = 0, used;

	while (at < text.len) {
		uint32_t code;

		if (is_plain((unsigned char)text.at[at])) {
			at++;
			continue;
		}
		code = utf8_read(slice_skip(text, at), &used);
		if (code == '\n' ||
		    !(entity_of(code) || code == UTF8_INVALID || utf8_steers(code))) {
			at += used;
			continue;
		}
		fwrite(text.at + run, 1, at - run, out);
		put_tamed(out, code);
		at += used;
		run = at;
	}
	if (at > run)
		fwrite(text.at + run, 1, at - run, out);
}

void html_text(struct html *html, struct slice text)
{
	leave_tag(html);
	put_text(html->out, text);
}

void html_string(struct html *html, const char *text)
{
	html_text(html, slice_from(text));
}

static void put_format(struct html *html, const char *format, va_list list)
{
	char text[256];
	int len = vsnprintf(text, sizeof(text), format, list);

	assert(len >= 0 && (size_t)len < sizeof(text));
	put_text(html->out, (struct slice){ text, (size_t)len });
}

void html_format(struct html *html, const char *format, ...)
{
	va_list list;

	leave_tag(html);
	va_start(list, format);
	put_format(html, format, list);
	va_end(list);
}

void html_count(struct html *html, uint64_t number)
{
	char out[DECIMAL_SIZE];
	struct slice digits = decimal_u64(out, number);

	leave_tag(html);
	for (size_t i = 0; i < digits.len; i++) {
		if (i && (digits.len - i) % 3 == 0)
			put(html, ",");
		fputc(digits.at[i], html->out);
	}
}

void html_raw(struct html *html, const char *bytes, size_t len)
{
	leave_tag(html);
	fwrite(bytes, 1, len, html->out);
}

/* ---- attributes ---- */

static void begin_value(struct html *html, const char *name)
{
	assert(html->in_tag);
	put(html, " ");
	put(html, name);
	put(html, "=\"");
}

void html_attr_text(struct html *html, const char *name, struct slice value)
{
	begin_value(html, name);
	put_text(html->out, value);
	put(html, "\"");
}

void html_attr(struct html *html, const char *name, const char *value)
{
	html_attr_text(html, name, slice_from(value));
}

void html_attr_u64(struct html *html, const char *name, uint64_t value)
{
	char out[DECIMAL_SIZE];

	html_attr_text(html, name, decimal_u64(out, value));
}

void html_attr_i64(struct html *html, const char *name, int64_t value)
{
	char out[DECIMAL_SIZE];

	html_attr_text(html, name, decimal_i64(out, value));
}

void html_attr_format(struct html *html, const char *name, const char *format, ...)
{
	va_list list;

	begin_value(html, name);
	va_start(list, format);
	put_format(html, format, list);
	va_end(list);
	put(html, "\"");
}
