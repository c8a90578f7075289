/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PROCESS block (formats.md section 3): its header lines, in the one-line form of 32-bit targets and the two-line form
 * of 64-bit ones alike. Of the statistics of flag 1 the sizes are kept. THREADs that follow belong to it.
 * The first value given stays: what follows may be anything, and a block cut in two must read the same.
 */
#include "stages/half_header.h"
#include "stages/process_line.h"

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
static void skip_value(struct cursor *cursor)
{
	struct cursor probe = *cursor;
	struct slice token;

	if (!lex_token(&probe, &token))
		cursor->at = cursor->end;
	else if (!slice_ends(token, SLICE(":")))
		*cursor = probe;
}

/* In the order in which they are printed; of the two names of the count one stands in a log. */
enum label {
	LABEL_NONE,
	LABEL_SESSION,
	LABEL_PID,
	LABEL_PEB,
	LABEL_PARENT,
	LABEL_DIR_BASE,
	LABEL_TABLE,
	LABEL_HANDLES,
	LABEL_TABLE_SIZE,
	LABEL_IMAGE,
};

/* The label that a word without its colon is. */
static enum label label_of(struct slice word)
{
	static const struct slice words[] = {
		[LABEL_NONE] = { "", 0 },
		[LABEL_SESSION] = { "SessionId", 9 },
		[LABEL_PID] = { "Cid", 3 },
		[LABEL_PEB] = { "Peb", 3 },
		[LABEL_PARENT] = { "ParentCid", 9 },
		[LABEL_DIR_BASE] = { "DirBase", 7 },
		[LABEL_TABLE] = { "ObjectTable", 11 },
		[LABEL_HANDLES] = { "HandleCount", 11 },
		[LABEL_TABLE_SIZE] = { "TableSize", 9 },
		[LABEL_IMAGE] = { "Image", 5 },
	};

	for (enum label label = LABEL_SESSION; label <= LABEL_IMAGE; label++)
		if (slice_equal(word, words[label]))
			return label;
	return LABEL_NONE;
}

static forced_inline void read_value(struct log_parser *parser, struct cursor *cursor,
				     enum label label)
{
	switch (label) {
	case LABEL_SESSION:
		read_session(parser, cursor);
		break;
	case LABEL_PID:
		read_pid(parser, cursor);
		break;
	case LABEL_PEB:
	case LABEL_DIR_BASE:
		skip_value(cursor);
		break;
	case LABEL_PARENT:
		read_parent(parser, cursor);
		break;
	case LABEL_TABLE:
		read_table(parser, cursor);
		break;
	case LABEL_HANDLES:
	case LABEL_TABLE_SIZE:
		read_handles(parser, cursor);
		break;
	case LABEL_IMAGE:
		read_image(parser, cursor);
		break;
	case LABEL_NONE:
		break;
	}
}

/* What stands behind a label. False where it comes too late for the block, which is then over. */
static forced_inline bool read_labelled(struct log_parser *parser, struct cursor *cursor,
					enum label label)
{
	if (!log_parser_in_order(parser, (uint8_t)label)) {
		parser->state.process = 0;
		return false;
	}
	read_value(parser, cursor, label);
	return true;
}

/* Labels as they are printed, each looked for where the one before it has ended: no jump depends on which it is. Counts those that
 * were read. False at the block's end. */
