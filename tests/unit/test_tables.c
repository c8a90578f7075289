/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of images and frames: sorted without case, nothing twice, no row that another makes idle, and every row does what
 * it is there for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <strings.h>

#include <cmocka.h>

#include "stages/finding.h"
#include "stages/special.h"

/* ---- images ---- */

static const char *const special[] = {
#define SPECIAL_IMAGE(text) text,
#include "stages/special_images.def"
#undef SPECIAL_IMAGE
};

static const char *const minimal[] = {
#define MINIMAL_IMAGE(text) text,
#include "stages/minimal_images.def"
#undef MINIMAL_IMAGE
};

static const char *const interactive[] = {
#define INTERACTIVE_IMAGE(text) text,
#include "stages/interactive_images.def"
#undef INTERACTIVE_IMAGE
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void assert_sorted(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(texts[i][0] != '\0');
		if (i && strcasecmp(texts[i - 1], texts[i]) >= 0)
			fail_msg("\"%s\" stands before \"%s\"", texts[i - 1], texts[i]);
	}
}

static void test_images_are_sorted(void **state)
{
	(void)state;
	assert_sorted(special, COUNT(special));
	assert_sorted(minimal, COUNT(minimal));
	assert_sorted(interactive, COUNT(interactive));
}

/* A name that a row stands for. */
static void stand_in(char out[80], const char *row)
{
	snprintf(out, 80, "%s", row);
	if (out[strlen(out) - 1] == '*')
		snprintf(out + strlen(out) - 1, 8, "64.exe");
}

static void test_special_images(void **state)
{
	char name[80];

	(void)state;
	for (size_t i = 0; i < COUNT(special); i++) {
		stand_in(name, special[i]);
		assert_true(image_is_special(slice_from(name)));
		name[0] ^= 0x20;
		assert_true(image_is_special(slice_from(name)));
		name[0] = '_';
		assert_false(image_is_special(slice_from(name)));
	}
	assert_false(image_is_special(SLICE("explorer.exe")));
	assert_false(image_is_special(SLICE("")));
	/* no row says what a row with a star says already */
	for (size_t i = 0; i < COUNT(special); i++)
		for (size_t k = 0; k < COUNT(special); k++)
			if (k != i && special[k][strlen(special[k]) - 1] == '*')
				assert_true(strncasecmp(special[i], special[k],
							strlen(special[k]) - 1) != 0);
}

static void test_minimal_images(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(minimal); i++)
		assert_true(image_is_minimal(slice_from(minimal[i])));
	assert_false(image_is_minimal(SLICE("explorer.exe")));
	assert_false(image_is_minimal(SLICE("Registry.exe")));
}

/* Whether a thread of this image in session 0 that sleeps for window messages is a potential box. */
static bool is_box(const char *image)
{
	struct findings findings = { 0 };
	struct incident incident;
	struct records *records = &incident.records;
	bool found;

	incident_init(&incident);
	records->host.build = 7601;
	vec_push(&records->processes,
		 ((struct process){ .address = 0x1000,
				    .pid = 8,
				    .parent_pid = PID_NONE,
				    .session = 0,
				    .handle_count = 9,
				    .flags = PROCESS_BLOCK,
				    .image = names_add(&records->names, slice_from(image)) }));
	vec_push(&records->frames,
		 names_add(&records->names, SLICE("win32k!xxxSleepThread")));
	vec_push(&records->threads,
		 ((struct thread){ .address = 0x2000,
				   .process = 0x1000,
				   .pid = 8,
				   .tid = 12,
				   .wait_ms = MS_NONE,
				   .frames = 1,
				   .state = THREAD_WAIT,
				   .wait_reason = names_add(&records->names,
							    SLICE("WrUserRequest")) }));
	incident_analyse(&incident);
	find_patterns(&incident, NULL, &findings);
	found = findings.list.len == 1 && findings.list.at[0].pattern == PATTERN_message_box;
	findings_free(&findings);
	incident_free(&incident);
	return found;
}

static void test_interactive_images(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(interactive); i++)
		assert_false(is_box(interactive[i]));
	assert_true(is_box("FormsSrv.exe"));
}

/* ---- frames ---- */

struct row {
	const char *kind, *module, *function;
};

static const struct row ui[] = {
#define UI_FRAME(id, module, function) { #id, module, function },
#include "stages/ui_frames.def"
#undef UI_FRAME
};

static const struct row plumbing[] = {
#define PLUMBING_FRAME(module, function) { "", module, function },
#include "stages/plumbing_frames.def"
#undef PLUMBING_FRAME
};

