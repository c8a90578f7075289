/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking what LMDB itself goes by and never checks: that the header it takes is the newest, that a search for a row comes to it, which a flipped bit in a branch of a tree
 * prevents though a walk over all rows passes by, and that no page that holds rows is on the list of those to be written anew.
 */
#ifndef INDEX_VERIFY_PAGES_H
#define INDEX_VERIFY_PAGES_H

#include "index/env.h"

/* report is called for what is wrong, at most once a table. False on failure, and when LMDB says that a page is damaged
 * (ERROR_FORMAT). */
bool verify_pages(struct index_view *view, void (*report)(void *context, const char *text),
		  void *context, struct error *error);

#endif
