/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ports of a process as !alpc /lpp lists them (formats.md section 5.3): those it made, and those of others that it is
 * connected to. It tells whose a port is without any message.
 */
#include "stages/log_parser.h"

/* "('Name')"; the name may be empty. */
static bool read_quoted(struct log_parser *parser, struct cursor *cursor, name_id *name)
{
	struct cursor probe = *cursor;
	struct slice rest;
	ptrdiff_t end;

	if (!lex_literal(&probe, SLICE("('")))
		return false;
	rest = lex_rest(&probe);
	end = slice_find(rest, SLICE("')"));
	if (end < 0)
		return false;
	*name = log_parser_name(parser, slice_first(rest, (size_t)end));
	probe.at += end + 2;
	*cursor = probe;
	return true;
}

static void add_port(struct log_parser *parser, uint64_t address, name_id name,
		     uint64_t owner, name_id image, const struct line *line)
{
	struct port *port;

	if (address == 0)
		return;
	port = vec_add(&parser->records->ports);
	*port = PORT_NONE(address);
	port->name = name;
	port->owner_process = owner;
	port->owner_image = image;
	port->evidence = line_evidence(line);
}

/* "P('SmApiPort') 0, 3 connections": a port of the process that the list is about. */
static bool read_own(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t port;
	name_id name = 0;

	if (!log_parser_address(parser, &cursor, &port) ||
	    !read_quoted(parser, &cursor, &name))
		return false;
	add_port(parser, port, name, parser->state.port_owner, 0, line);
	return true;
}

/* "P 0 -> P('SbApiPort') 0 P('csrss.exe')": a client's port, the port it is connected to, and whose that is. */
static bool read_connection(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t client, port, owner;
	name_id name = 0, image = 0;
	struct slice flags;

	if (!log_parser_address(parser, &cursor, &client) || !lex_token(&cursor, &flags))
		return false;
	lex_blanks(&cursor);
	if (!lex_dash(&cursor) || !lex_words(&cursor, SLICE(">")) ||
	    !log_parser_address(parser, &cursor, &port))
		return false;
	if (!read_quoted(parser, &cursor, &name))
		return true; /* a connection of the process' own port, already told */
	if (lex_token(&cursor, &flags) && log_parser_address(parser, &cursor, &owner) &&
	    read_quoted(parser, &cursor, &image))
		add_port(parser, port, name, owner, image, line);
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t process;

	if (!lex_literal(&cursor, SLICE("Ports ")) ||
	    (!lex_words(&cursor, SLICE("created by the process")) &&
	     !lex_words(&cursor, SLICE("the process"))) ||
	    !log_parser_address(parser, &cursor, &process))
		return false;
	log_parser_open(parser, LOG_BLOCK_alpc_port_list);
	parser->state.port_owner = process;
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	return lex_is_hex(*line->cursor.at) &&
	       (read_own(parser, line) || read_connection(parser, line));
}

const struct log_block log_block_alpc_port_list = { .heads = { "Ports " },
						    .begins = begins,
						    .reads = reads };
