/* SPDX-License-Identifier: Apache-2.0 */
/* What a descriptor needs more than one call for. */
#ifndef PIPELINE_BASE_FD_H
#define PIPELINE_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads so many bytes, or as many as there are before the end. -1 with errno. */
ssize_t fd_read(int fd, void *bytes, size_t len);
/* Writes all of it, however often the system takes a part or is interrupted. False with errno. */
bool fd_write(int fd, const void *bytes, size_t len);

#endif
