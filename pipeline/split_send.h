/* SPDX-License-Identifier: Apache-2.0 */
/* Handing the parts of a split archive to a reader; what they are is in stages/split.h. */
#ifndef PIPELINE_SPLIT_SEND_H
#define PIPELINE_SPLIT_SEND_H

#include "pipeline/base/error.h"
#include "stages/split.h"

/* Opens a regular file for reading; -1 with the error, of whatever kind. */
int split_open_part(const char *path, struct error *error);
/*
 * Sends all parts but the first, which goes with the job, and what is missing. False when one cannot be opened, with *error of it and
 * nothing sent; or when the channel broke, which *broken says.
 */
bool split_send(int channel, const struct split *split, bool *broken, struct error *error);

#endif
