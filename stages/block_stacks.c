/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !stacks (formats.md section 8): every thread again, a line each, below a line that names its process. It says little and
 * says it of a summary: what is read here fills in what THREAD blocks leave open, and overrules nothing (join_thread.c).
 * Between the lines of one process and the next a reader of mails may have cut; a PID that does not fit tells so.
 */
#include "stages/log_parser.h"
#include "stages/stack.h"

/* ---- "[P viewer.exe]", of older debuggers "[viewer.exe]" ---- */

static void add_process(struct log_parser *parser, uint64_t address, name_id image,
			const struct line *line)
{
	struct process *process = vec_add(&parser->records->processes);

	*process = PROCESS_NONE(address);
	process->evidence = line_evidence(line);
	process->image = image;
	process->listing = LISTING_UNKNOWN;
}

static void forget_process(struct stacks_process *process)
{
	process->address = 0;
	process->pid = PID_NONE;
	process->image_len = 0;
}

/* "P viewer.exe": eight digits alone may as well be a name. */
static struct slice take_address(struct log_parser *parser, struct slice text)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	uint64_t address;
	uint8_t digits = 0;

	if (!lex_address(&cursor, &address, &digits) || address == 0 ||
	    (lex_at_end(&cursor) && digits == 8))
		return text;
	log_parser_digits(parser, digits);
	parser->state.stacks_process.address = address;
	return slice_trim(lex_rest(&cursor));
}

/* Up to the last bracket of the line: a name may have some itself. Dots alone are what somebody left out, and what stands
 * below them may belong to any process. */
static bool read_process(struct log_parser *parser, const struct line *line)
{
	struct stacks_process *process = &parser->state.stacks_process;
	struct slice text = slice_trim(lex_rest(&line->cursor));

	if (text.at[0] != '[' || text.at[text.len - 1] != ']')
		return false;
	parser->thread = NULL;
	parser->state.thread = 0;
	forget_process(process);
	text = slice_trim((struct slice){ text.at + 1, text.len - 2 });
	if (slice_equal(text, SLICE("...")) || slice_equal(text, SLICE("\xE2\x80\xA6")))
		return true;
	text = take_address(parser, text);
	if (line->cursor.open_end)
		text.len = 0; /* the bracket may be one of the name's */
	if (process->address)
		add_process(parser, process->address, log_parser_name(parser, text), line);
	if (text.len <= sizeof(process->image)) {
		process->image_len = (uint8_t)text.len;
		if (text.len)
			memcpy(process->image, text.at, text.len);
	}
	return true;
}

/* ---- "bbc.000c10  P 0003780 Blocked    nt!KiSwapContext+0x7f" ---- */

struct thread_line {
	uint64_t address, ticks;
	uint32_t pid, tid;
	uint8_t digits;
	enum thread_state state;
	bool state_known;
	struct cursor rest; /* behind the state */
};

/* Seven digits or more, and nothing but digits: a state may begin with some. */
static bool read_ticks(struct cursor *cursor, uint64_t *ticks)
{
	struct cursor probe = *cursor;
	struct slice token;
	uint64_t value = 0;

	if (!lex_token(&probe, &token) || token.len < 7 || token.len > 15)
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (!lex_is_hex(token.at[i]))
			return false;
		value = value << 4 | (lex_hex_value[(unsigned char)token.at[i]] - 1u);
	}
	*ticks = value;
	*cursor = probe;
	return true;
}

static bool read_state(struct cursor *cursor, enum thread_state *state)
{
	struct slice word;

	if (!lex_token(cursor, &word))
		return false;
	*state = slice_equal_icase(word, SLICE("Blocked")) ? THREAD_WAIT
							   : thread_state_of(word);
	return *state != THREAD_UNKNOWN;
}

static bool parse_thread(struct cursor cursor, struct thread_line *thread)
{
	const char *tid;

	*thread = (struct thread_line){ .ticks = TICKS_NONE };
	if (!lex_hex(&cursor, &thread->pid) || !lex_literal(&cursor, SLICE(".")))
		return false;
	tid = cursor.at;
	if (!lex_hex(&cursor, &thread->tid) || cursor.at - tid < 6 ||
	    lex_is_blank(*tid) || lex_at_end(&cursor) || !lex_is_blank(*cursor.at) ||
	    !lex_address(&cursor, &thread->address, &thread->digits) || thread->address == 0)
		return false;
	(void)read_ticks(&cursor, &thread->ticks);
	thread->state_known = read_state(&cursor, &thread->state);
	thread->rest = cursor;
	return true;
}

