/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a name out of a log, written as JSON, CSV and HTML: read again by the rules of these, it must be the same text, with
 * U+FFFD for what is no UTF-8, and nothing of it may have become a quote, a comma or a tag.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/base/bytes.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/csv.h"
#include "pipeline/base/html.h"
#include "pipeline/base/json.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"
#include "pipeline/base/vec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_escapes: %s\n", what);
	abort();
}

static void put_code(byte_vec *out, uint32_t code)
{
	char bytes[4];

	bytes_put(out, bytes, utf8_write(bytes, code));
}

static void as_valid(struct slice text, byte_vec *out)
{
	size_t used;

	for (; text.len; text = slice_skip(text, used)) {
		uint32_t code = utf8_read(text, &used);

		put_code(out, code == UTF8_INVALID ? 0xfffd : code);
	}
}

static void check_same(const byte_vec *read, const byte_vec *want, const char *what)
{
	check(read->len == want->len &&
		      (read->len == 0 || memcmp(read->at, want->at, read->len) == 0),
	      what);
}

/* ---- JSON ---- */

static uint32_t read_hex(struct slice *left)
{
	uint32_t code = 0;

	check(left->len >= 4, "json: a cut escape");
	for (int i = 0; i < 4; i++) {
		char digit = left->at[i];

		check((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'),
		      "json: no hex digit");
		code = code << 4 | (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
	}
	*left = slice_skip(*left, 4);
	return code;
}

/* What stands behind "\u"; two halves of a pair are one letter. */
static uint32_t read_code(struct slice *left)
{
	uint32_t code = read_hex(left), low;

	check(code < 0xdc00 || code > 0xdfff, "json: the second half first");
	if (code < 0xd800 || code > 0xdbff)
		return code;
	check(slice_starts(*left, SLICE("\\u")), "json: half a letter");
	*left = slice_skip(*left, 2);
	low = read_hex(left);
	check(low >= 0xdc00 && low <= 0xdfff, "json: two first halves");
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

static void read_escape(struct slice *left, byte_vec *out)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	char letter;

	check(left->len > 0, "json: a cut escape");
	letter = *left->at;
	*left = slice_skip(*left, 1);
	if (letter == 'u') {
		put_code(out, read_code(left));
		return;
	}
	for (size_t i = 0; i + 1 < sizeof(letters); i += 2)
		if (letters[i] == letter) {
			put_code(out, (unsigned char)letters[i + 1]);
			return;
		}
	check(false, "json: an unknown escape");
}

static void check_json(struct slice text, const byte_vec *want)
{
	cleanup_free char *written = NULL;
	byte_vec read = { 0 };
	struct slice left;
	struct json json;
	size_t len = 0;
	FILE *out = mem_stream(&written, &len);

	json_init(&json, out, false);
	json_text(&json, text);
	mem_stream_end(out);
	check(len >= 2 && written[0] == '"' && written[len - 1] == '"', "json: no string");
	left = (struct slice){ written + 1, len - 2 };
	while (left.len) {
		unsigned char byte = (unsigned char)*left.at;

		left = slice_skip(left, 1);
		check(byte >= ' ' && byte != '"', "json: a byte that ends it");
		if (byte == '\\')
			read_escape(&left, &read);
		else
			vec_push(&read, byte);
	}
	check_same(&read, want, "json: another text");
	vec_free(&read);
}

/* ---- CSV ---- */

/* One field; the slice is left behind it. */
static void read_field(struct slice *left, byte_vec *out)
{
	bool quoted = left->len && *left->at == '"';

	out->len = 0;
	if (quoted)
		*left = slice_skip(*left, 1);
	while (left->len) {
		char byte = *left->at;

		if (quoted && byte == '"') {
			*left = slice_skip(*left, 1);
			if (!left->len || *left->at != '"')
				return;
		} else if (!quoted && (byte == ',' || byte == '\r' || byte == '\n')) {
			return;
		}
		check(quoted || byte != '"', "csv: a quote in a plain field");
		vec_push(out, (uint8_t)byte);
		*left = slice_skip(*left, 1);
	}
}

static void check_csv(struct slice text, const byte_vec *want)
{
	cleanup_free char *written = NULL;
	byte_vec read = { 0 };
	struct slice left;
	struct csv csv;
	size_t len = 0;
	FILE *out = mem_stream(&written, &len);

	csv_init(&csv, out);
	csv_text(&csv, text);
	csv_text(&csv, text);
	csv_end_row(&csv);
	mem_stream_end(out);
	left = (struct slice){ written, len };
	read_field(&left, &read);
	check_same(&read, want, "csv: another text");
	check(left.len && *left.at == ',', "csv: no second field");
	left = slice_skip(left, 1);
	read_field(&left, &read);
	check_same(&read, want, "csv: another second text");
	check(slice_equal(left, SLICE("\r\n")), "csv: more than a row");
	vec_free(&read);
}

/* ---- HTML ---- */

static void check_html(struct slice text)
{
	cleanup_free char *written = NULL;
	struct slice left;
	struct html html;
	size_t len = 0;
	FILE *out = mem_stream(&written, &len);

	html_init(&html, out);
	html_begin(&html, "p");
	html_attr_text(&html, "title", text);
	html_text(&html, text);
	html_end(&html);
	mem_stream_end(out);
	left = (struct slice){ written, len };
	check(utf8_valid(left), "html: no UTF-8");
	check(slice_starts(left, SLICE("<p title=\"")), "html: another tag");
	left = slice_skip(left, strlen("<p title=\""));
	left = slice_skip(left, (size_t)slice_find(left, SLICE("\"")));
	check(slice_starts(left, SLICE("\">")), "html: out of the attribute");
	left = slice_skip(left, 2);
	check(slice_find(left, SLICE("<")) == slice_find(left, SLICE("</p>")),
	      "html: a tag of its own");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	byte_vec want = { 0 };

	if (size == 0)
		return 0;
	as_valid(text, &want);
	check_json(text, &want);
	check_csv(text, &want);
	check_html(text);
	vec_free(&want);
	return 0;
}
