/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents, chain lists and summaries as bytes and back; and damaged bytes, which must be refused or decode to something
 * that can be analysed and encoded again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zstd.h>

#include "tests/unit/log_fixture.h"
#include "tests/unit/log_samples.h"
#include "tests/unit/same_records.h"

static uint64_t seed = 0x853c49e6748fea9bu;

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1du;
}

/* Often a border, else of any size. */
static uint64_t number(uint64_t none)
{
	switch (any() % 6) {
	case 0:
		return none;
	case 1:
		return 0;
	case 2:
		return none - 1;
	default:
		return any() >> any() % 64;
	}
}

static name_id any_name(struct names *names)
{
	char text[8];
	size_t len = any() % sizeof(text);

	for (size_t i = 0; i < len; i++)
		text[i] = (char)any();
	return names_add(names, (struct slice){ text, len });
}

/* Of few sources and places, so that several rows stand at one, at a border, or anywhere. */
static struct evidence any_evidence(void)
{
	struct evidence evidence = { .offset = any(),
				     .length = (uint32_t)number(UINT32_MAX),
				     .first_line = (uint32_t)any(),
				     .last_line = (uint32_t)any(),
				     .source = (uint32_t)any() };

	if (any() % 3)
		evidence.source = (uint32_t)any() % 3;
	switch (any() % 4) {
	case 0:
		evidence.offset = any() % 3;
		break;
	case 1:
		evidence.offset = number(UINT64_MAX);
		evidence.first_line = (uint32_t)number(UINT32_MAX);
		evidence.last_line = (uint32_t)number(UINT32_MAX);
	}
	return evidence;
}

/* Of a value that may stand near another: none, the other, or any. */
static uint64_t any_near(uint64_t other)
{
	switch (any() % 4) {
	case 0:
		return 0;
	case 1:
		return other;
	default:
		return number(UINT64_MAX);
	}
}

static int64_t any_ms(void)
{
	return any() % 3 ? (int64_t)(any() >> 2) : MS_NONE;
}

static void add_threads(struct records *records, size_t count)
{
	uint64_t address = 0;

	for (size_t i = 0; i < count; i++) {
		struct thread thread = { .address = address += 1 + any() % 0xffffffffffffu,
					 .process = any(),
					 .message = any(),
					 .port = any(),
					 .owner_process = any(),
					 .wait_start = number(TICKS_NONE),
					 .ticks = number(TICKS_NONE),
					 .wait_ms = any_ms(),
					 .evidence = any_evidence(),
					 .wait_last_line = (uint32_t)number(UINT32_MAX),
					 .wait_length = (uint32_t)any(),
					 .pid = (uint32_t)number(PID_NONE),
					 .tid = (uint32_t)number(PID_NONE),
					 .suspend_count = (uint32_t)any(),
					 .image = any_name(&records->names),
					 .wait_reason = any_name(&records->names),
					 .state = (uint8_t)(any() % (THREAD_GATEWAIT + 1)),
					 .wait_kind = (uint8_t)(any() % 3),
					 .flags = (uint8_t)(any() % 8) };

		thread.wait_offset = any_near(thread.evidence.offset);
		thread.wait_line = (uint32_t)any_near(thread.evidence.first_line);
		thread.first_object = (uint32_t)records->objects.len;
		for (thread.objects = 0; thread.objects < any() % 4; thread.objects++)
			vec_push(&records->objects,
				 ((struct wait_object){ .address = any(),
							.owner_thread = any(),
							.type = any_name(&records->names) }));
		thread.first_frame = (uint32_t)records->frames.len;
		for (thread.frames = 0; thread.frames < any() % 6; thread.frames++)
			vec_push(&records->frames, any_name(&records->names));
		vec_push(&records->threads, thread);
	}
}

