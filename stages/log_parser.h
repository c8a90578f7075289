/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log parser: a pure function from decoded text to records. No stdio, no LMDB, no globals; the result for a
 * piece of text depends on that text and on the state it starts from, never on threads or order.
 *
 * A log is cut into chunks (cut.h). A chunk that begins at a block header starts from log_state_fresh(); any other
 * goes on from the state in which the chunk before it ended.
 */
#ifndef STAGES_LOG_PARSER_H
#define STAGES_LOG_PARSER_H

#include "stages/known_line.h"
#include "stages/lex.h"
#include "stages/name_cache.h"
#include "stages/record.h"

/* Longest line that is read; what stands behind is passed over with a diagnostic. */
#define LOG_LINE_MAX 8192
/* Of a line so much is told when something is wrong with it. */
#define LOG_SAID_MAX 200

enum log_block_id {
	LOG_BLOCK_NONE,
#define LOG_BLOCK(name) LOG_BLOCK_##name,
#include "stages/log_blocks.def"
#undef LOG_BLOCK
	LOG_BLOCKS,
};

/* Where in a THREAD block we are. */
enum thread_part {
	THREAD_PART_OBJECTS,
	THREAD_PART_FIELDS,
	THREAD_PART_IRPS,
	THREAD_PART_STACK,
};

/* Which list of a lock the entries stand in. */
enum locks_part {
	LOCKS_PART_NONE,
	LOCKS_PART_THREADS, /* owners, and shared waiters among them */
	LOCKS_PART_SHARED,
	LOCKS_PART_EXCLUSIVE,
};

/* What a !vm table has shown so far: by this the next table is told from it, a bit each. */
enum vm_seen {
	VM_SEEN_PAGE_FILE = 1,
	VM_SEEN_PHYSICAL = 2,
	VM_SEEN_COUNTER = 4, /* any other */
	VM_SEEN_ROW = 8,
};

/* The process that !stacks lists threads of. */
struct stacks_process {
	uint64_t address; /* 0 where the line gives none, or gave one that does not fit its threads */
	uint32_t pid;      /* of its first thread, PID_NONE before */
	uint8_t image_len; /* 0 for none */
	char image[128];
};

/* How the stack in hand is laid out (formats.md section 4.6). */
struct stack_layout {
	uint8_t args;  /* pointers between the return address and the symbol: 0, 3 or 4 */
	bool numbered; /* " # Child-SP": a frame number stands first */
};

/* What lines that no block knows say of those behind them. */
enum behind {
	BEHIND_NOTHING,
	BEHIND_LOADING,  /* symbols are being loaded: dots may follow */
	BEHIND_SENTENCE, /* somebody speaks, until a block knows a line again */
};

/* All that a chunk hands on to the next one; plain data. */
struct log_state {
	uint64_t process; /* of the PROCESS block that THREADs now belong to, 0 for none */
	uint64_t thread, message; /* of the open block */
	uint64_t port;            /* listed last by !alpc /p, 0 after a prompt */
	uint64_t lpc_port;        /* that !lpc speaks of, 0 for none */
	uint64_t port_owner;      /* whose ports !alpc /lpp lists */
	uint64_t resource;        /* of the lock listed last, 0 after a prompt */
	uint64_t resource_offset; /* of its header */
	uint32_t resource_line;
	uint32_t process_pid;
	uint8_t block;   /* enum log_block_id */
	uint8_t listing; /* enum listing of the last command */
	uint8_t part;    /* enum thread_part or locks_part, as the block is */
	uint8_t field; /* how far the open block has come in the order of its fields; 0 at its begin */
	uint8_t resource_part; /* enum locks_part: the last list that was begun of the resource */
	struct stack_layout stack;
	char command[24]; /* first word of the last command, not terminated */
	uint8_t command_len;
	bool in_long_line; /* the text before ended inside a line that is too long */
	uint8_t vm_seen;   /* enum vm_seen of the open !vm table */
	bool vm_page_file; /* the lines of its last page file may still come */
	bool vm_sessions;  /* it lists sessions, which are passed over */
	struct stacks_process stacks_process;
	uint8_t behind; /* enum behind: what the line before was, of those that no block knew */
	uint16_t pending_len; /* a wrapped line that waits for the next one */
	/* Its numbers, the second that of its last part; before the text's begin they count down from 2^32. */
	uint32_t pending_line, pending_last;
	uint64_t pending_offset; /* likewise, from 2^64 */
	uint64_t pending_length; /* of the line as it stands */
	char pending[1024];
	char last_byte; /* of the text so far */
	uint8_t unended_len; /* how the line began that the text ends in, behind its leading blanks */
	char unended[LOG_SAID_MAX];
};

