/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for people, on stderr, one line each, "pipeline: " in front. Control bytes in them (a
 * stranger's file name) are escaped, so that nothing from an archive reaches the terminal raw.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* Leaves notes out (--quiet); warnings and errors always print. */
void log_set_quiet(bool quiet);
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
