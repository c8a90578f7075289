/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of processes - missing-threads, zombie-process, restart-loop, terminating, special-process: what each finds,
 * where its borders are, and what it must not find.
 */
#include "tests/unit/finding_fixture.h"

/* ---- missing-threads ---- */

static void test_fewer_than_the_siblings(void **state)
{
	(void)state;
	teardown(NULL);
	SIBLINGS(1, 11, 12, 12, 14);
	ASSERT_ONE(missing_threads);
	assert_int_equal(THE(missing_threads)->threads, 1);
	assert_int_equal(THE(missing_threads)->expected, 12);
	assert_false(THE(missing_threads)->expected_half);
	assert_int_equal(THE(missing_threads)->sample, 4);
	assert_int_equal(THE(missing_threads)->spread, 1);
	assert_int_equal(THE(missing_threads)->basis, BASIS_SIBLINGS);
	assert_int_equal(THE(missing_threads)->urgency, URGENCY_MISSING_THREADS);
	assert_true(THE(missing_threads)->process == PROCESS_AT(1));
	teardown(NULL);
	SIBLINGS(11, 12, 1, 12, 13, 2, 14); /* the others of each: 2 11 12 12 13 14, 1 11 12 12 13 14 */
	assert_int_equal(count_of(PATTERN_missing_threads), 2);
	assert_int_equal(THE(missing_threads)->expected, 12);
	assert_int_equal(THE(missing_threads)->sample, 6);
	teardown(NULL);
	SIBLINGS(1, 9, 10, 11, 12);
	assert_int_equal(THE(missing_threads)->expected, 10);
	assert_true(THE(missing_threads)->expected_half);
}

static void test_borders_of_few(void **state)
{
	(void)state;
	teardown(NULL);
	SIBLINGS(1, 11, 12, 12); /* three others are no sample */
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(1, 5, 5, 5, 5); /* the centre is below 6 */
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(1, 5, 5, 6, 6); /* 5.5 */
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(2, 6, 6, 6, 6);
	ASSERT_ONE(missing_threads);
	teardown(NULL);
	SIBLINGS(3, 6, 6, 6, 6);
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(3, 12, 12, 12, 12); /* a quarter */
	ASSERT_ONE(missing_threads);
	teardown(NULL);
	SIBLINGS(4, 12, 12, 12, 12);
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(1, 1, 1, 1, 1);
	ASSERT_NONE(missing_threads);
	teardown(NULL);
	SIBLINGS(0, 12, 12, 12, 12); /* none were listed, and the listing says so */
	ASSERT_ONE(missing_threads);
}

static void test_who_cannot_be_judged(void **state)
{
	(void)state;
	add_siblings((const uint32_t[]){ 1, 12, 12, 12, 12 }, 5);
	incident.records.processes.at[0].flags &= (uint8_t)~PROCESS_THREADS_LISTED;
	find(NULL);
	ASSERT_NONE(missing_threads);
	incident.records.processes.at[0].flags |= PROCESS_THREADS_LISTED;
	incident.records.processes.at[0].handle_count = 0;
	find(NULL);
	ASSERT_NONE(missing_threads);
	incident.records.processes.at[0].handle_count = HANDLES_NONE;
	find(NULL);
	ASSERT_NONE(missing_threads);
	incident.records.processes.at[0].handle_count = 1;
	find(NULL);
	ASSERT_ONE(missing_threads);
	incident.records.processes.at[4].handle_count =
		0; /* who cannot be judged is no sibling either */
	find(NULL);
	ASSERT_NONE(missing_threads);
}

/* An index: of every build, and of all. */
struct index {
	uint32_t build;
	struct thread_count of_build[3], of_all[3];
	unsigned asked;
};

static bool answer(void *from, struct slice image, uint32_t build, thread_counts *counts)
{
	struct index *index = from;
	const struct thread_count *answers = build == index->build ? index->of_build
								   : index->of_all;

	index->asked++;
	if (!image_same(image, SLICE("formssrv.exe")) ||
	    (build != index->build && build != NUMBER_NONE))
		return false;
	counts->len = 0;
	for (size_t i = 0; i < 3; i++)
		if (answers[i].processes)
			vec_push(counts, answers[i]);
	return true;
}

