/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts by which shells ask the program itself what a word may become, so that they fit whatever version is installed. */
#ifndef PIPELINE_COMPLETION_SCRIPTS_H
#define PIPELINE_COMPLETION_SCRIPTS_H

extern const char completion_bash[], completion_zsh[], completion_fish[];

#endif
