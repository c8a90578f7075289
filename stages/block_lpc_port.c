/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !lpc without a message: one port with what belongs to it, or the list of all (formats.md section 5.4). What else it says is
 * about handles and queues of its own.
 */
#include "stages/lpc_port.h"

static void open_ports(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_lpc_port);
	lpc_port_none(parser);
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	uint8_t block = parser->state.block;

	return block != LOG_BLOCK_lpc_port && block != LOG_BLOCK_lpc_message &&
	       (lpc_port_read_header(parser, line) || lpc_port_read_row(parser, line));
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	(void)(lpc_port_read_header(parser, line) || lpc_port_read_row(parser, line) ||
	       lpc_port_read_field(parser, line));
	return true;
}

const struct log_block log_block_lpc_port = { .weak_heads = "SC0123456789",
					      .begins = begins,
					      .reads = reads,
					      .resumes = lpc_port_resume,
					      .loose = true,
					      .command = "!lpc",
					      .commanded = open_ports };
