/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming JSON writer. It keeps commas and nesting right by itself; two-space indentation when
 * `pretty`. Text is escaped, invalid UTF-8 becomes U+FFFD. A kernel address is a string of hex digits,
 * since JSON numbers lose bits above 2^53. Write errors stay in the FILE for the caller to test.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

#include "pipeline/base/slice.h"

#define JSON_MAX_DEPTH 32

struct json {
	FILE *out;
	bool pretty;
	bool after_key;
	unsigned depth;
	bool has_element[JSON_MAX_DEPTH];
};

void json_init(struct json *json, FILE *out, bool pretty);
void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_key_text(struct json *json, struct slice key);
void json_text(struct json *json, struct slice text);
/* null for a NULL pointer. */
void json_string(struct json *json, const char *text);
void json_u64(struct json *json, uint64_t value);
void json_i64(struct json *json, int64_t value);
/* value / 10^digits as a decimal with at least one digit behind the point: (222000, 3) is 222.0. */
void json_decimal(struct json *json, int64_t value, unsigned digits);
/* Nine digits that count; not for what must be exact. null unless it is finite. */
void json_real(struct json *json, double value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
/* An address of `digits` (8 or 16) lower-case hex digits in quotes. */
void json_hex(struct json *json, uint64_t value, unsigned digits);
/* A newline at the end of the document. One that is not pretty has no other: a file of such documents is JSON Lines. */
void json_end(struct json *json);

#endif
