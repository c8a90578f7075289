/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop over the lines of a chunk: finds where a line begins a block, a prompt or a banner and hands every
 * line to the open block. What the lines mean is known in block_*.c only.
 */
#include "stages/log_parser.h"

#include "stages/line_scan.h"
#include "stages/prompt.h"
#include "stages/raw_line.h"
#include "stages/unknown_line.h"
#include "stages/wrapped_line.h"

static const struct log_block *const blocks[LOG_BLOCKS] = {
#define LOG_BLOCK(name) [LOG_BLOCK_##name] = &log_block_##name,
#include "stages/log_blocks.def"
#undef LOG_BLOCK
};

_Static_assert(LOG_BLOCKS <= 16, "the blocks of a first character fit the mask");

/* In the place of the bit that LOG_BLOCK_NONE would have. */
#define MAY_WAIT 1u

/* Most lines begin with what begins no block: they are offered to none. */
static void gather_heads(struct log_parser *parser)
{
	memset(parser->heads, 0, sizeof(parser->heads));
	memset(parser->weak, 0, sizeof(parser->weak));
	for (int id = LOG_BLOCK_NONE + 1; id < LOG_BLOCKS; id++) {
		for (const char *const *head = blocks[id]->heads;
		     head < blocks[id]->heads + LOG_BLOCK_HEADS && *head; head++)
			parser->heads[log_head_number(*head)] |= (uint16_t)(1u << id);
		for (const char *head = blocks[id]->weak_heads; head && *head; head++)
			parser->weak[(unsigned char)*head] |= (uint16_t)(1u << id);
	}
	for (size_t i = 0; i < WRAPPED_LINE_HEADS; i++)
		parser->heads[log_head_number(wrapped_line_heads[i])] |= MAY_WAIT;
}

/* Lines that the open block knows and no other is offered. */
static void gather_known(struct log_parser *parser)
{
	memset(&parser->known, 0, sizeof(parser->known));
	for (uint8_t id = LOG_BLOCK_NONE + 1; id < LOG_BLOCKS; id++) {
		const struct known_beginning *begin = blocks[id]->knows;

		parser->inner[id] = blocks[id]->steady ? blocks[id]->reads : NULL;
		for (; begin && begin->text; begin++) {
			unsigned offered = parser->heads[log_head_number(begin->text)];
			unsigned own = begin->begins ? 1u << begin->begins : 0;

			if (offered == own || (begin->read && offered == (own | MAY_WAIT)))
				known_line_enter(&parser->known, id, begin,
						 offered & MAY_WAIT);
		}
	}
}

static inline unsigned offered_to(const struct log_parser *parser, struct slice text)
{
	return text.len < LOG_HEAD_LENGTH ? 0 : parser->heads[log_head_number(text.at)];
}

void log_state_fresh(struct log_state *state, enum listing listing)
{
	*state = (struct log_state){ .listing = (uint8_t)listing };
}

name_id log_parser_name(struct log_parser *parser, struct slice text)
{
	struct cached_name *place = name_cache_place(&parser->names, text);
	name_id name;

	if (place && cached_name_is(place, text))
		return place->name;
	name = names_add(&parser->records->names, text);
	if (place)
		cached_name_enter(place, text, name);
	return name;
}

void log_parser_diagnose(struct log_parser *parser, enum diagnostic_code code,
			 const struct line *line, struct slice text)
{
	struct diagnostic diagnostic = {
		.code = (uint8_t)code,
		.line = line->number,
		.text = log_parser_name(parser, slice_first(text, LOG_SAID_MAX))
	};

	vec_push(&parser->records->diagnostics, diagnostic);
}

bool log_parser_address(struct log_parser *parser, struct cursor *cursor, uint64_t *address)
{
	uint8_t digits = 0;

	if (!lex_address(cursor, address, &digits))
		return false;
	log_parser_digits(parser, digits);
	return true;
}

