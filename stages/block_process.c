/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PROCESS block (formats.md section 3): its header lines, in the one-line form of 32-bit targets and the two-line form
 * of 64-bit ones alike. Of the statistics of flag 1 the sizes are kept. THREADs that follow belong to it.
 * The first value given stays: what follows may be anything, and a block cut in two must read the same.
 */
#include "stages/half_header.h"

static void read_session(struct log_parser *parser, struct cursor *cursor)
{
	uint64_t session;

	if (lex_decimal(cursor, &session)) {
		if (session <= INT32_MAX && parser->process->session == SESSION_NONE)
			parser->process->session = (int32_t)session;
		return;
	}
	(void)lex_words(cursor, SLICE("none"));
}

/* On 64-bit systems a PID is printed with four digits at least: fewer are left of a line that was cut. */
static bool read_whole_pid(struct log_parser *parser, struct cursor *cursor, uint32_t *pid)
{
	const char *begin;

	lex_blanks(cursor);
	begin = cursor->at;
	return lex_hex(cursor, pid) &&
	       (cursor->at - begin >= 4 || parser->process->address >> 32 == 0);
}

static void read_pid(struct log_parser *parser, struct cursor *cursor)
{
	uint32_t pid;

	if (!read_whole_pid(parser, cursor, &pid) || parser->state.process_pid != PID_NONE)
		return;
	if (!lex_at_end(cursor)) /* else the line was cut: Peb stands behind it */
		parser->process->pid = parser->state.process_pid = pid;
}

static void read_parent(struct log_parser *parser, struct cursor *cursor)
{
	uint32_t pid;

	if (read_whole_pid(parser, cursor, &pid) && parser->process->parent_pid == PID_NONE)
		parser->process->parent_pid = pid;
}

static void read_table(struct log_parser *parser, struct cursor *cursor)
{
	uint64_t address;
	uint8_t digits = 0;

	if (lex_address(cursor, &address, &digits))
		parser->process->flags |= address ? PROCESS_TABLE_SET : PROCESS_TABLE_ZERO;
}

/* "HandleCount:  58." - the full stop says that the number is whole. Until 2000 its label was TableSize. */
static void read_handles(struct log_parser *parser, struct cursor *cursor)
{
	uint64_t count;

	if (lex_decimal(cursor, &count) && lex_literal(cursor, SLICE(".")) &&
	    count < HANDLES_NONE && parser->process->handle_count == HANDLES_NONE)
		parser->process->handle_count = (uint32_t)count;
}

static void read_image(struct log_parser *parser, struct cursor *cursor)
{
	struct slice image;

	if (lex_to_end(cursor, &image) && parser->process->image == 0)
		parser->process->image = log_parser_name(parser, image);
	cursor->at = cursor->end;
}

/* Peb and DirBase: a value of no interest, if there is one. */
static void skip_value(struct log_parser *parser, struct cursor *cursor)
{
	struct cursor probe = *cursor;
	struct slice token;

	(void)parser;
	if (!lex_token(&probe, &token))
		cursor->at = cursor->end;
	else if (!slice_ends(token, SLICE(":")))
		*cursor = probe;
}

/* In the order in which they are printed. */
static const struct {
	struct slice label;
	void (*read)(struct log_parser *parser, struct cursor *cursor);
} labels[] = {
	{ { "SessionId", 9 }, read_session },
	{ { "Cid", 3 }, read_pid },
	{ { "Peb", 3 }, skip_value },
	{ { "ParentCid", 9 }, read_parent },
	{ { "DirBase", 7 }, skip_value },
	{ { "ObjectTable", 11 }, read_table },
	{ { "HandleCount", 11 }, read_handles },
	{ { "TableSize", 9 }, read_handles },
	{ { "Image", 5 }, read_image },
};

static bool read_label(struct log_parser *parser, struct cursor *cursor, struct slice label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (*labels[i].label.at == *label.at && slice_equal(labels[i].label, label)) {
			if (log_parser_in_order(parser, (uint8_t)(i + 1)))
				labels[i].read(parser, cursor);
			else
				parser->state.process = 0;
			return true;
		}
	return false;
}

/* "Label: value  Label: value" for as long as labels are known. A value that cannot be read is passed over. */
static bool read_labels(struct log_parser *parser, struct cursor cursor)
{
	struct slice label, word;
	bool any = false;

	for (;;) {
		if (lex_label(&cursor, &label)) {
			if (!read_label(parser, &cursor, label))
				return any;
			any = true;
			if (!parser->process)
				return any;
		} else if (!any || !lex_token(&cursor, &word)) {
			return any;
		}
	}
}

static struct process *add_process(struct log_parser *parser, uint64_t address)
{
	parser->process = vec_add(&parser->records->processes);
	*parser->process = PROCESS_NONE(address);
	parser->process->listing = parser->state.listing;
	return parser->process;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct process *process;
	uint64_t address;
	uint8_t digits = 0;

