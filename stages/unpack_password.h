/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the passwords opens an archive. A member is decoded on trial to find out, since what an archive says of a password alone lets a
 * wrong one pass: one in 256 by the old encryption of zip, all of them in 7z and RAR until the checksum.
 */
#ifndef STAGES_UNPACK_PASSWORD_H
#define STAGES_UNPACK_PASSWORD_H

#include "stages/unpack_parts.h"

/* Sets level->password, or level->locked, of an archive whose source has a descriptor. True when it is for the outside decoder, which then
 * is there. */
bool password_choose(struct level *level);

#endif
