/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor with bundles in memory: whatever their shape and however many threads, every bundle is delivered
 * once and its reading is the same to the byte. What a log means is not judged here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/archives.h"
#include "pipeline/message.h"
#include "stages/floor.h"

struct given_bundle {
	char name[32];
	byte_vec bytes;
};

/* A night's bundles, and what became of each. */
struct night {
	VEC(struct given_bundle) bundles;
	size_t next;
	byte_vec *readings; /* one a bundle */
	int *delivered;
	int inside_next, inside_deliver; /* to see two threads in at once */
};

/* ---- texts ---- */

static void put_format(byte_vec *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_format(byte_vec *out, const char *format, ...)
{
	char line[4096];
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	assert_in_range(len, 0, (int)sizeof(line) - 1);
	bytes_put(out, line, (size_t)len);
}

static void put_banner(byte_vec *out, unsigned number)
{
	put_format(out,
		   "Loading Dump File [C:\\case\\%u.DMP]\n"
		   "Windows Server 2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP "
		   "(8 procs) Free x64\nDebug session time: Wed Mar 10 17:%02u:%02u.137 2010 "
		   "(GMT+0)\n0: kd> !process 0 17\n",
		   number, number / 60 % 60, number % 60);
}

static void put_process(byte_vec *out, uint64_t number)
{
	put_format(out,
		   "PROCESS fffffa80%08llx\n"
		   "    SessionId: 2  Cid: %04llx    Peb: 7efdf000  ParentCid: 0004\n"
		   "    DirBase: 1a2b3c000  ObjectTable: %016llx  HandleCount: %3llu.\n"
		   "    Image: Process%llu.exe\n\n",
		   (unsigned long long)(number * 64 + 16), (unsigned long long)number * 4,
		   (unsigned long long)(number % 3), (unsigned long long)(number % 3),
		   (unsigned long long)(number % 40));
}

/* Lines of 2,000 bytes when there are many: the thread checker's memrchr() takes time for all that it might look at. */
static void put_thread(byte_vec *out, uint64_t number, unsigned frames)
{
	put_format(out,
		   "        THREAD fffffa81%08llx  Cid 0010.%04llx  Teb: 000007fffff7c000 "
		   "Win32Thread: 0000000000000000 WAIT: (UserRequest) UserMode Non-Alertable\n"
		   "            fffffa80055bc%03llx  NotificationEvent\n"
		   "        Wait Start TickCount      1000           Ticks: 64 (0:00:00:01.000)\n"
		   "        Child-SP          RetAddr           : Call Site\n",
		   (unsigned long long)(number * 64 + 16), (unsigned long long)number * 4,
		   (unsigned long long)(number & 0xfff));
	for (unsigned i = 0; i < frames; i++)
		put_format(out, "        fffffa60`%08x fffff800`016a36fa : nt!Function%u+0x%-*x\n",
			   i * 16, i % 500, frames > 100 ? 2000 : 1, i);
	put_format(out, "\n");
}

static void put_log(byte_vec *out, unsigned number, unsigned processes)
{
	put_banner(out, number);
	for (unsigned i = 0; i < processes; i++) {
		put_process(out, i);
		if (i % 4 == 0)
			put_thread(out, i, 3);
	}
}

/* ---- nights ---- */

static byte_vec *add_bundle(struct night *night, const char *extension)
{
	struct given_bundle *bundle = vec_add(&night->bundles);

	*bundle = (struct given_bundle){ 0 };
	snprintf(bundle->name, sizeof(bundle->name), "%zu.%s", night->bundles.len, extension);
	return &bundle->bytes;
}

static void forget_readings(struct night *night)
{
	for (size_t i = 0; night->readings && i < night->bundles.len; i++)
		vec_free(&night->readings[i]);
	free(night->readings);
	free(night->delivered);
}

static void free_night(struct night *night)
{
	forget_readings(night);
	vec_for_each(bundle, &night->bundles)
		vec_free(&bundle->bytes);
	vec_free(&night->bundles);
}

static struct bundle_work *next_bundle(void *context)
{
	struct night *night = context;
	const struct given_bundle *bundle;
	size_t at;
	int fd;

	assert_int_equal(night->inside_next++, 0);
	at = night->next;
	if (at < night->bundles.len)
		night->next++;
	night->inside_next--;
	if (at == night->bundles.len)
		return NULL;
	bundle = &night->bundles.at[at];
	fd = memfd_create(bundle->name, MFD_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t done = 0; done < bundle->bytes.len;) {
		ssize_t wrote = write(fd, bundle->bytes.at + done, bundle->bytes.len - done);

		assert_true(wrote > 0);
		done += (size_t)wrote;
	}
	return bundle_work_new(at, fd, bundle->name);
}

static void take_bundle(void *context, struct bundle_work *work)
{
	struct night *night = context;

	assert_int_equal(night->inside_deliver++, 0);
	assert_in_range(work->job, 0, night->bundles.len - 1);
	night->delivered[work->job]++;
	message_put_reading(&night->readings[work->job], work);
	close(work->fd);
	bundle_work_free(work);
	night->inside_deliver--;
}

static void run_night(struct night *night, int threads)
{
	struct floor_client client = { night, next_bundle, take_bundle };

	night->next = 0;
	night->readings = mem_alloc_zero(night->bundles.len + 1, sizeof(*night->readings));
	night->delivered = mem_alloc_zero(night->bundles.len + 1, sizeof(*night->delivered));
	floor_run(threads, &client);
	for (size_t i = 0; i < night->bundles.len; i++)
		assert_int_equal(night->delivered[i], 1);
}

/* Runs it with one thread, then with others, which must come to the same; leaves the readings there. */
static void run_all(struct night *night)
{
	static const int threads[] = { 2, 3, 8 };
	byte_vec *first;

	run_night(night, 1);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		struct night again = { .bundles = { night->bundles.at, night->bundles.len, 0 } };

		run_night(&again, threads[i]);
		first = night->readings;
		for (size_t j = 0; j < night->bundles.len; j++) {
			assert_int_equal(again.readings[j].len, first[j].len);
			assert_memory_equal(again.readings[j].at, first[j].at, first[j].len);
		}
		forget_readings(&again);
	}
}