static void add_thread(struct log_parser *parser, uint64_t address)
{
	parser->records->threads_before_stacks = parser->records->threads.len;
	parser->thread = vec_add(&parser->records->stacks_threads);
	*parser->thread = THREAD_NONE(address, parser->records);
	parser->state.thread = address;
}

/* Whose thread it is. The lines of one process have one PID. */
static void enter_process(struct log_parser *parser, struct thread *thread)
{
	struct stacks_process *process = &parser->state.stacks_process;

	if (process->pid == PID_NONE)
		process->pid = thread->pid;
	if (process->pid != thread->pid)
		forget_process(process);
	thread->process = process->address;
	if (thread->process)
		thread->flags |= THREAD_PROCESS_GUESSED;
	thread->image = log_parser_name(parser, (struct slice){ process->image,
								process->image_len });
}

static bool is_module_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       memchr("_.$-@", c, 5);
}

/* "nt!KiSwapThread+0x13a", "filter+0x1234", "0x774d756a", "+0xfe0343a5": what no word of a sentence looks like. */
static bool is_symbol(struct slice text)
{
	size_t at = 0;

	while (at < text.len && is_module_char(text.at[at]))
		at++;
	text = slice_skip(text, at);
	return (at > 0 && text.len > 1 && text.at[0] == '!') ||
	       slice_starts(text, SLICE("+0x"));
}

static bool read_frame(struct log_parser *parser, const struct line *line, struct cursor cursor)
{
	struct slice text, symbol;

	if (!lex_to_end(&cursor, &text) ||
	    (!is_symbol(text) && !slice_starts(text, SLICE("0x"))))
		return false;
	symbol = stack_bare_symbol(text);
	if (symbol.len == 0)
		symbol = text; /* an offset alone, of no module */
	vec_push(&parser->records->frames, log_parser_name(parser, symbol));
	parser->thread->frames++;
	evidence_extend(&parser->thread->evidence, line);
	return true;
}

static void take_thread(struct log_parser *parser, const struct line *line,
			const struct thread_line *found)
{
	struct thread *thread;

	add_thread(parser, found->address);
	log_parser_digits(parser, found->digits);
	thread = parser->thread;
	thread->evidence = line_evidence(line);
	thread->pid = found->pid;
	thread->tid = found->tid;
	thread->state = (uint8_t)found->state;
	thread->ticks = found->ticks;
	enter_process(parser, thread);
	(void)read_frame(parser, line, found->rest);
}

/* ---- the block ---- */

static void open_list(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_stacks);
	parser->state.process = 0; /* the list of its threads is over */
	parser->state.thread = 0;
	forget_process(&parser->state.stacks_process);
}

/* The header; or, where a mail left it out, a process with its address, or a thread with its state. */
static bool begins(struct log_parser *parser, const struct line *line)
{
	bool open = parser->state.block == LOG_BLOCK_stacks;
	struct thread_line thread;

	if (slice_starts(lex_rest(&line->cursor), SLICE("Proc.Thread "))) {
		open_list(parser);
		return true;
	}
	if (open || !parse_thread(line->cursor, &thread) || !thread.state_known)
		return false;
	open_list(parser);
	take_thread(parser, line, &thread);
	return true;
}

/* What it says besides; the debugger's cache speaks first. */
static bool is_remark(struct slice text)
{
	static const struct slice remarks[] = {
		{ "NO ETHREAD DATA", 15 },
		{ "Stack paged out", 15 },
		{ "Threads Processed", 17 },
		{ "Max cache size is", 17 },
		{ "Total memory in cache", 21 },
		{ "Number of regions cached", 24 },
		{ "counts: ", 8 },
		{ "bytes : ", 8 },
		{ "** ", 3 },
	};

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (slice_starts(text, remarks[i]))
			return true;
	return slice_find(text, SLICE(" full reads broken into ")) > 0;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);
	struct thread_line thread;

	if (*text.at == '[')
		return read_process(parser, line);
	if (lex_is_hex(*text.at) && parse_thread(line->cursor, &thread)) {
		take_thread(parser, line, &thread);
		return true;
	}
	if (parser->thread && read_frame(parser, line, line->cursor))
		return true;
	return is_remark(text);
}

static void resumes(struct log_parser *parser)
{
	if (parser->state.thread == 0)
		return;
	add_thread(parser, parser->state.thread);
	parser->thread->flags = THREAD_CONTINUED;
}

const struct log_block log_block_stacks = { .weak_heads = "P0123456789abcdefABCDEF",
					    .begins = begins,
					    .reads = reads,
					    .resumes = resumes,
					    .command = "!stacks",
					    .commanded = open_list };
