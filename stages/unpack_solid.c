/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which archives have to decode what they pass over, since members share one stream. libarchive does that inside one call, in which no
 * limit is looked at; so it is done here, block by block.
 */
#include "stages/unpack_archive.h"

bool archive_is_solid(struct level *level)
{
	switch (level->kind) {
	case KIND_7ZIP:
	case KIND_CAB:
		return true;
	case KIND_RAR5:
		return rar5_is_solid(level);
	default:
		return false;
	}
}
