/* SPDX-License-Identifier: Apache-2.0 */
/* A reader's first words, which say how it is confined, as bytes and back; see message.h. */
#include "pipeline/message.h"

void message_put_hello(byte_vec *out, const struct confinement *confinement)
{
	bytes_put_u8(out, MESSAGE_HELLO);
	bytes_put_u8(out, confinement->landlock);
	bytes_put_u8(out, confinement->seccomp);
}

bool message_get_hello(struct confinement *confinement, const byte_vec *frame,
		       struct error *error)
{
	struct bytes_reader bytes = bytes_reader_from(frame->at, frame->len);
	uint8_t kind = bytes_get_u8(&bytes), seccomp;

	confinement->landlock = bytes_get_u8(&bytes);
	seccomp = bytes_get_u8(&bytes);
	confinement->seccomp = seccomp == 1;
	if (bytes.bad || bytes_left(&bytes) != 0 || kind != MESSAGE_HELLO || seccomp > 1)
		return error_set(error, ERROR_INTERNAL,
				 "the reader did not say how it is confined");
	return true;
}
