/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as users type them for names: * and ?, without case (ASCII). For images, a
 * name cut to 15 bytes matches the full name it may have been cut from, on either side; a
 * wildcard pattern takes a 15-byte image for cut unless it ends in a dot and three
 * letters. At most name times pattern steps for every pattern (no exponential
 * backtracking).
 */
#ifndef INDEX_PATTERN_H
#define INDEX_PATTERN_H

#include "pipeline/base/slice.h"

bool pattern_is_literal(struct slice pattern);
bool pattern_matches(struct slice pattern, struct slice name);
/* Whether the pattern matches some part of name. */
bool pattern_matches_within(struct slice pattern, struct slice name);
bool pattern_matches_image(struct slice pattern, struct slice image);
/* Whether the pattern may match an image of which the tables have this front (key_image(), without the zeros): the name may go on
 * behind it, since what is cut need not be 15 bytes long, nor look cut. */
bool pattern_may_match_cut(struct slice pattern, struct slice front);

#endif
