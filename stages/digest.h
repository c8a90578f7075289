/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of an incident: what questions over many incidents want to know of each without reading its records. How many
 * processes of each image there are, and what was found in it - all findings but wait chains, which the index knows by their
 * signatures, and the verdicts that hang on other incidents, which are made when asked.
 */
#ifndef STAGES_DIGEST_H
#define STAGES_DIGEST_H

#include "stages/finding.h"

struct digest_image {
	uint64_t processes; /* records of processes, zombies among them */
	uint64_t zombies;   /* as the incident counts them, rows of !vm included */
	name_id image;      /* as it was spelled, never 0 */
	uint32_t least_threads; /* of its live processes whose threads were listed; NUMBER_NONE when there are none */
};

struct digest {
	struct names names;
	VEC(struct digest_image) images; /* by name, each once */
	struct findings findings; /* as find_patterns() orders them; their evidence is in the digest's */
	VEC(struct evidence) evidence;
	uint8_t address_digits;
};

/* Of an analysed incident. */
void digest_encode(const struct incident *incident, byte_vec *out);
/* Into a zeroed digest, or one that was decoded before. False on bytes that encoding cannot have made; the digest is then
 * empty. */
bool digest_decode(struct digest *digest, const void *bytes, size_t len);
void digest_free(struct digest *digest);

#endif
