/* SPDX-License-Identifier: Apache-2.0 */
/* An index for fuzz targets that put something into one: made once a process, in memory, as every commit is made durable. */
#ifndef FUZZ_SCRATCH_INDEX_H
#define FUZZ_SCRATCH_INDEX_H

#include "index/index.h"

/* Removed at exit. Traps when there is none to be had. */
struct index *scratch_index(void);

#endif
