/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice: plans of small logs as one would write them down, sizes and budgets, faults and which Windows it is. What holds of every
 * plan is in test_advice_properties.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/advice.h"
#include "stages/fault_recorder.h"
#include "tests/unit/log_fixture.h"

/* ---- logs of a few lines ---- */

#define HOME(number) (0xfffffa8004000000u + (uint64_t)(number)*0x10000)
#define THREAD(number) (HOME(number) + 0x8000)
#define MESSAGE(number) (0xfffff88012000000u + (uint64_t)(number)*0x1000)

static FILE *log_text;
static char *log_bytes;
static size_t log_len;

static void log_open(void)
{
	log_text = open_memstream(&log_bytes, &log_len);
	fputs("0: kd> !process 0 3f\n", log_text);
}

/* kb 0: no statistics. */
static void put_process(unsigned number, unsigned pid, const char *image, unsigned kb)
{
	fprintf(log_text,
		"PROCESS %016llx\n"
		"    SessionId: 1  Cid: %04x    Peb: 7fffffdf000  ParentCid: 0004\n"
		"    DirBase: 2db10000  ObjectTable: fffff8a0025bd440  HandleCount: 105.\n"
		"    Image: %s\n",
		(unsigned long long)HOME(number), pid, image);
	if (kb)
		fprintf(log_text,
			"    Working Set Sizes (now,min,max)  (%u, 50, 345) (%uKB, 200KB, 1380KB)\n",
			kb / 4, kb);
}

static void put_zombie(unsigned number, unsigned pid, const char *image)
{
	fprintf(log_text,
		"PROCESS %016llx\n"
		"    SessionId: none  Cid: %04x    Peb: 7fffffdf000  ParentCid: 0004\n"
		"    DirBase: 2db10000  ObjectTable: 00000000  HandleCount:   0.\n"
		"    Image: %s\n\nNo active threads\n\n",
		(unsigned long long)HOME(number), pid, image);
}

