/* SPDX-License-Identifier: Apache-2.0 */
/* The class of a chain's last thread, from its state and its stack (formats.md section 12.3). */
#include "stages/incident.h"

struct ui_frame {
	enum endpoint_kind kind;
	struct slice module, function;
};

static const struct ui_frame ui_frames[] = {
#define UI_FRAME(id, mod, func) \
	{ ENDPOINT_##id, { mod, sizeof(mod) - 1 }, { func, sizeof(func) - 1 } },
#include "stages/ui_frames.def"
#undef UI_FRAME
};

#define UI_FRAMES (sizeof(ui_frames) / sizeof(ui_frames[0]))

static bool frame_is(struct slice symbol, const struct ui_frame *ui)
{
	struct slice function;

	if (!slice_starts_icase(symbol, ui->module))
		return false;
	function = slice_skip(symbol, ui->module.len);
	return function.len > 0 && function.at[0] == '!' &&
	       slice_starts_icase(slice_skip(function, 1), ui->function);
}

/* The kind that says most among the frames of the stack; ENDPOINT_WAIT when none speaks of a user. */
static enum endpoint_kind ui_kind(const struct records *records, const struct thread *thread)
{
	size_t best = UI_FRAMES;

	for (uint32_t i = 0; i < thread->frames; i++) {
		struct slice symbol = names_text(
			&records->names, records->frames.at[thread->first_frame + i]);

		for (size_t k = 0; k < best; k++)
			if (frame_is(symbol, &ui_frames[k]))
				best = k;
	}
	return best < UI_FRAMES ? ui_frames[best].kind : ENDPOINT_WAIT;
}

enum endpoint_kind endpoint_of_thread(const struct incident *incident,
				      const struct thread *thread)
{
	struct slice reason = names_text(&incident->records.names, thread->wait_reason);

	switch ((enum thread_state)thread->state) {
	case THREAD_RUNNING:
		return ENDPOINT_RUNNING;
	case THREAD_READY:
	case THREAD_STANDBY:
		return ENDPOINT_READY;
	default:
		break;
	}
	if (thread->suspend_count || slice_equal(reason, SLICE("Suspended")) ||
	    slice_equal(reason, SLICE("WrSuspended")))
		return ENDPOINT_SUSPENDED;
	return ui_kind(&incident->records, thread);
}
