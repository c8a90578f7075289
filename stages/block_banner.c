/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The banner (formats.md section 2.3): which dump, which system, when. "Loading Dump File" and a live connection
 * begin a new incident; the other lines are read wherever they stand, since vertarget and .time repeat them, and the
 * first value given stays.
 */
#include "stages/log_parser.h"
#include "stages/session_time.h"

static void read_number(struct cursor *cursor, uint32_t *field)
{
	uint64_t value;

	if (lex_decimal(cursor, &value) && value < NUMBER_NONE && *field == NUMBER_NONE)
		*field = (uint32_t)value;
}

static const char *arch_text(struct slice rest)
{
	if (slice_find(rest, SLICE("AArch64")) >= 0 || slice_find(rest, SLICE("ARM 64")) >= 0)
		return "arm64";
	if (slice_ends(rest, SLICE("x64")))
		return "x64";
	if (slice_find(rest, SLICE("x86")) >= 0)
		return "x86";
	if (slice_find(rest, SLICE("ia64")) >= 0)
		return "ia64";
	return NULL;
}

/* "... (UP|MP (n procs)) Free|Checked ARCH": no other line that names a version of Windows ends so. */
static bool is_kernel(struct slice rest)
{
	return slice_find(rest, SLICE(" Free")) >= 0 ||
	       slice_find(rest, SLICE(" Checked")) >= 0;
}

/* "Windows NAME [Kernel] Version BUILD [(Service Pack n)] (UP|MP (n procs)) Free|Checked ARCH" */
static bool read_os_line(struct log_parser *parser, struct slice text)
{
	struct host *host = &parser->records->host;
	struct cursor cursor;
	uint32_t build = NUMBER_NONE;
	const char *arch;
	ptrdiff_t at;

	if (!slice_starts(text, SLICE("Windows ")))
		return false;
	at = slice_find(text, SLICE(" Version "));
	if (at < 0)
		return false;
	cursor = (struct cursor){ text.at + at + 9, text.at + text.len, false };
	read_number(&cursor, &build);
	if (build == NUMBER_NONE || !is_kernel(lex_rest(&cursor)))
		return false;
	if (host->os_line)
		return true;
	host->os_line = log_parser_name(parser, text);
	host->build = build;
	if (lex_words(&cursor, SLICE("(Service Pack")))
		read_number(&cursor, &host->service_pack);
	at = slice_find(lex_rest(&cursor), SLICE("MP ("));
	if (at >= 0) {
		cursor.at += at + 4;
		read_number(&cursor, &host->processors);
	} else if (slice_find(lex_rest(&cursor), SLICE("UP ")) >= 0) {
		host->processors = 1;
	}
	arch = arch_text(lex_rest(&cursor));
	if (arch)
		host->arch = log_parser_name(parser, slice_from(arch));
	return true;
}

/* "Server, suite: TerminalServer": the first word. */
static void read_product(struct log_parser *parser, struct cursor cursor)
{
	struct slice word = slice_trim(lex_rest(&cursor));
	ptrdiff_t comma = slice_find(word, SLICE(","));

	if (comma >= 0)
		word.len = (size_t)comma;
	if (!parser->records->host.product)
		parser->records->host.product = log_parser_name(parser, word);
}

static void read_machine(struct log_parser *parser, struct cursor cursor)
{
	struct slice name = slice_trim(lex_rest(&cursor));

	if (name.len >= 2 && name.at[0] == '"' && name.at[name.len - 1] == '"')
		name = slice_trim((struct slice){ name.at + 1, name.len - 2 });
	if (!parser->records->host.machine)
		parser->records->host.machine = log_parser_name(parser, name);
}

static void read_session_time(struct log_parser *parser, struct cursor cursor)
{
	struct host *host = &parser->records->host;

	if (host->session_time == MOMENT_NONE)
		session_time_parse(lex_rest(&cursor), &host->session_time,
				   &host->session_zone_known);
}

static void read_uptime(struct log_parser *parser, struct cursor cursor)
{
	struct host *host = &parser->records->host;
	uint64_t days;
	int64_t ms;

	if (host->uptime_ms != MS_NONE || !lex_decimal(&cursor, &days) || days > 100000)
		return;
	if (lex_words(&cursor, SLICE("days")) && lex_duration(&cursor, &ms))
		host->uptime_ms = (int64_t)days * 86400000 + ms;
}

static const struct {
	struct slice head;
	void (*read)(struct log_parser *parser, struct cursor cursor);
} labels[] = {
	{ { "Product: ", 9 }, read_product },
	{ { "Machine Name:", 13 }, read_machine },
	{ { "Computer Name:", 14 }, read_machine }, /* !mex.di */
	{ { "Debug session time: ", 20 }, read_session_time },
	{ { "System Uptime: ", 15 }, read_uptime },
};

/* A line that says something of the host; the value is refused where the log was cut in it. */
static bool read_host_line(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct cursor cursor = line->cursor;

		if (*text.at != *labels[i].head.at || !lex_literal(&cursor, labels[i].head))
			continue;
		if (!cursor.open_end)
			labels[i].read(parser, cursor);
		return true;
	}
	return !line->cursor.open_end && read_os_line(parser, text);
}

/* "Connected to Windows 10 21337 ARM 64-bit (AArch64) target at (DATE), ptr64 TRUE": the build and what it runs on, unless an
 * OS line says more of them. */
static void read_connection(struct log_parser *parser, const struct line *line)
{
	struct host *host = &parser->records->host;
	struct slice text = lex_rest(&line->cursor), word = SLICE_NONE;
	ptrdiff_t end = slice_find(text, SLICE(" target at "));
	struct cursor cursor = { text.at, text.at + (end < 0 ? 0 : end), false };
	const char *arch;

	(void)lex_literal(&cursor, SLICE("Connected to Windows "));
	while (lex_token(&cursor, &word)) {
		struct cursor number = { word.at, word.at + word.len, false };
		uint64_t value;

		if (lex_decimal(&number, &value) && lex_at_end(&number) && value >= 1000) {
			cursor.at = word.at;
			read_number(&cursor, &host->build);
			arch = arch_text(lex_rest(&cursor));
			if (arch)
				host->arch = log_parser_name(parser, slice_from(arch));
			return;
		}
	}
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);
	bool connected = slice_starts(text, SLICE("Connected to Windows "));

	if (connected || slice_starts(text, SLICE("Loading Dump File ["))) {
		log_parser_new_segment(parser, line);
		log_parser_open(parser, LOG_BLOCK_banner);
		if (connected)
			read_connection(parser, line);
		return true;
	}
	return read_host_line(parser, line);
}

/* What else a banner says is of no interest. */
static bool reads(struct log_parser *parser, const struct line *line)
{
	(void)parser;
	(void)line;
	return true;
}

const struct log_block log_block_banner = {
	.heads = { "Loading Dump File [", "Connected to ", "Windows ", "Product:",
		   "Machine Name:", "Computer Name:", "Debug session time:", "System Uptime:" },
	.begins = begins,
	.reads = reads,
	.loose = true
};