	if (!lex_literal(&cursor, SLICE("PROCESS ")))
		return false;
	if (!lex_address(&cursor, &address, &digits) || address == 0) {
		if (!half_header(parser, cursor))
			return false;
		parser->state.process = 0;
		return true;
	}
	log_parser_open(parser, LOG_BLOCK_process);
	log_parser_digits(parser, digits);
	/* A chunk may begin here: nothing that was listed before goes on behind this line. */
	parser->state.resource = parser->state.port = parser->state.port_owner = 0;
	parser->state.process = address;
	parser->state.process_pid = PID_NONE;
	process = add_process(parser, address);
	process->flags = PROCESS_BLOCK;
	process->evidence = line_evidence(line);
	read_labels(parser, cursor);
	return true;
}

/* "(1274, 50, 345)": passes over it. */
static bool skip_group(struct cursor *cursor)
{
	struct cursor probe = *cursor;
	const char *close;

	if (!lex_words(&probe, SLICE("(")))
		return false;
	close = memchr(probe.at, ')', (size_t)(probe.end - probe.at));
	if (!close)
		return false;
	cursor->at = close + 1;
	return true;
}

/* "Working Set Sizes (now,min,max)  (1274, 50, 345) (5096KB, 200KB, 1380KB)": the first of the last group. The first group is
 * of pages, and 2000 prints no other. */
static void read_working_set(struct log_parser *parser, const struct line *line)
{
	struct process *process = parser->process;
	struct cursor cursor = line->cursor;
	uint64_t kb;

	if (!lex_literal(&cursor, SLICE("Working Set Sizes")) || !skip_group(&cursor) ||
	    !skip_group(&cursor) || !lex_words(&cursor, SLICE("(")) ||
	    !lex_decimal(&cursor, &kb) || !lex_literal(&cursor, SLICE("KB,")) ||
	    kb == SIZE_NONE)
		return;
	if (process->working_set_kb == SIZE_NONE)
		process->working_set_kb = kb;
	evidence_extend(&process->evidence, line);
}

static void read_commit(struct log_parser *parser, const struct line *line)
{
	struct process *process = parser->process;
	struct cursor cursor = line->cursor;
	uint64_t pages;

	if (!lex_literal(&cursor, SLICE("CommitCharge")) ||
	    !lex_decimal(&cursor, &pages) || pages == SIZE_NONE)
		return;
	lex_blanks(&cursor);
	if (!lex_at_end(&cursor))
		return;
	if (process->commit_pages == SIZE_NONE)
		process->commit_pages = pages;
	evidence_extend(&process->evidence, line);
}

/* The statistics of flag 1 (formats.md section 3.2), of which the sizes are kept. */
static bool read_statistic(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	switch (text.at[0]) {
	case 'V':
		return slice_starts(text, SLICE("VadRoot")) ||
		       slice_starts(text, SLICE("VirtualSize"));
	case 'D':
		return slice_starts(text, SLICE("DeviceMap")) ||
		       slice_starts(text, SLICE("DeepFreeze"));
	case 'T':
		return slice_starts(text, SLICE("Token"));
	case 'E':
		return slice_starts(text, SLICE("ElapsedTime"));
	case 'U':
		return slice_starts(text, SLICE("UserTime"));
	case 'K':
		return slice_starts(text, SLICE("KernelTime"));
	case 'Q':
		return slice_starts(text, SLICE("QuotaPoolUsage["));
	case 'W':
		read_working_set(parser, line);
		return slice_starts(text, SLICE("Working Set Sizes"));
	case 'P':
		return slice_starts(text, SLICE("Peak")) ||
		       slice_starts(text, SLICE("PageFaultCount")) ||
		       slice_starts(text, SLICE("PEB "));
	case 'M':
		return slice_starts(text, SLICE("MemoryPriority"));
	case 'B':
		return slice_starts(text, SLICE("BasePriority"));
	case 'C':
		read_commit(parser, line);
		return slice_starts(text, SLICE("CommitCharge"));
	case 'J':
		return slice_starts(text, SLICE("Job"));
	default:
		return false;
	}
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	struct process *process = parser->process;
	struct slice text = lex_rest(&line->cursor);

	if (read_statistic(parser, line))
		return true;
	if (*text.at == 'N' && slice_starts(text, SLICE("No active threads"))) {
		process->flags |= PROCESS_THREADS_LISTED;
		return true;
	}
	if (!read_labels(parser, line->cursor))
		return false;
	if (parser->process)
		evidence_extend(&process->evidence, line);
	return true;
}

static void resumes(struct log_parser *parser)
{
	add_process(parser, parser->state.process)->flags = PROCESS_CONTINUED;
}

const struct log_block log_block_process = {
	.heads = { "PROCESS " }, .begins = begins, .reads = reads, .resumes = resumes
};
