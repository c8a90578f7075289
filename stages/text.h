/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of a member to the bytes the parser reads: UTF-16 becomes UTF-8 (unpaired surrogates U+FFFD),
 * everything else passes as it is, so that offsets are those of the member. A byte order mark passes too.
 */
#ifndef STAGES_TEXT_H
#define STAGES_TEXT_H

#include "stages/classify.h"

struct text_decoder {
	enum encoding encoding;
	unsigned char odd[4]; /* bytes of a code unit or surrogate pair whose rest has not come yet */
	unsigned odd_len;
};

/* What len bytes of UTF-16 can grow to, plus what the decoder holds back. */
#define TEXT_DECODED_MAX(len) ((len) / 2 * 3 + 6)

/* Decodes in to out, which has room for TEXT_DECODED_MAX(in.len); returns the bytes written. Only for the UTF-16
 * encodings. */
size_t text_decode(struct text_decoder *decoder, struct slice in, char *out);
/* At the end of the member: U+FFFD for a code unit that was cut, else nothing. out has room for 8 bytes. */
size_t text_decode_end(struct text_decoder *decoder, char *out);

#endif
