/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A THREAD block (formats.md section 4): header, wait objects, the line that says which message it waits for, owner and
 * ticks. The stack below it is read by stack.c.
 */
#include "stages/half_header.h"
#include "stages/stack.h"
#include "stages/thread_field.h"
#include "stages/thread_wait.h"

/* "WAIT: (WrLpcReply) UserMode Non-Alertable", "WAIT", "RUNNING on processor 2" */
static void read_state(struct log_parser *parser, struct cursor cursor)
{
	struct thread *thread = parser->thread;
	struct slice word, reason;
	const char *close;

	if (!lex_token(&cursor, &word))
		return;
	if (word.at[word.len - 1] == ':')
		word.len--;
	thread->state = (uint8_t)thread_state_of(word);
	if (thread->state == THREAD_UNKNOWN || !lex_words(&cursor, SLICE("(")))
		return;
	reason = lex_rest(&cursor);
	close = reason.len ? memchr(reason.at, ')', reason.len) : NULL;
	if (close)
		thread->wait_reason = log_parser_name(
			parser, slice_first(reason, (size_t)(close - reason.at)));
}

/* A suspended thread and a frozen one run no more, whatever they wait for: one count stands for both. */
static void read_suspend_count(struct log_parser *parser, struct cursor cursor)
{
	static const struct slice labels[] = { SLICE("SuspendCount "), SLICE("FreezeCount ") };
	struct slice text = lex_rest(&cursor);

	/* Nearly all are without: one look is enough. */
	if (text.len == 0 || !memchr(text.at, 'C', text.len))
		return;
	for (size_t i = 0; i < 2; i++) {
		ptrdiff_t at = slice_find(text, labels[i]);
		struct cursor value = cursor;
		uint64_t count;

		if (at < 0 || parser->thread->suspend_count)
			continue;
		value.at += (size_t)at + labels[i].len;
		if (lex_decimal(&value, &count) && count < UINT32_MAX)
			parser->thread->suspend_count = (uint32_t)count;
	}
}

/* "Cid pid.tid  Teb: P Win32Thread: P STATE" */
static void read_header(struct log_parser *parser, struct cursor cursor)
{
	struct thread *thread = parser->thread;
	struct slice ignored; /* addresses of no interest, damaged or not */
	uint32_t pid, tid;

	if (!lex_words(&cursor, SLICE("Cid")) || !lex_hex(&cursor, &pid) ||
	    !lex_literal(&cursor, SLICE(".")) || !lex_hex(&cursor, &tid))
		return;
	thread->pid = pid;
	if (lex_at_end(&cursor))
		return; /* a Teb stands behind it: the line was cut, and the number may be */
	thread->tid = tid;
	if (lex_words(&cursor, SLICE("Teb:")) && !lex_token(&cursor, &ignored))
		return;
	if (lex_words(&cursor, SLICE("Win32Thread:")) && !lex_token(&cursor, &ignored))
		return;
	read_state(parser, cursor);
	read_suspend_count(parser, cursor);
}

static void add_thread(struct log_parser *parser, uint64_t address)
{
	parser->thread = vec_add(&parser->records->threads);
	*parser->thread = THREAD_NONE(address, parser->records);
	parser->state.thread = address;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct log_state *state = &parser->state;
	struct thread *thread;
	uint64_t address;
	uint8_t digits = 0;

	if (!lex_literal(&cursor, SLICE("THREAD ")))
		return false;
	if (!lex_address(&cursor, &address, &digits) || address == 0)
		return half_header(parser, cursor);
	log_parser_open(parser, LOG_BLOCK_thread);
	if (parser->state.port) /* those that !alpc /p lists are registered with it */
		vec_push(&parser->records->port_threads,
			 ((struct port_thread){ parser->state.port, address }));
	log_parser_digits(parser, digits);
	add_thread(parser, address);
	thread = parser->thread;
	thread->evidence = line_evidence(line);
	state->part = THREAD_PART_OBJECTS;
	read_header(parser, cursor);
	if (state->process && thread->pid != PID_NONE && thread->pid == state->process_pid) {
		thread->process = state->process;
		thread->flags |= THREAD_ENCLOSED | THREAD_PROCESS_GUESSED;
	}
	return true;
}

/* "P  Semaphore Limit 0x1", "P  Mutant - owning thread P" */
static bool read_object(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct wait_object object = { 0 };
	struct slice type;
	uint8_t digits = 0;

	if (!lex_address(&cursor, &object.address, &digits) || object.address == 0)
		return false;
	if (!lex_token(&cursor, &type) ||
	    !((type.at[0] | 0x20) >= 'a' && (type.at[0] | 0x20) <= 'z'))
		return false;
	if (digits == 8 && object.address == UINT32_MAX)
		object.address = NO_OBJECT;
	object.type = log_parser_name(parser, type);
	lex_blanks(&cursor);
	if (lex_dash(&cursor) && lex_words(&cursor, SLICE("owning thread")))
		(void)lex_address(&cursor, &object.owner_thread, &digits);
	vec_push(&parser->records->objects, object);
	parser->thread->objects++;
	return true;
}

/* "Wait Start TickCount      338852         Ticks: 197682 (0:00:51:28.781)"; ticks that no time stands behind are half a number
 * of a line that was cut, but for zero. */
