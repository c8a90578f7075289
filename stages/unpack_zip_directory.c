/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The central directory of a zip: found by the record at its end, taken only when every field fits every other, and sorted
 * by where the members lie, so that overlaps show and the file is read forwards. See unpack_zip.h.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "pipeline/base/utf8.h"
#include "stages/unpack_zip.h"

#define DIRECTORY_MAX \
	(16u << 20) /* kept in memory: 200,000 members; a larger one is passed on */

enum {
	COMMENT_MAX = 65535,
	FLAGS_KNOWN = 6 | ZIP_FLAG_DESCRIPTOR | 1 << 11, /* level of packing, descriptor, UTF-8 */
	SYSTEM_DOS = 0,
	SYSTEM_UNIX = 3,
	DOS_FOLDER = 0x10,
	EXTRA_OTHER_NAME = 0x7075, /* Info-ZIP's: another spelling of the name */
	EXTRA_LOCAL_ONLY = 0x6c78, /* libarchive's own experiment */
};

struct place {
	uint64_t at, bytes, entries; /* of the directory */
};

bool zip_read_at(struct source *source, void *buffer, size_t len, uint64_t at)
{
	return at <= source->size && len <= source->size - at &&
	       source_pread(source, buffer, len, at) == (ssize_t)len;
}

/* The one end record whose comment ends where the file does: false when there is none, or more than one. */
static bool find_end(struct slice tail, size_t *found)
{
	size_t count = 0;

	for (size_t at = 0; at + ZIP_END_BYTES <= tail.len; at++) {
		const char *record = tail.at + at;

		if (record[0] != 'P' || memcmp(record, "PK\5\6", 4) != 0 ||
		    zip_u16(record + 20) != tail.len - at - ZIP_END_BYTES)
			continue;
		*found = at;
		count++;
	}
	return count == 1;
}

/* Where the end record of 64 bits is said to be, right in front of its locator. */
static bool find_end64(struct source *source, const char *locator, uint64_t locator_at,
		       struct place *place)
{
	uint64_t at = zip_u64(locator + 8);
	char record[ZIP_END64_BYTES];

	if (zip_u32(locator + 4) != 0 || zip_u32(locator + 16) != 1 ||
	    locator_at < ZIP_END64_BYTES || at != locator_at - ZIP_END64_BYTES ||
	    !zip_read_at(source, record, sizeof(record), at))
		return false;
	if (memcmp(record, "PK\6\6", 4) != 0 ||
	    zip_u64(record + 4) != ZIP_END64_BYTES - 12 || zip_u32(record + 16) != 0 ||
	    zip_u32(record + 20) != 0 || zip_u64(record + 24) != zip_u64(record + 32))
		return false;
	*place = (struct place){ .entries = zip_u64(record + 32),
				 .bytes = zip_u64(record + 40),
				 .at = zip_u64(record + 48) };
	return place->bytes <= at && place->at == at - place->bytes;
}

/* A field of the short record either says the same or that the long one does. */
static bool agrees(uint64_t value, uint64_t in_short, uint64_t full)
{
	return in_short == full || in_short == value;
}

static bool find_place(struct source *source, struct place *place)
{
	size_t most = ZIP_LOCATOR_BYTES + ZIP_END_BYTES + COMMENT_MAX, len, at;
	byte_vec tail = { 0 };
	struct place in_short;
	const char *record, *locator;
	bool good;

	len = source->size < most ? (size_t)source->size : most;
	vec_reserve(&tail, len + 1);
	good = zip_read_at(source, tail.at, len, source->size - len) &&
	       find_end((struct slice){ (const char *)tail.at, len }, &at);
	if (good) {
		uint64_t end_at = source->size - len + at;

		record = (const char *)tail.at + at;
		in_short = (struct place){ .entries = zip_u16(record + 10),
					   .bytes = zip_u32(record + 12),
					   .at = zip_u32(record + 16) };
		good = zip_u32(record + 4) == 0 &&
		       zip_u16(record + 8) == zip_u16(record + 10);
		locator = at >= ZIP_LOCATOR_BYTES ? record - ZIP_LOCATOR_BYTES : NULL;
		if (good && locator && memcmp(locator, "PK\6\7", 4) == 0) {
			good = find_end64(source, locator, end_at - ZIP_LOCATOR_BYTES, place) &&
			       agrees(place->entries, in_short.entries, UINT16_MAX) &&
			       agrees(place->bytes, in_short.bytes, UINT32_MAX) &&
			       agrees(place->at, in_short.at, UINT32_MAX);
		} else {
			*place = in_short;
			good = good && place->at + place->bytes == end_at;
		}
	}
	vec_free(&tail);
	return good;
}

struct slice zip_extra_find(struct slice extra, unsigned kind)
{
	while (extra.len >= 4) {
		size_t len = zip_u16(extra.at + 2);

		if (len > extra.len - 4)
			break;
		if (zip_u16(extra.at) == kind)
			return (struct slice){ extra.at + 4, len };
		extra = slice_skip(extra, 4 + len);
	}
	return (struct slice){ extra.at, 0 };
}

