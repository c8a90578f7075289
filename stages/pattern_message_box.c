/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that wait for somebody to press a button (formats.md section 12.8). Definite: message box or dialog frames. Potential: a
 * wait for window messages in a process that should have no window - one of session 0 from Vista on, before that a child
 * of services.exe. Where the log gives no session the wait is reported as potential too, but for images that live by
 * their windows. Most urgent where chains end in the thread or its process.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

#define BUILD_VISTA 6000

static bool lives_by_windows(struct slice image)
{
	static const struct slice images[] = {
#define INTERACTIVE_IMAGE(text) { text, sizeof(text) - 1 },
#include "stages/interactive_images.def"
#undef INTERACTIVE_IMAGE
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		if (image_same(image, images[i]))
			return true;
	return false;
}

/* By the build; a log without one shows LPC waits before Vista, and ALPC waits from then on. */
static bool is_before_vista(const struct records *records)
{
	bool lpc = false;

	if (records->host.build != NUMBER_NONE)
		return records->host.build < BUILD_VISTA;
	vec_for_each(thread, &records->threads) {
		if (thread->wait_kind == WAIT_KIND_ALPC)
			return false;
		lpc |= thread->wait_kind == WAIT_KIND_LPC;
	}
	return lpc;
}

/* PIDs of the processes that start services. */
static void find_starters(const struct incident *incident, struct map *starters)
{
	const struct names *names = &incident->records.names;

	vec_for_each(living, &incident->living) {
		const struct process *process = *living;

		if (process->pid != PID_NONE &&
		    image_same(names_text(names, process->image), SLICE("services.exe")))
			*map_place(starters, process->pid) = 1;
	}
}

struct court {
	const struct sight *sight;
	struct map starters;
	bool before_vista;
};

static bool should_have_no_window(const struct court *court, const struct process *process)
{
	const struct names *names = &court->sight->incident->records.names;

	if (lives_by_windows(names_text(names, process->image)))
		return false;
	if (court->before_vista)
		return process->parent_pid != PID_NONE &&
		       map_get(&court->starters, process->parent_pid) != MAP_NONE;
	return process->session == 0 ||
	       (process->session == SESSION_NONE && !(process->flags & PROCESS_BLOCK));
}

static enum confidence judge(const struct court *court, const struct thread *thread,
			     const struct process *process, enum endpoint_kind kind)
{
	const struct names *names = &court->sight->incident->records.names;

	if (kind == ENDPOINT_MESSAGE_BOX || kind == ENDPOINT_DIALOG)
		return CONFIDENCE_DEFINITE;
	if (kind == ENDPOINT_UI_MESSAGE_WAIT && process && thread_waits(thread) &&
	    slice_equal(names_text(names, thread->wait_reason), SLICE("WrUserRequest")) &&
	    should_have_no_window(court, process))
		return CONFIDENCE_POTENTIAL;
	return CONFIDENCE_NONE;
}

static uint64_t count_waiters(const struct chain_ends *ends, const struct thread *thread)
{
	uint64_t here = chain_ends_at_thread(ends, thread->address);
	uint64_t around = chain_ends_in_process(ends, thread->process);

	return here > around ? here : around;
}

static enum urgency urgency_of(enum confidence confidence, uint64_t waiters)
{
	if (confidence == CONFIDENCE_DEFINITE)
		return waiters ? URGENCY_BOX_ENDS_CHAIN : URGENCY_BOX;
	return waiters ? URGENCY_POTENTIAL_ENDS_CHAIN : URGENCY_POTENTIAL_BOX;
}

static void look_at(const struct court *court, const struct thread *thread)
{
	const struct incident *incident = court->sight->incident;
	enum endpoint_kind kind = endpoint_of_thread(incident, thread);
	const struct process *process = incident_process(incident, thread->process);
	enum confidence confidence = judge(court, thread, process, kind);
	struct finding finding = { FINDING_OF(message_box) };

	if (confidence == CONFIDENCE_NONE)
		return;
	finding.confidence = (uint8_t)confidence;
	finding.process = thread->process;
	finding.thread = thread->address;
	finding.pid = thread->pid == PID_NONE && process ? process->pid : thread->pid;
	finding.image = process && process->image ? process->image : thread->image;
	finding.detail = (uint8_t)kind;
	finding.evidence = &thread->evidence;
	finding.waiters = count_waiters(court->sight->ends, thread);
	finding.urgency = (uint8_t)urgency_of(confidence, finding.waiters);
	sight_add(court->sight, finding);
}

void pattern_message_box(const struct sight *sight)
{
	const struct records *records = &sight->incident->records;
	struct court court = { .sight = sight, .before_vista = is_before_vista(records) };

	find_starters(sight->incident, &court.starters);
	vec_for_each(thread, &records->threads)
		look_at(&court, thread);
	map_free(&court.starters);
}
