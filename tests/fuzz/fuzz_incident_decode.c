/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what the index stores of an incident: the first byte says which of the pieces. What decodes must be
 * fit to be analysed and printed, and must encode to something that decodes to the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include <zstd.h>

#include "stages/census.h"
#include "stages/digest.h"
#include "stages/signature.h"
#include "tests/unit/log_fixture.h"

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_incident_decode: %s\n", what);
	abort();
}

static void try_summary(const void *bytes, size_t len)
{
	struct summary summary = { 0 }, again = { 0 };
	byte_vec out = { 0 };

	if (summary_decode(&summary, bytes, len)) {
		summary_encode(&summary, &out);
		check(summary_decode(&again, out.at, out.len), "its own summary refused");
		check(again.sources.len == summary.sources.len, "sources lost");
	}
	vec_free(&out);
	summary_free(&summary);
	summary_free(&again);
}

/* What is alike at a finer grouping is alike at the coarser ones; what is signed can be labelled. */
static void try_signatures(const struct chain_list *list)
{
	byte_vec label = { 0 };

	vec_for_each(chain, &list->chains) {
		const struct signatures *first = &list->chains.at->signatures;
		const struct signatures *other = &chain->signatures;

		for (int i = 1; i < GROUPINGS; i++)
			check(first->of[i] != other->of[i] ||
				      first->of[i - 1] == other->of[i - 1],
			      "alike, but not when looked at less closely");
		for (int i = 0; i < GROUPINGS && chain == list->chains.at; i++)
			(void)chain_label(list, chain, (enum grouping)i, &label);
	}
	vec_free(&label);
}

static void try_chains(const void *bytes, size_t len)
{
	struct chain_list list = { 0 }, again = { 0 };
	byte_vec out = { 0 };

	if (chain_list_decode(&list, bytes, len)) {
		vec_for_each(chain, &list.chains)
			(void)chain_longest_wait(&list, chain);
		try_signatures(&list);
		chain_list_encode(&list, &out);
		check(chain_list_decode(&again, out.at, out.len), "its own chains refused");
		check(again.hops.len == list.hops.len, "hops lost");
	}
	vec_free(&out);
	chain_list_free(&list);
	chain_list_free(&again);
}

static void try_census(const void *bytes, size_t len)
{
	struct census census = { 0 };

	if (census_decode(&census, bytes, len))
		vec_for_each(row, &census.rows) {
			check(row->image.len > 0 && row->image.len <= IMAGE_CUT, "no image");
			check(row->processes > 0, "no processes");
		}
	census_free(&census);
}

static void try_digest(const void *bytes, size_t len)
{
	struct digest digest = { 0 };

	if (digest_decode(&digest, bytes, len)) {
		vec_for_each(image, &digest.images)
			check(names_text(&digest.names, image->image).len > 0, "no image");
		vec_for_each(finding, &digest.findings.list) {
			check(finding->pattern < PATTERNS, "no pattern");
			check(finding->zombies <= finding->count,
			      "more zombies than there are");
			check(finding->first_party + finding->parties <=
				      digest.findings.parties.len,
			      "parties lost");
			check(!finding->evidence ||
				      (finding->evidence >= digest.evidence.at &&
				       finding->evidence <
					       digest.evidence.at + digest.evidence.len),
			      "evidence of somebody else");
		}
	}
	digest_free(&digest);
}

/* Of whatever can be analysed. */
static void check_digest(const struct incident *incident)
{
	struct digest digest = { 0 };
	byte_vec out = { 0 };

	digest_encode(incident, &out);
	check(digest_decode(&digest, out.at, out.len), "its own digest refused");
	digest_free(&digest);
	vec_free(&out);
}

static void try_incident(const void *bytes, size_t len)
{
	struct incident incident, again;
	struct error error = ERROR_INIT;
	struct findings findings = { 0 };
	byte_vec out = { 0 };
	char *before, *after;
	bool good;

	incident_init(&incident);
	incident_init(&again);
	good = incident_decode(&incident, bytes, len, &error);
	check(incident_check(incident.id, bytes, len, &error) == good,
	      "looked at, it is not what it is decoded");
	if (good) {
		incident_analyse(&incident);
		find_patterns(&incident, NULL, &findings);
		check_digest(&incident);
		before = incident_as_text(&incident);
		incident_encode(&incident, &out);
		check(incident_decode(&again, out.at, out.len, &error),
		      "its own records refused");
		incident_analyse(&again);
		after = incident_as_text(&again);
		check(strcmp(before, after) == 0, "decoded to something else");
		free(before);
		free(after);
	}
	findings_free(&findings);
	vec_free(&out);
	incident_free(&incident);
	incident_free(&again);
}

/* The records behind zstd, so that mutations reach them. */
static void try_plain_incident(const void *bytes, size_t len)
{
	size_t bound = ZSTD_compressBound(len), size;
	void *frame = mem_alloc(bound);

	size = ZSTD_compress(frame, bound, bytes, len, 1);
	check(!ZSTD_isError(size), "zstd");
	try_incident(frame, size);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 6) {
	case 0:
		try_summary(data + 1, size - 1);
		break;
	case 1:
		try_chains(data + 1, size - 1);
		break;
	case 2:
		try_incident(data + 1, size - 1);
		break;
	case 4:
		try_census(data + 1, size - 1);
		break;
	case 5:
		try_digest(data + 1, size - 1);
		break;
	default:
		try_plain_incident(data + 1, size - 1);
	}
	return 0;
}
