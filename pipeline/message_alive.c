/* SPDX-License-Identifier: Apache-2.0 */
/* A reader's sign of life as bytes and back; see message.h. It is shorter than any reading, by which it is told from one. */
#include "pipeline/message.h"

#define ALIVE_BYTES 17

void message_put_alive(byte_vec *out, const struct progress_made *made)
{
	bytes_put_u8(out, MESSAGE_ALIVE);
	bytes_put_u64_be(out, made->steps);
	bytes_put_u64_be(out, made->bytes);
}

bool message_get_alive(struct progress_made *made, const byte_vec *frame)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);

	if (frame->len != ALIVE_BYTES || bytes_get_u8(&reader) != MESSAGE_ALIVE)
		return false;
	made->steps = bytes_get_u64_be(&reader);
	made->bytes = bytes_get_u64_be(&reader);
	return true;
}
