/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a log: the first two say how it is cut. Read at once and in pieces it must give the same dumps, and what is
 * encoded of them must decode to the same again.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/log_fixture.h"

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_log_parser: %s\n", what);
	abort();
}

static size_t longest_line(struct slice text)
{
	size_t longest = 0, len = 0;

	for (size_t i = 0; i < text.len; i++) {
		len = text.at[i] == '\n' ? 0 : len + 1;
		longest = len > longest ? len : longest;
	}
	return longest;
}

static void check_decoded(const struct incident *incident)
{
	struct incident again;
	struct error error = ERROR_INIT;
	struct chain_list list = { 0 };
	byte_vec bytes = { 0 };
	char *before = incident_as_text(incident), *after;
	struct findings findings = { 0 };

	incident_init(&again);
	incident_encode(incident, &bytes);
	check(incident_decode(&again, bytes.at, bytes.len, &error),
	      "its own encoding refused");
	incident_analyse(&again);
	find_patterns(&again, NULL, &findings);
	after = incident_as_text(&again);
	check(strcmp(before, after) == 0, "decoded to something else");
	bytes.len = 0;
	chain_list_encode(&incident->chains, &bytes);
	check(chain_list_decode(&list, bytes.at, bytes.len), "its own chains refused");
	chain_list_free(&list);
	findings_free(&findings);
	vec_free(&bytes);
	incident_free(&again);
	free(before);
	free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dumps dumps;
	struct slice text;
	size_t least;
	char *whole, *pieces;

	if (size < 2)
		return 0;
	text = (struct slice){ (const char *)data + 2, size - 2 };
	dumps_whole(&dumps, text);
	vec_for_each(join, &dumps.joins)
		check_decoded(&(*join)->incident);
	whole = dumps_as_text(&dumps);
	least = longest_line(text) + 1;
	if (data[0] & 1 && least <= LOG_LINE_MAX)
		dumps_by_size(&dumps, text, least + data[1]);
	else
		dumps_by_lines(&dumps, text, 1 + data[1] % 16u);
	pieces = dumps_as_text(&dumps);
	if (strcmp(whole, pieces) != 0)
		fprintf(stderr, "%s---- in pieces:\n%s", whole, pieces);
	check(strcmp(whole, pieces) == 0, "pieces read otherwise than the whole");
	free(whole);
	free(pieces);
	return 0;
}
