/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that only run when something failed (special_images.def), and on whom they are at work. */
#ifndef STAGES_SPECIAL_H
#define STAGES_SPECIAL_H

#include "stages/record.h"

bool image_is_special(struct slice image);
/* The PID that a command line gives as "-p N" or "/p N", decimal or hex with 0x; PID_NONE when it gives none. */
uint32_t command_victim(struct slice command);
/* The image that a command line starts: its first word or what stands in quotes, without the folder. */
struct slice command_image(struct slice command);

#endif
