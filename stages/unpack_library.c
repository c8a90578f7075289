/* SPDX-License-Identifier: Apache-2.0 */
/* Loads libarchive, and has the other library loaded; see unpack_library.h. */
#include "stages/unpack_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stages/inflate.h"
#include "stages/unpack.h"

/* Its interface carries this number since version 3.0, of 2011. */
#define LIBRARY_NAME "libarchive.so.13"

struct libarchive libarchive;

static pthread_once_t load_once = PTHREAD_ONCE_INIT;
static struct error load_error;

bool library_find(void *place, void *library, const char *symbol)
{
	void *found = dlsym(library, symbol);

	memcpy(place, &found, sizeof(found));
	return found;
}

bool library_load(struct libarchive *calls, const char *name, struct error *error)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return error_set(error, ERROR_IO, "archives cannot be read: %s", dlerror());
#define ARCHIVE_CALL(call)                                                                 \
	if (!library_find(&calls->call, library, "archive_" #call))                        \
		return error_set(error, ERROR_IO, "archives cannot be read: %s has no %s", \
				 name, "archive_" #call);
#include "stages/archive_calls.def"
#undef ARCHIVE_CALL
	return true;
}

static void load(void)
{
	if (library_load(&libarchive, LIBRARY_NAME, &load_error) &&
	    sysconf(_SC_PAGESIZE) == LIBRARY_PAGE)
		mprotect(&libarchive, sizeof(libarchive), PROT_READ);
}

bool unpack_prepare(struct error *error)
{
	pthread_once(&load_once, load);
	if (load_error.kind == ERROR_NONE)
		return inflate_prepare(error);
	*error = load_error;
	return false;
}
