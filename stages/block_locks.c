/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resource of !locks (formats.md section 7): who owns it - the entries marked <*> - and who waits, shared among the
 * owners or exclusive in a list of its own. With -v, THREAD blocks stand between the entries, and the lists go on behind them.
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
			      .length = line->offset + line->length - state->resource_offset,
			      .first_line = state->resource_line,
			      .last_line = line->last },
	};

	vec_push(&parser->records->resource_users, user);
}

/* "-01<*>" behind an address: whether it marks an owner. The count is of no interest. False where the log ends before it
 * could say. */
static bool read_mark(struct cursor *cursor, bool *owner)
{
	uint32_t count;

	if (lex_literal(cursor, SLICE("-")))
		(void)lex_hex(cursor, &count);
	*owner = lex_literal(cursor, SLICE("<*>"));
	return *owner || !cursor->open_end ||
	       (!lex_at_end(cursor) && lex_is_blank(*cursor->at));
}

/* "80ed0023-01<*> *** Actual Thread 80ed0020": the two lowest bits of an owner may carry flags. */
static void read_actual(struct log_parser *parser, struct cursor *cursor, uint64_t *thread)
{
	uint64_t actual;

	*thread &= ~(uint64_t)3;
	if (lex_words(cursor, SLICE("*** Actual Thread")) &&
	    log_parser_address(parser, cursor, &actual))
		*thread = actual;
}

/* As many entries as the line has. False when it begins with none. */
static bool read_entries(struct log_parser *parser, struct cursor cursor,
			 const struct line *line)
{
	bool exclusive = parser->state.part == LOCKS_PART_EXCLUSIVE, any = false;
	uint64_t thread;

	while (log_parser_address(parser, &cursor, &thread)) {
		bool owner, whole = read_mark(&cursor, &owner);

		read_actual(parser, &cursor, &thread);
		if (thread && whole)
			add_user(parser, thread,
				 owner && !exclusive ? RESOURCE_OWNER : RESOURCE_WAITER,
				 line);
		any = true;
	}
	return any;
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
	parser->state.part = LOCKS_PART_NONE;
	return true;
}

static bool open_list(struct log_parser *parser, enum locks_part part)
{
	log_parser_open(parser, LOG_BLOCK_locks);
	parser->state.part = (uint8_t)part;
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;

	if (*cursor.at == 'R')
		return read_resource(parser, line);
	if (*cursor.at != 'T' || parser->state.resource == 0)
		return false;
	if (lex_words(&cursor, SLICE("Threads Waiting On Exclusive Access:")))
		return open_list(parser, LOCKS_PART_EXCLUSIVE);
	if (!lex_words(&cursor, SLICE("Threads:")))
		return false;
	open_list(parser, LOCKS_PART_THREADS);
	read_entries(parser, cursor, line);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	if (parser->state.part != LOCKS_PART_NONE && parser->state.resource &&
	    lex_is_hex(*text.at))
		return read_entries(parser, line->cursor, line);
	return slice_starts(text, SLICE("Contention Count")) ||
	       slice_starts(text, SLICE("NumberOf"));
}

const struct log_block log_block_locks = { .heads = { "Resource ", "Threads" },
					   .begins = begins,
					   .reads = reads };
