/* SPDX-License-Identifier: Apache-2.0 */
/* Loads ISA-L and inflates with it; see inflate.h. */
#include "stages/inflate.h"

#include <dlfcn.h>
#include <isa-l.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/base/mem.h"
#include "stages/unpack_library.h"

#define ISAL_NAME "libisal.so.2"

struct inflate {
	struct inflate_state isal;
};

/* As large as a page and alone in it, so that it can be made read-only. */
static struct {
	__typeof__(&isal_inflate_init) init;
	__typeof__(&isal_inflate) inflate;
	__typeof__(&crc32_gzip_refl) crc;
} __attribute__((aligned(LIBRARY_PAGE))) isal;

static pthread_once_t load_once = PTHREAD_ONCE_INIT;
static struct error load_error;

static bool find_all(void *library)
{
	return library_find(&isal.init, library, "isal_inflate_init") &&
	       library_find(&isal.inflate, library, "isal_inflate") &&
	       library_find(&isal.crc, library, "crc32_gzip_refl");
}

static void load(void)
{
	void *library = dlopen(ISAL_NAME, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		error_set(&load_error, ERROR_IO, "archives cannot be read: %s", dlerror());
	else if (!find_all(library))
		error_set(&load_error, ERROR_IO,
			  "archives cannot be read: %s is no ISA-L", ISAL_NAME);
	else if (sysconf(_SC_PAGESIZE) == LIBRARY_PAGE)
		mprotect(&isal, sizeof(isal), PROT_READ);
}

bool inflate_prepare(struct error *error)
{
	pthread_once(&load_once, load);
	if (load_error.kind == ERROR_NONE)
		return true;
	*error = load_error;
	return false;
}

struct inflate *inflate_new(void)
{
	struct error missing = ERROR_INIT;

	return inflate_prepare(&missing) ? mem_alloc(sizeof(struct inflate)) : NULL;
}

void inflate_free(struct inflate *inflate)
{
	free(inflate);
}

void inflate_begin(struct inflate *inflate, enum inflate_kind kind)
{
	/* Its tables keep what they held where a damaged code fills them in part: bytes must not depend on what came before. */
	memset(&inflate->isal, 0, sizeof(inflate->isal));
	isal.init(&inflate->isal);
	inflate->isal.crc_flag = kind == INFLATE_GZIP ? ISAL_GZIP_NO_HDR_VER
						      : ISAL_GZIP_NO_HDR;
}

static enum inflate_result result_of(const struct inflate_state *state, int result)
{
	if (result == ISAL_INCORRECT_CHECKSUM)
		return INFLATE_WRONG_SUM;
	if (result < 0)
		return INFLATE_DAMAGED;
	return state->block_state == ISAL_BLOCK_FINISH ? INFLATE_ENDED : INFLATE_GOES_ON;
}

/* Its lengths have 32 bits; nobody hands over as much. */
static uint32_t at_most_32(size_t len)
{
	return len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
}

enum inflate_result inflate_run(struct inflate *inflate, struct slice *input,
				void *buffer, size_t len, size_t *done)
{
	struct inflate_state *state = &inflate->isal;
	int result;

	state->next_in = (uint8_t *)input->at;
	state->avail_in = at_most_32(input->len);
	state->next_out = buffer;
	state->avail_out = at_most_32(len);
	result = isal.inflate(state);
	*done = (size_t)(state->next_out - (uint8_t *)buffer);
	*input = slice_skip(*input, (size_t)(state->next_in - (const uint8_t *)input->at));
	return result_of(state, result);
}

size_t inflate_behind(const struct inflate *inflate)
{
	return inflate->isal.read_in_length > 0 ? (size_t)inflate->isal.read_in_length / 8
						: 0;
}

uint32_t inflate_crc(const struct inflate *inflate)
{
	return inflate->isal.crc;
}

uint32_t inflate_crc_add(uint32_t crc, const void *bytes, size_t len)
{
	return isal.crc(crc, bytes, len);
}
