/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs and readings as bytes and back; see message.h. */
#include "pipeline/message.h"

#include "stages/census.h"
#include "stages/digest.h"
#include "stages/incident.h"

_Static_assert((int)MEMBER_PARSED == (int)OUTCOME_PARSED &&
		       (int)MEMBER_IGNORED == (int)OUTCOME_IGNORED &&
		       (int)MEMBER_QUARANTINED == (int)OUTCOME_QUARANTINED,
	       "the reader's outcomes are the index's");

enum message_kind message_kind(const byte_vec *frame)
{
	if (frame->len == 0 || frame->at[0] > MESSAGE_PART)
		return MESSAGE_UNKNOWN;
	return (enum message_kind)frame->at[0];
}

void message_put_job(byte_vec *out, uint64_t job, const char *name,
		     const struct unpack_limits *limits, const struct hash128 *before)
{
	bytes_put_u8(out, MESSAGE_JOB);
	bytes_put_varint(out, job);
	bytes_put_text(out, slice_from(name));
#define LIMIT(field, ...) bytes_put_varint(out, limits->field);
#include "stages/limits.def"
#undef LIMIT
	bytes_put_u64_be(out, before->high);
	bytes_put_u64_be(out, before->low);
}

char *message_get_job(const byte_vec *frame, uint64_t *job, struct unpack_limits *limits,
		      struct hash128 *before)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);
	struct slice name;

	if (bytes_get_u8(&reader) != MESSAGE_JOB)
		return NULL;
	*job = bytes_get_varint(&reader);
	name = bytes_get_text(&reader);
#define LIMIT(field, ...) limits->field = bytes_get_varint(&reader);
#include "stages/limits.def"
#undef LIMIT
	before->high = bytes_get_u64_be(&reader);
	before->low = bytes_get_u64_be(&reader);
	if (reader.bad || bytes_left(&reader) != 0 || name.len == 0)
		return NULL;
	return mem_copy_text(name.at, name.len);
}

void message_put_passwords(byte_vec *out, const struct password_list *passwords)
{
	vec_reserve(out, 1 + passwords->size); /* no copy is left behind when it grows */
	bytes_put_u8(out, MESSAGE_PASSWORDS);
	bytes_put(out, passwords->bytes, passwords->size);
}

bool message_get_passwords(struct password_list *passwords, const byte_vec *frame)
{
	*passwords = (struct password_list){ .size = 0 };
	return frame->len && frame->at[0] == MESSAGE_PASSWORDS &&
	       password_list_from_bytes(passwords, frame->at + 1, frame->len - 1);
}

void message_put_part(byte_vec *out, struct slice missing)
{
	bytes_put_u8(out, MESSAGE_PART);
	bytes_put_text(out, missing);
}

bool message_get_part(struct slice *missing, const byte_vec *frame)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);

	if (bytes_get_u8(&reader) != MESSAGE_PART)
		return false;
	*missing = bytes_get_text(&reader);
	return !reader.bad && bytes_left(&reader) == 0;
}

void reading_free(struct reading *reading)
{
	vec_free(&reading->members);
	vec_free(&reading->ids);
	vec_free(&reading->incidents);
}

static void put_bytes(byte_vec *out, const byte_vec *bytes)
{
	bytes_put_text(out, (struct slice){ (const char *)bytes->at, bytes->len });
}

void message_put_reading(byte_vec *out, const struct bundle_work *work)
{
	bytes_put_varint(out, work->job);
	bytes_put_u64_be(out, work->content.high);
	bytes_put_u64_be(out, work->content.low);
	bytes_put_varint(out, work->members.len);
	vec_for_each(member, &work->members) {
		bytes_put_text(out, slice_from(member->path));
		bytes_put_u8(out, member->outcome);
		bytes_put_text(out, slice_from(member->reason));
		bytes_put_text(out, slice_from(member->text));
		bytes_put_varint(out, member->bytes);
	}
	bytes_put_varint(out, work->encoded.len);
	vec_for_each(encoded, &work->encoded) {
		bytes_put_u64_be(out, encoded->id);
		put_bytes(out, &encoded->summary);
		put_bytes(out, &encoded->chains);
		put_bytes(out, &encoded->census);
		put_bytes(out, &encoded->digest);
		put_bytes(out, &encoded->records);
	}
}

