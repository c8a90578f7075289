/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread's own record tells of its wait: the class of the endpoint, its timeout, the frame to look at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/incident.h"

#define THREAD_AT 0xfffffa8004a45bb0u

/* An incident of one thread, to be filled in. */
static void begin(struct incident *incident, enum thread_state state, const char *reason)
{
	incident_init(incident);
	vec_push(&incident->records.threads,
		 ((struct thread){ .address = THREAD_AT,
				   .pid = PID_NONE,
				   .tid = PID_NONE,
				   .state = (uint8_t)state,
				   .wait_reason = names_add(&incident->records.names,
							    slice_from(reason)) }));
}

static struct thread *the_thread(struct incident *incident)
{
	return &incident->records.threads.at[0];
}

static void add_frame(struct incident *incident, const char *symbol)
{
	vec_push(&incident->records.frames,
		 names_add(&incident->records.names, slice_from(symbol)));
	the_thread(incident)->frames++;
}

static enum endpoint_kind kind_of(const char *const *frames)
{
	struct incident incident;
	enum endpoint_kind kind;

	begin(&incident, THREAD_WAIT, "WrUserRequest");
	for (; *frames; frames++)
		add_frame(&incident, *frames);
	kind = endpoint_of_thread(&incident, the_thread(&incident));
	incident_free(&incident);
	return kind;
}

#define KIND(...) kind_of((const char *const[]){ __VA_ARGS__, NULL })
#define SLEEPS "nt!KiSwapContext", "win32k!xxxRealSleepThread", "win32k!xxxSleepThread"

static void test_frames_of_a_user_wait(void **state)
{
	(void)state;
	assert_int_equal(KIND("nt!KiSwapContext", "nt!NtWaitForSingleObject"), ENDPOINT_WAIT);
	assert_int_equal(KIND(SLEEPS, "win32k!NtUserGetMessage"), ENDPOINT_UI_MESSAGE_WAIT);
	assert_int_equal(KIND(SLEEPS), ENDPOINT_UI_MESSAGE_WAIT);
	assert_int_equal(KIND("win32kfull!xxxSleepThread2", "win32kfull!NtUserWaitMessage"),
			 ENDPOINT_UI_MESSAGE_WAIT);
	assert_int_equal(KIND(SLEEPS, "win32k!NtUserWaitMessage", "USER32!DialogBox2",
			      "USER32!DialogBoxIndirectParamW"),
			 ENDPOINT_DIALOG);
	assert_int_equal(KIND(SLEEPS, "USER32!DialogBox2", "USER32!MessageBoxTimeoutW"),
			 ENDPOINT_MESSAGE_BOX);
	assert_int_equal(KIND(SLEEPS, "comctl32!TaskDialogIndirect"), ENDPOINT_DIALOG);
	assert_int_equal(KIND("win32kbase!xxxRealSleepThreads"), ENDPOINT_WAIT);
	assert_int_equal(KIND("app!MessageBoxW", "user32!xMessageBox", "user32"),
			 ENDPOINT_WAIT);
}

/* It waits for another window's procedure to return, and no user can end that. */
static void test_a_sender_waits_for_a_window(void **state)
{
	(void)state;
	assert_int_equal(KIND(SLEEPS, "win32k!xxxInterSendMsgEx",
			      "win32k!xxxSendMessageTimeout", "win32k!NtUserMessageCall"),
			 ENDPOINT_WAIT);
	assert_int_equal(KIND("win32kfull!xxxRealSleepThread", "win32kfull!NtUserMessageCall"),
			 ENDPOINT_WAIT);
	/* while it waited it was sent a message itself, and the procedure for that pumps messages */
	assert_int_equal(KIND(SLEEPS, "win32k!NtUserGetMessage", "app!Pump",
			      "win32k!xxxReceiveMessage", "win32k!xxxSleepThread",
			      "win32k!xxxInterSendMsgEx", "win32k!NtUserMessageCall"),
			 ENDPOINT_UI_MESSAGE_WAIT);
	/* a box is up, whatever its loop is at */
	assert_int_equal(KIND(SLEEPS, "win32k!xxxInterSendMsgEx", "USER32!MessageBoxW"),
			 ENDPOINT_MESSAGE_BOX);
}

static enum endpoint_kind kind_in_state(enum thread_state at, const char *reason,
					uint32_t suspended)
{
	struct incident incident;
	enum endpoint_kind kind;

	begin(&incident, at, reason);
	the_thread(&incident)->suspend_count = suspended;
	kind = endpoint_of_thread(&incident, the_thread(&incident));
	incident_free(&incident);
	return kind;
}

