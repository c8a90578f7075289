/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a reader for lines, and seeing to it that they are of the file that was ingested; see fetch.h. */
#include "pipeline/fetch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/channel.h"
#include "pipeline/message.h"
#include "pipeline/reader.h"
#include "pipeline/split_send.h"

struct place {
	struct index_view *view;
	struct slice path;
	const struct summary *summary;
	const struct evidence_list *list;
	enum sandbox sandbox;
	struct bundle_row row;
};

static struct slice base_name(struct slice path)
{
	const char *slash = memrchr(path.at, '/', path.len);

	return slash ? slice_skip(path, (size_t)(slash - path.at) + 1) : path;
}

/* ---- is it the file that was read? ---- */

static bool is_stream(struct slice path)
{
	return path.len == 0 || path.at[0] != '/';
}

static bool is_unchanged(const struct place *place, int fd, const struct split *split,
			 struct error *error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_errno(error, "cannot be read");
	if (!S_ISREG(status.st_mode))
		return error_input(error, "unreadable", "is no regular file any more");
	if (split)
		status.st_size = (off_t)split->size;
	if ((uint64_t)status.st_size != place->row.size)
		return error_input(
			error, "changed",
			"has changed since it was ingested: it had %llu bytes and has %llu",
			(unsigned long long)place->row.size,
			(unsigned long long)status.st_size);
	return true;
}

/* A time alone says nothing: copies get a new one. */
static bool is_same_content(const struct place *place, const struct excerpt_reply *reply,
			    struct error *error)
{
	const struct hash128 *then = &place->row.content, *now = &reply->content;

	if (now->high == 0 && now->low == 0)
		return error_input(error, "unreadable", "cannot be read any more");
	if (then->high == now->high && then->low == now->low)
		return true;
	return error_input(error, "changed",
			   "has changed since it was ingested, though not in size");
}

/* ---- the request ---- */

