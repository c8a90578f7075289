/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's message decoder, fed with what a reader that was taken over could send: the first byte chooses between
 * a job, a reading, a request for excerpts and an answer to one, the rest is the frame. A reading that is taken must hold
 * incidents that show how they look; an answer that is taken holds no more than was allowed.
 */
#include "pipeline/message.h"
#include "stages/incident.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct encoded_incident *encoded)
{
	struct error error = ERROR_INIT;
	struct incident incident;

	incident_init(&incident);
	if (incident_decode(&incident, encoded->records.at, encoded->records.len, &error))
		incident_analyse(&incident);
	incident_free(&incident);
}

static void try_request(const byte_vec *frame)
{
	struct excerpt_request request = { 0 };
	struct slice name;

	if (message_get_excerpt_request(&name, &request, frame) &&
	    (name.len == 0 || request.ranges.len > EXCERPT_RANGES_MAX))
		__builtin_trap();
	excerpt_request_free(&request);
}

static void try_excerpts(const byte_vec *frame)
{
	struct error error = ERROR_INIT;
	struct excerpt_reply reply = { 0 };

	if (message_get_excerpts(&reply, 2, frame, &error)) {
		if (reply.excerpts.len != 2)
			__builtin_trap();
		vec_for_each(excerpt, &reply.excerpts)
			if (excerpt->text.len && !excerpt->found)
				__builtin_trap();
	}
	excerpt_reply_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct reading reading = { 0 };
	byte_vec frame = { 0 };
	uint64_t job;

	if (size == 0)
		return 0;
	bytes_put(&frame, data + 1, size - 1);
	if (data[0] == 'j') {
		free(message_get_job(&frame, &job));
	} else if (data[0] == 'e') {
		try_request(&frame);
	} else if (data[0] == 'x') {
		try_excerpts(&frame);
	} else if (message_get_reading(&reading, &frame, &error)) {
		vec_for_each(incident, &reading.incidents)
			look_at(incident);
	}
	reading_free(&reading);
	vec_free(&frame);
	return 0;
}
