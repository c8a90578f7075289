/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --password-file FILE: where the passwords of encrypted archives come from. A password is never an argument or a variable of the
 * environment, where others on the machine could see it. A process has one list of them, which every reader that it starts is given.
 */
#ifndef PIPELINE_PASSWORD_FILE_H
#define PIPELINE_PASSWORD_FILE_H

#include "pipeline/options.h"
#include "stages/password_list.h"

enum {
	OPTION_PASSWORD_FILE = 460,
};

/* clang-format off */
#define OPTIONS_PASSWORDS                                                                    \
	{ OPTION_PASSWORD_FILE, 0, "password-file", "FILE",                                  \
	  "passwords of encrypted archives, one a line, tried in order", NULL, true }
/* clang-format on */

/* Takes the list out of the file that the option names, in the place of one taken before. False, with the mistake reported, when it
 * cannot be read, or what is in it is no list of passwords. A file that everybody may read is warned about. */
bool password_file_option(const struct options *options);
/* Of this process; empty when none was taken. */
const struct password_list *password_file_list(void);
/* Overwrites the list. */
void password_file_forget(void);

#endif