static struct segment *segment_add(struct log_chunk_result *result)
{
	struct segment *segment;

	if (result->segments_used == result->segments.len) {
		segment = vec_add(&result->segments);
		*segment = (struct segment){ 0 };
	}
	segment = &result->segments.at[result->segments_used++];
	records_clear(&segment->records);
	segment->begins = false;
	segment->from = segment->to = 0;
	segment->first_line = segment->lines = 0;
	return segment;
}

void log_parser_open(struct log_parser *parser, enum log_block_id id)
{
	parser->state.block = (uint8_t)id;
	parser->state.field = 0;
	/* What stands behind a block is told by no command: a chunk that begins with the block would not know it. */
	parser->state.command_len = 0;
	parser->process = NULL;
	parser->thread = NULL;
	parser->message = NULL;
	parser->port = NULL;
	parser->page_file = NULL;
}

/* Names are those of one segment. */
static void take_records(struct log_parser *parser, struct records *records)
{
	parser->records = records;
	name_cache_clear(&parser->names);
	name_cache_clear(&parser->frames);
}

void log_parser_new_segment(struct log_parser *parser, const struct line *line)
{
	struct log_chunk_result *result = parser->result;
	struct segment *open = &result->segments.at[result->segments_used - 1];

	log_parser_open(parser, LOG_BLOCK_NONE);
	open->to = line->offset;
	open->lines = line->number - open->first_line;
	open = segment_add(result);
	open->begins = true;
	open->from = line->offset;
	open->first_line = line->number;
	take_records(parser, &open->records);
	log_state_fresh(&parser->state, LISTING_UNKNOWN);
}

/* Output that belongs to no block is told by the command that printed it. */
static void remember_command(struct log_state *state, struct slice command)
{
	struct slice word = command_word(command);

	word = slice_first(word, sizeof(state->command));
	if (word.len)
		memcpy(state->command, word.at, word.len);
	state->command_len = (uint8_t)word.len;
}

static void read_prompt(struct log_parser *parser, struct slice command)
{
	log_parser_open(parser, LOG_BLOCK_NONE);
	parser->state.process = 0;
	parser->state.resource = 0;
	parser->state.port = 0;
	parser->state.listing = (uint8_t)command_listing(command);
	remember_command(&parser->state, command);
	parser->result->prompt_seen = true;
	for (int id = LOG_BLOCK_NONE + 1; id < LOG_BLOCKS; id++)
		if ((blocks[id]->command && command_is(command, blocks[id]->command)) ||
		    (blocks[id]->commands && blocks[id]->commands(command)))
			blocks[id]->commanded(parser);
}

static bool begins_block(struct log_parser *parser, const struct line *line, unsigned mask)
{
	for (; mask; mask &= mask - 1)
		if (blocks[__builtin_ctz(mask)]->begins(parser, line))
			return true;
	return false;
}

/* The threads that were listed of the last process need not be all it has, unless the line that was cut is the next
 * process' header. */
static void cut_threads(struct log_parser *parser, struct slice last)
{
	struct records *records = parser->records;
	uint64_t address = parser->state.process;
	struct process *process =
		records->processes.len ? &records->processes.at[records->processes.len - 1]
				       : NULL;

	if (address == 0 || slice_starts(last, SLICE("PROCESS ")) ||
	    slice_starts(SLICE("PROCESS "), last))
		return;
	if (!process || process->address != address) {
		process = vec_add(&records->processes);
		*process = PROCESS_NONE(address);
		process->flags = PROCESS_CONTINUED;
	}
	process->flags |= PROCESS_THREADS_CUT;
}

/* Three dots are what people write; those of a debugger stand behind others, or behind what is being loaded. */
static void read_unknown_line(struct log_parser *parser, const struct line *line,
			      enum behind behind)
{
	struct slice text = lex_rest(&line->cursor);

