/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message as !alpc /m prints it (formats.md section 5.1), a field a line or, in copies from the web, all on one
 * line. Who waits for it and who serves it is what turns a waiting thread into an edge with a known server.
 */
#include "stages/half_header.h"

/* "0x10E8 (4328)"; what no parenthesis stands behind may be half a number of a line that was cut. */
static void read_id(struct log_parser *parser, struct cursor *cursor)
{
	uint32_t id;

	if (lex_literal(cursor, SLICE("0x")) && lex_hex(cursor, &id) &&
	    lex_words(cursor, SLICE("(")) && parser->message->id == NUMBER_NONE)
		parser->message->id = id;
}

/* The first address that is not zero stays, as in a block that two chunks share. */
static bool read_address(struct log_parser *parser, struct cursor *cursor, uint64_t *field)
{
	uint64_t address;

	if (!log_parser_address(parser, cursor, &address))
		return false;
	if (*field == 0)
		*field = address;
	return true;
}

static void read_waiter(struct log_parser *parser, struct cursor *cursor)
{
	read_address(parser, cursor, &parser->message->waiting_thread);
}

static void read_queue_type(struct log_parser *parser, struct cursor *cursor)
{
	struct slice type;

	if (lex_token(cursor, &type) && parser->message->queue_type == 0)
		parser->message->queue_type = log_parser_name(parser, type);
}

static void read_queue_port(struct log_parser *parser, struct cursor *cursor)
{
	read_address(parser, cursor, &parser->message->queue_port);
}

/* "P (server.exe)": the name goes to the last parenthesis, "(null)" stands for none; what
 * follows on the line of a one-line copy begins with ServerThread. */
static void read_owner(struct log_parser *parser, struct cursor *cursor)
{
	struct cursor name;
	struct slice text;
	ptrdiff_t next;

	if (!read_address(parser, cursor, &parser->message->owner_process))
		return;
	name = *cursor;
	if (!lex_words(&name, SLICE("(")))
		return;
	text = lex_rest(&name);
	next = slice_find(text, SLICE(" ServerThread"));
	if (next >= 0)
		text.len = (size_t)next;
	else if (name.open_end)
		return; /* this parenthesis need not be the last */
	while (text.len && text.at[text.len - 1] != ')')
		text.len--;
	if (text.len < 2)
		return;
	text.len--;
	cursor->at = text.at + text.len + 1;
	if (!slice_equal(text, SLICE("null")) && parser->message->owner_image == 0)
		parser->message->owner_image = log_parser_name(parser, text);
}

static void read_server(struct log_parser *parser, struct cursor *cursor)
{
	if (read_address(parser, cursor, &parser->message->server_thread))
		parser->message->flags |= MESSAGE_SERVER_SHOWN;
}

/* Behind the server: where that was left out, it is not still to come. */
static void pass_server(struct log_parser *parser, struct cursor *cursor)
{
	(void)cursor;
	parser->message->flags |= MESSAGE_SERVER_SHOWN;
}

/* The fields in the order in which they are printed; most are of no interest. */
static const struct {
	struct slice label;
	void (*read)(struct log_parser *parser, struct cursor *cursor);
} labels[] = {
#define LABEL(text, read)                        \
	{                                        \
		{ text, sizeof(text) - 1 }, read \
	}
	LABEL("MessageID", read_id),
	LABEL("CallbackID", NULL),
	LABEL("SequenceNumber", NULL),
	LABEL("Type", NULL),
	LABEL("DataLength", NULL),
	LABEL("TotalLength", NULL),
	LABEL("Canceled", NULL),
	LABEL("Release", NULL),
	LABEL("ReplyWaitReply", NULL),
	LABEL("Continuation", NULL),
	LABEL("OwnerPort", NULL),
	LABEL("WaitingThread", read_waiter),
	LABEL("QueueType", read_queue_type),
	LABEL("QueuePort", read_queue_port),
	LABEL("QueuePortOwnerProcess", read_owner),
	LABEL("ServerThread", read_server),
	LABEL("QuotaCharged", pass_server),
	LABEL("CancelQueuePort", pass_server),
	LABEL("CancelSequencePort", pass_server),
	LABEL("CancelSequenceNumber", pass_server),
	LABEL("ClientContext", pass_server),
	LABEL("ServerContext", pass_server),
	LABEL("PortContext", pass_server),
	LABEL("CancelPortContext", pass_server),
	LABEL("SecurityData", pass_server),
	LABEL("View", pass_server),
#undef LABEL
};

/* False where the field is of another message, whose first line is missing: the block is then closed. */
static bool read_value(struct log_parser *parser, struct slice label, struct cursor *cursor)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (*labels[i].label.at != *label.at || !slice_equal(labels[i].label, label))
			continue;
		if (!log_parser_in_order(parser, (uint8_t)(i + 1)))
			return false;
		if (labels[i].read)
			labels[i].read(parser, cursor);
		return true;
	}
	return true;
}

/* Every "Label : value" of the line; words that are no label belong to a value of no interest. */
static bool read_fields(struct log_parser *parser, struct cursor cursor)
{
	struct slice label, word;
	bool any = false;

	for (;;) {
		if (lex_label(&cursor, &label)) {
			any = true;
			if (!read_value(parser, label, &cursor))
				return true;
		} else if (!lex_token(&cursor, &word)) {
			return any;
		}
	}
}

static void add_message(struct log_parser *parser, uint64_t address)
{
	parser->message = vec_add(&parser->records->messages);
	*parser->message = (struct message){ .address = address, .id = NUMBER_NONE };
	parser->state.message = address;
}

/* "Message @ P" or "Message P", and nothing else but the fields of a one-line copy. */
static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t address;
	uint8_t digits = 0;

	if (!lex_literal(&cursor, SLICE("Message ")))
		return false;
	(void)lex_words(&cursor, SLICE("@"));
	if (!lex_address(&cursor, &address, &digits) || address == 0)
		return half_header(parser, cursor);
	lex_blanks(&cursor);
	if (!lex_at_end(&cursor) && !slice_starts(lex_rest(&cursor), SLICE("MessageID")))
		return false;
	log_parser_open(parser, LOG_BLOCK_alpc_message);
	log_parser_digits(parser, digits);
	add_message(parser, address);
	parser->message->evidence = line_evidence(line);
	read_fields(parser, cursor);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	if (!read_fields(parser, line->cursor))
		return false;
	if (parser->message)
		evidence_extend(&parser->message->evidence, line);
	return true;
}

static void resumes(struct log_parser *parser)
{
	add_message(parser, parser->state.message);
	parser->message->flags = MESSAGE_CONTINUED;
}

static void breaks_off(struct log_parser *parser)
{
	parser->message->flags |= MESSAGE_CUT;
}

const struct log_block log_block_alpc_message = {
	.heads = { "Message " },
	.begins = begins,
	.reads = reads,
	.resumes = resumes,
	.breaks_off = breaks_off,
	.loose = true,
};
