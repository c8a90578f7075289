/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outside decoder: another program (7z) that decodes what nothing here can, namely encrypted 7z and RAR and methods of zip that
 * libarchive lacks. It reads one descriptor and writes to pipes. This stage knows no processes: whoever gives it the function below does.
 */
#ifndef STAGES_OUTSIDE_H
#define STAGES_OUTSIDE_H

#include <stdint.h>
#include <sys/types.h>

#include "pipeline/base/error.h"
#include "pipeline/base/slice.h"

enum outside_work {
	OUTSIDE_LIST, /* writes what members there are, as `7z l -slt` does */
	OUTSIDE_ALL, /* writes the bytes of all members, one behind the other in the order of the list */
	OUTSIDE_ONE, /* writes the bytes of the members of that name */
};

struct outside_order {
	enum outside_work work;
	int fd;               /* of the archive; its offset does not matter */
	const char *password; /* "" when there is none */
	const char *name;     /* of OUTSIDE_ONE, as the list gives it; else "" */
};

enum { OUTSIDE_OUT, OUTSIDE_ERR };

struct outside {
	void *context;
	/* Begins; what the program writes comes from pipes[OUTSIDE_OUT], what it complains of from pipes[OUTSIDE_ERR], both the caller's to close,
	 * which ends the program. False with an ERROR_INPUT when it cannot begin. May be called by several threads at once. */
	bool (*start)(void *context, const struct outside_order *order, int pipes[2],
		      struct error *error);
};

/* One run of it. */
struct outside_run {
	int pipes[2]; /* -1: closed */
	char complaint[4096];
	size_t complained; /* bytes of it */
};

#define OUTSIDE_RUN_NONE ((struct outside_run){ .pipes = { -1, -1 } })

bool outside_start(struct outside_run *run, const struct outside *outside,
		   const struct outside_order *order, struct error *error);
/* The next bytes that it writes, as many as there are, after all that it complained of before; 0 when it has ended. */
size_t outside_read(struct outside_run *run, void *buffer, size_t size);
/* The reason code of what it complains of, NULL when it does not. */
const char *outside_reason(const struct outside_run *run);
void outside_stop(struct outside_run *run);

/* A member as the list gives it. */
struct outside_member {
	char *name; /* owned */
	size_t name_len;
	uint64_t size;
	uint32_t crc;
	bool is_file, encrypted, size_known, crc_known;
	bool stored; /* not compressed, so that decrypting by a wrong password shows in the checksum alone */
};

struct outside_list {
	struct outside_run run;
	char *buffer;
	size_t at, len;
};

void outside_list_begin(struct outside_list *list);
/* The next member, whose name is freed or kept by the caller: 1, 0 at the end, -1 when what comes is no list. */
int outside_list_next(struct outside_list *list, struct outside_member *member);
void outside_list_end(struct outside_list *list);

#endif
