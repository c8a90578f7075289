/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of patterns: one incident made by hand, record by record, and what was found in it. setup() and teardown() belong
 * around each test.
 */
#ifndef TESTS_FINDING_FIXTURE_H
#define TESTS_FINDING_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/finding.h"
#include "stages/special.h"
#include "stages/urgency.h"

#define PROCESS_AT(n) (0xfffffa8000000000u + (uint64_t)(n)*0x1000)
#define THREAD_AT(n) (0xfffffa8100000000u + (uint64_t)(n)*0x1000)

static struct incident incident;
static struct findings findings;

static inline int setup(void **state)
{
	(void)state;
	incident_init(&incident);
	findings = (struct findings){ 0 };
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	findings_free(&findings);
	incident_free(&incident);
	return 0;
}

static inline name_id name(const char *text)
{
	return names_add(&incident.records.names, slice_from(text));
}

/* Process number n, which has that number of handles and the PID 4n; they must be added in order. */
static inline struct process *add_process(uint32_t n, const char *image, uint32_t handles)
{
	vec_push(&incident.records.processes,
		 ((struct process){ .address = PROCESS_AT(n),
				    .pid = n * 4,
				    .parent_pid = PID_NONE,
				    .session = 1,
				    .handle_count = handles,
				    .flags = PROCESS_BLOCK | PROCESS_TABLE_SET,
				    .image = name(image) }));
	return &incident.records.processes.at[incident.records.processes.len - 1];
}

static inline struct process *add_zombie(uint32_t n, const char *image)
{
	struct process *zombie = add_process(n, image, 0);

	zombie->flags = PROCESS_BLOCK | PROCESS_TABLE_ZERO;
	return zombie;
}

static inline struct thread *add_thread(uint32_t n, uint32_t process, const char *reason)
{
	vec_push(&incident.records.threads,
		 ((struct thread){ .address = THREAD_AT(n),
				   .process = process ? PROCESS_AT(process) : 0,
				   .pid = process ? process * 4 : PID_NONE,
				   .tid = n,
				   .wait_start = TICKS_NONE,
				   .ticks = 5,
				   .wait_ms = 50,
				   .state = THREAD_WAIT,
				   .wait_reason = name(reason) }));
	return &incident.records.threads.at[incident.records.threads.len - 1];
}

static inline void add_frame(struct thread *thread, const char *symbol)
{
	if (thread->frames == 0)
		thread->first_frame = (uint32_t)incident.records.frames.len;
	vec_push(&incident.records.frames, name(symbol));
	thread->frames++;
}

/* The thread waits for a mutant that thread number `owner` holds. */
static inline void add_mutant(struct thread *thread, uint32_t owner)
{
	thread->first_object = (uint32_t)incident.records.objects.len;
	thread->objects = 1;
	vec_push(&incident.records.objects,
		 ((struct wait_object){ .address = 0xfffffa8200000000u + thread->tid,
					.owner_thread = THREAD_AT(owner),
					.type = name("Mutant") }));
}

static inline void add_row(uint32_t pid, const char *image, uint64_t kb, uint32_t table)
{
	vec_push(&incident.records.vm_rows,
		 ((struct vm_row){
			 .pid = pid, .image = name(image), .commit_kb = kb, .table = table }));
}

static inline void find(const struct baseline *baseline)
{
	incident_analyse(&incident);
	find_patterns(&incident, baseline, &findings);
}

static inline size_t count_of(enum pattern pattern)
{
	size_t count = 0;

	vec_for_each(finding, &findings.list)
		count += finding->pattern == pattern;
	return count;
}

/* The nth finding of a pattern, from 0. */
static inline const struct finding *nth_of(enum pattern pattern, size_t nth)
{
	vec_for_each(finding, &findings.list)
		if (finding->pattern == pattern && nth-- == 0)
			return finding;
	fail_msg("no such finding of %s", pattern_text(pattern));
	return NULL;
}

#define THE(id) nth_of(PATTERN_##id, 0)
#define ASSERT_ONE(id) assert_int_equal(count_of(PATTERN_##id), 1)
#define ASSERT_NONE(id) assert_int_equal(count_of(PATTERN_##id), 0)

/* Parties of a role as "pid:count pid:count". */
static inline const char *parties_of(const struct finding *finding, enum party_role role)
{
	static char text[512];
	size_t at = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party = &findings.parties.at[finding->first_party + i];

		if (party->role == role)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d:%d",
					       at ? " " : "", (int)party->pid,
					       (int)party->count);
	}
	return text;
}

static inline struct thread *add_pump(uint32_t n, uint32_t process)
{
	struct thread *thread = add_thread(n, process, "WrUserRequest");

	add_frame(thread, "win32k!xxxRealSleepThread");
	add_frame(thread, "win32k!NtUserGetMessage");
	return thread;
}

/* A live process whose threads were listed, so many of them. */
static inline struct process *add_listed(uint32_t n, const char *image, uint32_t threads)
{
	struct process *process = add_process(n, image, 9);

	process->flags |= PROCESS_THREADS_LISTED;
	process->threads = threads;
	return process;
}

static inline void add_siblings(const uint32_t *threads, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		add_listed(1 + i, i % 2 ? "FORMSSRV.EXE" : "FormsSrv.exe", threads[i]);
}

#define SIBLINGS(...)                                                               \
	do {                                                                        \
		const uint32_t counts[] = { __VA_ARGS__ };                          \
		setup(NULL);                                                        \
		add_siblings(counts, (uint32_t)(sizeof(counts) / sizeof(*counts))); \
		find(NULL);                                                         \
	} while (0)

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
