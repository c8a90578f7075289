/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text goes out in runs: all bytes up to the next one that needs an escape are one
 * fwrite. DEL, C1 and format controls (utf8_steers()) are escaped too, so that output
 * looked at on a terminal cannot steer it. The writer takes no lock: one thread owns the FILE.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/json.h"

#include <assert.h>
#include <math.h>

#include "pipeline/base/decimal.h"
#include "pipeline/base/utf8.h"

void json_init(struct json *json, FILE *out, bool pretty)
{
	*json = (struct json){ .out = out, .pretty = pretty };
}

static void put_char(struct json *json, char c)
{
	putc_unlocked(c, json->out);
}

static void put_bytes(struct json *json, const char *bytes, size_t len)
{
	if (len)
		fwrite_unlocked(bytes, 1, len, json->out);
}

static void new_line(struct json *json)
{
	put_char(json, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		put_bytes(json, "  ", 2);
}

/* What comes before an element of an array or a key of an object. */
static void next_element(struct json *json)
{
	bool *has_element = &json->has_element[json->depth - 1];

	if (*has_element)
		put_char(json, ',');
	*has_element = true;
	if (json->pretty)
		new_line(json);
}

static void before_value(struct json *json)
{
	if (json->after_key)
		json->after_key = false;
	else if (json->depth)
		next_element(json);
}

static void begin(struct json *json, char bracket)
{
	assert(json->depth < JSON_MAX_DEPTH);
	before_value(json);
	put_char(json, bracket);
	json->has_element[json->depth++] = false;
}

static void end(struct json *json, char bracket)
{
	assert(json->depth > 0 && !json->after_key);
	json->depth--;
	if (json->pretty && json->has_element[json->depth])
		new_line(json);
	put_char(json, bracket);
}

void json_object_begin(struct json *json)
{
	begin(json, '{');
}

void json_object_end(struct json *json)
{
	end(json, '}');
}

void json_array_begin(struct json *json)
{
	begin(json, '[');
}

void json_array_end(struct json *json)
{
	end(json, ']');
}

static void put_hex(struct json *json, uint64_t value, unsigned digits)
{
	static const char letters[] = "0123456789abcdef";

	while (digits-- > 0)
		put_char(json, letters[value >> digits * 4 & 0xF]);
}

static void put_escape(struct json *json, uint32_t code)
{
	static const char letters[] = "btn\0fr"; /* from backspace, 8, on */

	put_char(json, '\\');
	if (code == '"' || code == '\\') {
		put_char(json, (char)code);
	} else if (code >= '\b' && code <= '\r' && code != '\v') {
		put_char(json, letters[code - '\b']);
	} else if (code > 0xFFFF) {
		put_char(json, 'u');
		put_hex(json, 0xD7C0 + (code >> 10), 4);
		put_bytes(json, "\\u", 2);
		put_hex(json, 0xDC00 | (code & 0x3FF), 4);
	} else {
		put_char(json, 'u');
		put_hex(json, code, 4);
	}
}

static bool is_plain_ascii(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static void put_text(struct json *json, struct slice text)
{
	size_t run = 0, at = 0, used;

	put_char(json, '"');
	while (at < text.len) {
		uint32_t code;

		if (is_plain_ascii((unsigned char)text.at[at])) {
			at++;
			continue;
		}
		code = utf8_read(slice_skip(text, at), &used);
		if (code < 0xA0 || code == UTF8_INVALID || utf8_steers(code)) {
			put_bytes(json, text.at + run, at - run);
			if (code == UTF8_INVALID)
				put_bytes(json, "\xEF\xBF\xBD", 3);
			else
				put_escape(json, code);
			run = at + used;
		}
		at += used;
	}
	if (at > run)
		put_bytes(json, text.at + run, at - run);
	put_char(json, '"');
}

void json_key(struct json *json, const char *key)
{
	json_key_text(json, slice_from(key));
}

void json_key_text(struct json *json, struct slice key)
{
	assert(json->depth > 0 && !json->after_key);
	next_element(json);
	put_text(json, key);
	put_char(json, ':');
	if (json->pretty)
		put_char(json, ' ');
	json->after_key = true;
}

void json_text(struct json *json, struct slice text)
{
	before_value(json);
	put_text(json, text);
}

void json_string(struct json *json, const char *text)
{
	if (text)
		json_text(json, slice_from(text));
	else
		json_null(json);
}

static void put_number(struct json *json, struct slice number)
{
	before_value(json);
	put_bytes(json, number.at, number.len);
}

void json_u64(struct json *json, uint64_t value)
{
	char out[DECIMAL_SIZE];

	put_number(json, decimal_u64(out, value));
}

void json_i64(struct json *json, int64_t value)
{
	char out[DECIMAL_SIZE];

	put_number(json, decimal_i64(out, value));
}

void json_decimal(struct json *json, int64_t value, unsigned digits)
{
	char out[DECIMAL_SIZE];

	put_number(json, decimal_fixed(out, value, digits));
}

void json_real(struct json *json, double value)
{
	char out[32];

	if (!isfinite(value)) {
		json_null(json);
		return;
	}
	snprintf(out, sizeof(out), "%.9g", value);
	put_number(json, slice_from(out));
}

void json_bool(struct json *json, bool value)
{
	before_value(json);
	put_bytes(json, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json *json)
{
	before_value(json);
	put_bytes(json, "null", 4);
}

void json_hex(struct json *json, uint64_t value, unsigned digits)
{
	/* Rather a longer address than a wrong one. */
	while (digits < 16 && value >> digits * 4)
		digits++;
	before_value(json);
	put_char(json, '"');
	put_hex(json, value, digits);
	put_char(json, '"');
}

void json_end(struct json *json)
{
	assert(json->depth == 0 && !json->after_key);
	put_char(json, '\n');
}