static bool is_ordinary(const char *header, struct slice name, struct slice extra)
{
	unsigned flags = zip_u16(header + 8), method = zip_u16(header + 10);

	return (flags & ~(unsigned)FLAGS_KNOWN) == 0 &&
	       (method == ZIP_STORED || method == ZIP_DEFLATED) &&
	       zip_u16(header + 34) == 0 && name.len > 0 && !memchr(name.at, 0, name.len) &&
	       zip_extra_find(extra, EXTRA_OTHER_NAME).len == 0 &&
	       zip_extra_find(extra, EXTRA_LOCAL_ONLY).len == 0;
}

/* Takes the next value of the field of 64 bits where the header's own says that it is there. */
static bool widen(uint64_t *value, struct slice *wide)
{
	if (*value != UINT32_MAX)
		return true;
	if (wide->len < 8)
		return false;
	*value = zip_u64(wide->at);
	*wide = slice_skip(*wide, 8);
	return true;
}

bool zip_name_is_windows(struct slice name)
{
	return memchr(name.at, '\\', name.len) && !memchr(name.at, '/', name.len) &&
	       utf8_valid(name);
}

static bool entry_is_file(const char *header, struct slice name)
{
	unsigned system = (unsigned char)header[5];
	uint32_t attributes = zip_u32(header + 38);
	mode_t type = system == SYSTEM_UNIX ? (mode_t)(attributes >> 16) & S_IFMT : 0;
	char last = name.at[name.len - 1];

	if (last == '/' || (last == '\\' && zip_name_is_windows(name)) ||
	    (system == SYSTEM_DOS && attributes & DOS_FOLDER))
		return false;
	/* What was zipped out of a pipe says so. */
	return type == 0 || type == S_IFREG || type == S_IFIFO;
}

/* Takes the entry at the front of rest. */
static bool take_entry(struct zip_directory *directory, struct slice *rest)
{
	const char *header = rest->at;
	struct zip_entry entry = { 0 };
	struct slice name, extra, wide;
	size_t len;

	if (rest->len < ZIP_CENTRAL_BYTES || memcmp(header, "PK\1\2", 4) != 0)
		return false;
	entry.name_len = zip_u16(header + 28);
	len = ZIP_CENTRAL_BYTES + (size_t)entry.name_len + zip_u16(header + 30) +
	      zip_u16(header + 32);
	if (len > rest->len)
		return false;
	name = (struct slice){ header + ZIP_CENTRAL_BYTES, entry.name_len };
	extra = (struct slice){ name.at + name.len, zip_u16(header + 30) };
	if (!is_ordinary(header, name, extra))
		return false;
	entry.method = zip_u16(header + 10);
	entry.crc = zip_u32(header + 16);
	entry.packed = zip_u32(header + 20);
	entry.bytes = zip_u32(header + 24);
	entry.at = zip_u32(header + 42);
	entry.name = (uint32_t)(name.at - (const char *)directory->bytes.at);
	entry.is_file = entry_is_file(header, name);
	wide = zip_extra_find(extra, ZIP_EXTRA_ZIP64);
	if (!widen(&entry.bytes, &wide) || !widen(&entry.packed, &wide) ||
	    !widen(&entry.at, &wide))
		return false;
	vec_push(&directory->entries, entry);
	*rest = slice_skip(*rest, len);
	return true;
}

static int by_place(const void *left, const void *right)
{
	const struct zip_entry *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* Of two members at one place the last keeps it. */
static void set_limits(struct zip_directory *directory, uint64_t directory_at)
{
	size_t count = directory->entries.len;

	if (count)
		qsort(directory->entries.at, count, sizeof(struct zip_entry), by_place);
	for (size_t i = 0; i < count; i++) {
		struct zip_entry *entry = &directory->entries.at[i];

		entry->limit = i + 1 < count ? directory->entries.at[i + 1].at : directory_at;
	}
}

bool zip_directory_read(struct zip_directory *directory, struct source *source)
{
	struct place place = { 0 };
	struct slice rest;
	bool good;

	*directory = (struct zip_directory){ 0 };
	if (!find_place(source, &place) || place.bytes > DIRECTORY_MAX ||
	    place.entries > place.bytes / ZIP_CENTRAL_BYTES)
		return false;
	vec_reserve(&directory->bytes, place.bytes + 1);
	good = zip_read_at(source, directory->bytes.at, place.bytes, place.at);
	if (good)
		directory->bytes.len = place.bytes;
	rest = (struct slice){ (const char *)directory->bytes.at, directory->bytes.len };
	while (good && rest.len)
		good = take_entry(directory, &rest);
	if (good && directory->entries.len == place.entries) {
		set_limits(directory, place.at);
		return true;
	}
	zip_directory_free(directory);
	return false;
}

void zip_directory_free(struct zip_directory *directory)
{
	vec_free(&directory->entries);
	vec_free(&directory->bytes);
}

struct slice zip_entry_name(const struct zip_directory *directory, const struct zip_entry *entry)
{
	return (struct slice){ (const char *)directory->bytes.at + entry->name,
			       entry->name_len };
}
