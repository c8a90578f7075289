/* SPDX-License-Identifier: Apache-2.0 */
/* What `advise` prints of an advice, one file a format. */
#ifndef PIPELINE_ADVISE_H
#define PIPELINE_ADVISE_H

#include <stdio.h>

#include "pipeline/show.h"
#include "stages/advice.h"

struct advised {
	const struct shown *shown;
	const struct advice *advice;
	void (*print_name)(FILE *out, struct slice name); /* utf8_print_terminal(), or for files utf8_print_visible() */
};

void advise_text(const struct advised *advised);
void advise_json(const struct advised *advised);
/* False with ERROR_USAGE when there is nothing that could be written. */
bool advise_cmd(const struct advised *advised, struct error *error);
bool advise_reg(const struct advised *advised, struct error *error);

/* ---- pieces that more than one of them prints ---- */

struct slice advised_name(const struct advised *advised, name_id name);
/* "ProcessC.exe[48c]", the PID in hex as debuggers print it. */
void advise_print_process(FILE *out, const struct advised *advised,
			  const struct advice_process *process);
/* "ends chain ProcessA.exe ... ProcessC.exe [wait UserRequest]: 2 threads, up to 3:42 (point 2)", no newline. */
void advise_print_reason(FILE *out, const struct advised *advised,
			 const struct advice_reason *reason);
/* Which Windows it is taken for and why, one sentence, no newline. */
void advise_print_basis(FILE *out, const struct advised *advised);

#define SIZE_TEXT_SIZE 24
/* "5.0 MB"; returns out. */
char *advise_size(char out[SIZE_TEXT_SIZE], uint64_t kb);

/* Whether the name can stand in a command line and in a registry key and mean nothing but itself there: ASCII letters, digits, blanks
 * and . _ - + alone, a letter or digit first. */
bool advise_name_is_safe(struct slice image);
/* Whether the name may be the first 15 bytes of a longer one (formats.md section 3.1). */
bool advise_name_may_be_cut(struct slice image);
/* Writes a line of text that was made for people, with CR LF; every letter that might act on cmd.exe or regedit as '?'. A very long
 * one ends in "..." after NOTE_MAX: cmd.exe takes no more than 8191 bytes for one line, and what follows might be run. */
#define NOTE_MAX 1000
void advise_put_note(FILE *out, const char *head, struct slice text);

#endif