static void test_fewer_than_the_index_knows(void **state)
{
	struct index index = { .build = 7601,
			       .of_build = { { 2, 1 }, { 20, 2 }, { 24, 3 } },
			       .of_all = { { 2, 1 }, { 10, 100 }, { 24, 3 } } };
	const struct baseline baseline = { answer, &index };

	(void)state;
	add_listed(1, "FormsSrv.exe", 2);
	find(&baseline); /* the build is not known */
	assert_int_equal(THE(missing_threads)->basis, BASIS_IMAGE);
	assert_int_equal(THE(missing_threads)->expected, 10);
	assert_int_equal(THE(missing_threads)->sample, 103);
	incident.records.host.build = 7601;
	find(&baseline);
	ASSERT_ONE(missing_threads);
	assert_int_equal(THE(missing_threads)->basis, BASIS_BUILD);
	assert_int_equal(THE(missing_threads)->expected, 24);
	assert_int_equal(THE(missing_threads)->sample, 5);
	index.of_build[2].processes = 1; /* three others are too few: all builds are asked */
	find(&baseline);
	assert_int_equal(THE(missing_threads)->basis, BASIS_IMAGE);
	index.of_all[1].threads =
		5; /* as many as are normal over all: it is no verdict that the build would give another */
	find(&baseline);
	ASSERT_NONE(missing_threads);
	add_listed(2, "other.exe", 1);
	find(&baseline);
	ASSERT_NONE(missing_threads);
	assert_true(index.asked > 0);
}

static void test_siblings_are_asked_first(void **state)
{
	struct index index = { .build = 7601, .of_all = { { 1, 5 }, { 30, 50 } } };
	const struct baseline baseline = { answer, &index };

	(void)state;
	add_siblings((const uint32_t[]){ 1, 12, 12, 12, 12 }, 5);
	find(&baseline);
	ASSERT_ONE(missing_threads);
	assert_int_equal(THE(missing_threads)->basis, BASIS_SIBLINGS);
	index.of_all[1].threads = 200; /* then all of them are few */
	find(&baseline);
	assert_int_equal(count_of(PATTERN_missing_threads), 5);
	assert_int_equal(nth_of(PATTERN_missing_threads, 4)->basis, BASIS_IMAGE);
}

static void test_missing_where_others_wait(void **state)
{
	(void)state;
	add_siblings((const uint32_t[]){ 1, 12, 12, 12, 12 }, 5);
	add_thread(1, 1, "UserRequest");
	add_mutant(add_thread(2, 0, "UserRequest"), 1);
	find(NULL);
	assert_int_equal(THE(missing_threads)->urgency, URGENCY_MISSING_IN_CHAIN);
	assert_int_equal(THE(missing_threads)->waiters, 1);
}

/* ---- zombies, restart loops, processes on their way out ---- */

static void test_storms_and_who_holds_them(void **state)
{
	struct process *process;

	(void)state;
	add_process(1, "monitor.exe", 1200);
	add_process(2, "other.exe", 999);
	add_process(3, "big.exe", 20000);
	for (uint32_t i = 0; i < 999; i++) {
		process = add_zombie(100 + i, i % 3 ? "cmd.exe" : "tool.exe");
		process->parent_pid = i < 900 ? 4 : i < 990 ? 8 : 3000;
	}
	find(NULL);
	ASSERT_ONE(zombie_process);
	assert_int_equal(THE(zombie_process)->count, 999);
	assert_false(THE(zombie_process)->storm);
	assert_int_equal(THE(zombie_process)->urgency, URGENCY_ZOMBIES);
	assert_string_equal(parties_of(THE(zombie_process), PARTY_PARENT),
			    "4:900 8:90 3000:9");
	assert_string_equal(parties_of(THE(zombie_process), PARTY_HOLDER), "12:20000");
	assert_string_equal(parties_of(THE(zombie_process), PARTY_IMAGE), "-1:666 -1:333");
	add_row(9999, "late.exe", 0, 1);
	find(NULL);
	assert_true(THE(zombie_process)->storm);
	assert_int_equal(THE(zombie_process)->urgency, URGENCY_STORM);
	assert_string_equal(parties_of(THE(zombie_process), PARTY_HOLDER), "12:20000 4:1200");
	assert_non_null(THE(zombie_process)->evidence);
}