/* The reading of a bundle, which must be one that the keeper takes. */
static void get_reading(struct reading *reading, const struct night *night, size_t at)
{
	struct error error = ERROR_INIT;

	*reading = (struct reading){ 0 };
	assert_true(message_get_reading(reading, &night->readings[at], &error));
	assert_int_equal(reading->job, at);
}

static void check_counts(const struct night *night, size_t at, uint64_t processes,
			 uint64_t threads)
{
	struct summary summary = { 0 };
	struct reading reading;

	get_reading(&reading, night, at);
	assert_int_equal(reading.incidents.len, 1);
	assert_true(summary_decode(&summary, reading.incidents.at[0].summary.at,
				   reading.incidents.at[0].summary.len));
	assert_int_equal(summary.processes, processes);
	assert_int_equal(summary.threads, threads);
	summary_free(&summary);
	reading_free(&reading);
}

static size_t count_outcome(const struct night *night, size_t at, enum outcome outcome)
{
	struct reading reading;
	size_t count = 0;

	get_reading(&reading, night, at);
	vec_for_each(member, &reading.members)
		count += member->outcome == outcome;
	reading_free(&reading);
	return count;
}

/* ---- the shapes ---- */

static void test_nothing(void **state)
{
	struct night night = { 0 };

	(void)state;
	run_all(&night);
	free_night(&night);
}

static void test_many_tiny_bundles(void **state)
{
	struct night night = { 0 };

	(void)state;
	for (unsigned i = 0; i < 400; i++)
		put_log(add_bundle(&night, "log"), i, i % 7);
	run_all(&night);
	check_counts(&night, 6, 6, 2);
	free_night(&night);
}

static void test_empty_and_binary_bundles(void **state)
{
	struct night night = { 0 };

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		add_bundle(&night, "log");
		bytes_put(add_bundle(&night, "bin"), "\0\1\2\3\0\0\0\1", 8);
		bytes_put(add_bundle(&night, "txt"), "not one of ours\n", 16);
		bytes_put(add_bundle(&night, "zip"), "PK\3\4cut", 7);
	}
	run_all(&night);
	assert_int_equal(count_outcome(&night, 0, OUTCOME_IGNORED), 1);
	assert_int_equal(count_outcome(&night, 1, OUTCOME_IGNORED), 1);
	assert_int_equal(count_outcome(&night, 2, OUTCOME_IGNORED), 1);
	assert_int_equal(count_outcome(&night, 3, OUTCOME_QUARANTINED), 1);
	free_night(&night);
}

