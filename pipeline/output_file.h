/* SPDX-License-Identifier: Apache-2.0 */
/* A file that a command is asked to write: it is whole and new, or what it was before. */
#ifndef PIPELINE_OUTPUT_FILE_H
#define PIPELINE_OUTPUT_FILE_H

#include <stddef.h>

#include "pipeline/base/error.h"

/*
 * Puts len bytes in the place of the file at path, "-" being stdout. They are written to a file beside it, brought to disk and renamed, so
 * that whoever reads it never sees a part and a failure leaves the old one. A symbolic link stays and what it leads to is replaced; what is no
 * regular file (a pipe, /dev/null) is written to as it is. The file keeps its mode; a new one gets that of the umask.
 * False with ERROR_IO.
 */
bool output_file_write(const char *path, const void *bytes, size_t len, struct error *error);

#endif