/* A thread that waits so many seconds; for that of process `server`, or, at -1, for an event. */
static void put_waiting(unsigned number, unsigned pid, const char *image, int server,
			const char *reason, unsigned seconds)
{
	fprintf(log_text,
		"        THREAD %016llx  Cid %04x.%04x  Teb: 000007fffffde000 Win32Thread: "
		"0000000000000000 WAIT: (%s) UserMode Non-Alertable\n"
		"            %016llx  NotificationEvent\n",
		(unsigned long long)THREAD(number), pid, 0x1000 + number * 4, reason,
		(unsigned long long)THREAD(number) + 0x4000);
	if (server >= 0)
		fprintf(log_text,
			"        Waiting for reply to ALPC Message %016llx : queued at port "
			"%016llx : owned by process %016llx\n",
			(unsigned long long)MESSAGE(number),
			(unsigned long long)MESSAGE(server) + 0x800,
			(unsigned long long)HOME(server));
	fprintf(log_text,
		"        Not impersonating\n"
		"        Owning Process            %016llx       Image:         %s\n"
		"        Attached Process          N/A            Image:         N/A\n"
		"        Wait Start TickCount      %u         Ticks: %u (0:%02u:%02u:%02u.000)\n",
		(unsigned long long)HOME(number), image, 1000000 - seconds * 64,
		seconds * 64, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void put_thread(unsigned number, unsigned pid, const char *image, int server,
		       unsigned seconds)
{
	put_waiting(number, pid, image, server, server < 0 ? "UserRequest" : "WrLpcReply",
		    seconds);
}

static void put_box(unsigned number, unsigned pid, const char *image, unsigned seconds)
{
	put_waiting(number, pid, image, -1, "WrUserRequest", seconds);
	fputs("        Child-SP          RetAddr           Call Site\n"
	      "        fffffa60`046a8760 fffff800`016a36fa nt!KiSwapContext+0x7f\n"
	      "        00000000`0026f038 00000000`774d756a USER32!MessageBoxW+0x12\n",
	      log_text);
}

/* The messages come last, as a prompt ends the listing. */
static void put_message(unsigned number, unsigned server)
{
	fprintf(log_text,
		"0: kd> !alpc /m %016llx\nMessage @ %016llx\n"
		"  MessageID             : 0x10E8 (4328)\n"
		"  WaitingThread         : %016llx\n"
		"  QueueType             : ALPC_MSGQUEUE_PENDING\n"
		"  ServerThread          : %016llx\n",
		(unsigned long long)MESSAGE(number), (unsigned long long)MESSAGE(number),
		(unsigned long long)THREAD(number), (unsigned long long)THREAD(server));
}

struct advised {
	struct dumps dumps;
	struct findings findings;
	struct advice advice;
	const struct incident *incident;
};

static void advise(struct advised *advised, uint64_t budget_kb)
{
	*advised = (struct advised){ .findings = { .list = { 0 } } };
	fclose(log_text);
	dumps_whole(&advised->dumps, (struct slice){ log_bytes, log_len });
	assert_int_equal(advised->dumps.joins.len, 1);
	advised->incident = &advised->dumps.joins.at[0]->incident;
	find_patterns(advised->incident, NULL, &advised->findings);
	advice_make(&advised->advice, advised->incident, &advised->findings, budget_kb);
}

static void advised_free(struct advised *advised)
{
	advice_free(&advised->advice);
	findings_free(&advised->findings);
	dumps_free(&advised->dumps);
	free(log_bytes);
}

/* "c.exe[30] 8KB ends:wait-chain*2 named:message-box" */
static void print_save(FILE *out, const struct incident *incident,
		       const struct findings *findings, const struct advice *advice,
		       const struct advice_save *save)
{
	const struct advice_process *process = &save->process;

	fprintf(out, "%.*s", SLICE_ARG(names_text(&incident->records.names, process->image)));
	if (process->pid != PID_NONE)
		fprintf(out, "[%x]", process->pid);
	if (process->size_kb != SIZE_NONE)
		fprintf(out, " %lluKB", (unsigned long long)process->size_kb);
	if (process->bar != BAR_NONE)
		fprintf(out, " %s", advice_bar_text(process->bar));
	for (uint32_t i = 0; i < save->reasons; i++) {
		const struct advice_reason *reason =
			&advice->reasons.at[save->first_reason + i];

		fprintf(out, " %s:%s", advice_part_text(reason->part),
			pattern_text(findings->list.at[reason->finding].pattern));
		if (reason->alike)
			fprintf(out, "*%u", reason->alike + 1);
	}
	fputc('\n', out);
}

static void assert_plan(const struct advised *advised, const char *saves, const char *missed)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	vec_for_each(save, &advised->advice.saves)
		print_save(out, advised->incident, &advised->findings, &advised->advice, save);
	fputs("--\n", out);
	vec_for_each(save, &advised->advice.missed)
		print_save(out, advised->incident, &advised->findings, &advised->advice, save);
	fclose(out);
	assert_true(strncmp(text, saves, strlen(saves)) == 0 ||
		    (fprintf(stderr, "%s", text), false));
	assert_string_equal(text + strlen(saves), missed);
	free(text);
}

/* Two clients of one image: the longer wait stands for both. The end first, as all wait for it. */
static void test_one_process_a_place(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "a.exe", 0);
	put_thread(1, 0x10, "a.exe", 3, 100);
	put_process(2, 0x14, "a.exe", 0);
	put_thread(2, 0x14, "a.exe", 3, 120);
	put_process(3, 0x20, "b.exe", 8000);
	put_thread(3, 0x20, "b.exe", 4, 90);
	put_process(4, 0x30, "c.exe", 0);
	put_thread(4, 0x30, "c.exe", -1, 80);
	put_message(1, 3);
	put_message(2, 3);
	put_message(3, 4);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised,
		    "c.exe[30] ends:wait-chain\n"
		    "a.exe[14] begins:wait-chain*2\n"
		    "b.exe[20] 8000KB passes:wait-chain\n",
		    "--\n");
	assert_true(advised.advice.force_dump && advised.advice.user_space);
	assert_int_equal(advised.advice.saved_kb, 8000);
	assert_int_equal(advised.advice.unknown, 2);
	advised_free(&advised);
}

/* The box at the end of the chain: one dump, two reasons. */
static void test_one_process_may_explain_much(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "a.exe", 0);
	put_thread(1, 0x10, "a.exe", 2, 300);
	put_process(2, 0x20, "b.exe", 0);
	put_box(2, 0x20, "b.exe", 299);
	put_process(3, 0x30, "lone.exe", 0);
	put_box(3, 0x30, "lone.exe", 10);
	put_process(4, 0x40, "lone.exe", 0);
	put_box(4, 0x40, "lone.exe", 11);
	put_message(1, 2);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised,
		    "b.exe[20] ends:wait-chain named:message-box\n"
		    "a.exe[10] begins:wait-chain\n"
		    "lone.exe[40] named:message-box*2\n",
		    "--\n");
	advised_free(&advised);
}

