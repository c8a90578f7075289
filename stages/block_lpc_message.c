/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What !lpc message prints of one message (formats.md section 5.4): who works on it, who waits for it, and whose port it was
 * sent to. Its lines come in an order of their own, several of them naming the message; what they say of ports goes into records of
 * the ports as well (lpc_port.c).
 */
#include "stages/lpc_port.h"

static void add_message(struct log_parser *parser, uint64_t message)
{
	parser->message = vec_add(&parser->records->messages);
	*parser->message = (struct message){ .address = message, .id = NUMBER_NONE };
	parser->state.message = message;
}

/* The line speaks of this message: its record is the open one, or made. */
static void speak_of(struct log_parser *parser, uint32_t id, const struct line *line)
{
	uint64_t message = LPC_MESSAGE | id;

	if (parser->state.block != LOG_BLOCK_lpc_message || parser->state.message != message) {
		log_parser_open(parser, LOG_BLOCK_lpc_message);
		lpc_port_none(parser);
		add_message(parser, message);
		parser->message->flags = MESSAGE_SERVER_SHOWN;
	}
	evidence_extend(&parser->message->evidence, line);
}

/* "Searching message 37bb2 in threads ..." */
static bool read_search(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint32_t id;

	if (!lex_words(&cursor, SLICE("Searching message")) || !lex_hex(&cursor, &id))
		return false;
	speak_of(parser, id, line);
	return true;
}

/* "Server thread P is working on message 37bb2" */
static bool read_server(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t thread;
	uint32_t id;

	if (!lex_words(&cursor, SLICE("Server thread")) ||
	    !log_parser_address(parser, &cursor, &thread) ||
	    !lex_words(&cursor, SLICE("is working on message")) || !lex_hex(&cursor, &id))
		return false;
	speak_of(parser, id, line);
	if (parser->message->server_thread == 0)
		parser->message->server_thread = thread;
	return true;
}

/* "Client thread P waiting a reply from 37bb2" */
static bool read_client(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t thread;
	uint32_t id;

	if (!lex_words(&cursor, SLICE("Client thread")) ||
	    !log_parser_address(parser, &cursor, &thread) ||
	    !lex_words(&cursor, SLICE("waiting a reply from")) || !lex_hex(&cursor, &id))
		return false;
	speak_of(parser, id, line);
	if (parser->message->waiting_thread == 0)
		parser->message->waiting_thread = thread;
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	switch (*line->cursor.at) {
	case 'S':
		return read_search(parser, line) || read_server(parser, line);
	case 'C':
		return read_client(parser, line);
	default:
		return false;
	}
}

/* "Server process  : P (image)"; of what is said twice the first stays. */
static bool read_owner(struct log_parser *parser, const struct line *line)
{
	struct message *message = parser->message;
	struct cursor cursor = line->cursor;
	struct slice image;
	uint64_t process;

	if (!lex_words(&cursor, SLICE("Server process")) || !lex_words(&cursor, SLICE(":")) ||
	    !log_parser_address(parser, &cursor, &process))
		return false;
	if (message->owner_process == 0)
		message->owner_process = process;
	if (message->owner_image || !lex_words(&cursor, SLICE("(")) ||
	    !lex_to_end(&cursor, &image) || image.len < 2 || image.at[image.len - 1] != ')')
		return true;
	image.len--;
	if (!slice_equal(image, SLICE("null")))
		message->owner_image = log_parser_name(parser, image);
	return true;
}

/* "Server connection port P  Name: OLE4" */
static bool read_port(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t port;

	if (!lex_words(&cursor, SLICE("Server connection port")) ||
	    !log_parser_address(parser, &cursor, &port))
		return false;
	if (parser->message->queue_port == 0)
		parser->message->queue_port = port;
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	if (!lpc_port_read_header(parser, line))
		(void)lpc_port_read_field(parser, line);
	if (*line->cursor.at == 'S' && (read_owner(parser, line) || read_port(parser, line)))
		evidence_extend(&parser->message->evidence, line);
	return true; /* the rest of !lpc is about handles and queues */
}

static void resumes(struct log_parser *parser)
{
	add_message(parser, parser->state.message);
	parser->message->flags = MESSAGE_CONTINUED;
	lpc_port_resume(parser);
}

const struct log_block log_block_lpc_message = { .heads = { "Searching ", "Server ", "Client " },
						 .begins = begins,
						 .reads = reads,
						 .resumes = resumes,
						 .loose = true };
