/* SPDX-License-Identifier: Apache-2.0 */
/* Where decoded text may be cut into chunks that are parsed on their own. */
#ifndef STAGES_CUT_H
#define STAGES_CUT_H

#include "pipeline/base/slice.h"

enum cut_kind {
	CUT_HEADER, /* before a PROCESS header, a prompt or a banner: the next chunk starts afresh */
	CUT_LINE, /* between two lines of one block, or two pieces of a line: the next chunk needs the state of this one */
	CUT_INSIDE, /* inside a line that is longer than the chunk */
};

/* The last and best place to cut text at, which is never 0: everything before it is the chunk. */
size_t cut_find(struct slice text, enum cut_kind *kind);

#endif
