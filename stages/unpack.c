/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk: a stack of levels, the innermost archive on top. A member whose first bytes are those of an
 * archive becomes a level of its own instead of a member. A file that is no archive is read with pread
 * alone; nothing of libarchive is touched for it.
 */
#include "stages/unpack.h"

#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <pthread.h>
#include <unistd.h>

#include "stages/split_file.h"
#include "stages/unpack_parts.h"

struct unpack {
	int fd;
	struct meter meter;
	struct unpack_means means;
	byte_vec name; /* the bundle's base name */
	byte_vec path; /* of what the last step came to */
	struct level *top;
	bool begun;
	bool plain; /* the bundle is no archive: its bytes are the one member */
	uint64_t plain_at;
	uint64_t member_at;  /* bytes of the member that the caller has taken */
	uint64_t kept_bytes; /* of the nested archives on the stack */
};

/* libarchive converts names by the thread's locale; ours is UTF-8 whatever main() has set. */
static locale_t utf8_locale;
static pthread_once_t utf8_once = PTHREAD_ONCE_INIT;

static void utf8_locale_make(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t locale_enter(void)
{
	pthread_once(&utf8_once, utf8_locale_make);
	return utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
}

static void locale_leave(locale_t old)
{
	if (old)
		uselocale(old);
}

/* libarchive turns names into the locale's letters by some of these; a converter that stays open stays loaded. */
static void keep_converters(void)
{
	static const char *const from[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "CP437" };
	static iconv_t kept[sizeof(from) / sizeof(from[0])];

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
		kept[i] = iconv_open("UTF-8", from[i]);
	(void)kept;
}

bool unpack_preload(struct error *error)
{
	locale_leave(locale_enter());
	keep_converters();
	return unpack_prepare(error);
}

static struct slice text_of(const byte_vec *bytes)
{
	return (struct slice){ (const char *)bytes->at, bytes->len };
}

struct unpack *unpack_open(int fd, struct slice name, const struct unpack_limits *limits)
{
	struct unpack *unpack = mem_alloc_zero(1, sizeof(*unpack));

	unpack->fd = fd;
	meter_init(&unpack->meter, fd, limits);
	bytes_put(&unpack->name, name.at, name.len);
	return unpack;
}

void unpack_use(struct unpack *unpack, const struct unpack_means *means)
{
	unpack->means = *means;
	if (means->parts)
		unpack->meter.stored = split_file_size(means->parts);
}

static void level_push(struct unpack *unpack, struct source *source,
		       enum archive_kind kind, struct slice path, unsigned depth)
{
	struct level *level = level_open(source, kind, path, &unpack->means, &unpack->meter);

	level->depth = depth;
	level->below = unpack->top;
	unpack->top = level;
}

static void level_pop(struct unpack *unpack)
{
	struct level *level = unpack->top;

	unpack->top = level->below;
	if (level->source.owns_fd)
		unpack->kept_bytes -= level->source.size;
	if (level->transparent)
		unpack->top->reported |= level->reported;
	level_close(level);
}

void unpack_close(struct unpack *unpack)
{
	if (!unpack)
		return;
	while (unpack->top)
		level_pop(unpack);
	vec_free(&unpack->name);
	vec_free(&unpack->path);
	free(unpack);
}

static void path_set(struct unpack *unpack, const struct level *level, bool with_member)
{
	unpack->path.len = 0;
	bytes_put(&unpack->path, level->path, strlen(level->path));
	if (!with_member)
		return;
	bytes_put(&unpack->path, "!/", 2);
	bytes_put(&unpack->path, level->name.at, level->name.len);
}

static bool depth_check(struct unpack *unpack, unsigned depth, struct error *error)
{
	uint64_t limit = unpack->meter.limits.depth;

	if (depth <= limit)
		return true;
	return error_input(error, "limit-depth", "more than %llu archives inside each other",
			   (unsigned long long)limit);
}

/* Reads from the bundle itself; short only at its end. */
static ssize_t bundle_read(struct unpack *unpack, void *buffer, size_t len,
			   uint64_t offset, struct error *error)
{
	size_t done = 0;

	if (unpack->means.parts)
		return split_file_read(unpack->means.parts, buffer, len, offset, error);
	while (done < len) {
		ssize_t got = pread(unpack->fd, (char *)buffer + done, len - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && done == 0) {
			error_input(error, "unreadable", "%s", strerror(errno));
			return -1;
		}
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static uint64_t bundle_size(const struct unpack *unpack)
{
	return unpack->means.parts ? split_file_size(unpack->means.parts)
				   : fd_size(unpack->fd);
}

/* The bundle is a plain member, or the first level. */
static bool bundle_begin(struct unpack *unpack, struct error *error)
{
	char first[MAGIC_BYTES];
	struct source source;
	enum archive_kind kind;
	ssize_t got;

	unpack->path.len = 0;
	bytes_put(&unpack->path, unpack->name.at, unpack->name.len);
	got = bundle_read(unpack, first, sizeof(first), 0, error);
	if (got < 0)
		return false;
	kind = magic_kind((struct slice){ first, (size_t)got }, text_of(&unpack->name));
	unpack->plain = kind == KIND_NONE;
	if (unpack->plain)
		return true;
	if (!depth_check(unpack, 1, error))
		return false;
	if (unpack->means.parts)
		source_from_parts(&source, unpack->means.parts);
	else
		source_from_fd(&source, unpack->fd, false);
	level_push(unpack, &source, kind, text_of(&unpack->name), 1);
	return true;
}

/* Reads a nested archive into memory, as far as the others on the stack have left room. */
static bool keep_nested(struct unpack *unpack, struct source *source, struct error *error)
{
	uint64_t limit = unpack->meter.limits.nested_bytes;

	if (limit && unpack->kept_bytes >= limit)
		return error_input(error, "limit-size",
				   "nested archives of more than %llu bytes",
				   (unsigned long long)limit);
	if (!source_keep(source, unpack->top, limit ? limit - unpack->kept_bytes : 0, error))
		return false;
	unpack->kept_bytes += source->size;
	return true;
}

/* Makes a level of the member that the top stands on, whose path is set. */
static bool member_descend(struct unpack *unpack, enum archive_kind kind, struct error *error)
{
	struct level *top = unpack->top;
	bool transparent = kind == KIND_TAR && kind_is_stream(top->kind);
	struct source source;

	if (!transparent && !depth_check(unpack, top->depth + 1, error))
		return false;
	if (!kind_needs_seek(kind))
		source_from_parent(&source, top);
	else if (!keep_nested(unpack, &source, error))
		return false;
	if (transparent) {
		level_push(unpack, &source, kind, slice_from(top->path), top->depth);
		unpack->top->transparent = true;
	} else {
		level_push(unpack, &source, kind, text_of(&unpack->path), top->depth + 1);
	}
	return true;
}

static enum unpack_status walk(struct unpack *unpack, struct unpack_member *member,
			       struct error *error)
{
	while (unpack->top && !meter_is_over(&unpack->meter)) {
		struct level *top = unpack->top;
		enum level_step step = level_next(top, error);
		enum archive_kind kind;

		if (step == LEVEL_END) {
			level_pop(unpack);
			continue;
		}
		path_set(unpack, top, step != LEVEL_BAD);
		member->size = step == LEVEL_BAD ? 0 : top->size;
		if (step != LEVEL_MEMBER)
			return UNPACK_FAILED;
		kind = magic_kind((struct slice){ top->head, top->head_len },
				  text_of(&top->name));
		if (kind == KIND_NONE)
			return UNPACK_MEMBER;
		if (!member_descend(unpack, kind, error))
			return UNPACK_FAILED;
	}
	return UNPACK_END;
}

/* A limit of the bundle was passed: that is told once, and nothing follows. */
static enum unpack_status walk_over(struct unpack *unpack, struct unpack_member *member,
				    struct error *error)
{
	while (unpack->top)
		level_pop(unpack);
	unpack->plain = false;
	if (unpack->meter.over_told)
		return UNPACK_END;
	unpack->path.len = 0;
	bytes_put(&unpack->path, unpack->name.at, unpack->name.len);
	member->size = 0;
	*error = unpack->meter.over;
	return UNPACK_FAILED;
}

static enum unpack_status step(struct unpack *unpack, struct unpack_member *member,
			       struct error *error)
{
	if (!unpack->begun) {
		unpack->begun = true;
		if (!bundle_begin(unpack, error))
			return UNPACK_FAILED;
		if (unpack->plain) {
			member->size = bundle_size(unpack);
			return UNPACK_MEMBER;
		}
	}
	unpack->plain = false;
	return walk(unpack, member, error);
}

/* Whether what the caller is about to be told is the limit that ends the walk. */
static void note_told(struct meter *meter, const struct error *error)
{
	if (meter_is_over(meter) && strcmp(error->text, meter->over.text) == 0)
		meter->over_told = true;
}

enum unpack_status unpack_next(struct unpack *unpack, struct unpack_member *member,
			       struct error *error)
{
	locale_t old = locale_enter();
	enum unpack_status status;

	*member = (struct unpack_member){ .size = 0 };
	meter_enter(&unpack->meter);
	unpack->member_at = 0;
	status = step(unpack, member, error);
	if (meter_is_over(&unpack->meter) && status != UNPACK_MEMBER &&
	    (status == UNPACK_END || strcmp(error->text, unpack->meter.over.text) != 0))
		status = walk_over(unpack, member, error);
	if (status == UNPACK_FAILED)
		note_told(&unpack->meter, error);
	meter_leave(&unpack->meter);
	locale_leave(old);
	if (status == UNPACK_END)
		return status;
	member->path = text_of(&unpack->path);
	meter_told(&unpack->meter,
		   member->path.len + (status == UNPACK_FAILED ? strlen(error->text) : 0));
	return status;
}

static ssize_t read_some(struct unpack *unpack, void *buffer, size_t len, struct error *error)
{
	ssize_t got;

	if (!unpack->plain)
		return unpack->top ? level_read(unpack->top, buffer, len, error) : 0;
	if (meter_is_over(&unpack->meter)) {
		*error = unpack->meter.over;
		return -1;
	}
	got = bundle_read(unpack, buffer, len, unpack->plain_at, error);
	if (got > 0)
		unpack->plain_at += (uint64_t)got;
	if (got > 0)
		meter_decoded(&unpack->meter, (uint64_t)got);
	return got;
}

/* A member is given as far as its limit; whether there is more is found out when that is asked for. */
static ssize_t read_within(struct unpack *unpack, void *buffer, size_t len, struct error *error)
{
	uint64_t limit = unpack->meter.limits.member_bytes;
	uint64_t left = limit ? limit - unpack->member_at : UINT64_MAX;
	char more;
	ssize_t got;

	if (left == 0) {
		got = read_some(unpack, &more, 1, error);
		if (got <= 0)
			return got;
		error_input(error, "limit-size", "the member is of more than %llu bytes",
			    (unsigned long long)limit);
		return -1;
	}
	got = read_some(unpack, buffer, len < left ? len : (size_t)left, error);
	if (got > 0)
		unpack->member_at += (uint64_t)got;
	return got;
}

ssize_t unpack_read(struct unpack *unpack, void *buffer, size_t len, struct error *error)
{
	ssize_t got;

	meter_enter(&unpack->meter);
	got = read_within(unpack, buffer, len, error);
	if (got < 0)
		note_told(&unpack->meter, error);
	meter_leave(&unpack->meter);
	return got;
}
