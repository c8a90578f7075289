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

/* Libarchive itself decrypts zip alone. */
const char *reason_of_locked(const struct level *level)
{
	if (level->locked)
		return level->locked;
	return level->kind == KIND_ZIP || level->means->outside ? "encrypted-no-password"
								: "encrypted-unsupported";
}

static const char *reason_of(const char *text, const struct level *level, bool at_end)
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
		return strcasestr(text, "incorrect passphrase") ? "encrypted-wrong-password"
								: reason_of_locked(level);
	if (says(text, unsupported))
		return "unsupported";
	return says(text, truncated) ? "truncated" : "corrupt";
}

bool reason_set(struct error *error, struct level *level, bool at_end)
{
	const char *text = libarchive.error_string(archive_state_of(level)->archive);
	const char *reason = reason_of(text, level, at_end);

	return error_input(error, reason, "%s: %s", kind_text(level->kind),
			   text ? text : reason);
}

void reason_encrypted(struct error *error, const struct level *level)
{
	error_input(error, reason_of_locked(level), "%s: the member is encrypted",
		    kind_text(level->kind));
}
