/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes two chains of two dumps the same chain: images and kinds, never addresses, PIDs or counts (contract.md
 * section 1). Four nested fingerprints, from coarse to fine (groupings.def), follow from a chain by the rules of
 * signature_rules.def; nothing of them is stored with the chain, so that other rules need no archive. GROUPING_KIND is what is
 * called the signature where nothing else is said.
 */
#ifndef STAGES_SIGNATURE_H
#define STAGES_SIGNATURE_H

#include "stages/chain.h"

/* Raised with every change of what a signature is made of. */
#define SIGNATURE_RULES 1

/* Fills in the signatures of all chains of a list. */
void chain_list_sign(struct chain_list *list);

/* What stands for its root: the last hop, of a deadlock the one of the ring whose image is least, cut and without case. */
const struct hop *chain_root(const struct chain_list *list, const struct chain *chain);

/* What a signature looks like to people, made from one of its chains: "a.exe -alpc-> b.exe [wait UserRequest]". Names are in
 * lower case but not cut. Replaces what is in out; the slice points into it. */
struct slice chain_label(const struct chain_list *list, const struct chain *chain,
			 enum grouping grouping, byte_vec *out);

const char *grouping_text(enum grouping grouping); /* "root" */

#endif
