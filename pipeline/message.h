/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeper and reader say to each other, as bytes. The keeper says: read this bundle; the reader: this is what became of
 * it. Or: give me these lines of this bundle; here they are. What the reader says is decoded as a stranger's words: whatever does
 * not fit makes the whole of it refused.
 */
#ifndef PIPELINE_MESSAGE_H
#define PIPELINE_MESSAGE_H

#include "index/index.h"
#include "pipeline/base/progress.h"
#include "pipeline/confine.h"
#include "stages/bundle_work.h"
#include "stages/excerpt.h"
#include "stages/password_list.h"

/* What a frame to the reader begins with, and its own ones but readings and excerpts. */
enum message_kind {
	MESSAGE_UNKNOWN,
	MESSAGE_JOB,
	MESSAGE_EXCERPT,
	MESSAGE_HELLO,
	MESSAGE_ALIVE,
	MESSAGE_PASSWORDS,
	MESSAGE_PART,
};

enum message_kind message_kind(const byte_vec *frame);

/* keeper -> reader; the bundle's descriptor travels with it. */
/* A bundle whose content is `before` need not be read: the reading then has that content and no members. */
void message_put_job(byte_vec *out, uint64_t job, const char *name,
		     const struct unpack_limits *limits, const struct hash128 *before);
/* name is a copy to be freed; NULL when the bytes are no job. */
char *message_get_job(const byte_vec *frame, uint64_t *job, struct unpack_limits *limits,
		      struct hash128 *before);

/* reader -> keeper, once, before all else. What it says is not to be relied on. */
void message_put_hello(byte_vec *out, const struct confinement *confinement);
bool message_get_hello(struct confinement *confinement, const byte_vec *frame,
		       struct error *error);

/* reader -> keeper, now and then while it reads: numbers that grow with what it does. */
void message_put_alive(byte_vec *out, const struct progress_made *made);
/* False when the frame is something else. */
bool message_get_alive(struct progress_made *made, const byte_vec *frame);

/* keeper -> reader, without a descriptor and before all else: what encrypted archives may open with. Whoever made or got a frame of them
 * wipes it. False when the bytes are no passwords. */
void message_put_passwords(byte_vec *out, const struct password_list *passwords);
bool message_get_passwords(struct password_list *passwords, const byte_vec *frame);

/* keeper -> reader, before a job or a request for a bundle in parts: the next part, the second for the first, with its descriptor; or, without
 * one, what the part is called that is missing in its place. */
void message_put_part(byte_vec *out, struct slice missing);
bool message_get_part(struct slice *missing, const byte_vec *frame);

/* A bundle as the reader read it. Texts and bytes point into the frame. */
struct reading {
	uint64_t job;
	struct hash128 content;
	VEC(struct member_row) members;         /* sorted by path */
	VEC(uint64_t) ids;                      /* ascending */
	VEC(struct encoded_incident) incidents; /* incidents.at[i] has ids.at[i] */
};

void reading_free(struct reading *reading);

/* reader -> keeper */
void message_put_reading(byte_vec *out, const struct bundle_work *work);
bool message_get_reading(struct reading *reading, const byte_vec *frame, struct error *error);

/* keeper -> reader, with the bundle's descriptor. What is got points into the frame; request is zeroed before and to be freed. */
void message_put_excerpt_request(byte_vec *out, struct slice name,
				 const struct excerpt_request *request);
bool message_get_excerpt_request(struct slice *name, struct excerpt_request *request,
				 const byte_vec *frame);

/* reader -> keeper: the answer to one request, whose number of ranges it must have. reply is zeroed before and to be freed. */
void message_put_excerpts(byte_vec *out, const struct excerpt_reply *reply);
bool message_get_excerpts(struct excerpt_reply *reply, size_t ranges,
			  const byte_vec *frame, struct error *error);

#endif
