/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block headers that lost their address: cut by a full disk or a mail, or left out by hand (formats.md section 2.5). Such a line
 * begins a block that nothing is known of, and what stands below it must not be put to the block before.
 */
#ifndef STAGES_HALF_HEADER_H
#define STAGES_HALF_HEADER_H

#include "stages/log_parser.h"

/* True when what stands at the cursor, behind a header's word, is a damaged address or an elision: the open block is then
 * closed. False for prose, and where the log itself ends: there the open block is the one that was cut. */
bool half_header(struct log_parser *parser, struct cursor cursor);

#endif