/* "limit-size": a word that acts on nobody, whichever it is. */
static bool is_reason(struct slice reason)
{
	for (size_t i = 0; i < reason.len; i++)
		if ((reason.at[i] < 'a' || reason.at[i] > 'z') &&
		    (reason.at[i] < '0' || reason.at[i] > '9') && reason.at[i] != '-')
			return false;
	return reason.len <= 64;
}

static void get_members(struct reading *reading, struct bytes_reader *bytes)
{
	size_t count = bytes_get_count(bytes, 5);

	for (size_t i = 0; i < count && !bytes->bad; i++) {
		struct member_row member = { .path = bytes_get_text(bytes) };

		member.outcome = bytes_get_u8(bytes);
		member.reason = bytes_get_text(bytes);
		member.text = bytes_get_text(bytes);
		member.bytes = bytes_get_varint(bytes);
		if (member.outcome >= OUTCOMES || member.path.len == 0 ||
		    (member.outcome == OUTCOME_PARSED) != (member.reason.len == 0) ||
		    !is_reason(member.reason) ||
		    (i && slice_compare(reading->members.at[i - 1].path, member.path) > 0))
			bytes->bad = true;
		vec_push(&reading->members, member);
	}
}

/* Where it was read are members of this bundle, and of such as were read. */
static bool sources_are_members(const struct reading *reading, const struct summary *summary)
{
	vec_for_each(source, &summary->sources) {
		size_t low = 0, high = reading->members.len;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (slice_compare(reading->members.at[middle].path, source->member) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == reading->members.len ||
		    !slice_equal(reading->members.at[low].path, source->member))
			return false;
	}
	return true;
}

/* Nobody looks at the records until somebody asks for them, and `verify` then calls the index damaged. */
static bool records_are_sound(struct slice records, uint64_t id)
{
	struct error error = ERROR_INIT;

	return incident_check(id, records.at, records.len, &error);
}

/* An incident's pieces must decode and agree on its id, its chains and its build. */
static bool incident_is_sound(const struct reading *reading,
			      const struct encoded_incident *incident, uint64_t id)
{
	struct summary summary = { 0 };
	struct chain_list chains = { 0 };
	struct census census = { 0 };
	struct digest digest = { 0 };
	bool sound = summary_decode(&summary, incident->summary.at, incident->summary.len) &&
		     summary.id == id &&
		     chain_list_decode(&chains, incident->chains.at, incident->chains.len) &&
		     census_decode(&census, incident->census.at, incident->census.len) &&
		     digest_decode(&digest, incident->digest.at, incident->digest.len) &&
		     summary.chains == chains.chains_found && summary.build == census.build &&
		     sources_are_members(reading, &summary) &&
		     records_are_sound(incident->records, id);

	summary_free(&summary);
	chain_list_free(&chains);
	census_free(&census);
	digest_free(&digest);
	return sound;
}

static void get_incidents(struct reading *reading, struct bytes_reader *bytes)
{
	size_t count = bytes_get_count(bytes, 13);

	for (size_t i = 0; i < count && !bytes->bad; i++) {
		uint64_t id = bytes_get_u64_be(bytes);
		struct encoded_incident incident = { .summary = bytes_get_text(bytes) };

		incident.chains = bytes_get_text(bytes);
		incident.census = bytes_get_text(bytes);
		incident.digest = bytes_get_text(bytes);
		incident.records = bytes_get_text(bytes);
		if (bytes->bad || (i && reading->ids.at[i - 1] >= id) ||
		    !incident_is_sound(reading, &incident, id))
			bytes->bad = true;
		vec_push(&reading->ids, id);
		vec_push(&reading->incidents, incident);
	}
}

bool message_get_reading(struct reading *reading, const byte_vec *frame, struct error *error)
{
	struct bytes_reader bytes = bytes_reader_from(frame->at, frame->len);

	reading->members.len = reading->ids.len = reading->incidents.len = 0;
	reading->job = bytes_get_varint(&bytes);
	reading->content.high = bytes_get_u64_be(&bytes);
	reading->content.low = bytes_get_u64_be(&bytes);
	get_members(reading, &bytes);
	get_incidents(reading, &bytes);
	if (bytes.bad || bytes_left(&bytes) != 0)
		return error_set(error, ERROR_INTERNAL, "the reader sent what is no reading");
	return true;
}