	if (line_is_elision(text) ||
	    (behind != BEHIND_LOADING && slice_equal(text, SLICE("..."))))
		cut_threads(parser, text);
	if (behind == BEHIND_SENTENCE || line_is_sentence(text))
		parser->state.behind = BEHIND_SENTENCE;
	else if (line_is_loading(text))
		parser->state.behind = BEHIND_LOADING;
	unknown_line_count(parser, line);
}

/* A line that neither begins a block nor is known in the open one, unless that takes all. */
static __attribute__((noinline)) void
read_stray_line(struct log_parser *parser, const struct line *line, enum behind behind)
{
	const struct log_block *block = blocks[parser->state.block];
	struct slice text = lex_rest(&line->cursor);

	if (begins_block(parser, line, parser->weak[(unsigned char)text.at[0]]))
		return;
	if (block && block->loose && block->reads(parser, line)) {
		if (line_is_elision(text))
			cut_threads(parser, text);
		return;
	}
	read_unknown_line(parser, line, behind);
}

static forced_inline void read_plain_line(struct log_parser *parser,
					  const struct line *line, unsigned offered)
{
	struct slice command, text = lex_rest(&line->cursor);
	const struct log_block *block;
	enum behind behind = parser->state.behind;

	parser->state.behind = BEHIND_NOTHING;
	if (line->may_prompt && prompt_may_begin(text.at[0]) && prompt_split(text, &command)) {
		read_prompt(parser, command);
		return;
	}
	if (offered && begins_block(parser, line, offered & ~MAY_WAIT))
		return;
	block = blocks[parser->state.block];
	if (!block || block->loose || !block->reads(parser, line))
		read_stray_line(parser, line, behind);
}

/* Behind lines that were left out no half of a line goes on, either. */
static bool begins_anything(struct slice text)
{
	struct slice command;

	return line_is_elision(text) || slice_starts(text, SLICE("PROCESS ")) ||
	       slice_starts(text, SLICE("THREAD ")) ||
	       slice_starts(text, SLICE("Loading Dump File [")) ||
	       prompt_split(text, &command);
}

static void flush_pending(struct log_parser *parser)
{
	struct log_state *state = &parser->state;
	char copy[sizeof(state->pending)];
	struct line line = { .cursor = { copy, copy + state->pending_len, false },
			     .offset = state->pending_offset,
			     .length = state->pending_length,
			     .number = state->pending_line,
			     .last = state->pending_last };

	memcpy(copy, state->pending, state->pending_len);
	state->pending_len = 0;
	read_plain_line(parser, &line, offered_to(parser, lex_rest(&line.cursor)));
}

/* Keeps the line until its other half comes. False when it is none that waits for one. */
static bool hold(struct log_state *state, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	if (!wrapped_line_waits(text) || text.len >= sizeof(state->pending))
		return false;
	memcpy(state->pending, text.at, text.len);
	state->pending_len = (uint16_t)text.len;
	state->pending_line = line->number;
	state->pending_last = line->last;
	state->pending_offset = line->offset;
	state->pending_length = line->length;
	return true;
}

/* Puts the line behind the one that waits and reads both as one, unless that was wrapped again. */
static void read_joined(struct log_parser *parser, const struct line *line)
{
	struct log_state *state = &parser->state;
	struct slice text = lex_rest(&line->cursor);
	char copy[sizeof(state->pending) + LOG_LINE_MAX * 3 + 1];
	size_t len = state->pending_len;
	struct line joined = *line;

	memcpy(copy, state->pending, len);
	copy[len++] = ' ';
	memcpy(copy + len, text.at, text.len);
	joined.cursor.at = copy;
	joined.cursor.end = copy + len + text.len;
	joined.number = state->pending_line;
	joined.offset = state->pending_offset;
	joined.length = line->offset + line->length - state->pending_offset;
	state->pending_len = 0;
	if (!hold(state, &joined))
		read_plain_line(parser, &joined,
				offered_to(parser, lex_rest(&joined.cursor)));
}

