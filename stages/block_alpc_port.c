/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One port as !alpc /p prints it (formats.md section 5.2): owner, name, and how many messages wait in its queues. The
 * threads registered to serve it stand as THREAD headers between its fields; the queues come behind them. Its evidence
 * is its header.
 */
#include <stddef.h>

#include "stages/half_header.h"

static struct port *open_port(struct log_parser *parser, uint64_t address,
			      const struct line *line)
{
	struct port *port;

	log_parser_open(parser, LOG_BLOCK_alpc_port);
	port = parser->port = vec_add(&parser->records->ports);
	*port = PORT_NONE(address);
	if (line)
		port->evidence = line_evidence(line);
	parser->state.port = address;
	return port;
}

static void fill(uint32_t *field, uint32_t value)
{
	if (*field == NUMBER_NONE)
		*field = value;
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

/* Whose port it is; of a field that is printed again the first value stays. */
static void read_owner(struct log_parser *parser, struct cursor cursor)
{
	struct port *port = parser->port;
	uint64_t address;

	if (!log_parser_address(parser, &cursor, &address))
		return;
	if (port->owner_process == 0)
		port->owner_process = address;
	if (port->owner_image == 0)
		port->owner_image = read_name(parser, &cursor);
}

/* The name that clients connect to stands on the line that repeats the port's own address; of another port it is the one that this
 * was connected to. */
static void read_connection(struct log_parser *parser, struct cursor cursor)
{
	struct port *port = parser->port;
	uint64_t address;

	if (!log_parser_address(parser, &cursor, &address))
		return;
	if (address != port->address && port->connection_port == 0)
		port->connection_port = address;
	if (address == port->address && port->name == 0)
		port->name = read_name(parser, &cursor);
}

/* "Type : ALPC_CONNECTION_PORT", "OwnerProcess : P (image)", "ConnectionPort : P (Name)" */
static bool read_field(struct log_parser *parser, struct cursor cursor)
{
	struct port *port = parser->port;
	struct slice label, word;

	if (!lex_label(&cursor, &label))
		return false;
	if (slice_equal(label, SLICE("Type"))) {
		if (port->type == 0 && lex_token(&cursor, &word))
			port->type = log_parser_name(parser, word);
	} else if (slice_equal(label, SLICE("OwnerProcess"))) {
		read_owner(parser, cursor);
	} else if (slice_equal(label, SLICE("ConnectionPort"))) {
		read_connection(parser, cursor);
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
	fill(&parser->port->registered_threads, (uint32_t)count);
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
	*length = (uint32_t)count;
	return true;
}

static bool read_queue(struct log_parser *parser, const struct line *line)
{
	static const struct {
		struct slice name;
		size_t field; /* of struct port; SIZE_MAX: not kept */
	} queues[] = {
		{ { "Main", 4 }, offsetof(struct port, main_queue) },
		{ { "Large message", 13 }, offsetof(struct port, large_queue) },
		{ { "Pending", 7 }, offsetof(struct port, pending_queue) },
		{ { "Direct message", 14 }, SIZE_MAX },
		{ { "Canceled", 8 }, SIZE_MAX },
	};
	uint32_t length;

	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		struct cursor cursor = line->cursor;

		if (!lex_words(&cursor, queues[i].name) || !read_length(cursor, &length))
			continue;
		if (!parser->port)
			open_port(parser, parser->state.port, line);
		if (queues[i].field != SIZE_MAX)
			fill((uint32_t *)((char *)parser->port + queues[i].field), length);
		return true;
	}
	return false;
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
	if (!lex_address(&cursor, &address, &digits) || address == 0) {
		if (!half_header(parser, cursor))
			return false;
		parser->state.port = 0;
		return true;
	}
	lex_blanks(&cursor);
	if (!lex_at_end(&cursor))
		return false;
	open_port(parser, address, line);
	log_parser_digits(parser, digits);
	return true;
}

/* "P 000010e8 00000bbc:00000c10 P P LPC_REQUEST": a message in a queue, its id and who sent it. The queue's length says how many. */
static bool is_message(struct cursor cursor)
{
	uint64_t address;
	uint32_t number;
	uint8_t digits = 0;

	return lex_address(&cursor, &address, &digits) && lex_hex(&cursor, &number) &&
	       lex_hex(&cursor, &number) && lex_literal(&cursor, SLICE(":")) &&
	       lex_hex(&cursor, &number);
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	if (lex_is_hex(*line->cursor.at) && is_message(line->cursor))
		return true;
	return read_field(parser, line->cursor) || read_registered(parser, line->cursor);
}

static void resumes(struct log_parser *parser)
{
	open_port(parser, parser->state.port, NULL);
}

const struct log_block log_block_alpc_port = { .heads = { "Port ", "Main queue",
							  "Large message", "Direct message",
							  "Canceled queue", "Pending queue" },
					       .begins = begins,
					       .reads = reads,
					       .resumes = resumes,
					       .loose = true };
