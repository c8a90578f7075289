/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-256 (RFC 2104, FIPS 180-4) by nettle, which Debian's libarchive brings along. It is loaded when a key is: linked,
 * it would take each query longer to start.
 */
#ifndef PIPELINE_EXPORT_REDACT_KEY_H
#define PIPELINE_EXPORT_REDACT_KEY_H

#include <nettle/hmac.h>

#include "pipeline/base/error.h"
#include "pipeline/base/slice.h"

struct redact_key {
	struct hmac_sha256_ctx context;
};

/* False with an ERROR_IO when there is no nettle that serves. */
bool redact_key_set(struct redact_key *key, const void *bytes, size_t len,
		    struct error *error);
/* Takes the key out of a file, and leaves no copy of it. */
bool redact_key_read(struct redact_key *key, const char *path, struct error *error);
void redact_key_wipe(struct redact_key *key);
/* The HMAC of kind, a zero, and text. */
void redact_key_digest(struct redact_key *key, const char *kind, struct slice text,
		       uint8_t out[SHA256_DIGEST_SIZE]);

#endif
