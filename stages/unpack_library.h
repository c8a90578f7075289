/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive, of which nothing is linked: it draws in twenty more libraries, and loading them takes a process longer than
 * answering a query does. So it is loaded while running, by the reader alone, and called through this table:
 * libarchive.read_new() is archive_read_new(). The constants and types are those of its headers.
 */
#ifndef STAGES_UNPACK_LIBRARY_H
#define STAGES_UNPACK_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

#include "pipeline/base/error.h"

/* As large as a page and alone in it, so that it can be made read-only like the tables of what is linked. */
#define LIBRARY_PAGE 4096

struct libarchive {
#define ARCHIVE_CALL(name) __typeof__(&archive_##name) name;
#include "stages/archive_calls.def"
#undef ARCHIVE_CALL
} __attribute__((aligned(LIBRARY_PAGE)));

/* NULL pointers until unpack_prepare() has returned true. */
extern struct libarchive libarchive;

/* Fills the table from the shared library of that file name. False with an ERROR_IO when it is missing or lacks a
 * function. Loaded once, it stays. */
bool library_load(struct libarchive *calls, const char *name, struct error *error);
/* Puts the function into the place of its pointer, to which ISO C lets no data pointer be cast. */
bool library_find(void *place, void *library, const char *symbol);

#endif