static bool read_ticks(struct log_parser *parser, const struct line *line)
{
	struct thread *thread = parser->thread;
	struct cursor cursor = line->cursor;
	uint64_t start, ticks;
	int64_t ms;

	if (!lex_words(&cursor, SLICE("Wait Start TickCount")) ||
	    !lex_decimal(&cursor, &start) || !lex_words(&cursor, SLICE("Ticks:")) ||
	    !lex_decimal(&cursor, &ticks) || start == TICKS_NONE || ticks == TICKS_NONE)
		return false;
	if (thread->ticks != TICKS_NONE || (ticks != 0 && lex_at_end(&cursor)))
		return true;
	thread->wait_start = start;
	thread->ticks = ticks;
	if (ticks == 0)
		thread->wait_ms = 0;
	if (lex_words(&cursor, SLICE("(")) && lex_duration(&cursor, &ms) &&
	    lex_literal(&cursor, SLICE(")")))
		thread->wait_ms = ms;
	return true;
}

/* "Owning Process            P       Image:         viewer.exe" */
static bool read_owning_process(struct log_parser *parser, const struct line *line)
{
	struct thread *thread = parser->thread;
	struct cursor cursor = line->cursor;
	struct slice image;
	uint64_t process;

	if (!lex_words(&cursor, SLICE("Owning Process")) ||
	    !log_parser_address(parser, &cursor, &process))
		return false;
	if (process == 0)
		return true;
	if (thread->process == 0 || (thread->flags & THREAD_PROCESS_GUESSED)) {
		thread->process = process;
		thread->flags &= (uint8_t)~THREAD_PROCESS_GUESSED;
	}
	if (thread->image == 0 && lex_words(&cursor, SLICE("Image:")) &&
	    lex_to_end(&cursor, &image) && !slice_equal(image, SLICE("<Unknown>")))
		thread->image = log_parser_name(parser, image);
	return true;
}

/* Reads what is of interest; false when that cannot be read. */
static bool read_value(struct log_parser *parser, enum thread_field field,
		       const struct line *line)
{
	switch (field) {
	case FIELD_COUNTS:
		read_suspend_count(parser, line->cursor);
		return true;
	case FIELD_WAITING:
		return thread_read_waiting(parser, line);
	case FIELD_LPC_PORT:
		return thread_read_port(parser, line);
	case FIELD_OWNER:
		return read_owning_process(parser, line);
	case FIELD_TICKS:
		return read_ticks(parser, line);
	default:
		return true;
	}
}

static enum thread_part part_of(enum thread_field field)
{
	return field == FIELD_IRPS    ? THREAD_PART_IRPS
	       : field == FIELD_STACK ? THREAD_PART_STACK
				      : THREAD_PART_FIELDS;
}

/* The name of the symbol in what stands behind a frame's pointers, 0 where there is none. */
static name_id frame_name(struct log_parser *parser, struct slice text)
{
	struct cached_name *place = name_cache_place(&parser->frames, text);
	name_id name;

	if (place && cached_name_is(place, text))
		return place->name;
	name = names_add(&parser->records->names, stack_bare_symbol(text));
	if (place)
		cached_name_enter(place, text, name);
	return name;
}

static bool read_frame(struct log_parser *parser, const struct line *line)
{
	struct slice text;
	name_id name;

	if (!stack_frame_text(&parser->state.stack, line->cursor, &text))
		return false;
	name = frame_name(parser, text);
	if (name == 0)
		return false;
	vec_push(&parser->records->frames, name);
	parser->thread->frames++;
	evidence_extend(&parser->thread->evidence, line);
	return true;
}

static bool read_above_stack(struct log_parser *parser, const struct line *line)
{
	char first = *line->cursor.at;
	uint8_t part = parser->state.part;
	enum thread_field field;

	if (part == THREAD_PART_OBJECTS && lex_is_hex(first) && read_object(parser, line)) {
		evidence_extend(&parser->thread->evidence, line);
		return true;
	}
	if (part == THREAD_PART_IRPS && lex_is_hex(first))
		return true;
	field = thread_field_of(lex_rest(&line->cursor));
	if (field == FIELD_NONE ||
	    (field == FIELD_STACK &&
	     !stack_read_header(lex_rest(&line->cursor), &parser->state.stack)))
		return false;
	if (field != FIELD_COUNTS) {
		if (!log_parser_in_order(parser, (uint8_t)field))
			return true;
		parser->state.part = (uint8_t)part_of(field);
	}
	if (!read_value(parser, field, line))
		return false;
	evidence_extend(&parser->thread->evidence, line);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	char first = *line->cursor.at;

	if (parser->state.part == THREAD_PART_STACK &&
	    (lex_is_hex(first) || first == '(') && read_frame(parser, line))
		return true;
	return read_above_stack(parser, line);
}

static void resumes(struct log_parser *parser)
{
	add_thread(parser, parser->state.thread);
	parser->thread->flags = THREAD_CONTINUED;
}

static void breaks_off(struct log_parser *parser)
{
	if (parser->state.part == THREAD_PART_OBJECTS)
		parser->thread->flags |= THREAD_OBJECTS_CUT;
}

const struct log_block log_block_thread = {
	.heads = { "THREAD " },
	.begins = begins,
	.reads = reads,
	.steady = true,
	.resumes = resumes,
	.breaks_off = breaks_off,
};
