/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive as a decoder: exactly the one format or filter that an archive's magic told is enabled, so that libarchive
 * never guesses, never stacks filters by itself and never runs a program.
 */
#include "stages/unpack_archive.h"

#include <errno.h>
#include <pthread.h>

#include "stages/password_list.h"

/*
 * libarchive's decoder of .Z keeps a static index that two threads can push past its array: only one
 * thread at a time may be in it. Recursive, since a .Z may lie in another.
 */
static pthread_mutex_t compress_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void archive_enter(struct level *level)
{
	if (level->kind == KIND_COMPRESS)
		pthread_mutex_lock(&compress_lock);
}

void archive_leave(struct level *level)
{
	if (level->kind == KIND_COMPRESS)
		pthread_mutex_unlock(&compress_lock);
}

/* Given by code, a filter is not asked whether it bids; that of .Z reads when made, so it has to bid. */
static int enable_stream(struct archive *archive, enum archive_kind kind)
{
	static const int codes[] = {
		[KIND_BZIP2] = ARCHIVE_FILTER_BZIP2,
		[KIND_LZ4] = ARCHIVE_FILTER_LZ4,
	};
	int done;

	if (kind != KIND_COMPRESS) {
		done = libarchive.read_append_filter(archive, codes[kind]);
		return done == ARCHIVE_OK
			       ? libarchive.read_set_format(archive, ARCHIVE_FORMAT_RAW)
			       : done;
	}
	done = libarchive.read_support_filter_compress(archive);
	if (done == ARCHIVE_OK)
		done = libarchive.read_support_format_raw(archive);
	return done == ARCHIVE_OK ? libarchive.read_support_format_empty(archive) : done;
}

static int enable_zip(struct archive *archive)
{
	int done = libarchive.read_support_format_zip_streamable(archive);

	return done == ARCHIVE_OK ? libarchive.read_support_format_zip_seekable(archive)
				  : done;
}

static int enable(struct archive *archive, enum archive_kind kind)
{
	switch (kind) {
	case KIND_TAR:
		return libarchive.read_support_format_tar(archive);
	case KIND_ZIP:
		return enable_zip(archive);
	case KIND_7ZIP:
		return libarchive.read_support_format_7zip(archive);
	case KIND_RAR:
		return libarchive.read_support_format_rar(archive);
	case KIND_RAR5:
		return libarchive.read_support_format_rar5(archive);
	case KIND_CAB:
		return libarchive.read_support_format_cab(archive);
	default:
		return enable_stream(archive, kind);
	}
}

void archive_error(struct level *level, struct error *error)
{
	if (level->source.error.kind != ERROR_NONE)
		*error = level->source.error;
	else
		reason_set(error, level, level->source.block_len == 0);
}

static la_ssize_t on_read(struct archive *archive, void *data, const void **block)
{
	struct source *source = data;
	ssize_t got = source_next(source);

	if (got < 0)
		libarchive.set_error(archive, EIO, "%s", source->error.text);
	*block = source->block;
	return got < 0 ? ARCHIVE_FATAL : got;
}

static la_int64_t on_skip(struct archive *archive, void *data, la_int64_t request)
{
	struct source *source = data;
	uint64_t left = source->size > source->offset ? source->size - source->offset : 0;

	(void)archive;
	if (request < 0)
		return ARCHIVE_FATAL;
	if ((uint64_t)request < left)
		left = (uint64_t)request;
	source->offset += left;
	return (la_int64_t)left;
}

static la_int64_t on_seek(struct archive *archive, void *data, la_int64_t offset, int whence)
{
	struct source *source = data;
	la_int64_t from = whence == SEEK_SET   ? 0
			  : whence == SEEK_CUR ? (la_int64_t)source->offset
					       : (la_int64_t)source->size;

	if (__builtin_add_overflow(from, offset, &from) || from < 0) {
		libarchive.set_error(archive, EINVAL, "Offset outside the archive");
		return ARCHIVE_FATAL;
	}
	source->offset = (uint64_t)from;
	return from;
}

static void attach(struct source *source, struct archive *archive)
{
	libarchive.read_set_read_callback(archive, on_read);
	libarchive.read_set_callback_data(archive, source);
	if (source->fd < 0)
		return;
	libarchive.read_set_skip_callback(archive, on_skip);
	libarchive.read_set_seek_callback(archive, on_seek);
}

/* The one that was found first: it is tried first. Members may have others. */
static void add_passwords(struct level *level)
{
	struct archive *archive = archive_state_of(level)->archive;

	if (!level->password)
		return;
	libarchive.read_add_passphrase(archive, level->password);
	for (const char *each = NULL; level->means->passwords &&
				      (each = password_next(level->means->passwords, each));)
		if (strcmp(each, level->password) != 0)
			libarchive.read_add_passphrase(archive, each);
}

static void start(struct level *level)
{
	struct archive_state *state = level->state;
	struct error missing = ERROR_INIT;
	int done;

	if (!unpack_prepare(&missing)) {
		error_input(&level->open_error, "unsupported", "%s", missing.text);
		return;
	}
	state->archive = libarchive.read_new();
	if (!state->archive) {
		error_input(&level->open_error, "unsupported", "no memory");
		return;
	}
	add_passwords(level);
	done = enable(state->archive, level->kind);
	if (done == ARCHIVE_WARN) { /* it would run a program */
		error_input(&level->open_error, "unsupported", "%s: not built in",
			    kind_text(level->kind));
		return;
	}
	attach(&level->source, state->archive);
	if (done != ARCHIVE_OK || libarchive.read_open1(state->archive) < ARCHIVE_WARN) {
		archive_error(level, &level->open_error);
		end_refine(level, &level->open_error);
	}
}

static bool archive_open(struct level *level)
{
	struct archive_state *state = mem_alloc_zero(1, sizeof(*state));

	level->state = state;
	archive_enter(level);
	start(level);
	archive_leave(level);
	state->solid = level->open_error.kind == ERROR_NONE && archive_is_solid(level);
	return true;
}

static void archive_close(struct level *level)
{
	struct archive_state *state = level->state;

	if (state->archive)
		libarchive.read_free(state->archive);
	free(state);
}

const struct decoder archive_decoder = {
	.open = archive_open,
	.next = archive_next,
	.fill = archive_fill,
	.close = archive_close,
};
