/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records: processes, threads, messages and what else is known of a dump. They say nothing of
 * text, so that a reader of dump files can fill them in as well. A `struct records` is what one chunk of
 * a log yields, and after joining what a whole incident is; the same function joins either into an incident.
 *
 * Units: addresses are kernel addresses, 0 for "not known"; times are milliseconds; texts are numbers
 * in `names`, 0 for "not known". What a log does not say keeps its _NONE value.
 */
#ifndef STAGES_RECORD_H
#define STAGES_RECORD_H

#include "pipeline/base/bytes.h"
#include "pipeline/base/map.h"
#include "pipeline/base/moment.h"
#include "pipeline/base/vec.h"

#define PID_NONE UINT32_MAX
#define SESSION_NONE INT32_MIN
#define HANDLES_NONE UINT32_MAX
#define TICKS_NONE UINT64_MAX
#define MS_NONE INT64_MIN
#define NUMBER_NONE UINT32_MAX
#define SIZE_NONE UINT64_MAX

typedef uint32_t name_id;

/* Where it was read. Lines are 1-based and inclusive, offset and length are bytes of the decoded text. Every record has one, so it
 * is kept small. */
struct evidence {
	uint64_t offset;
	uint32_t length; /* evidence_length() */
	uint32_t first_line, last_line;
	uint32_t source; /* index into the incident's sources */
};

