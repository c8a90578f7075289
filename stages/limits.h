/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a stranger's bundle is read. Whatever goes beyond ends in quarantine with a reason code of its own, and what was decoded
 * before is kept. All of it is counted while decoding: nothing that an archive says of itself is relied on.
 */
#ifndef STAGES_LIMITS_H
#define STAGES_LIMITS_H

#include <stdint.h>

/* A field is 0 for no limit, but for the depth; limits.def tells each. */
struct unpack_limits {
#define LIMIT(field, ...) uint64_t field;
#include "stages/limits.def"
#undef LIMIT
};

extern const struct unpack_limits unpack_limits_default;
/* For finding again, in a bundle that was read already, what was read of it: whatever the limits were then, it lies within these. */
extern const struct unpack_limits unpack_limits_widest;

/* So many decoded bytes of a bundle are free of limits.ratio. An honest log of some hundred megabytes, all of one process
 * or two, does compress a thousand to one. */
#define RATIO_FREE_BYTES (1ull << 30)

#endif
