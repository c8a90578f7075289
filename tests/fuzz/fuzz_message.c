/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's message decoder, fed with what a reader that was taken over could send: the first byte chooses between
 * a job and a reading, the rest is the frame. A reading that is taken must hold incidents that show how they look.
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
	} else if (message_get_reading(&reading, &frame, &error)) {
		vec_for_each(incident, &reading.incidents)
			look_at(incident);
	}
	reading_free(&reading);
	vec_free(&frame);
	return 0;
}
