/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A witness that needs no banner: a thread that waits for an ALPC reply waits on a semaphore inside its own ETHREAD, whose
 * offset is that of AlpcWaitSemaphore and belongs to a family of builds. It tells dumps glued into one log and a banner that
 * is not this dump's.
 */
#include "stages/incident.h"

/* Builds whose 64-bit ETHREAD is known: 6001 and 6002, by the case study. Of others the offset is only kept. */
#define VISTA_FIRST 6001
#define VISTA_LAST 6002
#define VISTA_OFFSET 0x390

/* The offset of the thread's own reply semaphore, or NUMBER_NONE. */
static uint32_t own_semaphore(const struct records *records, const struct thread *thread)
{
	if (thread->wait_kind != WAIT_KIND_ALPC)
		return NUMBER_NONE;
	for (uint32_t i = 0; i < thread->objects; i++) {
		const struct wait_object *object =
			&records->objects.at[thread->first_object + i];

		if (object->address - thread->address < ETHREAD_REACH &&
		    slice_equal(names_text(&records->names, object->type), SLICE("Semaphore")))
			return (uint32_t)(object->address - thread->address);
	}
	return NUMBER_NONE;
}

static bool contradicts(const struct host *host, uint32_t offset)
{
	return host->address_digits == 16 && host->build >= VISTA_FIRST &&
	       host->build <= VISTA_LAST && offset != VISTA_OFFSET;
}

void analyse_witness(struct incident *incident)
{
	struct records *records = &incident->records;
	const struct thread *doubtful = NULL;

	incident->reply_semaphore = NUMBER_NONE;
	vec_for_each(thread, &records->threads) {
		uint32_t offset = own_semaphore(records, thread);

		if (offset == NUMBER_NONE)
			continue;
		if (incident->reply_semaphore == NUMBER_NONE)
			incident->reply_semaphore = offset;
		if (offset != incident->reply_semaphore || contradicts(&records->host, offset))
			doubtful = thread;
	}
	if (doubtful)
		vec_push(&records->diagnostics,
			 ((struct diagnostic){ .code = DIAGNOSTIC_WITNESS_MISMATCH,
					       .line = doubtful->evidence.first_line,
					       .source = doubtful->evidence.source }));
}
