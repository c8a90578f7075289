/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of zip, 7z, rar and gzip: CRC-32 of ISO 3309, reflected. */
#ifndef BASE_CRC32_H
#define BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Of what `crc` is of (0: nothing) and the bytes behind it. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len);

#endif