static void test_every_hop_of_a_ring_is_needed(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "client.exe", 0);
	put_thread(1, 0x10, "client.exe", 2, 20);
	put_process(2, 0x20, "x.exe", 0);
	put_thread(2, 0x20, "x.exe", 3, 30);
	put_process(3, 0x30, "y.exe", 0);
	put_thread(3, 0x30, "y.exe", 2, 30);
	put_message(1, 2);
	put_message(2, 3);
	put_message(3, 2);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised,
		    "x.exe[20] ring:wait-chain\n"
		    "y.exe[30] ring:wait-chain\n"
		    "client.exe[10] begins:wait-chain\n",
		    "--\n");
	advised_free(&advised);
}

/* A process that is dead or has no user space cannot be saved, and that is said. */
static void test_who_cannot_be_saved_is_missed(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "a.exe", 0);
	put_thread(1, 0x10, "a.exe", 2, 50);
	put_process(3, 0x30, "b.exe", 0);
	put_thread(3, 0x30, "b.exe", 4, 40);
	put_process(2, 4, "System", 0);
	put_zombie(4, 0x40, "gone.exe");
	put_message(1, 2);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised,
		    "a.exe[10] begins:wait-chain\n"
		    "b.exe[30] begins:wait-chain\n",
		    "--\n"
		    "System[4] system ends:wait-chain\n"
		    "gone.exe[40] dead ends:wait-chain\n");
	assert_true(advised.advice.force_dump);
	advised_free(&advised);
}

static void put_sized_chain(void)
{
	log_open();
	put_process(1, 0x10, "a.exe", 3000);
	put_thread(1, 0x10, "a.exe", 2, 100);
	put_process(2, 0x20, "b.exe", 500000);
	put_thread(2, 0x20, "b.exe", 3, 100);
	put_process(3, 0x30, "c.exe", 0);
	put_thread(3, 0x30, "c.exe", 4, 100);
	put_process(4, 0x40, "d.exe", 9000);
	put_thread(4, 0x40, "d.exe", -1, 100);
	put_message(1, 2);
	put_message(2, 3);
	put_message(3, 4);
}

/* What costs little for what it explains comes first, what is of unknown size last. */
static void test_a_budget(void **state)
{
	struct advised advised;

	(void)state;
	put_sized_chain();
	advise(&advised, 20000);
	assert_plan(&advised,
		    "a.exe[10] 3000KB begins:wait-chain\n"
		    "d.exe[40] 9000KB ends:wait-chain\n"
		    "c.exe[30] passes:wait-chain\n",
		    "--\n"
		    "b.exe[20] 500000KB budget passes:wait-chain\n");
	assert_int_equal(advised.advice.saved_kb, 12000);
	assert_int_equal(advised.advice.budget_kb, 20000);
	advised_free(&advised);
	put_sized_chain();
	advise(&advised, 0);
	assert_plan(&advised, "c.exe[30] passes:wait-chain\n",
		    "--\n"
		    "d.exe[40] 9000KB budget ends:wait-chain\n"
		    "a.exe[10] 3000KB budget begins:wait-chain\n"
		    "b.exe[20] 500000KB budget passes:wait-chain\n");
	advised_free(&advised);
}

/* Commit and !vm's row stand in for the working set, and the larger is taken. */
static void test_sizes(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "a.exe", 100);
	fputs("    CommitCharge                      581\n", log_text);
	put_thread(1, 0x10, "a.exe", 2, 50);
	put_process(2, 0x20, "b.exe", 0);
	put_thread(2, 0x20, "b.exe", -1, 50);
	put_message(1, 2);
	fputs("0: kd> !vm\n\n*** Virtual Memory Usage ***\n"
	      "\tPhysical Memory:     5880464 (  23521856 Kb)\n\n"
	      "         0020 b.exe               1100 (       4400 Kb)\n"
	      "         0010 a.exe                  1 (          4 Kb)\n",
	      log_text);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised,
		    "b.exe[20] 4400KB ends:wait-chain\n"
		    "a.exe[10] 2324KB begins:wait-chain\n",
		    "--\n");
	assert_int_equal(advised.advice.saves.at[0].process.size_basis, SIZE_VM);
	assert_int_equal(advised.advice.saves.at[1].process.size_basis, SIZE_COMMIT);
	advised_free(&advised);
}

/* ---- faults ---- */

static const struct advice_image *image_of(const struct advised *advised, const char *image)
{
	vec_for_each(entry, &advised->advice.images)
		if (slice_equal(names_text(&advised->incident->records.names, entry->image),
				slice_from(image)))
			return entry;
	return NULL;
}

