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

/* Whether some name that begins so matches: for a name that may have been cut, however short it is. */
bool pattern_matches_beginning(struct slice pattern, struct slice beginning);

#endif
