/* SPDX-License-Identifier: Apache-2.0 */
/* What a member is, from its first bytes alone. */
#ifndef STAGES_CLASSIFY_H
#define STAGES_CLASSIFY_H

#include "pipeline/base/slice.h"

#define CLASSIFY_BYTES \
	65536 /* as many as classify_content() wants to see, fewer when the member is shorter */

enum content {
	CONTENT_EMPTY,
	CONTENT_TEXT, /* may be a debugger log: to be parsed */
	CONTENT_DUMP, /* a Windows dump file (PAGEDUMP, PAGEDU64, MDMP) */
	CONTENT_BINARY,
};

enum encoding {
	ENCODING_UTF8, /* with or without BOM, or some 8-bit code page: told apart line by line when parsed */
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
};

/* Binary is what has many control bytes outside UTF-16, or more runs of NUL bytes than one and one in every 512 bytes.
 * UTF-16 is told by its BOM, or, without one, by ASCII letters in every second byte. */
enum content classify_content(struct slice first, enum encoding *encoding);
const char *encoding_text(enum encoding encoding);

#endif
