/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the paths a user names to the bundles to read: files as they are, folders recursively, the parts of a split archive as one. Opens
 * nothing and reads no content. Symbolic links are followed where the user named them, not inside folders; files
 * that are no regular files are passed over.
 */
#ifndef STAGES_DISCOVER_H
#define STAGES_DISCOVER_H

#include <stdint.h>
#include <sys/types.h>

#include "pipeline/base/error.h"
#include "pipeline/base/vec.h"
#include "stages/split.h"

struct found_bundle {
	char *path; /* absolute, without links in the part the user named; owned by the list */
	uint64_t size;
	int64_t mtime_ns;
	dev_t device;
	ino_t inode;
	bool named; /* itself, by the user: what lies beside it was not looked at */
	struct split *split; /* its parts; NULL of one file, as most are; owned by the list */
};

struct found_list {
	VEC(struct found_bundle) bundles;
	VEC(char *) unreadable; /* folders that could not be entered, as absolute paths */
};

/* Adds what lies at path. skip_device/skip_inode name a folder that is not entered (the index itself). False
 * with ERROR_USAGE when path does not exist. */
bool discover_path(struct found_list *list, const char *path, dev_t skip_device,
		   ino_t skip_inode, struct error *error);
/* Sorts by path, drops what was found twice, and makes one bundle of the parts of each archive that was split. */
void discover_finish(struct found_list *list);
void discover_free(struct found_list *list);

#endif
