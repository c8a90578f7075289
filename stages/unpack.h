/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the members of a bundle: an archive, an archive inside an archive, a bare compressed file or a
 * plain file, by decoders of our own (decoders.def) and by libarchive for the rest. Streams; the one thing it keeps is a
 * nested archive of a format that must be read with seeks (zip, 7z, rar, cab), in anonymous memory up to a limit.
 * Names in archives are only ever text here.
 */
#ifndef STAGES_UNPACK_H
#define STAGES_UNPACK_H

#include <stdint.h>
#include <sys/types.h>

#include "pipeline/base/error.h"
#include "pipeline/base/slice.h"
#include "stages/limits.h"

struct outside;
struct password_list;
struct split_file;

/* What there is beside the descriptor of a bundle: for archives that libarchive alone does not open, and for those in parts. */
struct unpack_means {
	const struct password_list *passwords; /* NULL: none are known */
	const struct outside *outside;         /* NULL: there is no other program */
	const struct split_file *parts; /* all parts of the bundle, in the place of fd; NULL: it is one file */
};

struct unpack;

/*
 * Each failure is told once. A member that cannot be read is UNPACK_FAILED, or -1 from unpack_read() after the
 * bytes before the damage. When what breaks is the archive around it (a cut stream, no end mark), that is told by
 * the member being read if there is one, else by UNPACK_FAILED with the archive's own path. A name that is no
 * UTF-8 is read as code page 437; the tar inside a compressed stream goes by the stream's path and depth.
 *
 * A limit of one member (its bytes, its name, its depth) costs that member. A limit of the bundle ends the walk: it is told as the
 * failure of what was being read, or with the bundle's own path, and then comes UNPACK_END.
 */
enum unpack_status {
	UNPACK_MEMBER, /* a member stands ready to be read */
	UNPACK_FAILED, /* `member` cannot be read: error says why; the walk goes on */
	UNPACK_END,
};

struct unpack_member {
	struct slice path; /* "case.zip!/inner.7z!/kd.log"; a plain file's is its own name; until the next step */
	uint64_t size; /* as the archive states it, 0 when it does not */
};

/* Loads libarchive and ISA-L, once; the walk does so itself when it comes to the first archive. False with an ERROR_IO when this
 * machine lacks one: asked before there is any input, so that none is blamed for it. */
bool unpack_prepare(struct error *error);
/* The same, and loads what else it would come to load by name: for a process that is about to be kept from opening files. */
bool unpack_preload(struct error *error);
/* fd is read from its start and stays the caller's; name is the bundle's base name; limits are copied. Never fails:
 * what is wrong with the bundle shows at the first step. */
struct unpack *unpack_open(int fd, struct slice name, const struct unpack_limits *limits);
/* Before the first step. What the means point to outlives the walk. */
void unpack_use(struct unpack *unpack, const struct unpack_means *means);
/* Moves on to the next member, skipping what is left of the last one; folders, links and devices are passed over. */
enum unpack_status unpack_next(struct unpack *unpack, struct unpack_member *member,
			       struct error *error);
/* The next bytes of the member: how many, 0 at its end, -1 with an ERROR_INPUT when the rest cannot be read. Never
 * short before the end: fills len unless the member ends or breaks (the bytes before the break come first). */
ssize_t unpack_read(struct unpack *unpack, void *buffer, size_t len, struct error *error);
void unpack_close(struct unpack *unpack);

#endif