static void add_rest(struct records *records, size_t count)
{
	uint64_t process = 0, message = 0, port = 0;

	for (size_t i = 0; i < count; i++) {
		vec_push(&records->processes,
			 ((struct process){ .address = process += 1 + any() % 0xffffffffu,
					    .evidence = any_evidence(),
					    .pid = (uint32_t)number(PID_NONE),
					    .parent_pid = (uint32_t)number(PID_NONE),
					    .session = (int32_t)any(),
					    .handle_count = (uint32_t)number(HANDLES_NONE),
					    .working_set_kb = number(SIZE_NONE),
					    .commit_pages = number(SIZE_NONE),
					    .threads = (uint32_t)any() % 9,
					    .image = any_name(&records->names),
					    .flags = (uint8_t)(any() % 16) }));
		vec_push(&records->messages,
			 ((struct message){ .address = message += 1 + any() % 0xffffffffu,
					    .waiting_thread = any(),
					    .server_thread = any(),
					    .queue_port = any(),
					    .owner_process = any(),
					    .evidence = any_evidence(),
					    .id = (uint32_t)number(NUMBER_NONE),
					    .owner_image = any_name(&records->names),
					    .queue_type = any_name(&records->names),
					    .flags = (uint8_t)(any() % 2) }));
		vec_push(&records->vm_rows,
			 ((struct vm_row){ .commit_kb = any() % 2 ? any() : 0,
					   .evidence = any_evidence(),
					   .pid = (uint32_t)any(),
					   .table = (uint32_t)any() % 3,
					   .image = any_name(&records->names) }));
		vec_push(&records->ports,
			 ((struct port){ .address = port += 1 + any() % 0xffffffffu,
					 .owner_process = any(),
					 .connection_port = any(),
					 .evidence = any_evidence(),
					 .name = any_name(&records->names),
					 .main_queue = (uint32_t)number(NUMBER_NONE),
					 .large_queue = (uint32_t)number(NUMBER_NONE),
					 .pending_queue = (uint32_t)number(NUMBER_NONE),
					 .registered_threads = (uint32_t)number(NUMBER_NONE) }));
		vec_push(&records->page_files,
			 ((struct page_file){ .current_kb = number(KB_NONE),
					      .free_kb = number(KB_NONE),
					      .minimum_kb = number(KB_NONE),
					      .maximum_kb = number(KB_NONE),
					      .evidence = any_evidence(),
					      .name = any_name(&records->names) }));
		vec_push(&records->resource_users,
			 ((struct resource_user){ .resource = number(UINT64_MAX),
						  .thread = any(),
						  .evidence = any_evidence(),
						  .role = (uint8_t)(any() % 2) }));
		vec_push(&records->port_threads,
			 ((struct port_thread){ .port = any(), .thread = any() }));
		vec_push(&records->command_lines,
			 ((struct command_line){ .process = any(),
						 .evidence = any_evidence(),
						 .text = any_name(&records->names) }));
		vec_push(&records->diagnostics,
			 ((struct diagnostic){ .code = (uint8_t)(any() % 4),
					       .line = (uint32_t)any(),
					       .source = (uint32_t)any(),
					       .text = any_name(&records->names) }));
	}
}

/* Some counters and fields, each once and in the order of its table. */
static void add_values(struct records *records)
{
	for (uint8_t i = 0; i < MEMORY_COUNTERS; i++)
		if (any() % 2)
			vec_push(&records->memory,
				 ((struct memory_counter){ .counter = i,
							   .value = any() >> 1,
							   .evidence = any_evidence() }));
	for (uint8_t i = 0; i < ANALYSIS_FIELDS; i++)
		if (any() % 2)
			vec_push(&records->analysis,
				 ((struct analysis_field){ .field = i,
							   .number = any(),
							   .text = any_name(&records->names),
							   .evidence = any_evidence() }));
}

/* Now and then more than are packed at a time. */
static size_t any_count(void)
{
	return any() % 50 ? any() % 20 : 100 + any() % 300;
}

static void any_incident(struct incident *incident)
{
	struct records *records = &incident->records;

	incident_init(incident);
	incident->id = any();
	add_threads(records, any_count());
	add_rest(records, any_count());
	add_values(records);
	records->host =
		(struct host){ .machine = any_name(&records->names),
			       .os = any_name(&records->names),
			       .build = (uint32_t)number(NUMBER_NONE),
			       .service_pack = (uint32_t)number(NUMBER_NONE),
			       .processors = (uint32_t)number(NUMBER_NONE),
			       .session_time = any() % 2 ? MOMENT_NONE : (int64_t)any(),
			       .session_zone_known = any() % 2,
			       .uptime_ms = any() % 2 ? MS_NONE : (int64_t)any(),
			       .tick_100ns = (uint32_t)any(),
			       .tick_count = number(TICKS_NONE),
			       .address_digits = any() % 2 ? 8 : 16 };
	incident->diagnostics_read = records->diagnostics.len;
	incident_analyse(incident);
}

