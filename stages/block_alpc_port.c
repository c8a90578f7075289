/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One port as !alpc /p prints it (formats.md section 5.2): owner, name, and how many messages wait in its queues. The
 * threads registered to serve it stand as THREAD headers between its fields; the queues come behind them.
 */
#include "stages/log_parser.h"

static struct port *open_port(struct log_parser *parser, uint64_t address,
			      const struct line *line)
{
	struct port *port;

	log_parser_open(parser, LOG_BLOCK_alpc_port);
	port = parser->port = vec_add(&parser->records->ports);
	*port = (struct port){ .address = address,
			       .main_queue = NUMBER_NONE,
			       .large_queue = NUMBER_NONE,
			       .pending_queue = NUMBER_NONE,
			       .registered_threads = NUMBER_NONE };
	if (line)
		port->evidence = line_evidence(line);
	parser->state.port = address;
	return port;
}

/* "P (Name)": the name, unless it is a word that stands for none. */
static name_id read_name(struct log_parser *parser, struct cursor *cursor)
{
	struct slice text;

	if (!lex_words(cursor, SLICE("(")) || !lex_to_end(cursor, &text) ||
	    text.len < 2 || text.at[text.len - 1] != ')')
		return 0;
	text.len--;
	if (slice_equal(text, SLICE("Unnamed")) || slice_equal(text, SLICE("null")))
		return 0;
	return log_parser_name(parser, text);
}

/* "Type : ALPC_CONNECTION_PORT", "OwnerProcess : P (image)", "ConnectionPort : P (Name)" */
static bool read_field(struct log_parser *parser, struct cursor cursor)
{
	struct port *port = parser->port;
	struct slice label, word;
	uint64_t address;

	if (!lex_label(&cursor, &label))
		return false;
	if (slice_equal(label, SLICE("Type")) && lex_token(&cursor, &word)) {
		port->type = log_parser_name(parser, word);
	} else if (slice_equal(label, SLICE("OwnerProcess")) &&
		   log_parser_address(parser, &cursor, &address)) {
		port->owner_process = address;
		port->owner_image = read_name(parser, &cursor);
	} else if (slice_equal(label, SLICE("ConnectionPort")) &&
		   log_parser_address(parser, &cursor, &address) && address == port->address) {
		port->name = read_name(parser, &cursor);
	}
	return true;
}

/* "3 thread(s) are registered with port IO completion object:" */
static bool read_registered(struct log_parser *parser, struct cursor cursor)
{
	uint64_t count;

	if (!lex_decimal(&cursor, &count) || count >= NUMBER_NONE ||
	    !lex_words(&cursor, SLICE("thread(s) are registered")))
		return false;
	parser->port->registered_threads = (uint32_t)count;
	return true;
}

/* "queue is empty." or "queue has 3 message(s)" behind the queue's name. */
static bool read_length(struct cursor cursor, uint32_t *length)
{
	uint64_t count = 0;

	if (!lex_words(&cursor, SLICE("queue is empty")) &&
	    (!lex_words(&cursor, SLICE("queue has")) || !lex_decimal(&cursor, &count) ||
	     count >= NUMBER_NONE))
		return false;
	if (length)
		*length = (uint32_t)count;
	return true;
}

static bool read_queue(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct port queues = { 0 };
	uint32_t *length;

	if (lex_words(&cursor, SLICE("Main")))
		length = &queues.main_queue;
	else if (lex_words(&cursor, SLICE("Large message")))
		length = &queues.large_queue;
	else if (lex_words(&cursor, SLICE("Pending")))
		length = &queues.pending_queue;
	else if (lex_words(&cursor, SLICE("Direct message")) ||
		 lex_words(&cursor, SLICE("Canceled")))
		length = NULL;
	else
		return false;
	if (!read_length(cursor, length))
		return false;
	if (!parser->port)
		open_port(parser, parser->state.port, line);
	if (length == &queues.main_queue)
		parser->port->main_queue = queues.main_queue;
	else if (length == &queues.large_queue)
		parser->port->large_queue = queues.large_queue;
	else if (length)
		parser->port->pending_queue = queues.pending_queue;
	evidence_extend(&parser->port->evidence, line);
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t address;
	uint8_t digits = 0;

	if (parser->state.port && read_queue(parser, line))
		return true;
	if (!lex_literal(&cursor, SLICE("Port ")))
		return false;
	(void)lex_words(&cursor, SLICE("@"));
	if (!lex_address(&cursor, &address, &digits) || address == 0)
		return false;
	lex_blanks(&cursor);
	if (!lex_at_end(&cursor))
		return false;
	open_port(parser, address, line);
	log_parser_digits(parser, digits);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	if (!read_field(parser, line->cursor) && !read_registered(parser, line->cursor))
		return false;
	evidence_extend(&parser->port->evidence, line);
	return true;
}

static void resumes(struct log_parser *parser)
{
	open_port(parser, parser->state.port, NULL);
}

const struct log_block log_block_alpc_port = { .begins = begins,
					       .reads = reads,
					       .resumes = resumes };
