/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the commands that read bundles by which limits are set: one each row of stages/limits.def. */
#ifndef PIPELINE_LIMIT_OPTIONS_H
#define PIPELINE_LIMIT_OPTIONS_H

#include "pipeline/options.h"
#include "stages/limits.h"

enum {
	OPTION_LIMIT_BEFORE = 500,
#define LIMIT(field, ...) OPTION_LIMIT_##field,
#include "stages/limits.def"
#undef LIMIT
	OPTION_LIMIT_BEHIND,
};

static inline bool is_limit_option(int id)
{
	return id > OPTION_LIMIT_BEFORE && id < OPTION_LIMIT_BEHIND;
}

/* Takes one of them in. False, with the mistake reported, when its value is none. */
bool limit_option(struct unpack_limits *limits, const struct options *options, int id);
/* A number of bytes, or one with K, M, G or T behind it, which stand for powers of 1024. */
bool size_option(const struct options *options, uint64_t least, uint64_t most,
		 uint64_t *bytes);

#endif
