/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of LPC; see lpc_port.h. There are three for a connection: the one that the server offers under a name, and one for each end
 * of the conversation, which both say what they were connected to. The evidence of a port is its header; of what is said twice
 * the first stays.
 */
#include "stages/lpc_port.h"

static struct port *add_port(struct log_parser *parser, uint64_t address)
{
	parser->port = vec_add(&parser->records->ports);
	*parser->port = PORT_NONE(address);
	return parser->port;
}

static struct port *open_port(struct log_parser *parser, uint64_t address,
			      const struct line *line)
{
	uint8_t block = parser->state.block;

	if (block != LOG_BLOCK_lpc_port && block != LOG_BLOCK_lpc_message)
		log_parser_open(parser, LOG_BLOCK_lpc_port);
	parser->state.lpc_port = address;
	add_port(parser, address)->evidence = line_evidence(line);
	return parser->port;
}

void lpc_port_none(struct log_parser *parser)
{
	parser->port = NULL;
	parser->state.lpc_port = 0;
}

void lpc_port_resume(struct log_parser *parser)
{
	if (parser->state.lpc_port)
		add_port(parser, parser->state.lpc_port);
}

/* "Server connection port P  Name: OLE4", "Client communication port 0xP": not the line of fields where a colon follows. */
bool lpc_port_read_header(struct log_parser *parser, const struct line *line)
{
	static const struct slice types[] = {
		{ "Server connection port", 22 },
		{ "Server communication port", 25 },
		{ "Client communication port", 25 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct cursor cursor = line->cursor;
		struct slice name;
		uint64_t address;

		if (!lex_words(&cursor, types[i]) ||
		    !log_parser_address(parser, &cursor, &address) || address == 0)
			continue;
		open_port(parser, address, line);
		parser->port->type = log_parser_name(parser, types[i]);
		if (lex_words(&cursor, SLICE("Name:")) && lex_to_end(&cursor, &name))
			parser->port->name = log_parser_name(parser, name);
		return true;
	}
	return false;
}

/* "'SmApiPort'" to the last quote of the line. */
static name_id read_quoted(struct log_parser *parser, struct cursor *cursor)
{
	struct slice text;

	if (!lex_words(cursor, SLICE("'")) || !lex_to_end(cursor, &text) ||
	    text.at[text.len - 1] != '\'')
		return 0;
	return log_parser_name(parser, slice_first(text, text.len - 1));
}

/* The name is that of the port connected to. */
bool lpc_port_read_row(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t number, address, connection, communication;
	struct port *port;
	name_id name;

	if (!lex_decimal(&cursor, &number) || !lex_words(&cursor, SLICE("Port:")) ||
	    !log_parser_address(parser, &cursor, &address) || address == 0 ||
	    !lex_words(&cursor, SLICE("Connection:")) ||
	    !log_parser_address(parser, &cursor, &connection) ||
	    !lex_words(&cursor, SLICE("Communication:")) ||
	    !log_parser_address(parser, &cursor, &communication))
		return false;
	name = read_quoted(parser, &cursor);
	port = open_port(parser, address, line);
	if (connection && connection != address) {
		port->connection_port = connection;
		port = open_port(parser, connection, line);
	}
	port->name = name;
	lpc_port_none(parser);
	return true;
}

/* "Server process  : P (image)" */
static bool read_owner(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct port *port = parser->port;
	struct slice image;
	uint64_t process;

	if (!lex_words(&cursor, SLICE("Server process")) || !lex_words(&cursor, SLICE(":")) ||
	    !log_parser_address(parser, &cursor, &process))
		return false;
	if (port->owner_process == 0)
		port->owner_process = process;
	if (port->owner_image == 0 && lex_words(&cursor, SLICE("(")) &&
	    lex_to_end(&cursor, &image) && image.len > 1 && image.at[image.len - 1] == ')')
		port->owner_image =
			log_parser_name(parser, slice_first(image, image.len - 1));
	return true;
}

static void connect(struct port *port, uint64_t connection)
{
	if (port->connection_port == 0 && port->address != connection)
		port->connection_port = connection;
}

/* "Connected port: 0xP      Server connection port: 0xP": the other end, and where both were connected. */
static bool read_connection(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t peer, connection;
	size_t open;

	if (!lex_words(&cursor, SLICE("Connected port:")) ||
	    !log_parser_address(parser, &cursor, &peer))
		return false;
	if (!lex_words(&cursor, SLICE("Server connection port:")) ||
	    !log_parser_address(parser, &cursor, &connection) || connection == 0)
		return true;
	connect(parser->port, connection);
	if (peer == 0)
		return true;
	open = (size_t)(parser->port - parser->records->ports.at);
	add_port(parser, peer)->evidence = line_evidence(line);
	connect(parser->port, connection);
	parser->port = &parser->records->ports.at[open];
	return true;
}

/* "The message queue is empty", "The message queue contains 3 messages": where no number is given it is not counted, since the list
 * may be cut. */
static bool read_queue(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t count = 0;

	if (!lex_words(&cursor, SLICE("The message queue")))
		return false;
	if (!lex_words(&cursor, SLICE("is empty")) &&
	    (!lex_words(&cursor, SLICE("contains")) || !lex_decimal(&cursor, &count)))
		return true;
	if (parser->port->main_queue == NUMBER_NONE && count < NUMBER_NONE)
		parser->port->main_queue = (uint32_t)count;
	return true;
}

bool lpc_port_read_field(struct log_parser *parser, const struct line *line)
{
	return parser->port && (read_owner(parser, line) ||
				read_connection(parser, line) || read_queue(parser, line));
}
