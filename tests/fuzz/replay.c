/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain driver for the fuzz targets: hands every file named on the command line, and every file
 * found in the folders named there, to LLVMFuzzerTestOneInput, in order of name. With it the corpus
 * is replayed by compilers that have no libFuzzer, as an ordinary test.
 *
 * It prints the name of an input before running it, so that a crash names its cause. It must not
 * judge results: a fuzz target that does not die has passed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

static bool complain(const char *path)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	return false;
}

/* Runs the target on exactly st_size bytes of the heap, so that ASan sees a read past the end. */
static bool replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return complain(path);

	uint8_t *data = malloc(size ? size : 1);
	if (!data)
		abort();
	size_t got = fread(data, 1, size, file);
	bool whole = got == size && !ferror(file);
	if (!whole)
		complain(path);
	fclose(file);

	if (whole) {
		printf("%s (%zu bytes)\n", path, size);
		fflush(stdout);
		/* A copy of the right size also when the file is empty: malloc(0) has no bytes at all. */
		uint8_t *exact = size ? data : NULL;
		LLVMFuzzerTestOneInput(exact, size);
		replayed++;
	}
	free(data);
	return whole;
}

static bool replay_path(const char *path);

static bool replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return complain(path);

	bool good = true;
	for (int i = 0; i < count; i++) {
		char *child = NULL;

		if (entries[i]->d_name[0] != '.') {
			if (asprintf(&child, "%s/%s", path, entries[i]->d_name) < 0)
				abort();
			good &= replay_path(child);
		}
		free(child);
		free(entries[i]);
	}
	free(entries);
	return good;
}

static bool replay_path(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return complain(path);
	if (S_ISDIR(status.st_mode))
		return replay_folder(path);
	return replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE|FOLDER…\n", argv[0]);
		return 2;
	}

	bool good = true;
	for (int i = 1; i < argc; i++)
		good &= replay_path(argv[i]);
	printf("%lu inputs replayed\n", replayed);
	return good ? 0 : 1;
}
