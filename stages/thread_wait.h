/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a THREAD block that say which message it waits for (formats.md section 4.4). */
#ifndef STAGES_THREAD_WAIT_H
#define STAGES_THREAD_WAIT_H

#include "stages/log_parser.h"

/* "Waiting for reply to ...": true when the line was one, whole; the thread has then its message. */
bool thread_read_waiting(struct log_parser *parser, const struct line *line);
/* "Current LPC port P", the second line of an LPC wait. */
bool thread_read_port(struct log_parser *parser, const struct line *line);

#endif
