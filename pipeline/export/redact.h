/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of people's machines made unreadable. The class of a column (export_tables.def) tells what becomes of its text. A pseudonym
 * is "image-", "machine-" ... and 64 bits of HMAC-SHA-256 of the name under a private key: the same name has the same one in every
 * table and every export under that key, and who has not the key cannot try names. Names are compared as the program does it:
 * images, machines, domains, users and modules without case (ASCII), parts of paths by byte.
 *
 * Every name that was replaced is remembered by its words, runs of letters and digits, so that files can be searched for
 * them when they are written (redact_search.h).
 */
#ifndef PIPELINE_EXPORT_REDACT_H
#define PIPELINE_EXPORT_REDACT_H

#include "pipeline/base/error.h"
#include "pipeline/base/slice.h"

enum export_privacy {
	EXPORT_PLAIN, /* our own words, numbers, ids, addresses, times: nothing that was read as text */
	EXPORT_WORDS, /* stays if it is of plain_words.def and short numbers, else "text-" */
	EXPORT_IMAGE,   /* stays if Windows has it (system_images.def) */
	EXPORT_MACHINE, /* with its domain, if it has one */
	EXPORT_PATH,    /* part by part; kept_extensions.def stay */
	EXPORT_FRAME, /* stays if it is of a module of Windows (system_modules.def), else "module-" and "symbol-" */
	EXPORT_HASH,  /* hex digits that follow from names: as many others */
	EXPORT_LABEL, /* made of names that were replaced before */
	EXPORT_QUOTE, /* a piece of a log: left out */
};

/* A key has at least so many bytes, and at most. */
#define REDACT_KEY_MIN 32
#define REDACT_KEY_MAX 65536

struct redact; /* opaque; owned by who made it */
struct redact_words;

/* With all bytes of a regular file that nobody but its owner may read. NULL with the error. */
struct redact *redact_open(const char *key_file, struct error *error);
/* With a key of memory. NULL when this machine has no library that makes an HMAC. */
struct redact *redact_new(const void *key, size_t len, struct error *error);
void redact_free(struct redact *redact);

/* What stands for a text of that class; SLICE_NONE where it is left out. Valid until the next call. */
struct slice redact_text(struct redact *redact, enum export_privacy privacy,
			 struct slice text);
/* Tells exports of one key from others, and nothing of the key: 16 hex digits and a zero. */
void redact_key_id(struct redact *redact, char out[17]);
/* Text that each export has of itself: its words are not looked for, whoever is called so. */
void redact_own_text(struct redact *redact, struct slice text);
const struct redact_words *redact_words(const struct redact *redact);

#endif
