/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that wait for somebody to press a button (formats.md section 12.8). Definite: message box or dialog frames. Potential: a
 * wait for window messages in a process that should have no window - session 0 from Vista on. Where the log gives no
 * session the wait is reported as potential too, but for images that live by their windows.
 */
#include "stages/finding.h"

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

static bool should_have_no_window(const struct incident *incident, const struct process *process)
{
	const struct host *host = &incident->records.host;

	if (lives_by_windows(names_text(&incident->records.names, process->image)))
		return false;
	if (host->build != NUMBER_NONE && host->build < BUILD_VISTA)
		return false;
	return process->session == 0 ||
	       (process->session == SESSION_NONE && !(process->flags & PROCESS_BLOCK));
}

static enum confidence judge(const struct incident *incident, const struct thread *thread,
			     const struct process *process, enum endpoint_kind kind)
{
	struct slice reason = names_text(&incident->records.names, thread->wait_reason);

	if (kind == ENDPOINT_MESSAGE_BOX || kind == ENDPOINT_DIALOG)
		return CONFIDENCE_DEFINITE;
	if (kind == ENDPOINT_UI_MESSAGE_WAIT && process &&
	    slice_equal(reason, SLICE("WrUserRequest")) &&
	    should_have_no_window(incident, process))
		return CONFIDENCE_POTENTIAL;
	return CONFIDENCE_NONE;
}

void pattern_message_box(const struct sight *sight)
{
	const struct incident *incident = sight->incident;

	vec_for_each(thread, &incident->records.threads) {
		enum endpoint_kind kind = endpoint_of_thread(incident, thread);
		const struct process *process = incident_process(incident, thread->process);
		enum confidence confidence = judge(incident, thread, process, kind);
		struct finding finding = { FINDING_OF(message_box) };

		if (confidence == CONFIDENCE_NONE)
			continue;
		finding.confidence = (uint8_t)confidence;
		finding.process = thread->process;
		finding.thread = thread->address;
		finding.pid = thread->pid;
		finding.image = process ? process->image : thread->image;
		finding.detail = (uint8_t)kind;
		finding.evidence = &thread->evidence;
		finding.urgency = 80;
		sight_add(sight, finding);
	}
}
