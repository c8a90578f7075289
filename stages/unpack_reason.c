/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what libarchive says to the reason codes of the contract. It has no error codes that tell a cut
 * archive from a damaged one or one it cannot decode, only sentences; the words that matter are here.
 */
#include <string.h>

#include "stages/unpack_archive.h"

static bool says(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(text, *words))
			return true;
	return false;
}

static const char *reason_of(const char *text, enum archive_kind kind, bool at_end)
{
	static const char *const encrypted[] = { "encrypt", "decrypt", "passphrase",
						 "crypto", NULL };
	static const char *const unsupported[] = {
		"unsupported",      "not support",
		"unavailable",      "too much memory",
		"out of memory",    "allocate",
		"no memory",        "no support",
		"invalid options",  "split in multivolume",
		"too many filters", NULL,
	};
	static const char *const truncated[] = {
		"truncat",
		"premature end",
		"no progress is possible",
		"remaining data",
		"unstoring",
		NULL, /* rar5, of a stored member that ends early */
	};

	if (!text)
		return at_end ? "truncated" : "corrupt";
	if (says(text, encrypted))
		return kind == KIND_ZIP ? "encrypted-no-password" : "encrypted-unsupported";
	if (says(text, unsupported))
		return "unsupported";
	return says(text, truncated) ? "truncated" : "corrupt";
}

bool reason_set(struct error *error, struct archive *archive, enum archive_kind kind,
		bool at_end)
{
	const char *text = libarchive.error_string(archive);
	const char *reason = reason_of(text, kind, at_end);

	return error_input(error, reason, "%s: %s", kind_text(kind), text ? text : reason);
}

void reason_encrypted(struct error *error, enum archive_kind kind)
{
	error_input(error,
		    kind == KIND_ZIP ? "encrypted-no-password" : "encrypted-unsupported",
		    "%s: the member is encrypted", kind_text(kind));
}
