/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the unpack stage share; nobody else includes it. A walk is a stack of levels: each
 * is one open archive or compressed stream, whose bytes come from a source (a descriptor, or the data
 * of the member that the level below stands on), and which a decoder takes apart. The decoders are tables of functions
 * (decoders.def); that of libarchive is in unpack_archive*.c.
 */
#ifndef STAGES_UNPACK_PARTS_H
#define STAGES_UNPACK_PARTS_H

#include "pipeline/base/bytes.h"
#include "stages/unpack.h"

/* unpack_magic.c: what bytes are, told by the bytes */

enum archive_kind {
	KIND_NONE,
	KIND_TAR,
	KIND_ZIP,
	KIND_7ZIP,
	KIND_RAR,
	KIND_RAR5,
	KIND_CAB,
	KIND_GZIP, /* from here on compressed streams, of one member each */
	KIND_XZ,
	KIND_LZMA,
	KIND_ZSTD,
	KIND_BZIP2,
	KIND_LZ4,
	KIND_COMPRESS,
};

#define MAGIC_BYTES 512 /* as many as magic_kind() wants to see */

/* The name matters only to formats that have no magic of their own: .lzma, and tars older than ustar. */
enum archive_kind magic_kind(struct slice first, struct slice name);
bool kind_is_stream(enum archive_kind kind);
/* Must be read with seeks, so that a nested one has to be kept. */
bool kind_needs_seek(enum archive_kind kind);
const char *kind_text(enum archive_kind kind);

/* unpack_name.c: names, which are only ever text */

/* Adds a name as an archive gives it (NULL when it gives none), made UTF-8. */
void name_put(byte_vec *out, const char *raw);
/* Cuts a name to so many bytes, between two characters, and ends it with a sign that it was cut. */
void name_shorten(byte_vec *name, size_t len);
/* Adds what a compressed stream's one member is called: "dir/kd.log.zst" gives "kd.log". */
void name_put_inner(byte_vec *out, struct slice path);

/* unpack_meter.c: how much has been decoded, against the limits of the whole bundle */

struct meter {
	struct unpack_limits limits;
	uint64_t stored; /* bytes of the bundle */
	uint64_t decoded; /* bytes, by all levels together; what a tar only hands on is counted once */
	uint64_t entries; /* members, folders and links */
	uint64_t told;    /* bytes of paths and reasons given to the caller */
	int64_t worked_ns,
		entered_ns; /* time of a processor: of the calls before, and when this one began */
	unsigned unlooked; /* calls since the clock was looked at */
	struct error over; /* kind is ERROR_NONE until a limit is passed; then it stays and nothing more is to be decoded */
	bool over_told;    /* to the caller of the walk */
};

void meter_init(struct meter *meter, int fd, const struct unpack_limits *limits);
/* Around every call into the walk. */
void meter_enter(struct meter *meter);
void meter_leave(struct meter *meter);
/* How many bytes may still be decoded. */
uint64_t meter_room(const struct meter *meter);
/* Each false when a limit of the bundle has been passed, by this or before. */
bool meter_decoded(struct meter *meter, uint64_t bytes);
bool meter_entry(struct meter *meter);
bool meter_told(struct meter *meter, uint64_t bytes);

static inline bool meter_is_over(const struct meter *meter)
{
	return meter->over.kind != ERROR_NONE;
}

/* unpack_source.c: where a level's bytes come from */

#define SOURCE_BUFFER (128 * 1024)

struct level;

struct source {
	int fd; /* -1: the data of the member that `parent` stands on */
	bool owns_fd;
	struct level *parent; /* NULL with an fd */
	uint64_t size;        /* of fd */
	const struct split_file *parts; /* read instead of fd, which is the first of them; NULL: none */
	uint64_t offset;                /* of the next byte to hand out */
	const void *block; /* the last piece handed out, and how long it is */
	size_t block_len;
	void *buffer;       /* SOURCE_BUFFER bytes: the pieces of an fd */
	struct error error; /* kind is ERROR_NONE until reading fails; then it stays */
};

/* Of a file whose position nobody minds. */
uint64_t fd_size(int fd);
void source_from_fd(struct source *source, int fd, bool owns_fd);
void source_from_parent(struct source *source, struct level *parent);
/* Reads the parent's member into anonymous memory first. False, without a source, when it is larger than
 * limit (0 for none) or memory is short. A parent that breaks leaves what came, and the source's error set. */
bool source_keep(struct source *source, struct level *parent, uint64_t limit,
		 struct error *error);