/* The PID of the parent is that of two live processes: nobody is accused. */
static void test_a_parent_that_is_not_told(void **state)
{
	(void)state;
	add_process(1, "a.exe", 9);
	add_zombie(2, "z.exe")->parent_pid = 4;
	add_zombie(3, "z.exe")->parent_pid = 12; /* a zombie's own: it is no live process */
	find(NULL);
	assert_true(findings.parties.at[1].process == PROCESS_AT(1));
	assert_int_equal(findings.parties.at[2].process, 0);
	add_process(4, "b.exe", 9)->pid = 4;
	find(NULL);
	assert_int_equal(findings.parties.at[1].process, 0);
	assert_int_equal(findings.parties.at[1].image, 0);
	assert_int_equal(findings.parties.at[1].pid, 4);
}

static void test_restart_loops(void **state)
{
	(void)state;
	add_process(1, "once.exe", 9);
	add_process(2, "twice.exe", 9);
	add_process(3, "twice.exe", 9);
	add_process(4, "seldom.exe", 9);
	add_process(5, "WerFault.exe", 9);
	for (uint32_t i = 0; i < 5; i++) {
		add_zombie(100 + i * 6, "ONCE.EXE");
		add_zombie(101 + i * 6, "twice.exe");
		add_zombie(102 + i * 6, "gone.exe");
		add_zombie(103 + i * 6, "werfault.exe");
		add_zombie(104 + i * 6, "rowed.exe");
		if (i < 4)
			add_zombie(105 + i * 6, "seldom.exe");
	}
	add_row(7777, "rowed.exe", 400, 1);
	find(NULL);
	assert_int_equal(count_of(PATTERN_restart_loop), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *finding = nth_of(PATTERN_restart_loop, i);

		assert_int_equal(finding->count, 5);
		assert_int_equal(finding->urgency, URGENCY_RESTART_LOOP);
		assert_int_equal(finding->pid, finding->process ? 4 : 7777);
	}
	add_row(7778, "rowed.exe", 400, 1);
	find(NULL);
	ASSERT_ONE(restart_loop);
}

static void test_terminating(void **state)
{
	(void)state;
	add_zombie(1, "gone.exe");
	add_zombie(2, "going.exe")->threads = 2;
	add_zombie(3, "Registry")->threads = 2;
	add_process(4, "alive.exe", 9)->threads = 2;
	find(NULL);
	ASSERT_ONE(terminating);
	assert_int_equal(THE(terminating)->pid, 8);
	assert_int_equal(THE(terminating)->threads, 2);
	ASSERT_ONE(zombie_process);
	assert_int_equal(THE(zombie_process)->count, 1);
}

/* ---- special-process ---- */

static void add_command(uint32_t process, const char *text)
{
	vec_push(&incident.records.command_lines,
		 ((struct command_line){ .process = process ? PROCESS_AT(process) : 0,
					 .text = name(text) }));
}

static void test_special_processes_and_victims(void **state)
{
	const struct finding *finding;

	(void)state;
	add_process(1, "victim.exe", 9);
	add_process(2, "WerFault.exe", 9);
	add_zombie(3, "werfault.exe");
	add_zombie(4, "dwwin.exe");
	add_process(5, "windbg.exe", 9);
	add_process(6, "windbg.exe", 9);
	add_row(12, "werfault.exe", 0, 1); /* number 3 again */
	add_row(5000, "WERFAULT.EXE", 99, 1);
	add_row(5004, "WerFault.exe", 0, 1);
	add_command(2, "C:\\Windows\\WerFault.exe -u -p 4 -s 99");
	add_command(0, "\"C:\\a b\\windbg.exe\" -p 4");
	add_command(0, "dwwin.exe -p 4");
	add_command(1, "victim.exe -p 8");
	find(NULL);
	assert_int_equal(count_of(PATTERN_special_process), 3);
	finding = THE(special_process); /* live first, then by address: two windbg have none, WerFault two live ones */
	assert_int_equal(finding->urgency, URGENCY_FAULT_NOW);
	for (size_t i = 0; i < 3; i++) {
		finding = nth_of(PATTERN_special_process, i);
		if (image_same(names_text(&incident.records.names, finding->image),
			       SLICE("werfault.exe"))) {
			assert_int_equal(finding->count, 4);
			assert_int_equal(finding->zombies, 2);
			assert_int_equal(finding->process, 0);
			assert_string_equal(parties_of(finding, PARTY_LIVE), "5000:0 8:0");
			assert_string_equal(parties_of(finding, PARTY_VICTIM), "4:0");
		} else if (image_same(names_text(&incident.records.names, finding->image),
				      SLICE("windbg.exe"))) {
			assert_int_equal(finding->count, 2);
			assert_string_equal(parties_of(finding, PARTY_VICTIM), "4:0");
		} else {
			assert_int_equal(finding->count, 1);
			assert_int_equal(finding->urgency, URGENCY_FAULTS_PAST);
			assert_string_equal(parties_of(finding, PARTY_VICTIM), "");
		}
		assert_non_null(finding->evidence);
	}
}