/* Whether the bundle has more than one member of that path; they are sorted by it. */
static bool is_ambiguous(const struct bundle_row *row, struct slice path)
{
	size_t low = 0, high = row->members.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(row->members.at[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1 < row->members.len && slice_equal(row->members.at[low + 1].path, path);
}

static struct excerpt_member member_of(const struct place *place, const struct source *source)
{
	struct excerpt_member member = { .path = source->member,
					 .first_line = source->first_line,
					 .last_line = source->last_line };

	if (is_ambiguous(&place->row, source->member))
		member.content = (struct hash128){ source->content_high, source->content_low };
	return member;
}

/* False when the evidence names a member that the summary does not. */
static bool make_request(const struct place *place, struct excerpt_request *request)
{
	struct map numbers = { 0 }; /* source -> member of the request */
	bool good = true;

	vec_for_each(each, &place->list->pieces) {
		const struct evidence *piece = &each->evidence;
		uint32_t *number = map_place(&numbers, piece->source);

		if (request->ranges.len == EXCERPT_RANGES_MAX)
			break;
		if (piece->source >= place->summary->sources.len) {
			good = false;
			break;
		}
		if (*number == MAP_NONE) {
			*number = (uint32_t)request->members.len;
			vec_push(&request->members,
				 member_of(place, &place->summary->sources.at[piece->source]));
		}
		vec_push(&request->ranges, ((struct excerpt_range){ .offset = piece->offset,
								    .length = piece->length,
								    .member = *number }));
	}
	map_free(&numbers);
	return good;
}

/* ---- asking ---- */

static bool ask(struct reader_process *reader, int fd, const struct split *split,
		struct slice name, const struct excerpt_request *request,
		struct excerpt_reply *reply, struct error *error)
{
	struct error broken = ERROR_INIT;
	struct confinement got;
	byte_vec frame = { 0 };
	bool good, lost = false;

	if (split && !split_send(reader->channel, split, &lost, &broken) && !lost)
		return error_input(error, "unreadable", "%s", broken.text);
	message_put_excerpt_request(&frame, name, request);
	good = channel_send(reader->channel, frame.at, frame.len, fd, &broken) &&
	       channel_receive(reader->channel, &frame, NULL, &broken) > 0 &&
	       message_get_hello(&got, &frame, &broken) &&
	       channel_receive(reader->channel, &frame, NULL, &broken) > 0;
	if (good)
		good = message_get_excerpts(reply, request->ranges.len, &frame, error);
	else
		error_input(error, "crashed", "the reader died of it");
	vec_free(&frame);
	return good;
}

static bool any_found(const struct excerpt_reply *reply)
{
	vec_for_each(excerpt, &reply->excerpts)
		if (excerpt->found)
			return true;
	return false;
}

static bool read_lines(const struct place *place, int fd, const struct split *split,
		       struct excerpt_reply *reply, struct error *error)
{
	struct excerpt_request request = { 0 };
	struct reader_process reader = { 0 };
	const struct reader_setup setup = { 1, place->sandbox,
					    unpack_limits_widest.nested_bytes };
	bool good;

	if (!make_request(place, &request)) {
		excerpt_request_free(&request);
		return error_set(error, ERROR_FORMAT, "the index lost a member of it");
	}
	good = reader_start(&reader, &setup, error) &&
	       ask(&reader, fd, split, base_name(place->path), &request, reply, error) &&
	       is_same_content(place, reply, error);
	reader_could_begin(reader_stop(&reader), error);
	excerpt_request_free(&request);
	if (!good || any_found(reply))
		return good;
	if (reply->error.kind != ERROR_NONE)
		return error_input(error, "unreadable", "%s", reply->error.text);
	return error_input(error, "unreadable", "holds its members no more");
}

/* Of a split bundle the parts are found again, and the first is opened. */
static bool open_and_read(struct place *place, const char *path,
			  struct excerpt_reply *reply, struct error *error)
{
	struct split split;
	bool is_split = split_find(path, 0, &split);
	cleanup_fd int fd = -1;
	bool good;

	if (is_split && split.parts.len)
		path = split.parts.at[0];
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		error_errno(error, "cannot be opened any more");
		error->kind = ERROR_INPUT;
	}
	good = fd >= 0 && is_unchanged(place, fd, is_split ? &split : NULL, error) &&
	       read_lines(place, fd, is_split ? &split : NULL, reply, error);
	if (is_split)
		split_free(&split);
	return good;
}

static bool fetch_from(struct place *place, struct excerpt_reply *reply, struct error *error)
{
	char path[4096];

	if (is_stream(place->path))
		return error_input(error, "unreadable",
				   "came through standard input and was not kept");
	if (place->path.len >= sizeof(path))
		return error_input(error, "unreadable", "cannot be opened");
	memcpy(path, place->path.at, place->path.len);
	path[place->path.len] = 0;
	if (!index_bundle(place->view, path, &place->row, error))
		return error->kind != ERROR_NONE
			       ? false
			       : error_set(error, ERROR_FORMAT, "the index lost this bundle");
	return open_and_read(place, path, reply, error);
}

bool fetch_evidence(struct index_view *view, const struct incident_row *row,
		    const struct evidence_list *list, enum sandbox sandbox,
		    struct fetched *fetched, struct error *error)
{
	for (size_t i = 0; i < row->bundles.len; i++) {
		struct place place = { .view = view,
				       .path = row->bundles.at[i],
				       .summary = incident_row_summary(row, i),
				       .list = list,
				       .sandbox = sandbox };
		struct error wrong = ERROR_INIT;
		bool good;

		if (row->versions.at[i] != row->version)
			continue; /* its records lie elsewhere in its members */
		fetched_free(fetched);
		good = fetch_from(&place, &fetched->reply, &wrong);
		bundle_row_free(&place.row);
		if (good) {
			fetched->bundle = place.path;
			fetched->summary = place.summary;
			error->kind = ERROR_NONE;
			return true;
		}
		if (i == 0) {
			*error = wrong;
			error_context(error, "%.*s", SLICE_ARG(place.path));
		}
	}
	return false;
}

void fetched_free(struct fetched *fetched)
{
	excerpt_reply_free(&fetched->reply);
	fetched->reply = (struct excerpt_reply){ 0 };
}
