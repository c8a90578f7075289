/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords for encrypted archives, in the order in which they are tried. They stand in one block, each with its zero behind it,
 * which is also how they travel to the reader: so that there is one place to wipe.
 */
#ifndef STAGES_PASSWORD_LIST_H
#define STAGES_PASSWORD_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* More is taken for no list of passwords. */
#define PASSWORDS_BYTES_MAX (64u << 10)

struct password_list {
	char *bytes; /* NULL when there is none; owned */
	size_t size; /* the last zero included */
};

/*
 * From text of one password a line, ended by a newline with or without a carriage return before it, the last also by nothing; empty
 * lines are none. A byte order mark in front belongs to no password. False, with nothing taken, when a zero is among the bytes.
 */
bool password_list_from_text(struct password_list *list, const char *text, size_t len);
/* A copy of bytes as they travel. False, with nothing taken, when they are none. */
bool password_list_from_bytes(struct password_list *list, const void *bytes, size_t size);
/* The first one when before is NULL, else the one behind it; NULL behind the last. */
const char *password_next(const struct password_list *list, const char *before);
/* Overwrites and frees them. */
void password_list_wipe(struct password_list *list);

#endif