/* The line behind one that waits: its other half, noise before that, or neither. */
static bool read_behind_pending(struct log_parser *parser, const struct line *line)
{
	struct log_state *state = &parser->state;
	struct slice text = lex_rest(&line->cursor);

	if (!begins_anything(text)) {
		struct slice pending = { state->pending, state->pending_len };

		if (wrapped_line_goes_on(pending, text)) {
			read_joined(parser, line);
			return true;
		}
		if (line_is_noise(text))
			return true;
	}
	flush_pending(parser);
	return false;
}

static forced_inline void read_line(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);
	unsigned offered;

	if (text.len == 0)
		return;
	offered = offered_to(parser, text);
	if (__builtin_expect(parser->state.pending_len != 0, 0) &&
	    read_behind_pending(parser, line))
		return;
	if (__builtin_expect(offered & MAY_WAIT, 0) && wrapped_line_may_wait(text) &&
	    hold(&parser->state, line))
		return;
	read_plain_line(parser, line, offered);
}

void log_parser_read_line(struct log_parser *parser, const struct line *line)
{
	read_line(parser, line);
}

static void begin_parser(struct log_parser *parser, struct log_chunk_result *result,
			 const struct log_state *start)
{
	const struct log_block *block;

	gather_heads(parser);
	gather_known(parser);
	parser->result = result;
	result->segments_used = 0;
	result->prompt_seen = result->other_bytes = false;
	take_records(parser, &segment_add(result)->records);
	parser->state = *start;
	parser->process = NULL;
	parser->thread = NULL;
	parser->message = NULL;
	parser->port = NULL;
	parser->page_file = NULL;
	block = blocks[start->block];
	if (block && block->resumes)
		block->resumes(parser);
}

/* What stands behind the last newline or return. */
static struct slice last_piece(struct slice text)
{
	size_t begin = text.len;

	while (begin && text.at[begin - 1] != '\n' && text.at[begin - 1] != '\r')
		begin--;
	return slice_skip(text, begin);
}

/* Keeps how the line begins that the text ends in, wherever texts are cut inside it. */
static void keep_unended(struct log_state *state, struct slice text)
{
	struct slice last = last_piece(text);

	if (!text.len)
		return;
	state->last_byte = text.at[text.len - 1];
	if (last.len < text.len)
		state->unended_len = 0;
	while (!state->unended_len && last.len && lex_is_blank(*last.at))
		last = slice_skip(last, 1);
	last = slice_first(last, sizeof(state->unended) - state->unended_len);
	if (last.len)
		memcpy(state->unended + state->unended_len, last.at, last.len);
	state->unended_len += (uint8_t)last.len;
}

/* The log breaks off inside a block: what was complete is kept, and this is said. Half a code unit behind the
 * last newline, which decoding made U+FFFD, is no line; what somebody says of the log at its end is none of the block. */
static void diagnose_cut(struct log_parser *parser, uint64_t offset)
{
	const struct log_state *state = &parser->state;
	struct line end = { .number = parser->result->lines, .offset = offset };
	struct slice last = slice_trim((struct slice){ state->unended, state->unended_len });
	uint8_t block = state->block;

	if (last.len == 0 || slice_equal(last, SLICE("\xEF\xBF\xBD")) ||
	    block == LOG_BLOCK_NONE || block == LOG_BLOCK_banner ||
	    state->behind == BEHIND_SENTENCE)
		return;
	/* What a form feed or Ctrl-Z ends is whole. */
	if (raw_is_end_mark(state->last_byte))
		return;
	log_parser_diagnose(parser, DIAGNOSTIC_TRUNCATED_BLOCK, &end, last);
	cut_threads(parser, last);
	if (blocks[block]->breaks_off)
		blocks[block]->breaks_off(parser);
}