static void test_images_that_died_while_faults_were_recorded(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_zombie(1, 0x10, "svc.exe");
	put_zombie(2, 0x14, "svc.exe");
	put_zombie(3, 0x18, "WerFault.exe");
	put_zombie(4, 0x1c, "other.exe");
	put_process(5, 0x20, "a.exe", 0);
	put_box(5, 0x20, "a.exe", 10);
	advise(&advised, SIZE_NONE);
	assert_int_equal(advised.advice.images.len, 3);
	assert_int_equal(image_of(&advised, "svc.exe")->zombies, 2);
	assert_true(image_of(&advised, "svc.exe")->causes & CAUSE_DIED);
	assert_true(image_of(&advised, "other.exe")->causes & CAUSE_DIED);
	assert_int_equal(image_of(&advised, "a.exe")->causes, CAUSE_SAVED);
	assert_int_equal(advised.advice.recorders, 1u << RECORDER_WER);
	assert_int_equal(advised.advice.faults_recorded, 1);
	assert_int_equal(advised.advice.local_dumps, LOCAL_DUMPS_YES);
	assert_int_equal(advised.advice.local_dumps_basis, LOCAL_DUMPS_BY_RECORDER);
	advised_free(&advised);
}

/* Zombies may be kept by a handle that somebody forgot: nothing says that they died of a fault. */
static void test_a_few_zombies_alone_are_no_faults(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_zombie(1, 0x10, "cmd.exe");
	put_zombie(2, 0x14, "cmd.exe");
	advise(&advised, SIZE_NONE);
	assert_int_equal(advised.advice.images.len, 0);
	assert_true(advice_is_empty(&advised.advice));
	advised_free(&advised);
}

static void test_a_storm_names_the_images_it_is_of(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	for (unsigned i = 0; i < 1500; i++)
		put_zombie(1 + i, 0x1000 + i * 4, i == 7 ? "rare.exe" : "svc.exe");
	advise(&advised, SIZE_NONE);
	assert_int_equal(advised.advice.images.len, 1);
	assert_true(image_of(&advised, "svc.exe")->causes & CAUSE_STORM);
	assert_true(advised.advice.holders_needed && advised.advice.force_dump);
	assert_false(advised.advice.user_space);
	advised_free(&advised);
}

static void put_box_of(const char *banner)
{
	log_open();
	fputs(banner, log_text);
	fputs("0: kd> !process 0 3f\n", log_text);
	put_process(5, 0x20, "a.exe", 0);
	put_box(5, 0x20, "a.exe", 10);
}

static void test_which_windows_it_is(void **state)
{
	static const struct {
		const char *banner;
		enum local_dumps support;
		enum local_dumps_basis basis;
	} cases[] = {
		{ "Windows Server 2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP (8 procs) Free x64\n",
		  LOCAL_DUMPS_YES, LOCAL_DUMPS_BY_BUILD },
		{ "Windows Vista Kernel Version 6000 MP (2 procs) Free x64\n",
		  LOCAL_DUMPS_NO, LOCAL_DUMPS_BY_BUILD },
		{ "", LOCAL_DUMPS_NOT_KNOWN, LOCAL_DUMPS_BY_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct advised advised;

		put_box_of(cases[i].banner);
		advise(&advised, SIZE_NONE);
		assert_int_equal(advised.advice.local_dumps, cases[i].support);
		assert_int_equal(advised.advice.local_dumps_basis, cases[i].basis);
		advised_free(&advised);
	}
	struct advised advised;

	put_box_of("");
	put_zombie(6, 0x30, "drwtsn32.exe");
	advise(&advised, SIZE_NONE);
	assert_int_equal(advised.advice.local_dumps, LOCAL_DUMPS_NO);
	assert_int_equal(advised.advice.local_dumps_basis, LOCAL_DUMPS_BY_RECORDER);
	assert_int_equal(advised.advice.recorders, 1u << RECORDER_DR_WATSON);
	advised_free(&advised);
}

static void test_nothing_asks_for_a_dump(void **state)
{
	struct advised advised;

	(void)state;
	log_open();
	put_process(1, 0x10, "a.exe", 0);
	put_thread(1, 0x10, "a.exe", -1, 50);
	advise(&advised, SIZE_NONE);
	assert_plan(&advised, "", "--\n");
	assert_true(advice_is_empty(&advised.advice));
	advised_free(&advised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_process_a_place),
		cmocka_unit_test(test_one_process_may_explain_much),
		cmocka_unit_test(test_every_hop_of_a_ring_is_needed),
		cmocka_unit_test(test_who_cannot_be_saved_is_missed),
		cmocka_unit_test(test_a_budget),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_images_that_died_while_faults_were_recorded),
		cmocka_unit_test(test_a_few_zombies_alone_are_no_faults),
		cmocka_unit_test(test_a_storm_names_the_images_it_is_of),
		cmocka_unit_test(test_which_windows_it_is),
		cmocka_unit_test(test_nothing_asks_for_a_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
