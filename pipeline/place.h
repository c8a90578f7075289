/* SPDX-License-Identifier: Apache-2.0 */
/* Which index a command works on (contract.md section 2). */
#ifndef PIPELINE_PLACE_H
#define PIPELINE_PLACE_H

#include "index/index.h"

/* The folder: what was given or preset ($PIPELINE_INDEX, a config file), else $XDG_STATE_HOME/pipeline/index, else
 * ~/.local/state/pipeline/index. A copy to be freed; NULL with ERROR_USAGE when nothing says where. */
char *place_of_index(const char *given, struct error *error);

/* What a command that only reads begins with: an index and a snapshot of it. */
struct reading_place {
	struct index *index;
	struct index_view *view;
};

bool place_open(struct reading_place *place, const char *given, struct error *error);
/* Says so when what was read may not be of one state (index_view_is_whole()). */
void place_close(struct reading_place *place);
/* The exit status of a command that would end with status: it has failed when one of the places that it closed was not of one state. */
int place_status(int status);

#endif
