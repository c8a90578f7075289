/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for ALPC and LPC messages; see thread_wait.h. A wait is taken whole or not at all: half of it names a wrong server. */
#include "stages/thread_wait.h"

static void take_line(struct thread *thread, const struct line *line)
{
	thread->wait_offset = line->offset;
	thread->wait_length = (uint32_t)line->length;
	thread->wait_line = line->number;
	thread->wait_last_line = line->last;
}

/* "ALPC Message P : queued at port P : owned by process P" */
static bool read_alpc(struct thread *thread, struct cursor cursor, const struct line *line)
{
	uint64_t message, port, owner;
	uint8_t digits = 0;

	if (!lex_words(&cursor, SLICE("ALPC Message")) ||
	    !lex_address(&cursor, &message, &digits) || !lex_words(&cursor, SLICE(":")) ||
	    !lex_words(&cursor, SLICE("queued at port")) ||
	    !lex_address(&cursor, &port, &digits) || !lex_words(&cursor, SLICE(":")) ||
	    !lex_words(&cursor, SLICE("owned by process")) ||
	    !lex_address(&cursor, &owner, &digits) || message == 0)
		return false;
	if (thread->message)
		return true;
	thread->wait_kind = WAIT_KIND_ALPC;
	thread->message = message;
	thread->port = port;
	thread->owner_process = owner;
	take_line(thread, line);
	return true;
}

/* "LPC MessageId 00037bb2:" - the colon says that the id is whole. */
static bool read_lpc(struct thread *thread, struct cursor cursor, const struct line *line)
{
	uint32_t id;

	if (!lex_words(&cursor, SLICE("LPC MessageId")) || !lex_hex(&cursor, &id) ||
	    !lex_literal(&cursor, SLICE(":")))
		return false;
	if (thread->message)
		return true;
	thread->wait_kind = WAIT_KIND_LPC;
	thread->message = LPC_MESSAGE | id;
	take_line(thread, line);
	return true;
}

bool thread_read_waiting(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	return lex_words(&cursor, SLICE("Waiting for reply to")) &&
	       (read_alpc(parser->thread, cursor, line) ||
		read_lpc(parser->thread, cursor, line));
}

bool thread_read_port(struct log_parser *parser, const struct line *line)
{
	struct thread *thread = parser->thread;
	struct cursor cursor = line->cursor;
	uint64_t port;

	if (!lex_words(&cursor, SLICE("Current LPC port")) ||
	    !log_parser_address(parser, &cursor, &port))
		return false;
	if (thread->lpc_port == 0)
		thread->lpc_port = port;
	return true;
}