static void test_states(void **state)
{
	(void)state;
	assert_int_equal(kind_in_state(THREAD_WAIT, "UserRequest", 0), ENDPOINT_WAIT);
	assert_int_equal(kind_in_state(THREAD_GATEWAIT, "WrGuardedMutex", 0), ENDPOINT_WAIT);
	assert_int_equal(kind_in_state(THREAD_RUNNING, "", 0), ENDPOINT_RUNNING);
	assert_int_equal(kind_in_state(THREAD_READY, "", 0), ENDPOINT_READY);
	assert_int_equal(kind_in_state(THREAD_STANDBY, "", 0), ENDPOINT_READY);
	assert_int_equal(kind_in_state(THREAD_WAIT, "Suspended", 0), ENDPOINT_SUSPENDED);
	assert_int_equal(kind_in_state(THREAD_WAIT, "WrSuspended", 0), ENDPOINT_SUSPENDED);
	assert_int_equal(kind_in_state(THREAD_WAIT, "UserRequest", 1), ENDPOINT_SUSPENDED);
	assert_int_equal(kind_in_state(THREAD_WAIT, "SuspendedLately", 0), ENDPOINT_WAIT);
}

static bool idle(enum thread_state at, const char *reason)
{
	struct incident incident;
	bool found;

	begin(&incident, at, reason);
	found = thread_waits_for_work(&incident, the_thread(&incident));
	incident_free(&incident);
	return found;
}

static void test_who_waits_for_work(void **state)
{
	(void)state;
	assert_true(idle(THREAD_WAIT, "WrQueue"));
	assert_true(idle(THREAD_WAIT, "WrLpcReceive"));
	assert_false(idle(THREAD_WAIT, "WrLpcReply"));
	assert_false(idle(THREAD_WAIT, "Unknown"));
	assert_false(idle(THREAD_READY, "WrQueue"));
}

static enum timeout timeout_with(uint64_t address, const char *type)
{
	struct incident incident;
	enum timeout found;

	begin(&incident, THREAD_WAIT, "UserRequest");
	if (type) {
		vec_push(&incident.records.objects,
			 ((struct wait_object){ .address = THREAD_AT + 0x10000,
						.type = names_add(&incident.records.names,
								  SLICE("Semaphore")) }));
		vec_push(&incident.records.objects,
			 ((struct wait_object){ .address = address,
						.type = names_add(&incident.records.names,
								  slice_from(type)) }));
		the_thread(&incident)->objects = 2;
	}
	found = timeout_of_thread(&incident, the_thread(&incident));
	incident_free(&incident);
	return found;
}

static void test_timeouts(void **state)
{
	(void)state;
	assert_int_equal(timeout_with(0, NULL), TIMEOUT_UNKNOWN);
	assert_int_equal(timeout_with(THREAD_AT + 0xb8, "NotificationTimer"), TIMEOUT_SET);
	assert_int_equal(timeout_with(THREAD_AT + 0xb8, "Semaphore"), TIMEOUT_NONE);
	assert_int_equal(timeout_with(THREAD_AT - 0xb8, "NotificationTimer"), TIMEOUT_NONE);
	assert_int_equal(timeout_with(THREAD_AT + 0x20000, "SynchronizationTimer"),
			 TIMEOUT_NONE);
	assert_int_equal(timeout_with(NO_OBJECT, "NotificationEvent"), TIMEOUT_SET);
}

static void assert_telling(const char *const *frames, const char *wanted)
{
	struct incident incident;
	name_id found;

	begin(&incident, THREAD_WAIT, "Executive");
	for (; *frames; frames++)
		add_frame(&incident, *frames);
	found = telling_frame(&incident, the_thread(&incident));
	if (!wanted)
		assert_int_equal(found, 0);
	else
		assert_true(slice_equal(names_text(&incident.records.names, found),
					slice_from(wanted)));
	incident_free(&incident);
}

#define TELLING(wanted, ...) \
	assert_telling((const char *const[]){ __VA_ARGS__, NULL }, wanted)

static void test_telling_frames(void **state)
{
	(void)state;
	TELLING("mrxsmb!SmbCeInitiateExchange", "nt!KiSwapContext",
		"nt!KeWaitForSingleObject", "mrxsmb!SmbCeInitiateExchange", "nt!NtReadFile");
	TELLING("nt!ExAcquireResourceExclusiveLite", "nt!KiSwapContext",
		"nt!ExpWaitForResource", "nt!ExAcquireResourceExclusiveLite");
	TELLING("win32k!xxxInterSendMsgEx", SLEEPS, "win32k!xxxInterSendMsgEx");
	TELLING("spool!Job", "NT!kiswapcontext", "wow64cpu!ServiceNoTurbo", "spool!Job");
	TELLING(NULL, "nt!KiSwapContext", "nt!NtWaitForSingleObject", "0x774d6d5a");
	TELLING(NULL, "ntdll!NtWaitForSingleObject", "kernel32!WaitForSingleObjectEx",
		"RPCRT4!LRPC_CCALL::SendReceive", "0xfffff800`016a0ef3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_of_a_user_wait),
		cmocka_unit_test(test_a_sender_waits_for_a_window),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_who_waits_for_work),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_telling_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
