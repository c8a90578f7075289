/* SPDX-License-Identifier: Apache-2.0 */
/* See scratch_index.h. What the index makes itself beside it, to verify, goes into memory too. */
#include "tests/fuzz/scratch_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct index *the_index;
static char folder[] = "/dev/shm/fuzz-index.XXXXXX";

static void remove_index(void)
{
	static const char *const files[] = { "data.mdb", "lock.mdb", "writer.lock" };
	char path[sizeof(folder) + 16];

	index_close(the_index);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

struct index *scratch_index(void)
{
	struct error error = ERROR_INIT;

	if (the_index)
		return the_index;
	setenv("TMPDIR", "/dev/shm", 1);
	if (mkdtemp(folder))
		the_index = index_open_write(folder, INDEX_LOCK_FAIL, &error);
	if (!the_index) {
		fprintf(stderr, "no index in %s: %s\n", folder, error.text);
		__builtin_trap();
	}
	atexit(remove_index);
	return the_index;
}