/* The state at the beginning of a log, or of a chunk whose first line is a block header, prompt or banner. */
void log_state_fresh(struct log_state *state, enum listing listing);

/* One dump's part of a chunk: a banner begins a new one. */
struct segment {
	struct records records;
	bool begins;         /* with a banner: not the same dump as the segment before */
	uint64_t from, to;   /* bytes of the chunk's text */
	uint32_t first_line; /* relative to the chunk, from 0 */
	uint32_t lines;
};

struct log_chunk_result {
	VEC(struct segment) segments; /* at least one after log_parse() */
	size_t segments_used; /* segments.at[0..used) are this chunk's, the rest spare memory */
	struct log_state end;
	uint32_t lines;   /* newlines in the text */
	bool prompt_seen; /* a kernel debugger's prompt */
	bool other_bytes; /* lines that are no valid UTF-8 were read as cp1252 */
};

/* What follows the text of a chunk. */
enum log_end {
	LOG_ENDS, /* nothing: a last line without newline was cut by whoever wrote the log */
	LOG_HEADER_FOLLOWS, /* a block header, prompt or banner: no block goes on */
	LOG_GOES_ON, /* the next chunk goes on from the state in which this one ends */
};

/* Parses text, which begins at a line's begin (or inside a line, when start->in_long_line). Evidence in the
 * records is relative to the text: byte 0, line 0. */
void log_parse(struct log_chunk_result *result, const struct log_state *start,
	       struct slice text, enum log_end log_end);
void log_chunk_result_free(struct log_chunk_result *result);

/* ---- for the block files (block_*.c) and the parser itself ---- */

struct line {
	struct cursor cursor; /* behind leading blanks */
	uint64_t offset, length; /* in the text, with the newline's CR but without the newline */
	uint32_t number;         /* from 0 */
	uint32_t last;   /* differs from number when a wrapped line was put together */
	bool may_prompt; /* a '>' is in it, or was not looked for */
};

/* A line is looked up by so many of its first characters. Beginnings that fold to one number cost no more than an offer. */
#define LOG_HEAD_LENGTH 5
#define LOG_HEAD_BITS 10

struct log_parser {
	struct log_chunk_result *result;
	struct records *records; /* of the open segment */
	struct log_state state;
	struct process *process; /* open block's record; NULL outside */
	struct thread *thread;
	struct message *message;
	struct port *port;
	struct page_file *page_file;
	/* By a line's first characters, folded: the blocks to offer it to, a bit each, and bit 0 if it may wait for its other half; by the
	 * first one: those to ask when it is not known else. */
	uint16_t heads[1 << LOG_HEAD_BITS], weak[256];
	struct known_lines known;
	line_reader inner[LOG_BLOCKS]; /* reads() of the blocks that are steady, else NULL */
	/* In the records' names: texts as they stand, and what frames stand for by their symbol with its offset and notes. */
	struct name_cache names, frames;
};

/* Those characters in one number, and the place of it in a table. */
static inline uint32_t log_head_mix(const char *at)
{
	uint32_t four;

	memcpy(&four, at, sizeof(four));
	return four ^ (uint32_t)(unsigned char)at[4] << 27 ^
	       (uint32_t)(unsigned char)at[4] << 9;
}

