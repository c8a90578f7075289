/* SPDX-License-Identifier: Apache-2.0 */
/* The key of pseudonyms, and the library that uses it; see redact_key.h. */
#include "pipeline/export/redact_key.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/fd.h"
#include "pipeline/base/mem.h"
#include "pipeline/export/redact.h"
#include "stages/unpack_library.h"

#define NETTLE_NAME "libnettle.so.8"
#define HOW_TO_MAKE "make one: (umask 077; head -c 32 /dev/urandom >KEYFILE)"
/* nettle.h renames its functions so. */
#define NAME_OF(function) NAME_OF_(function)
#define NAME_OF_(function) #function

static struct {
	__typeof__(&hmac_sha256_set_key) set_key;
	__typeof__(&hmac_sha256_update) update;
	__typeof__(&hmac_sha256_digest) digest;
} nettle;

static bool load(struct error *error)
{
	void *library;

	if (nettle.digest)
		return true;
	library = dlopen(NETTLE_NAME, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return error_set(error, ERROR_IO, "nothing can be redacted: %s", dlerror());
	if (!library_find(&nettle.set_key, library, NAME_OF(hmac_sha256_set_key)) ||
	    !library_find(&nettle.update, library, NAME_OF(hmac_sha256_update)) ||
	    !library_find(&nettle.digest, library, NAME_OF(hmac_sha256_digest)))
		return error_set(error, ERROR_IO,
				 "nothing can be redacted: %s is no nettle", NETTLE_NAME);
	return true;
}

bool redact_key_set(struct redact_key *key, const void *bytes, size_t len, struct error *error)
{
	if (!load(error))
		return false;
	nettle.set_key(&key->context, len, bytes);
	return true;
}

/* Whether it is a file for a key; len is its size. */
static bool is_key_file(int fd, const char *path, size_t *len, struct error *error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_errno(error, "%s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_USAGE, "%s is no file: " HOW_TO_MAKE, path);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return error_set(
			error, ERROR_USAGE,
			"others than its owner may open the key %s: chmod 600 it, or " HOW_TO_MAKE,
			path);
	if (status.st_size < REDACT_KEY_MIN)
		return error_set(error, ERROR_USAGE,
				 "a key has at least %d bytes, %s has %lld: " HOW_TO_MAKE,
				 REDACT_KEY_MIN, path, (long long)status.st_size);
	if (status.st_size > REDACT_KEY_MAX)
		return error_set(error, ERROR_USAGE, "%s is no key: it has more than %d bytes",
				 path, REDACT_KEY_MAX);
	*len = (size_t)status.st_size;
	return true;
}

static bool read_all(int fd, const char *path, char *bytes, size_t len, struct error *error)
{
	ssize_t got = fd_read(fd, bytes, len);

	if (got < 0)
		return error_errno(error, "%s", path);
	return (size_t)got == len || error_set(error, ERROR_IO, "%s became shorter", path);
}

bool redact_key_read(struct redact_key *key, const char *path, struct error *error)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;
	char *bytes;
	bool good;

	if (fd < 0 && errno == ENOENT)
		return error_set(error, ERROR_USAGE, "there is no key %s: " HOW_TO_MAKE, path);
	if (fd < 0)
		return error_errno(error, "%s", path);
	if (!is_key_file(fd, path, &len, error))
		return false;
	bytes = mem_alloc(len);
	good = read_all(fd, path, bytes, len, error) &&
	       redact_key_set(key, bytes, len, error);
	explicit_bzero(bytes, len);
	free(bytes);
	return good;
}

void redact_key_wipe(struct redact_key *key)
{
	explicit_bzero(key, sizeof(*key));
}

void redact_key_digest(struct redact_key *key, const char *kind, struct slice text,
		       uint8_t out[SHA256_DIGEST_SIZE])
{
	nettle.update(&key->context, strlen(kind) + 1, (const uint8_t *)kind);
	if (text.len)
		nettle.update(&key->context, text.len, (const uint8_t *)text.at);
	/* Which begins the next one, too. */
	nettle.digest(&key->context, SHA256_DIGEST_SIZE, out);
}
