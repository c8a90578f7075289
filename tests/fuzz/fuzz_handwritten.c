/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write: any bytes as a config file, as the value of an option (times, sizes, seconds, numbers, thresholds), as an
 * expression of `query --chain`, as a file of passwords; the first byte says which. What is taken must be within its bounds, and come
 * to the same when it is written out and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "index/chain_expr.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/moment.h"
#include "pipeline/commands.h"
#include "pipeline/fail_on.h"
#include "pipeline/limit_options.h"
#include "pipeline/selecting.h"
#include "pipeline/settings.h"
#include "pipeline/threshold.h"
#include "stages/password_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_handwritten: %s\n", what);
	abort();
}

/* ---- a config file ---- */

static void check_setting(const struct settings *settings, const struct setting *setting)
{
	const struct setting *found =
		settings_find(settings, setting->command, setting->name);

	check(found && found->rank >= setting->rank, "a weaker setting wins");
	check(settings_row(setting->command, slice_from(setting->name)) != NULL,
	      "a setting that is no key");
	for (const char *at = setting->value; *at; at++)
		check((unsigned char)*at >= ' ' && *at != 0x7f, "a control character");
}

static void read_config(struct slice text)
{
	struct error error = ERROR_INIT;
	struct settings settings = { .list = { 0 } };
	int fd = memfd_create("config", MFD_CLOEXEC);
	char path[40];
	bool good;

	check(fd >= 0 && write(fd, text.at, text.len) == (ssize_t)text.len, "no memory file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	good = settings_read_file(&settings, SETTING_USER, path, true, &error);
	check(good == (error.kind == ERROR_NONE), "a mistake without a word");
	check(good || (error.kind == ERROR_USAGE && error.text[0]), "no mistake of a user");
	vec_for_each(setting, &settings.list)
		check_setting(&settings, setting);
	settings_free(&settings);
	close(fd);
}

/* ---- values of options ---- */

static void take_time(const struct options *options)
{
	int64_t begin = moment_parse(slice_from(options->value), false), again;
	int64_t end = moment_parse(slice_from(options->value), true);
	char text[MOMENT_TEXT_SIZE];

	check((begin == MOMENT_NONE) == (end == MOMENT_NONE), "only an end");
	if (begin == MOMENT_NONE)
		return;
	check(begin <= end, "the end before the beginning");
	again = moment_parse(slice_from(moment_format(text, begin, true)), false);
	check(again == begin, "another time when it is read again");
}

static void take_numbers(const struct options *options)
{
	uint64_t number;
	int64_t ms;

	if (number_option(options, 3, 1000000, &number))
		check(number >= 3 && number <= 1000000, "a number out of bounds");
	if (size_option(options, 1, 1ull << 50, &number))
		check(number >= 1 && number <= 1ull << 50, "a size out of bounds");
	if (seconds_option(options, &ms))
		check(ms >= 0, "seconds below 0");
}

static void take_thresholds(const struct options *options)
{
	for (int counts = COUNTS_NUMBER; counts <= COUNTS_TIME; counts++) {
		struct threshold threshold = THRESHOLD_NONE;
		unsigned state;

		if (!threshold_option(&threshold, options, (enum counts)counts))
			continue;
		check(threshold.warning != THRESHOLD_UNSET ||
			      threshold.critical != THRESHOLD_UNSET,
		      "a threshold of nothing");
		state = threshold_state(&threshold, 0);
		check(state <= threshold_state(&threshold, UINT64_MAX / 2),
		      "more is no worse");
	}
}

static void take_value(const char *value)
{
	static const struct option_row row = { OPTION_OWN, 0, "value", "VALUE", "" };
	const struct options options = { .command = command_find(SLICE("ingest")),
					 .row = &row,
					 .value = value };
	unsigned wanted = 0;
	FILE *terminal = stderr;

	take_time(&options);
	stderr = fopen("/dev/null", "w");
	take_numbers(&options);
	take_thresholds(&options);
	fail_on_option(&wanted, &options);
	fclose(stderr);
	stderr = terminal;
}

/* ---- chains and passwords ---- */

static void match_chain(const char *text)
{
	const struct slice images[] = { SLICE("a.exe"), SLICE("B.EXE"), SLICE("?"),
					SLICE_NONE, SLICE("averylongname.e") };
	struct error error = ERROR_INIT;
	struct chain_expr *expr = chain_expr_parse(text, &error);

	check((expr != NULL) == (error.kind == ERROR_NONE), "a mistake without a word");
	if (!expr)
		return;
	for (size_t hops = 1; hops <= 5; hops++)
		for (size_t start = 0; start <= hops; start++)
			chain_expr_matches(expr, images, hops,
					   start == hops ? NUMBER_NONE : (uint32_t)start);
	check(chain_expr_needle(expr).len <= strlen(text), "a needle of nowhere");
	chain_expr_free(expr);
}

static void read_passwords(struct slice text)
{
	struct password_list list = { 0 }, again = { 0 };
	const char *one = NULL, *other = NULL;

	if (password_list_from_text(&list, text.at, text.len) && list.size) {
		check(password_list_from_bytes(&again, list.bytes, list.size),
		      "passwords that do not travel");
		do {
			one = password_next(&list, one);
			other = password_next(&again, other);
			check((one != NULL) == (other != NULL) &&
				      (!one || (*one && strcmp(one, other) == 0)),
			      "another password");
		} while (one);
	}
	password_list_wipe(&list);
	password_list_wipe(&again);
	if (password_list_from_bytes(&again, text.at, text.len))
		for (one = NULL; (one = password_next(&again, one));)
			check(one < again.bytes + again.size, "a password beyond the end");
	password_list_wipe(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data + 1, size - 1 };
	cleanup_free char *copy = NULL;

	if (size == 0)
		return 0;
	copy = mem_copy_text(text.at, text.len);
	switch (data[0]) {
	case 'c':
		read_config(text);
		break;
	case 'e':
		match_chain(copy);
		break;
	case 'p':
		read_passwords(text);
		break;
	default:
		take_value(copy);
	}
	return 0;
}