static void test_one_huge_log(void **state)
{
	struct night night = { 0 };

	(void)state;
	put_log(add_bundle(&night, "log"), 1, 20000);
	assert_true(night.bundles.at[0].bytes.len > 5 * CHUNK_TEXT);
	run_all(&night);
	check_counts(&night, 0, 20000, 5000);
	free_night(&night);
}

/* No header for megabytes: each chunk must wait for the state in which the one before it ends. */
static void test_one_block_over_many_chunks(void **state)
{
	struct night night = { 0 };
	byte_vec *log = add_bundle(&night, "log");

	(void)state;
	put_banner(log, 1);
	put_process(log, 1);
	put_thread(log, 1, 1700);
	put_thread(log, 2, 3);
	put_log(add_bundle(&night, "log"), 2, 50);
	assert_true(night.bundles.at[0].bytes.len > 3 * CHUNK_TEXT);
	run_all(&night);
	check_counts(&night, 0, 1, 2);
	check_counts(&night, 1, 50, 13);
	free_night(&night);
}

/* Lines longer than a chunk, the first of them without an end before the member's. */
static void test_lines_longer_than_chunks(void **state)
{
	struct night night = { 0 };
	byte_vec *log;

	(void)state;
	for (int ended = 0; ended < 2; ended++) {
		log = add_bundle(&night, "log");
		put_log(log, 1, 3);
		for (size_t i = 0; i < 2 * CHUNK_TEXT + 17; i += 16)
			bytes_put(log, "PROCESS fffffa80", 16);
		if (!ended)
			continue;
		put_format(log, "\n");
		put_process(log, 100);
	}
	run_all(&night);
	check_counts(&night, 0, 3, 1);
	check_counts(&night, 1, 4, 1);
	free_night(&night);
}

static void put_utf16(byte_vec *out, const byte_vec *text)
{
	bytes_put(out, "\xff\xfe", 2);
	for (size_t i = 0; i < text->len; i++)
		bytes_put(out, (char[]){ (char)text->at[i], 0 }, 2);
}

static void test_utf16(void **state)
{
	struct night night = { 0 };
	byte_vec plain = { 0 };

	(void)state;
	put_log(&plain, 1, 6000);
	put_utf16(add_bundle(&night, "log"), &plain);
	bytes_put(add_bundle(&night, "log"), "\xff\xfe", 2);
	bytes_put(add_bundle(&night, "log"), "\xff\xfe\x41", 3);
	run_all(&night);
	check_counts(&night, 0, 6000, 1500);
	vec_free(&plain);
	free_night(&night);
}

static void add_tar(struct night *night, const byte_vec *logs, size_t count, size_t cut)
{
	VEC(struct made_file) files = { 0 };
	char(*names)[32] = mem_alloc(count * sizeof(*names));
	byte_vec *bytes = add_bundle(night, "tar");

	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(*names), "%zu.log", i);
		vec_push(&files, ((struct made_file){ names[i], logs[i].at, logs[i].len }));
	}
	assert_true(made_archive(bytes, "ustar", NULL, NULL, files.at, count));
	bytes->len -= cut;
	vec_free(&files);
	free(names);
}

/* Many members of many sizes: empty, tiny, and over several chunks. */
static void test_many_members(void **state)
{
	enum { COUNT = 300 };
	byte_vec logs[COUNT] = { 0 };
	struct night night = { 0 };

	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		if (i % 5)
			put_log(&logs[i], i, i % 100 == 1 ? 6000 : i % 9);
	add_tar(&night, logs, COUNT, 0);
	add_tar(&night, logs + 100, 40, 0);
	run_all(&night);
	assert_int_equal(count_outcome(&night, 0, OUTCOME_PARSED), COUNT - COUNT / 5);
	assert_int_equal(count_outcome(&night, 0, OUTCOME_IGNORED), COUNT / 5);
	for (size_t i = 0; i < COUNT; i++)
		vec_free(&logs[i]);
	free_night(&night);
}

