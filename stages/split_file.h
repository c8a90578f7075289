/* SPDX-License-Identifier: Apache-2.0 */
/* The open parts of an archive that was split, read as the one file that they were. */
#ifndef STAGES_SPLIT_FILE_H
#define STAGES_SPLIT_FILE_H

#include <sys/types.h>

#include "pipeline/base/error.h"
#include "pipeline/base/hash.h"
#include "pipeline/base/slice.h"
#include "pipeline/base/vec.h"

struct split_part {
	int fd;       /* owned */
	uint64_t end; /* of its bytes in the whole */
};

struct split_file {
	VEC(struct split_part) parts;
	char *missing; /* owned; name of the part behind the last, when it is missing; else NULL */
};

/* Takes over the descriptor, as the next part. */
void split_file_add(struct split_file *file, int fd);
void split_file_miss(struct split_file *file, struct slice name);
uint64_t split_file_size(const struct split_file *file);
/* Reads as pread() does, all of len unless the file ends; -1 with an ERROR_INPUT when a part cannot be read, or where one is missing. */
ssize_t split_file_read(const struct split_file *file, void *buffer, size_t len,
			uint64_t offset, struct error *error);
/* Of all the bytes, as hash_file() would have it of the whole; zeros when they cannot be read. */
struct hash128 split_file_hash(const struct split_file *file);
void split_file_close(struct split_file *file);

#endif
