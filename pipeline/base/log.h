/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for people, on stderr, one line each, "pipeline: " in front. Control bytes in them (a
 * stranger's file name) are escaped, so that nothing from an archive reaches the terminal raw.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

/* Leaves notes out (--quiet); warnings and errors always print. */
void log_set_quiet(bool quiet);
/* Sends all that follows the way of this stream, which may be exchanged for another, behind what it holds already: what is on a pager's
 * screen must not be written over. */
void log_follow(FILE **stream);
/* Called before each message is written, to make room for it; NULL: nothing is. */
void log_before(void (*make_room)(void));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