/* The archive ends in the middle of a line of its last member: what came before is kept. */
static void test_cut_in_a_line(void **state)
{
	struct night night = { 0 };
	byte_vec logs[2] = { 0 };

	(void)state;
	put_log(&logs[0], 1, 10);
	put_log(&logs[1], 2, 9000);
	for (size_t cut = 0; cut < 3; cut++)
		add_tar(&night, logs, 2, 300000 + cut * 777777);
	run_all(&night);
	for (size_t i = 0; i < 3; i++) {
		struct reading reading;

		get_reading(&reading, &night, i);
		assert_int_equal(reading.incidents.len, 2);
		assert_int_equal(reading.members.at[1].outcome, OUTCOME_QUARANTINED);
		assert_true(slice_equal(reading.members.at[1].reason, SLICE("truncated")));
		reading_free(&reading);
	}
	vec_free(&logs[0]);
	vec_free(&logs[1]);
	free_night(&night);
}

static void test_many_banners(void **state)
{
	struct night night = { 0 };
	struct reading reading;
	byte_vec *log = add_bundle(&night, "log");

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		put_log(log, i, 2);
	run_all(&night);
	get_reading(&reading, &night, 0);
	assert_int_equal(reading.incidents.len, 3000);
	reading_free(&reading);
	free_night(&night);
}

/* Copies of one text are one incident, whether or not the text says which dump it is of. */
static void test_copies_in_one_bundle(void **state)
{
	struct night night = { 0 };
	byte_vec logs[12] = { 0 };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		if (i % 2)
			put_banner(&logs[i], 1);
		put_process(&logs[i], 1);
	}
	add_tar(&night, logs, 12, 0);
	run_all(&night);
	for (size_t i = 0; i < 12; i++)
		vec_free(&logs[i]);
	get_reading(&reading, &night, 0);
	assert_int_equal(reading.incidents.len, 2);
	assert_int_equal(count_outcome(&night, 0, OUTCOME_PARSED), 12);
	reading_free(&reading);
	free_night(&night);
}

/* Session time alone, tick count alone, and both: the third tells that all are of one dump. */
static void test_dump_known_by_a_go_between(void **state)
{
	struct night night = { 0 };
	byte_vec logs[3] = { 0 };

	(void)state;
	put_log(&logs[0], 1, 1); /* both */
	put_banner(&logs[1], 1); /* the time, and more text than the others */
	for (uint64_t i = 0; i < 30; i++)
		put_process(&logs[1], 100 + i);
	put_format(&logs[2], "0: kd> !process 0 17\n"); /* ticks */
	for (uint64_t i = 0; i < 10; i++)
		put_thread(&logs[2], 200 + i, 2);
	add_tar(&night, logs, 3, 0);
	run_all(&night);
	for (size_t i = 0; i < 3; i++)
		vec_free(&logs[i]);
	check_counts(&night, 0, 31, 11);
	free_night(&night);
}

/* Large among small, so that chunks of many bundles are under way at once. */
static void test_a_mixed_night(void **state)
{
	struct night night = { 0 };

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		byte_vec *log = add_bundle(&night, "log");

		put_log(log, i, i % 8 == 0 ? 5000 : i);
		if (i % 3 == 0)
			put_thread(log, 1 + i, i % 9 == 0 ? 700 : 10);
	}
	run_all(&night);
	check_counts(&night, 8, 5000, 1250);
	check_counts(&night, 10, 10, 3);
	free_night(&night);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_many_tiny_bundles),
		cmocka_unit_test(test_empty_and_binary_bundles),
		cmocka_unit_test(test_one_huge_log),
		cmocka_unit_test(test_one_block_over_many_chunks),
		cmocka_unit_test(test_lines_longer_than_chunks),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_many_members),
		cmocka_unit_test(test_cut_in_a_line),
		cmocka_unit_test(test_many_banners),
		cmocka_unit_test(test_copies_in_one_bundle),
		cmocka_unit_test(test_dump_known_by_a_go_between),
		cmocka_unit_test(test_a_mixed_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