static inline unsigned log_head_number(const char *at)
{
	return log_head_mix(at) * 0x9E3779B1u >> (32 - LOG_HEAD_BITS);
}

#define LOG_BLOCK_HEADS 12

struct log_block {
	/* What the lines begin with that begins() wants to see whatever block is open, LOG_HEAD_LENGTH characters at least; NULL ends fewer. */
	const char *heads[LOG_BLOCK_HEADS];
	/* First characters of those that it need see only where the open block does not know them: they cost the others nothing. May be
	 * NULL. */
	const char *weak_heads;
	/* True when the line opens such a block: it has then called log_parser_open() and read the line. */
	bool (*begins)(struct log_parser *parser, const struct line *line);
	/* Reads a line inside the block; false for a line that it does not know. */
	bool (*reads)(struct log_parser *parser, const struct line *line);
	/* What lines of the block, or behind it, begin with that go the short way (known_line.h); ends with a text NULL. May be NULL. */
	const struct known_beginning *knows;
	/* To ask reads() twice of a line that it refuses is the same as to ask it once: lines that begin no block go to it the short way. */
	bool steady;
	/* Makes a record for the rest of a block that began in the chunk before. May be NULL. */
	void (*resumes)(struct log_parser *parser);
	/* The log ends in the middle of a line of the block: what it did not come to say is not known. May be NULL. */
	void (*breaks_off)(struct log_parser *parser);
	/* The block takes lines for its own without knowing them: where others may begin (weak_heads), they are asked first. */
	bool loose;
	/* A command whose echo alone opens the block, or a test for many, or NULL; and how. */
	const char *command;
	bool (*commands)(struct slice command);
	void (*commanded)(struct log_parser *parser);
};

#define LOG_BLOCK(name) extern const struct log_block log_block_##name;
#include "stages/log_blocks.def"
#undef LOG_BLOCK

/* Reads one plain line: joins it with a wrapped one before it, finds what it begins, hands it to the open block. */
void log_parser_read_line(struct log_parser *parser, const struct line *line);
/* Ends the open block, if any, and makes `id` the open one. */
void log_parser_open(struct log_parser *parser, enum log_block_id id);
/*
 * A line has the open block's field number `field`, 1 upwards in the order in which debuggers print them. False when the
 * block is past that: the line is of another block, whose header was left out, and so is what follows. Ends the block then.
 */
static inline bool log_parser_in_order(struct log_parser *parser, uint8_t field)
{
	if (__builtin_expect(field < parser->state.field, 0)) {
		log_parser_open(parser, LOG_BLOCK_NONE);
		return false;
	}
	parser->state.field = field;
	return true;
}

/* A banner: what follows is another dump. */
void log_parser_new_segment(struct log_parser *parser, const struct line *line);
name_id log_parser_name(struct log_parser *parser, struct slice text);
void log_parser_diagnose(struct log_parser *parser, enum diagnostic_code code,
			 const struct line *line, struct slice text);

static inline struct evidence line_evidence(const struct line *line)
{
	return (struct evidence){ .offset = line->offset,
				  .length = evidence_length(line->length),
				  .first_line = line->number,
				  .last_line = line->last };
}

static inline void evidence_extend(struct evidence *evidence, const struct line *line)
{
	if (__builtin_expect(evidence->length == 0, 0)) {
		*evidence = line_evidence(line);
		return;
	}
	evidence->last_line = line->last;
	evidence->length = evidence_length(line->offset + line->length - evidence->offset);
}

/* Remembers how wide addresses are in this dump. */
static inline void log_parser_digits(struct log_parser *parser, uint8_t digits)
{
	if (digits > parser->records->host.address_digits)
		parser->records->host.address_digits = digits;
}

/* An address of the line, whose width is remembered. */
bool log_parser_address(struct log_parser *parser, struct cursor *cursor, uint64_t *address);

#endif