/* Of so many bytes: what is longer than 4 GiB is shown by its beginning. */
static inline uint32_t evidence_length(uint64_t bytes)
{
	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Whether the listing that a PROCESS block stands in prints threads (formats.md section 3.3). */
enum listing {
	LISTING_INHERITED, /* the command stands in an earlier chunk */
	LISTING_UNKNOWN,   /* no command was echoed */
	LISTING_THREADS,
	LISTING_NO_THREADS,
};

enum process_flag {
	PROCESS_BLOCK = 1,          /* a PROCESS block was printed, not only a mention */
	PROCESS_TABLE_ZERO = 2,     /* ObjectTable printed as zero */
	PROCESS_TABLE_SET = 4,      /* ObjectTable printed, not zero */
	PROCESS_THREADS_LISTED = 8, /* its threads were printed, or said to be none */
	PROCESS_ZOMBIE = 16,        /* set by the join */
	PROCESS_CONTINUED = 32,     /* goes on a block that began in the chunk before */
	PROCESS_THREADS_CUT = 64, /* the log broke off in the list of its threads, or lines of it were left out */
};

struct process {
	uint64_t address;
	uint64_t working_set_kb; /* SIZE_NONE */
	uint64_t commit_pages;   /* private pages charged to it; SIZE_NONE */
	struct evidence evidence;
	uint32_t pid, parent_pid;
	int32_t session;
	uint32_t handle_count;
	uint32_t threads; /* distinct THREADs of it in the log; set by the join */
	name_id image;
	uint8_t flags;
	uint8_t listing; /* enum listing; of no interest after the join */
};

/* A process of which no more than this is known. */
#define PROCESS_NONE(at)                                 \
	((struct process){ .address = (at),              \
			   .pid = PID_NONE,              \
			   .parent_pid = PID_NONE,       \
			   .session = SESSION_NONE,      \
			   .handle_count = HANDLES_NONE, \
			   .working_set_kb = SIZE_NONE,  \
			   .commit_pages = SIZE_NONE })

enum thread_state {
#define THREAD_STATE(id, text) THREAD_##id,
#include "stages/thread_states.def"
#undef THREAD_STATE
};

enum wait_kind {
	WAIT_KIND_NONE,
	WAIT_KIND_ALPC, /* message is the address of an ALPC message */
	WAIT_KIND_LPC,  /* message is LPC_MESSAGE and an LPC MessageId */
};

/*
 * An LPC message has no address, only a MessageId. It is known by this bit and the id in the place of an
 * address, which no kernel address looks like: those of 32 bits are smaller, those of 64 bits have their upper bits set.
 */
#define LPC_MESSAGE (1ull << 40)

static inline bool is_lpc_message(uint64_t message)
{
	return message >> 32 == LPC_MESSAGE >> 32;
}

enum thread_flag {
	THREAD_CONTINUED = 1, /* goes on a block that began in the chunk before */
	THREAD_ENCLOSED = 2,  /* stands in the PROCESS block of its process */
	THREAD_PROCESS_GUESSED = 4, /* process is that PROCESS block, no Owning Process line was read */
	THREAD_OBJECTS_CUT = 8, /* the log broke off among its wait objects */
};

struct thread {
	uint64_t address;
	uint64_t process;
	uint64_t message, port,
		owner_process; /* of the "Waiting for reply" line; message 0 when there is none */
	uint64_t lpc_port; /* of a "Current LPC port" line; the join makes it the port of an LPC wait */
	uint64_t wait_start, ticks; /* clock ticks, or TICKS_NONE */
	int64_t wait_ms;            /* as printed beside the ticks, or MS_NONE */
	struct evidence evidence;
	uint64_t wait_offset; /* of the "Waiting for reply" line */
	uint32_t wait_line, wait_last_line, wait_length;
	uint32_t pid, tid;
	uint32_t suspend_count; /* or freeze count; 0 when not printed */
	uint32_t first_object, objects;
	uint32_t first_frame, frames;
	name_id image; /* as its Owning Process line gives it */
	name_id wait_reason;
	uint8_t state;     /* enum thread_state */
	uint8_t wait_kind; /* enum wait_kind */
	uint8_t flags;
	uint8_t rank; /* how much the block in `evidence` says; of interest to the join alone */
};

/* A thread of which no more than this is known, and of which frames and objects may follow. */
#define THREAD_NONE(at, records)                                            \
	((struct thread){ .address = (at),                                  \
			  .pid = PID_NONE,                                  \
			  .tid = PID_NONE,                                  \
			  .ticks = TICKS_NONE,                              \
			  .wait_start = TICKS_NONE,                         \
			  .wait_ms = MS_NONE,                               \
			  .first_object = (uint32_t)(records)->objects.len, \
			  .first_frame = (uint32_t)(records)->frames.len })

typedef VEC(struct thread) thread_vec;

#define NO_OBJECT UINT64_MAX

/* One line below a THREAD header: what it waits on. */
struct wait_object {
	uint64_t address; /* NO_OBJECT for the placeholder of DelayExecution (formats.md section 4.3) */
	uint64_t owner_thread; /* of a Mutant, 0 when not printed */
	name_id type;
};

enum message_flag {
	MESSAGE_SERVER_SHOWN = 1, /* a ServerThread line was printed, zero or not, or what stands behind it */
	MESSAGE_CONTINUED = 2, /* goes on a block that began in the chunk before */
	MESSAGE_CUT = 4, /* the log broke off in it: the server may have been still to come */
};

/* An ALPC message (formats.md section 5.1), or an LPC one (section 5.4). */
struct message {
	uint64_t address; /* or LPC_MESSAGE and the id */
	uint64_t waiting_thread, server_thread, queue_port, owner_process;
	struct evidence evidence;
	uint32_t id; /* NUMBER_NONE when not printed */
	name_id owner_image, queue_type;
	uint8_t flags;
};

/* One row of !vm's process table (formats.md section 6.2). */
struct vm_row {
	uint64_t commit_kb;
	struct evidence evidence;
	uint32_t pid;
	uint32_t table; /* ordinal of the table in the incident, as repeated tables say the same again */
	name_id image;
};

/* Numbers above the table of !vm (formats.md section 6.1). */
enum memory_counter_code {
#define MEMORY_COUNTER(id, unit, label, key) MEMORY_##id,
#include "stages/memory_counters.def"
#undef MEMORY_COUNTER
	MEMORY_COUNTERS,
};

enum memory_unit {
	MEMORY_UNIT_KB,    /* as printed, not from pages */
	MEMORY_UNIT_COUNT, /* of something that failed */
};

struct memory_counter {
	uint64_t value; /* below 2^63: what has wrapped is no value */
	struct evidence evidence;
	uint8_t counter; /* enum memory_counter_code */
};

#define KB_NONE UINT64_MAX

enum page_file_flag {
	PAGE_FILE_CONTINUED = 1, /* goes on one that began in the chunk before */
};

struct page_file {
	uint64_t current_kb, free_kb, minimum_kb, maximum_kb; /* KB_NONE */
	struct evidence evidence;
	name_id name;   /* 0 where the debugger says that it has none */
	uint32_t table; /* as in vm_row; of interest to the join alone */
	uint8_t flags;
};

/* What !analyze says of a bug check (formats.md section 9). */
enum analysis_field_code {
#define ANALYSIS_FIELD(id, kind, label, key) ANALYSIS_##id,
#include "stages/analysis_fields.def"
#undef ANALYSIS_FIELD
	ANALYSIS_FIELDS,
};

/* How a field is read and printed; see the table. */
enum analysis_kind {
	ANALYSIS_KIND_TITLE,
	ANALYSIS_KIND_TEXT,
	ANALYSIS_KIND_CODE,
	ANALYSIS_KIND_NUMBER,
	ANALYSIS_KIND_ADDRESS,
	ANALYSIS_KIND_ARGUMENT,
};

struct analysis_field {
	uint64_t number; /* of a field that is one; an argument and the title have text and number */
	struct evidence evidence;
	name_id text;
	uint8_t field; /* enum analysis_field_code */
};

/* An ALPC port, as !alpc /p and /lpp print it (formats.md sections 5.2, 5.3), or an LPC one (section 5.4). */
struct port {
	uint64_t address, owner_process;
	uint64_t connection_port; /* where a communication port was connected to, 0 when not printed */
	struct evidence evidence;
	name_id name, type, owner_image;
	/* Messages in its queues and threads registered to serve it; NUMBER_NONE when not printed. */
	uint32_t main_queue, large_queue, pending_queue, registered_threads;
};

#define PORT_NONE(at)                                 \
	((struct port){ .address = (at),              \
			.main_queue = NUMBER_NONE,    \
			.large_queue = NUMBER_NONE,   \
			.pending_queue = NUMBER_NONE, \
			.registered_threads = NUMBER_NONE })

/* A thread that serves a port, as !alpc /p lists those registered with it. */
struct port_thread {
	uint64_t port, thread;
};

/* How a process was started, as !peb prints it. */
struct command_line {
	uint64_t process; /* 0 where the log does not say whose it is */
	struct evidence evidence;
	name_id text;
};

enum resource_role {
	RESOURCE_OWNER,
	RESOURCE_WAITER, /* shared or exclusive */
};

/* A thread that holds an executive resource or waits for it, as !locks prints it (formats.md section 7). */
struct resource_user {
	uint64_t resource, thread;
	struct evidence evidence;
	uint8_t role; /* enum resource_role */
};

enum diagnostic_code {
#define DIAGNOSTIC(id, text) DIAGNOSTIC_##id,
#include "stages/diagnostics.def"
#undef DIAGNOSTIC
	DIAGNOSTIC_CODES,
};

/* Lines of one kind that no block knew: what to read next is decided by them. */
struct unknown_line {
	name_id kind; /* "thread: Frozen by #": the block, or the command, and what the line begins with */
	name_id example; /* the first such line */
	uint32_t line, source;
	uint64_t count;
};

/* So many kinds are told apart in an incident; lines of further ones are counted under one. */
#define UNKNOWN_KINDS_MAX 64

struct diagnostic {
	uint8_t code;
	uint32_t line, source;
	name_id text;
};

/* What the banner and the threads' ticks say of the machine and the dump (formats.md section 2.3). */
struct host {
	name_id machine, os, os_line, arch, product, bugcheck;
	uint32_t build, service_pack, processors; /* NUMBER_NONE when not known */
	int64_t session_time;                     /* moment, or MOMENT_NONE */
	bool session_zone_known;
	int64_t uptime_ms; /* MS_NONE */
	uint32_t tick_100ns; /* length of a clock tick in units of 100 ns, 0 when not known */
	uint64_t tick_count; /* Wait Start + Ticks where all threads agree, else TICKS_NONE */
	uint8_t address_digits; /* 8 or 16, 0 while no address was seen */
};

struct records {
	struct names names;
	struct host host;
	VEC(struct process) processes;
	thread_vec threads;
	/* Sightings in !stacks. They fill in what threads leave open, and only when all is read; empty after the join. */
	thread_vec stacks_threads;
	size_t threads_before_stacks; /* how many threads there were when the last of them was added */
	VEC(struct wait_object) objects;
	VEC(name_id) frames; /* symbols without their offset, "nt!KiSwapContext" */
	VEC(struct message) messages;
	VEC(struct vm_row) vm_rows;
	VEC(struct resource_user) resource_users;
	VEC(struct port) ports;
	VEC(struct memory_counter) memory; /* each counter once */
	VEC(struct page_file) page_files;
	VEC(struct analysis_field) analysis; /* each field once */
	VEC(struct port_thread) port_threads;
	VEC(struct command_line) command_lines;
	VEC(struct diagnostic) diagnostics;
	VEC(struct unknown_line) unknown_lines; /* each kind once, in the order of first sight */
	struct map unknown_at;                  /* kind -> index in unknown_lines */
	uint32_t vm_tables;
};

/* Keep the first value of each counter and field. */
void records_add_memory(struct records *records, struct memory_counter seen);
void records_add_analysis(struct records *records, struct analysis_field seen);
/* Counts lines of a kind. */
void records_count_unknown(struct records *records, struct unknown_line seen);
void records_init(struct records *records);
/* Empties it but keeps its memory. */
void records_clear(struct records *records);
void records_free(struct records *records);
/* True when nothing at all was read: no banner, process, thread, message, row, counter or analysis. */
bool records_empty(const struct records *records);

/* Names as bytes and back; false, with the reader bad, on bytes that encoding cannot have made. */
void names_encode(const struct names *names, byte_vec *out);
bool names_decode(struct names *names, struct bytes_reader *reader);

const char *thread_state_text(enum thread_state state);
/* The state of that name, THREAD_UNKNOWN for a word that is none. */
enum thread_state thread_state_of(struct slice word);
const char *diagnostic_text(enum diagnostic_code code);

/* Of the thread's "Waiting for reply" line. */
struct evidence thread_wait_evidence(const struct thread *thread);

/* Whether a and b name the same image: without case, and a name cut to 15 bytes (EPROCESS.ImageFileName,
 * formats.md section 3.1) is the same as the full one it was cut from. */
bool image_same(struct slice a, struct slice b);
#define IMAGE_CUT 15
/* The name as a listing shows EPROCESS.ImageFileName: its first 15 bytes, less a character that they would cut and blanks at
 * the end. */
struct slice image_cut(struct slice image);
/* Of two names of one image the one that says more: the longer, if the shorter is the cut of it; else kept. */
name_id image_richer(const struct names *names, name_id kept, name_id seen);
/* A number for maps: equal for any two names that image_same() calls the same. */
uint64_t image_key(struct slice image);

#endif
