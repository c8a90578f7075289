/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives that were split into parts, told by their names: x.7z.001, x.7z.002 and so on, as 7-Zip and others cut any archive; x.z01, x.z02
 * and last x.zip, as zip does. The parts are one bundle, by the path of the one that people open: x.7z.001, x.zip. Parts
 * of RAR (x.part1.rar, x.r00) are archives of their own, and read as such. Names and inodes alone are looked at.
 */
#ifndef STAGES_SPLIT_H
#define STAGES_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/vec.h"

/* An archive in more parts than that is not read. */
#define SPLIT_PARTS_MAX 500

struct split {
	VEC(char *) parts; /* paths in the order of the bytes, up to the first that is missing */
	uint64_t size;    /* of all of them together */
	int64_t mtime_ns; /* of the one that changed last */
	char *missing; /* name of the first part that is missing while others behind it are there; else NULL */
};

/* The path of the bundle that the file is a part of, or may be: to be freed; NULL when its name is none of a part. number is which
 * part it is, 0 for the last of x.z01 and so on. Every x.zip may be that. */
char *split_bundle_path(const char *path, unsigned *number);
/*
 * The parts of the bundle of that path. highest: a part of that number has been seen, 0 for none. False, with nothing to be freed, when it is
 * one file as any other.
 */
bool split_find(const char *bundle_path, unsigned highest, struct split *split);
void split_free(struct split *split);

#endif
