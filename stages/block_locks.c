/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resource of !locks (formats.md section 7): who owns it - the entries marked <*> - and who waits, shared among the
 * owners or in lists of their own. With -v, THREAD blocks stand between the entries, and the lists go on behind them.
 */
#include "stages/log_parser.h"

/* Evidence reaches from the resource's header to the entry: both are needed to believe it. */
static void add_user(struct log_parser *parser, uint64_t thread, enum resource_role role,
		     const struct line *line)
{
	const struct log_state *state = &parser->state;
	struct resource_user user = {
		.resource = state->resource,
		.thread = thread,
		.role = (uint8_t)role,
		.evidence = { .offset = state->resource_offset,
			      .length = evidence_length(line->offset + line->length -
							state->resource_offset),
			      .first_line = state->resource_line,
			      .last_line = line->last },
	};

	vec_push(&parser->records->resource_users, user);
}

/* "-01<*>" behind an address: whether it marks an owner. The count is of no interest. False where there is none, or where
 * the log ends before it could say. */
static bool read_mark(struct cursor *cursor, bool *owner)
{
	uint32_t count;

	if (!lex_dash(cursor) || !lex_hex(cursor, &count))
		return false;
	*owner = lex_literal(cursor, SLICE("<*>"));
	return *owner || !cursor->open_end ||
	       (!lex_at_end(cursor) && lex_is_blank(*cursor->at));
}

/* "80ed0023-01<*> *** Actual Thread 80ed0020": where the two lowest bits are set it is told what stands in the owner's place. Of
 * what a file system put there, or where the log ends before it says, the owner is not known: 0. */
static void read_actual(struct log_parser *parser, struct cursor *cursor, uint64_t *thread)
{
	bool flagged = *thread & 3;
	uint64_t actual;

	*thread &= ~(uint64_t)3;
	if (lex_words(cursor, SLICE("*** Actual Thread")) &&
	    log_parser_address(parser, cursor, &actual))
		*thread = actual;
	else if (lex_words(cursor, SLICE("*** Unknown owner, possibly FileSystem")) ||
		 (flagged && cursor->open_end))
		*thread = 0;
}

/* An entry of a list: an address and, but in those of waiters alone, a mark. False where the line has none, or where
 * the log ends in it. */
static bool read_entry(struct log_parser *parser, struct cursor *cursor, uint64_t *thread,
		       bool *owner)
{
	bool marked = parser->state.part == LOCKS_PART_THREADS;
	uint8_t digits = 0;

	*owner = false;
	if (!lex_address(cursor, thread, &digits) || read_mark(cursor, owner) != marked)
		return false;
	log_parser_digits(parser, digits);
	read_actual(parser, cursor, thread);
	lex_blanks(cursor);
	return true;
}

/* Threads live in the upper half of the address space. */
static bool may_be_thread(uint64_t address)
{
	return address == 0 || address >> 63 || (address >> 32 == 0 && address >> 31);
}

/* Whether the line has entries and nothing else: other commands print numbers, too. Of addresses alone, whose line the log
 * ends in, this is not known. */
static bool is_list(struct log_parser *parser, struct cursor cursor)
{
	uint64_t thread;
	bool owner, any = false;

	if (cursor.open_end && parser->state.part != LOCKS_PART_THREADS)
		return false;
	while (read_entry(parser, &cursor, &thread, &owner)) {
		if (!may_be_thread(thread))
			return false;
		any = true;
	}
	return any && (lex_at_end(&cursor) || cursor.open_end);
}

/* As many entries as the line has. */
static bool read_entries(struct log_parser *parser, struct cursor cursor,
			 const struct line *line)
{
	uint64_t thread;
	bool owner;

	if (!is_list(parser, cursor))
		return false;
	while (read_entry(parser, &cursor, &thread, &owner))
		if (thread)
			add_user(parser, thread, owner ? RESOURCE_OWNER : RESOURCE_WAITER,
				 line);
	return true;
}

/* "Resource @ 0xP    Exclusively owned", "Resource @ nt!Lock (0xP)    Shared 2 owning threads" */
static bool read_resource(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct slice symbol;
	uint64_t resource;

	if (!lex_words(&cursor, SLICE("Resource @")))
		return false;
	if (!log_parser_address(parser, &cursor, &resource) &&
	    (!lex_token(&cursor, &symbol) || !lex_words(&cursor, SLICE("(")) ||
	     !log_parser_address(parser, &cursor, &resource)))
		resource = 0; /* damaged: whoever is listed below uses nothing that is known */
	if (resource == 0 && line->cursor.open_end)
		return false;
	log_parser_open(parser, LOG_BLOCK_locks);
	parser->state.resource = resource;
	parser->state.resource_offset = line->offset;
	parser->state.resource_line = line->number;
	parser->state.part = parser->state.resource_part = LOCKS_PART_NONE;
	return true;
}

/* A resource has each list once, in this order: another one is of a resource whose first line is missing. */
static bool open_list(struct log_parser *parser, enum locks_part part)
{
	log_parser_open(parser, LOG_BLOCK_locks);
	if (part <= parser->state.resource_part)
		parser->state.resource = 0;
	parser->state.part = parser->state.resource_part = (uint8_t)part;
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	if (*cursor.at == 'R')
		return read_resource(parser, line);
	if (*cursor.at != 'T' || parser->state.resource == 0)
		return false;
	if (lex_words(&cursor, SLICE("Threads Waiting On Shared Access:")))
		return open_list(parser, LOCKS_PART_SHARED);
	if (lex_words(&cursor, SLICE("Threads Waiting On Exclusive Access:")))
		return open_list(parser, LOCKS_PART_EXCLUSIVE);
	if (!lex_words(&cursor, SLICE("Threads:")))
		return false;
	open_list(parser, LOCKS_PART_THREADS);
	if (parser->state.resource)
		read_entries(parser, cursor, line);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	if (slice_find(text, SLICE(" total locks, ")) > 0)
		return true; /* "27708 total locks, 3 locks currently held" */
	if (parser->state.part != LOCKS_PART_NONE && parser->state.resource &&
	    lex_is_hex(*text.at))
		return read_entries(parser, line->cursor, line);
	if (!slice_starts(text, SLICE("Contention Count")) &&
	    !slice_starts(text, SLICE("NumberOf")))
		return false;
	if (parser->state.resource_part != LOCKS_PART_NONE)
		parser->state.resource = 0; /* they stand before the lists of a resource */
	return true;
}

const struct log_block log_block_locks = { .heads = { "Resource ", "Threads" },
					   .begins = begins,
					   .reads = reads };
