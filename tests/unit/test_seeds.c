/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seeds of the fuzzers that read our own bytes are in those bytes: one that is refused at once tries nothing. Whoever changes what
 * an index stores of an incident makes its seeds anew by `make seeds`, which runs this program with a word behind it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <zstd.h>

#include "pipeline/message.h"
#include "stages/census.h"
#include "stages/digest.h"
#include "stages/incident.h"
#include "tests/unit/log_fixture.h"
#include "tests/unit/log_samples.h"

#define SEEDS "tests/fuzz/corpus/"

/* Without the byte that tells the fuzzer which decoder it is for. */
static void read_seed(const char *folder, const char *name, byte_vec *bytes)
{
	char path[512], block[4096];
	size_t got;
	FILE *in;

	snprintf(path, sizeof(path), SEEDS "%s/%s", folder, name);
	in = fopen(path, "re");
	assert_non_null(in);
	assert_int_not_equal(fgetc(in), EOF);
	while ((got = fread(block, 1, sizeof(block), in)) > 0)
		bytes_put(bytes, block, got);
	fclose(in);
}

static bool takes_reading(const byte_vec *bytes)
{
	struct error error = ERROR_INIT;
	struct reading reading = { 0 };
	bool good = message_get_reading(&reading, bytes, &error);

	reading_free(&reading);
	return good;
}

static bool takes_frame(const byte_vec *bytes)
{
	struct error error = ERROR_INIT;
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = incident_decode(&incident, bytes->at, bytes->len, &error);
	incident_free(&incident);
	return good;
}

static bool takes_chains(const byte_vec *bytes)
{
	struct chain_list list = { 0 };
	bool good = chain_list_decode(&list, bytes->at, bytes->len);

	chain_list_free(&list);
	return good;
}

static bool takes_census(const byte_vec *bytes)
{
	struct census census = { 0 };
	bool good = census_decode(&census, bytes->at, bytes->len);

	census_free(&census);
	return good;
}

static bool takes_digest(const byte_vec *bytes)
{
	struct digest digest = { 0 };
	bool good = digest_decode(&digest, bytes->at, bytes->len);

	digest_free(&digest);
	return good;
}

static void check_seeds(const char *folder, const char *kind, bool (*takes)(const byte_vec *))
{
	char path[128];
	size_t seen = 0;
	DIR *dir;

	snprintf(path, sizeof(path), SEEDS "%s", folder);
	dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		byte_vec bytes = { 0 };

		if (strncmp(entry->d_name, kind, strlen(kind)) != 0)
			continue;
		read_seed(folder, entry->d_name, &bytes);
		if (!takes(&bytes))
			fail_msg("%s/%s is refused", folder, entry->d_name);
		vec_free(&bytes);
		seen++;
	}
	closedir(dir);
	assert_true(seen > 0);
}

static void test_seeds_are_taken(void **state)
{
	(void)state;
	check_seeds("message", "reading", takes_reading);
	check_seeds("incident_decode", "frame-", takes_frame);
	check_seeds("incident_decode", "chains-", takes_chains);
	check_seeds("incident_decode", "census-", takes_census);
	check_seeds("incident_decode", "digest-", takes_digest);
}

/* ---- making them ---- */

/* What fuzz_incident_decode.c tells its decoders apart by. */
enum piece {
	PIECE_CHAINS = 1,
	PIECE_FRAME,
	PIECE_RECORDS,
	PIECE_CENSUS,
	PIECE_DIGEST,
};

static void write_seed(const char *kind, enum piece piece, size_t sample, const byte_vec *bytes)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), SEEDS "incident_decode/%s-%zu", kind, sample);
	out = fopen(path, "we");
	if (!out || fputc(piece, out) == EOF ||
	    fwrite(bytes->at, 1, bytes->len, out) != bytes->len || fclose(out) != 0) {
		perror(path);
		exit(1);
	}
}

static void make_seeds_of(const struct incident *incident, size_t sample)
{
	byte_vec frame = { 0 }, records = { 0 }, chains = { 0 };
	byte_vec census = { 0 }, digest = { 0 };

	incident_encode(incident, &frame);
	write_seed("frame", PIECE_FRAME, sample, &frame);
	vec_reserve(&records, ZSTD_getFrameContentSize(frame.at, frame.len));
	records.len = ZSTD_decompress(records.at, records.cap, frame.at, frame.len);
	write_seed("records", PIECE_RECORDS, sample, &records);
	chain_list_encode(&incident->chains, &chains);
	if (incident->chains.chains.len)
		write_seed("chains", PIECE_CHAINS, sample, &chains);
	census_encode(&incident->records, &census);
	if (takes_census(&census) && census.len > 2) /* not a build and no rows */
		write_seed("census", PIECE_CENSUS, sample, &census);
	digest_encode(incident, &digest);
	write_seed("digest", PIECE_DIGEST, sample, &digest);
	vec_free(&digest);
	vec_free(&frame);
	vec_free(&records);
	vec_free(&chains);
	vec_free(&census);
}

static int make_seeds(void)
{
	for (size_t i = 0; i < LOG_SAMPLES; i++) {
		struct dumps dumps;

		dumps_whole(&dumps, slice_from(log_samples[i]));
		make_seeds_of(&dumps.joins.at[0]->incident, i + 1);
		dumps_free(&dumps);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_seeds_are_taken) };

	if (argc == 2 && strcmp(argv[1], "make") == 0)
		return make_seeds();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