static int row_compare(const struct row *a, const struct row *b)
{
	int order = strcmp(a->kind, b->kind);

	if (order == 0)
		order = strcasecmp(a->module, b->module);
	return order ? order : strcasecmp(a->function, b->function);
}

/* Sorted, and no row is idle because one before it has the same module and the beginning of its function. */
static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i && row_compare(&rows[i - 1], &rows[i]) >= 0)
			fail_msg("%s!%s stands before %s!%s", rows[i - 1].module,
				 rows[i - 1].function, rows[i].module, rows[i].function);
		for (size_t k = 0; k < count; k++)
			if (k != i && strcasecmp(rows[i].module, rows[k].module) == 0 &&
			    strncasecmp(rows[i].function, rows[k].function,
					strlen(rows[k].function)) == 0)
				fail_msg("%s!%s is in %s!%s already", rows[i].module,
					 rows[i].function, rows[k].module, rows[k].function);
	}
}

/* An incident of one thread with these frames. */
static void with_frames(struct incident *incident, const char *const *frames, size_t count)
{
	incident_init(incident);
	for (size_t i = 0; i < count; i++)
		vec_push(&incident->records.frames,
			 names_add(&incident->records.names, slice_from(frames[i])));
	vec_push(&incident->records.threads, ((struct thread){ .address = 0x2000,
							       .state = THREAD_WAIT,
							       .frames = (uint32_t)count }));
}

static void test_plumbing_frames(void **state)
{
	(void)state;
	check_rows(plumbing, COUNT(plumbing));
	for (size_t i = 0; i < COUNT(plumbing); i++) {
		struct incident incident;
		char frame[120];

		snprintf(frame, sizeof(frame), "%s!%sAnything", plumbing[i].module,
			 plumbing[i].function);
		with_frames(&incident, (const char *const[]){ frame, "app!Tells" }, 2);
		assert_int_equal(telling_frame(&incident, &incident.records.threads.at[0]),
				 incident.records.frames.at[1]);
		incident_free(&incident);
		snprintf(frame, sizeof(frame), "%sx!%sAnything", plumbing[i].module,
			 plumbing[i].function);
		with_frames(&incident, (const char *const[]){ frame, "app!Tells" }, 2);
		assert_int_equal(telling_frame(&incident, &incident.records.threads.at[0]),
				 incident.records.frames.at[0]);
		incident_free(&incident);
	}
}

static enum endpoint_kind kind_of(const char *first, const char *second, const char *third)
{
	const char *const frames[] = { first, second, third };
	struct incident incident;
	enum endpoint_kind kind;

	with_frames(&incident, frames, 3);
	kind = endpoint_of_thread(&incident, &incident.records.threads.at[0]);
	incident_free(&incident);
	return kind;
}

/* What each row changes in a stack of sleep, itself, and a send. */
static void test_ui_frames(void **state)
{
	(void)state;
	check_rows(ui, COUNT(ui));
	for (size_t i = 0; i < COUNT(ui); i++) {
		const char *sleep = "win32k!xxxSleepThread",
			   *send = "win32k!xxxInterSendMsgEx";
		char frame[120];

		snprintf(frame, sizeof(frame), "%s!%sAnything", ui[i].module, ui[i].function);
		if (strcmp(ui[i].kind, "BOX") == 0)
			assert_int_equal(kind_of(sleep, frame, send), ENDPOINT_MESSAGE_BOX);
		else if (strcmp(ui[i].kind, "DIALOG") == 0)
			assert_int_equal(kind_of(sleep, frame, send), ENDPOINT_DIALOG);
		else if (strcmp(ui[i].kind, "SLEEP") == 0)
			assert_int_equal(kind_of("nt!a", frame, "nt!b"),
					 ENDPOINT_UI_MESSAGE_WAIT);
		else if (strcmp(ui[i].kind, "SEND") == 0)
			assert_int_equal(kind_of(sleep, frame, "nt!b"), ENDPOINT_WAIT);
		else
			assert_int_equal(kind_of(sleep, frame, send),
					 ENDPOINT_UI_MESSAGE_WAIT);
	}
	assert_int_equal(kind_of("win32k!xxxSleepThread", "nt!a", "win32k!xxxInterSendMsgEx"),
			 ENDPOINT_WAIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images_are_sorted),
		cmocka_unit_test(test_special_images),
		cmocka_unit_test(test_minimal_images),
		cmocka_unit_test(test_interactive_images),
		cmocka_unit_test(test_plumbing_frames),
		cmocka_unit_test(test_ui_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
