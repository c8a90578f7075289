/* SPDX-License-Identifier: Apache-2.0 */
/* What a chain's last thread tells: its class, whether it waits for ever, and the frame to look at (formats.md section 12.3). */
#include "stages/incident.h"

/* What a frame says of a thread that waits for its user, or for a window. */
enum ui_role { UI_NONE, UI_BOX, UI_DIALOG, UI_SEND, UI_SLEEP, UI_WAIT };

static const struct {
	enum ui_role role;
	struct slice module, function;
} ui_frames[] = {
#define UI_FRAME(id, mod, func) \
	{ UI_##id, { mod, sizeof(mod) - 1 }, { func, sizeof(func) - 1 } },
#include "stages/ui_frames.def"
#undef UI_FRAME
};

static const struct {
	struct slice module, function;
} plumbing_frames[] = {
#define PLUMBING_FRAME(mod, func) \
	{ { mod, sizeof(mod) - 1 }, { func, sizeof(func) - 1 } },
#include "stages/plumbing_frames.def"
#undef PLUMBING_FRAME
};

/* Whether a symbol is of the module, its function's name beginning so. */
static bool frame_is(struct slice symbol, struct slice module, struct slice function)
{
	struct slice rest;

	if (!slice_starts_icase(symbol, module))
		return false;
	rest = slice_skip(symbol, module.len);
	return rest.len > 0 && rest.at[0] == '!' &&
	       slice_starts_icase(slice_skip(rest, 1), function);
}

static enum ui_role ui_role_of(struct slice symbol)
{
	for (size_t i = 0; i < sizeof(ui_frames) / sizeof(ui_frames[0]); i++)
		if (frame_is(symbol, ui_frames[i].module, ui_frames[i].function))
			return ui_frames[i].role;
	return UI_NONE;
}

/* What the stack as a whole says; ENDPOINT_WAIT when it speaks of no user. The innermost sleep counts, and who called it. */
static enum endpoint_kind ui_kind(const struct records *records, const struct thread *thread)
{
	bool asleep = false, dialog = false, sends = false, settled = false;

	for (uint32_t i = 0; i < thread->frames; i++) {
		struct slice symbol = names_text(
			&records->names, records->frames.at[thread->first_frame + i]);

		switch (ui_role_of(symbol)) {
		case UI_BOX:
			return ENDPOINT_MESSAGE_BOX;
		case UI_DIALOG:
			dialog = true;
			break;
		case UI_SLEEP:
			asleep = true;
			break;
		case UI_SEND:
			sends |= asleep && !settled;
			break;
		case UI_WAIT:
			settled |= asleep;
			break;
		case UI_NONE:
			break;
		}
	}
	if (dialog)
		return ENDPOINT_DIALOG;
	return asleep && !sends ? ENDPOINT_UI_MESSAGE_WAIT : ENDPOINT_WAIT;
}

bool thread_waits(const struct thread *thread)
{
	return thread->state == THREAD_WAIT || thread->state == THREAD_GATEWAIT;
}

bool thread_waits_for_work(const struct incident *incident, const struct thread *thread)
{
	struct slice reason = names_text(&incident->records.names, thread->wait_reason);

	return thread_waits(thread) && (slice_equal(reason, SLICE("WrQueue")) ||
					slice_equal(reason, SLICE("WrLpcReceive")));
}

/* Whoever has a box or a dialog on its stack need not wait for its user: a handler of it asks and waits as others do (formats.md section
 * 12.8). "(Unknown)" stands for any reason (section 4.2). */
static bool may_wait_for_user(const struct thread *thread, struct slice reason)
{
	return thread->wait_kind == WAIT_KIND_NONE &&
	       (reason.len == 0 || slice_equal(reason, SLICE("WrUserRequest")) ||
		slice_equal(reason, SLICE("Unknown")));
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
	case THREAD_TRANSITION: /* ready, but for its kernel stack, which is paged out */
		return ENDPOINT_READY;
	default:
		break;
	}
	if (thread->suspend_count || slice_equal(reason, SLICE("Suspended")) ||
	    slice_equal(reason, SLICE("WrSuspended")))
		return ENDPOINT_SUSPENDED;
	return may_wait_for_user(thread, reason) ? ui_kind(&incident->records, thread)
						 : ENDPOINT_WAIT;
}

enum timeout timeout_of_thread(const struct incident *incident, const struct thread *thread)
{
	const struct records *records = &incident->records;

	if (thread->objects == 0)
		return TIMEOUT_UNKNOWN;
	for (uint32_t i = 0; i < thread->objects; i++) {
		const struct wait_object *object =
			&records->objects.at[thread->first_object + i];

		if (object->address == NO_OBJECT) /* it sleeps, and that is always for a time */
			return TIMEOUT_SET;
		if (object->address - thread->address < ETHREAD_REACH &&
		    slice_ends(names_text(&records->names, object->type), SLICE("Timer")))
			return TIMEOUT_SET;
	}
	return TIMEOUT_NONE;
}

static bool is_telling(struct slice symbol)
{
	if (symbol.len == 0 || !memchr(symbol.at, '!', symbol.len))
		return false;
	for (size_t i = 0; i < sizeof(plumbing_frames) / sizeof(plumbing_frames[0]); i++)
		if (frame_is(symbol, plumbing_frames[i].module, plumbing_frames[i].function))
			return false;
	return true;
}

name_id telling_frame(const struct incident *incident, const struct thread *thread)
{
	const struct records *records = &incident->records;

	for (uint32_t i = 0; i < thread->frames; i++) {
		name_id frame = records->frames.at[thread->first_frame + i];

		if (is_telling(names_text(&records->names, frame)))
			return frame;
	}
	return 0;
}
