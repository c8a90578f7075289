/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as !lpc prints them (formats.md section 5.4), by themselves or below a message. */
#ifndef STAGES_LPC_PORT_H
#define STAGES_LPC_PORT_H

#include "stages/log_parser.h"

/* Reads the line that names a port, in the open block of !lpc or one of the port's own; false, and nothing is done, when it does not. */
bool lpc_port_read_header(struct log_parser *parser, const struct line *line);
/* "1 Port: 0xP Connection: 0xP Communication: 0xP 'Name'": one line of the list of all ports. */
bool lpc_port_read_row(struct log_parser *parser, const struct line *line);
/* Reads a line about the port that was named last; false for one that says nothing of it. */
bool lpc_port_read_field(struct log_parser *parser, const struct line *line);
/* No port is spoken of: what a block of !lpc begins with. */
void lpc_port_none(struct log_parser *parser);
/* Goes on with the port that the chunk before ended in. */
void lpc_port_resume(struct log_parser *parser);

#endif
