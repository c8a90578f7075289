/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a level: exactly the one format or filter that its magic told is enabled, so that libarchive
 * never guesses, never stacks filters by itself and never runs a program.
 */
#include <pthread.h>

#include "stages/unpack_library.h"
#include "stages/unpack_parts.h"

/*
 * libarchive's decoder of .Z keeps a static index that two threads can push past its array: only one
 * thread at a time may be in it. Recursive, since a .Z may lie in another.
 */
static pthread_mutex_t compress_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void level_enter(struct level *level)
{
	if (level->kind == KIND_COMPRESS)
		pthread_mutex_lock(&compress_lock);
}

void level_leave(struct level *level)
{
	if (level->kind == KIND_COMPRESS)
		pthread_mutex_unlock(&compress_lock);
}

/* Given by code, a filter is not asked whether it bids; that of .Z reads when made, so it has to bid. */
static int enable_stream(struct archive *archive, enum archive_kind kind)
{
	static const int codes[] = {
		[KIND_GZIP] = ARCHIVE_FILTER_GZIP,   [KIND_XZ] = ARCHIVE_FILTER_XZ,
		[KIND_LZMA] = ARCHIVE_FILTER_LZMA,   [KIND_ZSTD] = ARCHIVE_FILTER_ZSTD,
		[KIND_BZIP2] = ARCHIVE_FILTER_BZIP2, [KIND_LZ4] = ARCHIVE_FILTER_LZ4,
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

void level_error(struct level *level, struct error *error)
{
	if (level->source.error.kind != ERROR_NONE)
		*error = level->source.error;
	else
		reason_set(error, level->archive, level->kind, level->source.block_len == 0);
}

static void level_start(struct level *level)
{
	struct error missing = ERROR_INIT;
	int done;

	if (!unpack_prepare(&missing)) {
		error_input(&level->open_error, "unsupported", "%s", missing.text);
		return;
	}
	level->archive = libarchive.read_new();
	if (!level->archive) {
		error_input(&level->open_error, "unsupported", "no memory");
		return;
	}
	done = enable(level->archive, level->kind);
	if (done == ARCHIVE_WARN) { /* it would run a program */
		error_input(&level->open_error, "unsupported", "%s: not built in",
			    kind_text(level->kind));
		return;
	}
	source_attach(&level->source, level->archive);
	if (done != ARCHIVE_OK || libarchive.read_open1(level->archive) < ARCHIVE_WARN) {
		level_error(level, &level->open_error);
		end_refine(level, &level->open_error);
	}
}

struct level *level_open(struct source *source, enum archive_kind kind, struct slice path)
{
	struct level *level = mem_alloc_zero(1, sizeof(*level));

	level->kind = kind;
	level->path = mem_alloc(path.len + 1);
	memcpy(level->path, path.at, path.len);
	level->path[path.len] = 0;
	level->source = *source;
	level_enter(level);
	level_start(level);
	level_leave(level);
	return level;
}

void level_close(struct level *level)
{
	if (level->archive)
		libarchive.read_free(level->archive);
	source_release(&level->source);
	vec_free(&level->name);
	free(level->path);
	free(level);
}
