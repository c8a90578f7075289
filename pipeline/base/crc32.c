/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes a step, by eight tables that are made once; see crc32.h. */
#include "pipeline/base/crc32.h"

#include <pthread.h>

#define POLYNOMIAL 0xedb88320u

static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		tables[0][byte] = crc;
	}
	for (int step = 1; step < 8; step++)
		for (int byte = 0; byte < 256; byte++) {
			uint32_t crc = tables[step - 1][byte];

			tables[step][byte] = crc >> 8 ^ tables[0][crc & 0xff];
		}
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	pthread_once(&tables_once, make_tables);
	crc = ~crc;
	for (; len >= 8; len -= 8, at += 8) {
		uint32_t low = crc ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 |
				      (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);

		crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^
		      tables[5][low >> 16 & 0xff] ^ tables[4][low >> 24] ^ tables[3][at[4]] ^
		      tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
	}
	for (; len; len--, at++)
		crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
	return ~crc;
}
