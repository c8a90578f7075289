/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of the member at which an unpacker stands: classified by its first bytes, and in UTF-8 whatever it was. What offsets
 * of evidence count is what is read here.
 */
#ifndef STAGES_MEMBER_TEXT_H
#define STAGES_MEMBER_TEXT_H

#include "pipeline/base/bytes.h"
#include "stages/text.h"
#include "stages/unpack.h"

struct member_text {
	struct unpack *unpack; /* the caller's */
	struct text_decoder decoder;
	struct error error; /* why the member could not be read to its end */
	bool ended;
};

/* Looks at the member's first bytes. first is emptied; of a text it then holds how the text begins, of anything else the bytes
 * looked at. */
enum content member_text_begin(struct member_text *text, byte_vec *first);
/* The next text, as much as room (64 bytes at least) takes; 0 at the member's end and where it breaks. */
size_t member_text_read(struct member_text *text, char *out, size_t room);

#endif
