/* SPDX-License-Identifier: Apache-2.0 */
/* The limits that hold when nobody asks for others; see limits.h. */
#include "stages/limits.h"

const struct unpack_limits unpack_limits_default = {
#define LIMIT(field, option, unit, least, most, preset, help) .field = (preset),
#include "stages/limits.def"
#undef LIMIT
};

const struct unpack_limits unpack_limits_widest = {
	.depth = 64, .dump_memory = 2ull << 30, .nested_bytes = 16ull << 30, /* it is memory all the same */
};