static void end_result(struct log_parser *parser, struct slice text, enum log_end log_end)
{
	struct log_chunk_result *result = parser->result;
	struct segment *open;

	keep_unended(&parser->state, text);
	if (log_end != LOG_GOES_ON && parser->state.pending_len)
		flush_pending(parser);
	if (log_end == LOG_ENDS)
		diagnose_cut(parser, text.len);
	/* Where the next text begins is its line 0 and byte 0: what stands before is below 0. */
	parser->state.pending_line -= result->lines;
	parser->state.pending_last -= result->lines;
	parser->state.pending_offset -= text.len;
	parser->state.resource_line -= result->lines;
	parser->state.resource_offset -= text.len;
	result->end = parser->state;
	open = &result->segments.at[result->segments_used - 1];
	open->to = text.len;
	open->lines = result->lines - open->first_line;
	if (text.len && text.at[text.len - 1] != '\n')
		open->lines++;
}

/* Takes off the returns that end the text: its last line ends there as it would at a newline. */
static bool take_returns(struct scanned_line *scanned)
{
	struct slice *text = &scanned->text;
	size_t len = text->len;

	while (len && text->at[len - 1] == '\r')
		len--;
	if (len == text->len)
		return false;
	text->len = len;
	return true;
}

/* Passes over the rest of a piece that is too long: a return ends it as a newline does (raw_line.c). */
static void skip_long(struct log_state *state, struct scanned_line *scanned)
{
	struct slice *text = &scanned->text;
	const char *lone = text->len ? memchr(text->at, '\r', text->len) : NULL;
	size_t passed = lone ? (size_t)(lone - text->at) + 1 : text->len;

	*text = slice_skip(*text, passed);
	state->in_long_line = !lone && !scanned->newline;
}

/* A line as it was scanned; most are plain, and go straight to the blocks. */
static forced_inline void read_scanned(struct log_parser *parser, struct slice text,
				       bool plain, struct line *line)
{
	if (__builtin_expect(!plain || text.len > LOG_LINE_MAX, 0)) {
		raw_read_line(parser, text, line);
		return;
	}
	line->length = text.len;
	line->cursor = raw_trim(text, line->cursor.open_end);
	read_line(parser, line);
}

/* What stands behind the text's last newline. */
static void read_last(struct log_parser *parser, struct scanned_line scanned,
		      struct line line, enum log_end log_end)
{
	bool returned = take_returns(&scanned);

	line.cursor.open_end = !returned && log_end == LOG_ENDS;
	read_scanned(parser, scanned.text, scanned.plain, &line);
	parser->state.in_long_line |= !returned && scanned.text.len;
}

/* What stands behind a line that was read, as long as the short way takes it. */
static inline uint32_t read_on(struct log_parser *parser, struct line_scan *scan,
			       struct slice text, uint32_t number)
{
	if (parser->state.pending_len || parser->state.in_long_line)
		return 0;
	return known_lines_read(parser, scan, text, number);
}

void log_parse(struct log_chunk_result *result, const struct log_state *start,
	       struct slice text, enum log_end log_end)
{
	struct log_parser parser;
	struct scanned_line scanned;
	struct line_scan scan;
	uint32_t lines = 0;

	begin_parser(&parser, result, start);
	line_scan_begin(&scan, text);
	while (line_scan_next(&scan, &scanned)) {
		struct line line = { .number = lines, .last = lines };

		if (__builtin_expect(parser.state.in_long_line, 0))
			skip_long(&parser.state, &scanned);
		line.offset = (uint64_t)(scanned.text.at - text.at);
		if (!scanned.newline) {
			read_last(&parser, scanned, line, log_end);
			break;
		}
		read_scanned(&parser, scanned.text, scanned.plain, &line);
		lines++;
		lines += read_on(&parser, &scan, text, lines);
	}
	result->lines = lines;
	end_result(&parser, text, log_end);
}

void log_chunk_result_free(struct log_chunk_result *result)
{
	vec_for_each(segment, &result->segments)
		records_free(&segment->records);
	vec_free(&result->segments);
}
