/* SPDX-License-Identifier: Apache-2.0 */
/* A member's bytes to text; see member_text.h. */
#include "stages/member_text.h"

/* The member's next raw bytes; its end and its breaking both end it. */
static size_t read_raw(struct member_text *text, void *buffer, size_t len)
{
	ssize_t got = unpack_read(text->unpack, buffer, len, &text->error);

	if (got <= 0)
		text->ended = true;
	return got > 0 ? (size_t)got : 0;
}

static size_t read_utf16(struct member_text *text, char *out, size_t room)
{
	char raw[32768];
	size_t want = room / 3 * 2, got;

	if (want > sizeof(raw))
		want = sizeof(raw);
	got = read_raw(text, raw, want);
	if (got)
		return text_decode(&text->decoder, (struct slice){ raw, got }, out);
	return text_decode_end(&text->decoder, out);
}

/* The bytes that were looked at, as text. */
static void decode_first(struct member_text *text, byte_vec *first)
{
	byte_vec decoded = { 0 };

	vec_reserve(&decoded, TEXT_DECODED_MAX(first->len));
	decoded.len = text_decode(&text->decoder,
				  (struct slice){ (const char *)first->at, first->len },
				  (char *)decoded.at);
	vec_free(first);
	*first = decoded;
}

enum content member_text_begin(struct member_text *text, byte_vec *first)
{
	enum encoding encoding = ENCODING_UTF8;
	enum content content;

	text->error = ERROR_INIT;
	text->ended = false;
	first->len = 0;
	vec_reserve(first, CLASSIFY_BYTES);
	first->len = read_raw(text, first->at, CLASSIFY_BYTES);
	content = classify_content((struct slice){ (const char *)first->at, first->len },
				   &encoding);
	text->decoder = (struct text_decoder){ .encoding = encoding };
	if (content == CONTENT_TEXT && encoding != ENCODING_UTF8)
		decode_first(text, first);
	return content;
}

size_t member_text_read(struct member_text *text, char *out, size_t room)
{
	size_t len = 0;

	while (!text->ended && len == 0)
		len = text->decoder.encoding == ENCODING_UTF8 ? read_raw(text, out, room)
							      : read_utf16(text, out, room);
	return len;
}