/* False when refused. What is not refused must be sound. */
static bool decodes(const void *bytes, size_t len)
{
	struct incident incident;
	struct error error = ERROR_INIT;
	struct findings findings = { 0 };
	byte_vec again = { 0 };
	bool good;

	incident_init(&incident);
	good = incident_decode(&incident, bytes, len, &error);
	assert_int_equal(incident_check(incident.id, bytes, len, &error), good);
	if (good) {
		incident_analyse(&incident);
		find_patterns(&incident, NULL, &findings);
		free(incident_as_text(&incident));
		incident_encode(&incident, &again);
		assert_true(again.len > 0);
	} else {
		assert_int_equal(error.kind, ERROR_FORMAT);
	}
	findings_free(&findings);
	vec_free(&again);
	incident_free(&incident);
	return good;
}

static bool decodes_plain(const void *bytes, size_t len)
{
	size_t bound = ZSTD_compressBound(len), size;
	void *frame = mem_alloc(bound);
	bool good;

	size = ZSTD_compress(frame, bound, bytes, len, 1);
	assert_false(ZSTD_isError(size));
	good = decodes(frame, size);
	free(frame);
	return good;
}

static void test_incidents_come_back(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct incident incident, again;
		struct error error = ERROR_INIT;
		byte_vec bytes = { 0 };
		char *before, *after;

		any_incident(&incident);
		incident_encode(&incident, &bytes);
		incident_init(&again);
		assert_true(incident_decode(&again, bytes.at, bytes.len, &error));
		assert_true(incident_check(again.id, bytes.at, bytes.len, &error));
		assert_false(incident_check(again.id + 1, bytes.at, bytes.len, &error));
		same_records(&incident.records, &again.records);
		incident_analyse(&again);
		assert_true(again.id == incident.id);
		before = incident_as_text(&incident);
		after = incident_as_text(&again);
		assert_string_equal(before, after);
		free(before);
		free(after);
		vec_free(&bytes);
		incident_free(&incident);
		incident_free(&again);
	}
}

/* A thread that waits for no message has no line that says so, in whichever chunk it stands. */
static void test_no_wait_has_no_place(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t lines = 1; lines < 40; lines++) {
		struct dumps dumps;

		dumps_by_lines(&dumps,
			       SLICE(LOG_VM LOG_FULL_THREAD LOG_MESSAGE LOG_WRAPPED LOG_LPC),
			       lines);
		vec_for_each(join, &dumps.joins)
			vec_for_each(thread, &(*join)->incident.records.threads) {
				assert_true(!thread->message == !thread->wait_line);
				assert_true(!thread->message == !thread->wait_last_line);
				assert_true(!thread->message == !thread->wait_offset);
				seen += !thread->message;
			}
		dumps_free(&dumps);
	}
	assert_true(seen > 0);
}

/* Encoded records of the samples, plain and compressed. */
static void encode_samples(byte_vec *frame, byte_vec *plain, byte_vec *chains)
{
	struct dumps dumps;

	dumps_whole(&dumps, SLICE(LOG_WRAPPED LOG_MESSAGE LOG_VM_NUMBERS LOG_ANALYZE LOG_PEB));
	assert_int_equal(dumps.joins.len, 1);
	incident_encode(&dumps.joins.at[0]->incident, frame);
	vec_reserve(plain, 1 << 16);
	plain->len = ZSTD_decompress(plain->at, plain->cap, frame->at, frame->len);
	assert_false(ZSTD_isError(plain->len));
	chain_list_encode(&dumps.joins.at[0]->incident.chains, chains);
	dumps_free(&dumps);
}

