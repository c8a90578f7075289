/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say which incidents a question is about, shared by the commands that ask. */
#ifndef PIPELINE_SELECTING_H
#define PIPELINE_SELECTING_H

#include "index/select.h"
#include "pipeline/options.h"

enum {
	OPTION_FORMAT = 300,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_MACHINE,
	OPTION_OS,
	OPTION_BUILD,
	OPTION_BUNDLE,
	OPTION_CYCLE,
	OPTION_MIN_WAIT,
	OPTION_LIMIT,
	OPTION_OFFSET,
	OPTION_FAIL_ON,
};

/* words: the formats that the command knows, the first without being asked, as in struct option_row. */
#define OPTIONS_FORMAT_OF(help, words)                                    \
	{                                                                 \
		OPTION_FORMAT, 'f', "format", "FORMAT", help, words, true \
	}
#define OPTIONS_FORMAT OPTIONS_FORMAT_OF("output", "text (default), json")

/* clang-format off */
#define OPTIONS_SELECTOR                                                                       \
	{ OPTION_SINCE, 0, "since", "TIME", "session time at or after: RFC 3339 or a date" },  \
	{ OPTION_UNTIL, 0, "until", "TIME", "session time at or before" },                     \
	{ OPTION_MACHINE, 0, "machine", "NAME", "only this machine; * and ? are wildcards" },  \
	{ OPTION_OS, 0, "os", "TEXT", "only where the system's name has this in it" },         \
	{ OPTION_BUILD, 0, "build", "N", "only this build of Windows" },                       \
	{ OPTION_BUNDLE, 0, "bundle", "GLOB", "only bundles whose path or name matches" },     \
	{ OPTION_CYCLE, 0, "cycle", "KIND", "only cycles",                                     \
	  "any, thread (deadlock), process (semicircular)" },                                  \
	{ OPTION_MIN_WAIT, 0, "min-wait", "SECONDS",                                           \
	  "only chains in which somebody waits that long" },                                   \
	{ OPTION_LIMIT, 'n', "limit", "N", "print at most N rows" },                           \
	{ OPTION_OFFSET, 0, "offset", "N", "pass over the first N rows" }
/* clang-format on */

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_JSONL, /* one object a line, without what they are all in */
	FORMAT_CSV,   /* RFC 4180, with a row of headings */
	FORMAT_DOT,
	FORMAT_CMD,
	FORMAT_REG,
	FORMATS,
};

/* Takes the option in. False, with the mistake reported, when its value is none. */
bool select_option(struct selector *selector, const struct options *options, int id);
bool format_option(enum format *format, const struct options *options);
/* What a command takes that has no options but --index and --format. */
struct asking_plainly {
	const char *index;
	enum format format;
};

bool plain_option(void *asking, const struct options *options, int id);
/* A whole number in range. */
bool number_option(const struct options *options, uint64_t least, uint64_t most,
		   uint64_t *number);
/* RFC 3339 or a date, then its beginning or its end. */
bool moment_option(const struct options *options, bool end_of_day, int64_t *moment);
/* Seconds, with or without a fraction. */
bool seconds_option(const struct options *options, int64_t *ms);

#endif
