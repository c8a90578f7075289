/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deflate by ISA-L (igzip), two to three times as fast as zlib. Nothing of it is linked: Debian has no static one, and only
 * the reader needs it, which loads it as it does libarchive (inflate_prepare()). It picks its code by the processor: AVX2 or
 * AVX-512 where there is, else SSE or plain C; on arm64 likewise.
 */
#ifndef STAGES_INFLATE_H
#define STAGES_INFLATE_H

#include "pipeline/base/error.h"
#include "pipeline/base/slice.h"

struct inflate; /* opaque; some 90 KB */

enum inflate_kind {
	INFLATE_RAW,  /* deflate alone: inflate_crc() tells the CRC-32 of what came out */
	INFLATE_GZIP, /* deflate and gzip's trailer, whose CRC-32 and length are checked */
};

enum inflate_result {
	INFLATE_GOES_ON, /* the output is full or the input is used up */
	INFLATE_ENDED,   /* all came out, and the trailer was right */
	INFLATE_DAMAGED,
	INFLATE_WRONG_SUM, /* all came out, but it is not what went in */
};

/* Loads the library, once. False with an ERROR_IO when this machine has none that serves; everything below then fails. */
bool inflate_prepare(struct error *error);
/* NULL when the library is missing. */
struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);
/* Begins a stream. */
void inflate_begin(struct inflate *inflate, enum inflate_kind kind);
/* Takes from the front of input and fills buffer; done is how many bytes came out, also with damage. Where all of len did, more may
 * come without more input. */
enum inflate_result inflate_run(struct inflate *inflate, struct slice *input,
				void *buffer, size_t len, size_t *done);
/* After the end of INFLATE_RAW: bytes that were taken from the input and lie behind the end. */
size_t inflate_behind(const struct inflate *inflate);
/* The CRC-32 of all that came out. */
uint32_t inflate_crc(const struct inflate *inflate);
/* The CRC-32 of more bytes after those whose it is; of none it is 0. */
uint32_t inflate_crc_add(uint32_t crc, const void *bytes, size_t len);

#endif