static void test_damaged_records(void **state)
{
	byte_vec frame = { 0 }, plain = { 0 }, chains = { 0 };

	(void)state;
	encode_samples(&frame, &plain, &chains);
	assert_true(decodes(frame.at, frame.len));
	for (size_t len = 0; len < frame.len; len++)
		assert_false(decodes(frame.at, len));
	for (size_t len = 0; len < plain.len; len++)
		assert_false(decodes_plain(plain.at, len));
	for (size_t bit = 0; bit < frame.len * 8; bit += 3) {
		frame.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
		decodes(frame.at, frame.len);
		frame.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < plain.len * 8; bit++) {
		plain.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
		decodes_plain(plain.at, plain.len);
		plain.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	bytes_put_u8(&plain, 0);
	assert_false(decodes_plain(plain.at, plain.len));
	vec_free(&frame);
	vec_free(&plain);
	vec_free(&chains);
}

static bool chains_decode(const byte_vec *bytes, size_t len)
{
	struct chain_list list = { 0 };
	unsigned char *copy = mem_alloc(len ? len : 1);
	byte_vec again = { 0 };
	bool good;

	if (len)
		memcpy(copy, bytes->at, len);
	good = chain_list_decode(&list, copy, len);
	if (good) {
		vec_for_each(chain, &list.chains)
			(void)chain_longest_wait(&list, chain);
		chain_list_encode(&list, &again);
		assert_int_equal(again.len, len);
		assert_memory_equal(again.at, copy, len);
	} else {
		assert_int_equal(list.chains.len, 0);
	}
	free(copy);
	vec_free(&again);
	chain_list_free(&list);
	return good;
}

static void test_chains_come_back_or_are_refused(void **state)
{
	byte_vec frame = { 0 }, plain = { 0 }, chains = { 0 };

	(void)state;
	encode_samples(&frame, &plain, &chains);
	assert_true(chains_decode(&chains, chains.len));
	for (size_t len = 0; len < chains.len; len++)
		assert_false(chains_decode(&chains, len));
	for (size_t bit = 0; bit < chains.len * 8; bit++) {
		struct chain_list list = { 0 };

		chains.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
		chain_list_decode(&list, chains.at, chains.len);
		chain_list_free(&list);
		chains.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	vec_free(&frame);
	vec_free(&plain);
	vec_free(&chains);
}

static void test_summaries(void **state)
{
	struct summary summary = { .id = UINT64_MAX,
				   .machine = SLICE("M"),
				   .os_line = SLICE("Windows 10"),
				   .arch = SLICE("x64"),
				   .build = 6002,
				   .session_time = -5,
				   .session_zone_known = true,
				   .address_digits = 16,
				   .processes = 1,
				   .zombies = UINT64_MAX,
				   .threads = 3 },
		       again = { 0 };
	byte_vec bytes = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		vec_push(&summary.sources, ((struct source){ .member = SLICE("a.zip!/kd.log"),
							     .encoding = SLICE("utf-8"),
							     .bytes = any(),
							     .first_line = 1,
							     .last_line = UINT32_MAX,
							     .content_high = any(),
							     .content_low = any(),
							     .partial = i == 1 }));
	summary_encode(&summary, &bytes);
	assert_true(summary_decode(&again, bytes.at, bytes.len));
	assert_true(again.id == summary.id && again.zombies == UINT64_MAX);
	assert_true(slice_equal(again.os_line, summary.os_line) && again.os.len == 0);
	assert_true(again.session_time == -5 && again.session_zone_known);
	assert_int_equal(again.sources.len, 3);
	assert_true(again.sources.at[1].partial && !again.sources.at[2].partial);
	assert_true(again.sources.at[2].content_low == summary.sources.at[2].content_low);
	for (size_t len = 0; len < bytes.len; len++) {
		assert_false(summary_decode(&again, bytes.at, len));
		assert_int_equal(again.sources.len, 0);
		assert_int_equal(again.machine.len, 0);
	}
	for (size_t bit = 0; bit < bytes.len * 8; bit++) {
		bytes.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
		summary_decode(&again, bytes.at, bytes.len);
		bytes.at[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	vec_free(&bytes);
	summary_free(&summary);
	summary_free(&again);
}

/* A wait of less than nothing is none that was encoded. */
static void test_negative_waits_are_refused(void **state)
{
	struct incident incident;
	byte_vec bytes = { 0 };

	(void)state;
	incident_init(&incident);
	vec_push(&incident.records.threads,
		 ((struct thread){ .address = 8, .wait_ms = -1, .ticks = 1 }));
	incident_encode(&incident, &bytes);
	assert_false(decodes(bytes.at, bytes.len));
	vec_free(&bytes);
	incident_free(&incident);
}

/* A frame that says it holds a gigabyte must not be given one. */
static void test_lying_frames(void **state)
{
	unsigned char frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0,
				  0x40, 0,    0,    0,    0,    1, 0, 0 };

	(void)state;
	assert_int_equal(ZSTD_getFrameContentSize(frame, sizeof(frame)), 1u << 30);
	assert_false(decodes(frame, sizeof(frame)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incidents_come_back),
		cmocka_unit_test(test_no_wait_has_no_place),
		cmocka_unit_test(test_damaged_records),
		cmocka_unit_test(test_chains_come_back_or_are_refused),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_negative_waits_are_refused),
		cmocka_unit_test(test_lying_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