static bool read_usual_labels(struct log_parser *parser, struct cursor *cursor, unsigned *count)
{
#define LABEL(word, label)                                         \
	if (lex_words(cursor, SLICE(word ":"))) {                  \
		++*count;                                          \
		if (!read_labelled(parser, cursor, LABEL_##label)) \
			return false;                              \
	}
	LABEL("SessionId", SESSION)
	LABEL("Cid", PID)
	LABEL("Peb", PEB)
	LABEL("ParentCid", PARENT)
	LABEL("DirBase", DIR_BASE)
	LABEL("ObjectTable", TABLE)
	LABEL("HandleCount", HANDLES)
	LABEL("TableSize", TABLE_SIZE)
	LABEL("Image", IMAGE)
	return true;
#undef LABEL
}

/* "Label: value  Label: value" for as long as labels are known. A value that cannot be read is passed over. */
static bool read_labels(struct log_parser *parser, struct cursor cursor)
{
	unsigned count = 0;
	enum label label;
	struct slice word;

	for (;;) {
		if (!read_usual_labels(parser, &cursor, &count))
			return true;
		if (lex_at_end(&cursor))
			return count > 0;
		if (lex_label(&cursor, &word)) {
			label = label_of(word);
			if (label == LABEL_NONE)
				return count > 0;
			count++;
			if (!read_labelled(parser, &cursor, label))
				return true;
		} else if (count == 0 || !lex_token(&cursor, &word)) {
			return count > 0;
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

/* The line of ids at one go. False, and nothing has changed, where it is another line or the block is past it. */
static bool read_ids(struct log_parser *parser, const char *at, const char *end)
{
	struct process *process = parser->process;
	struct process_ids ids;

	if (parser->state.field > LABEL_SESSION || !process_line_ids(at, end, &ids))
		return false;
	parser->state.field = LABEL_PARENT;
	if (ids.has_session && process->session == SESSION_NONE)
		process->session = (int32_t)ids.session;
	if (parser->state.process_pid == PID_NONE)
		process->pid = parser->state.process_pid = ids.pid;
	if (process->parent_pid == PID_NONE)
		process->parent_pid = ids.parent_pid;
	return true;
}

static void open_process(struct log_parser *parser, const struct line *line, uint64_t address)
{
	log_parser_open(parser, LOG_BLOCK_process);
	/* A chunk may begin here: nothing that was listed before goes on behind this line. */
	parser->state.resource = parser->state.port = parser->state.port_owner = 0;
	parser->state.process = address;
	parser->state.process_pid = PID_NONE;
	add_process(parser, address);
	parser->process->flags = PROCESS_BLOCK;
	parser->process->evidence = line_evidence(line);
}

/* The address behind the header's word. */
static forced_inline bool read_header(struct log_parser *parser, const struct line *line,
				      struct cursor *cursor)
{
	uint64_t address;
	uint8_t digits = 0;

	if (!lex_address(cursor, &address, &digits) || address == 0)
		return false;
	open_process(parser, line, address);
	log_parser_digits(parser, digits);
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	if (!lex_literal(&cursor, SLICE("PROCESS ")))
		return false;
	if (!read_header(parser, line, &cursor)) {
		if (!half_header(parser, cursor))
			return false;
		parser->state.process = 0;
		return true;
	}
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

/* All of them; the sizes are kept. */
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

/* ---- the short way (known_line.h) ---- */

static bool reads_header(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	if (!lex_literal(&cursor, SLICE("PROCESS ")) || !read_header(parser, line, &cursor))
		return false;
	if (lex_at_end(&cursor))
		return true;
	if (cursor.end - cursor.at < 2 || cursor.at[0] != ' ' || cursor.at[1] != ' ' ||
	    !read_ids(parser, cursor.at + 2, cursor.end))
		read_labels(parser, cursor);
	return true;
}

static bool reads_ids(struct log_parser *parser, const struct line *line)
{
	if (!read_ids(parser, line->cursor.at, line->cursor.end))
		return false;
	evidence_extend(&parser->process->evidence, line);
	return true;
}

static bool reads_table(struct log_parser *parser, const struct line *line)
{
	struct process *process = parser->process;
	struct process_table table;

	if (parser->state.field > LABEL_DIR_BASE ||
	    !process_line_table(line->cursor.at, line->cursor.end, &table))
		return false;
	parser->state.field = LABEL_HANDLES;
	process->flags |= table.zero ? PROCESS_TABLE_ZERO : PROCESS_TABLE_SET;
	if (process->handle_count == HANDLES_NONE)
		process->handle_count = table.handles;
	evidence_extend(&process->evidence, line);
	return true;
}

static bool reads_image(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	if (parser->state.field > LABEL_IMAGE || !lex_literal(&cursor, SLICE("Image: ")))
		return false;
	parser->state.field = LABEL_IMAGE;
	read_image(parser, &cursor);
	evidence_extend(&parser->process->evidence, line);
	return true;
}

/* The statistics of flag 1 (formats.md section 3.2) are passed but for the sizes. Those of other debuggers are told by less. */
static const struct known_beginning knows[] = {
	{ "PROCESS ", reads_header, LOG_BLOCK_process },
	{ "SessionId: ", reads_ids, 0 },
	{ "DirBase: ", reads_table, 0 },
	{ "Image: ", reads_image, 0 },
	{ "Working Set Sizes", reads, 0 },
	{ "CommitCharge ", reads, 0 },
	{ "No active threads", reads, 0 },
	{ "VadRoot ", NULL, 0 },
	{ "DeviceMap ", NULL, 0 },
	{ "Token ", NULL, 0 },
	{ "ElapsedTime ", NULL, 0 },
	{ "UserTime ", NULL, 0 },
	{ "KernelTime ", NULL, 0 },
	{ "QuotaPoolUsage[", NULL, 0 },
	{ "PeakWorkingSetSize ", NULL, 0 },
	{ "VirtualSize ", NULL, 0 },
	{ "PeakVirtualSize ", NULL, 0 },
	{ "PageFaultCount ", NULL, 0 },
	{ "MemoryPriority ", NULL, 0 },
	{ "BasePriority ", NULL, 0 },
	{ NULL, NULL, 0 },
};

static void resumes(struct log_parser *parser)
{
	add_process(parser, parser->state.process)->flags = PROCESS_CONTINUED;
}

const struct log_block log_block_process = {
	.heads = { "PROCESS " },
	.begins = begins,
	.reads = reads,
	.knows = knows,
	.steady = true,
	.resumes = resumes,
};