static void test_the_only_live_one_is_told(void **state)
{
	const struct party *victim;

	(void)state;
	add_process(1, "victim.exe", 9);
	add_zombie(2, "old.exe")->pid = 4;
	add_process(3, "WerFault.exe", 9);
	add_command(0, "WerFault.exe -pss -s 468 -p 4 -ip 4");
	find(NULL);
	ASSERT_ONE(special_process);
	assert_true(THE(special_process)->process == PROCESS_AT(3));
	assert_int_equal(THE(special_process)->pid, 12);
	victim = &findings.parties.at[THE(special_process)->first_party + 1];
	assert_int_equal(victim->role, PARTY_VICTIM);
	assert_true(victim->process == PROCESS_AT(1));
	assert_true(victim->by == PROCESS_AT(3));
}

static uint32_t victim(const char *command)
{
	return command_victim(slice_from(command));
}

static void test_victims_of_command_lines(void **state)
{
	(void)state;
	assert_int_equal(victim("WerFault.exe -u -p 4212 -s 1212"), 4212);
	assert_int_equal(victim("C:\\Program Files\\x\\drwtsn32 /p 99 -e 5"), 99);
	assert_int_equal(victim("\"C:\\a -p 1\\ntsd.exe\" -g -p 0x1F4"), 500);
	assert_int_equal(victim("ntsd\t-p\t7"), 7);
	assert_int_equal(victim("ntsd -p 12ab -p 6"), 6);
	assert_int_equal(victim("ntsd -p"), PID_NONE);
	assert_int_equal(victim("ntsd -pn svc -pd"), PID_NONE);
	assert_int_equal(victim("-p 5"), PID_NONE); /* the first word is the program */
	assert_int_equal(victim("ntsd -p 99999999999"), PID_NONE);
	assert_int_equal(victim("ntsd -p 4294967295"), PID_NONE);
	assert_int_equal(victim("\""), PID_NONE);
	assert_int_equal(victim(""), PID_NONE);
}

static void assert_image(const char *command, const char *image)
{
	assert_true(slice_equal(command_image(slice_from(command)), slice_from(image)));
}

static void test_images_of_command_lines(void **state)
{
	(void)state;
	assert_image("WerFault.exe -u", "WerFault.exe");
	assert_image("C:\\Windows\\system32\\WerFault.exe -u -p 4", "WerFault.exe");
	assert_image("C:\\Program Files\\Tools\\cdb.EXE", "cdb.EXE");
	assert_image("\"C:\\Program Files\\cdb\" -p 4", "cdb");
	assert_image("drwtsn32 -p 4", "drwtsn32");
	assert_image("C:\\a.exe.old b.exe c", "a.exe.old b.exe");
	assert_image("\\\\?\\", "");
	assert_image("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fewer_than_the_siblings),
		TEST(test_borders_of_few),
		TEST(test_who_cannot_be_judged),
		TEST(test_fewer_than_the_index_knows),
		TEST(test_siblings_are_asked_first),
		TEST(test_missing_where_others_wait),
		TEST(test_storms_and_who_holds_them),
		TEST(test_a_parent_that_is_not_told),
		TEST(test_restart_loops),
		TEST(test_terminating),
		TEST(test_special_processes_and_victims),
		TEST(test_the_only_live_one_is_told),
		TEST(test_victims_of_command_lines),
		TEST(test_images_of_command_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