/* From the parts of an archive that was split, which outlive it. */
void source_from_parts(struct source *source, const struct split_file *parts);
/* Makes one file in memory of parts, for whoever needs one descriptor. False when they are larger than limit or memory is short. */
bool source_gather(struct source *source, uint64_t limit);
/* The same bytes from their start, for as long as the other has its descriptor. */
void source_again(struct source *source, const struct source *other);
/* Reads from the source's descriptor; short only at its end, -1 with error set when it cannot be read. */
ssize_t source_pread(struct source *source, void *buffer, size_t len, uint64_t offset);
/* The next piece in source->block: its length, 0 at the end, -1 with source->error set. */
ssize_t source_next(struct source *source);
void source_release(struct source *source);

/* one archive on the stack */

enum level_step {
	LEVEL_MEMBER,
	LEVEL_BAD_MEMBER, /* this member cannot be read */
	LEVEL_BAD,        /* the archive is damaged; it may go on all the same */
	LEVEL_END,
};

struct level;

/*
 * What an archive or a stream is decoded by. A decoder works for one level at a time, keeps what it knows of it in
 * level->state, and takes its bytes from level->source. Nothing is called after `open` said DECODER_PASS or set
 * open_error, but for `close` after the latter.
 */
struct decoder {
	/* False when this archive is none for it: then nothing is left behind in the level, the source is moved back to
	 * where it was, and the next decoder of the kind is asked. What is wrong with one that it takes goes to open_error. */
	bool (*open)(struct level *level);
	/* Leaves the member in hand, if any, and begins the next: calls level_reset(), sets name and size. A failure of the
	 * archive itself is for level_failed(), so that it is told once. */
	enum level_step (*next)(struct level *level, struct error *error);
	/* More bytes of the member: 1 with block and block_len set, and hole where zeros come first; 0 at its end, with
	 * member_ended set; -1 with member_error set. What it hands out stays until the next call. */
	int (*fill)(struct level *level);
	/* NULL, or the same into a buffer: how many bytes, 0 at the end, -1. With some bytes it may set member_ended or
	 * member_error already, for the next call. */
	ssize_t (*fill_into)(struct level *level, void *buffer, size_t len);
	void (*close)(struct level *level);
};

#define DECODER(name, ...) extern const struct decoder name##_decoder;
#include "stages/decoders.def"
#undef DECODER

struct level {
	struct level *below;
	struct meter *meter; /* of the walk */
	enum archive_kind kind;
	unsigned depth;
	bool transparent; /* the tar inside a compressed tar: goes by the stream's path and depth */
	char *path; /* of the archive itself */
	struct source source;
	const struct decoder *decoder;
	void *state; /* the decoder's own */
	const struct unpack_means *means;
	const char *password; /* that opens it, among those of the means; NULL when none is needed or none does */
	const char *locked; /* reason code of encrypted members, when it is known that nothing opens them; else NULL */
	struct error open_error;
	bool over;     /* no step leads on */
	bool reported; /* a failure of the archive itself has been reported */

	/* the member it stands on */
	bool member_ended;
	bool member_reported; /* member_error has reached somebody */
	struct error member_error;
	byte_vec name;
	uint64_t size;
	uint64_t hole; /* zeros that come before the block */
	const char *block;
	size_t block_len;
	size_t head_used, head_len;
	char head[MAGIC_BYTES]; /* the first bytes, looked at before they are read */
};

/* unpack_reason.c */

/* The reason code of what is encrypted and stays so. */
const char *reason_of_locked(const struct level *level);
void reason_encrypted(struct error *error, const struct level *level);

/* unpack_zip_look.c */

struct zip_look {
	bool encrypted; /* members are */
	bool outside;   /* members are packed in ways that are for the outside decoder */
};

/* Of a zip whose source has a descriptor. */
struct zip_look zip_look(struct source *source);

/* unpack_open.c */

/* Takes over the source. Never NULL: what is wrong shows at the first step. */
struct level *level_open(struct source *source, enum archive_kind kind, struct slice path,
			 const struct unpack_means *means, struct meter *meter);
void level_close(struct level *level);

/* unpack_level.c */

enum level_step level_next(struct level *level, struct error *error);
/* For decoders: nothing is left of the member before. */
void level_reset(struct level *level);
/* For decoders: a folder or a link was passed over. False when the walk is to end: then level_failed() with level->meter->over. */
bool level_passed_over(struct level *level);
/* For decoders: the archive itself failed and is over. LEVEL_BAD, or LEVEL_END when somebody was told of it already. */
enum level_step level_failed(struct level *level, const struct error *found,
			     struct error *error);

/* unpack_member.c */

/* Fills level->head as far as the member goes. */
void member_peek(struct level *level);
/* The next bytes of the member, valid until the next call: 1, 0 at its end, -1 with error. Never 0 bytes. */
int level_block(struct level *level, const char **at, size_t *len, struct error *error);
/* For decoders that decode what they pass over, too: decodes what is left of the member, within the limits. False when the archive
 * cannot go on behind it. */
bool member_pass(struct level *level);
/* Copies instead, and fills len unless the member ends or breaks. */
ssize_t level_read(struct level *level, void *buffer, size_t len, struct error *error);

#endif
