/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeper and reader say to each other: it comes back as it was, and of a stranger's words whatever is taken
 * is sound: the index would take it too. Every truncation and every flipped bit of a real reading is tried.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/archives.h"
#include "pipeline/message.h"
#include "stages/census.h"
#include "stages/digest.h"

static const char log_text[] =
	"Loading Dump File [C:\\case\\MEMORY.DMP]\n"
	"Windows Server 2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP (8 procs) Free x64\n"
	"Debug session time: Wed Mar 10 17:22:09.137 2010 (GMT+0)\n"
	"0: kd> !process 0 17\n"
	"PROCESS fffffa800b834c10\n"
	"    SessionId: 205  Cid: 13c40    Peb: 7efdf000  ParentCid: 133c0\n"
	"    DirBase: 1a2b3c000  ObjectTable: fffff8800a1b2c30  HandleCount:  58.\n"
	"    Image: ProcessA.exe\n"
	"        THREAD fffffa800b845bb0  Cid 13c40.1332c  Teb: 000000007efdb000 Win32Thread: "
	"0000000000000000 WAIT: (WrLpcReply) UserMode Non-Alertable\n"
	"            fffffa800b845f40  Semaphore Limit 0x1\n"
	"        Waiting for reply to ALPC Message fffff88012527770 : queued at port "
	"fffffa80055bca60 : owned by process fffffa80054dfc10\n"
	"        Wait Start TickCount      10912787       Ticks: 14208 (0:00:03:42.000)\n";

/* Reads bytes as a bundle, as the floor would. */
static struct bundle_work *read_bundle(const char *name, const void *bytes, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	struct bundle_work *work = bundle_work_new(7, fd, name);
	struct chunk *chunk = mem_alloc_zero(1, sizeof(*chunk));
	struct log_state state;

	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	chunk->fill = CHUNK_TEXT;
	while (bundle_decode(work, chunk)) {
		if (chunk->fresh)
			log_state_fresh(&state, chunk->first ? LISTING_UNKNOWN
							     : LISTING_INHERITED);
		chunk->start = state;
		chunk_parse(chunk);
		state = chunk->result.end;
		bundle_join(work, chunk);
	}
	bundle_finish(work);
	log_chunk_result_free(&chunk->result);
	free(chunk);
	close(fd);
	return work;
}

/* A log, a copy of it, one of another dump, something else, and a broken archive. */
static struct bundle_work *read_sample(void)
{
	char other[sizeof(log_text)];
	struct made_file files[] = {
		{ "b/kd.log", log_text, sizeof(log_text) - 1 },
		{ "b/copy.log", log_text, sizeof(log_text) - 1 },
		{ "a/other.log", other, sizeof(other) - 1 },
		{ "notes.txt", "not one of ours\n", 16 },
		{ "broken.zip", "PK\3\4cut", 7 },
		{ "empty.log", "", 0 },
	};
	struct bundle_work *work;
	byte_vec bytes = { 0 };

	memcpy(other, log_text, sizeof(other));
	memcpy(strstr(other, "17:22:09"), "18:00:00", 8);
	assert_true(made_archive(&bytes, "ustar", NULL, NULL, files,
				 sizeof(files) / sizeof(files[0])));
	work = read_bundle("case.tar", bytes.at, bytes.len);
	vec_free(&bytes);
	return work;
}

static void make_sample(byte_vec *frame)
{
	struct bundle_work *work = read_sample();

	message_put_reading(frame, work);
	bundle_work_free(work);
}

/* Whatever message_get_reading() takes must be what index_write() takes. */
static void assert_sound(const struct reading *reading)
{
	assert_int_equal(reading->ids.len, reading->incidents.len);
	for (size_t i = 0; i < reading->members.len; i++) {
		const struct member_row *member = &reading->members.at[i];

		assert_true(member->path.len > 0);
		assert_in_range(member->outcome, 0, OUTCOMES - 1);
		assert_int_equal(member->outcome == OUTCOME_PARSED, member->reason.len == 0);
		if (i)
			assert_true(slice_compare(member[-1].path, member->path) <= 0);
	}
	for (size_t i = 0; i < reading->incidents.len; i++) {
		const struct encoded_incident *incident = &reading->incidents.at[i];
		struct summary summary = { 0 };
		struct chain_list chains = { 0 };
		struct census census = { 0 };
		struct digest digest = { 0 };

		assert_true(i == 0 || reading->ids.at[i - 1] < reading->ids.at[i]);
		assert_true(summary_decode(&summary, incident->summary.at,
					   incident->summary.len));
		assert_int_equal(summary.id, reading->ids.at[i]);
		assert_true(summary.sources.len > 0);
		assert_true(chain_list_decode(&chains, incident->chains.at,
					      incident->chains.len));
		assert_true(census_decode(&census, incident->census.at, incident->census.len));
		assert_true(digest_decode(&digest, incident->digest.at, incident->digest.len));
		census_free(&census);
		digest_free(&digest);
		summary_free(&summary);
		chain_list_free(&chains);
	}
}

/* A copy of exactly its size, so that a read past the end is seen. */
static bool try_reading(const unsigned char *bytes, size_t len)
{
	byte_vec frame = { 0 };
	struct reading reading = { 0 };
	struct error error = ERROR_INIT;
	bool taken;

	frame.at = mem_alloc(len);
	frame.len = frame.cap = len;
	if (len)
		memcpy(frame.at, bytes, len);
	taken = message_get_reading(&reading, &frame, &error);
	assert_int_equal(taken, error.kind == ERROR_NONE);
	if (taken)
		assert_sound(&reading);
	reading_free(&reading);
	vec_free(&frame);
	return taken;
}

static void test_a_job_comes_back(void **state)
{
	static const char *const names[] = { "case.zip", "\xff\n\x1b[31m", "a b.7z" };
	const struct hash128 before = { 0x0123456789abcdef, 0xfedcba9876543210 };
	struct unpack_limits limits;
	struct hash128 got;
	uint64_t job;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		byte_vec frame = { 0 };
		char *name;

		message_put_job(&frame, UINT64_MAX - i, names[i], &unpack_limits_default,
				&before);
		name = message_get_job(&frame, &job, &limits, &got);
		assert_non_null(name);
		assert_string_equal(name, names[i]);
		assert_int_equal(job, UINT64_MAX - i);
		assert_memory_equal(&limits, &unpack_limits_default, sizeof(limits));
		assert_true(hash128_equal(&got, &before));
		free(name);
		for (size_t len = frame.len; len-- > 0;) {
			frame.len = len;
			assert_null(message_get_job(&frame, &job, &limits, &got));
		}
		vec_free(&frame);
	}
}

static void test_a_job_without_a_name_or_with_more_behind_is_refused(void **state)
{
	byte_vec frame = { 0 };
	struct unpack_limits limits;
	struct hash128 got = { 0 };
	uint64_t job;

	(void)state;
	message_put_job(&frame, 1, "", &unpack_limits_default, &got);
	assert_null(message_get_job(&frame, &job, &limits, &got));
	frame.len = 0;
	message_put_job(&frame, 1, "case.zip", &unpack_limits_default, &got);
	bytes_put_u8(&frame, 0);
	assert_null(message_get_job(&frame, &job, &limits, &got));
	vec_free(&frame);
}

static void test_a_reading_comes_back(void **state)
{
	struct bundle_work *work = read_sample();
	struct error error = ERROR_INIT;
	struct reading reading = { 0 };
	byte_vec frame = { 0 };

	(void)state;
	message_put_reading(&frame, work);
	assert_true(message_get_reading(&reading, &frame, &error));
	assert_sound(&reading);
	assert_int_equal(reading.job, 7);
	assert_int_equal(reading.content.high, work->content.high);
	assert_int_equal(reading.content.low, work->content.low);
	assert_int_equal(reading.members.len, 6);
	for (size_t i = 0; i < reading.members.len; i++) {
		const struct member *member = &work->members.at[i];
		const struct member_row *row = &reading.members.at[i];

		assert_true(slice_equal(row->path, slice_from(member->path)));
		assert_true(slice_equal(row->reason, slice_from(member->reason)));
		assert_true(slice_equal(row->text, slice_from(member->text)));
		assert_int_equal(row->bytes, member->bytes);
		assert_int_equal(row->outcome, member->outcome);
	}
	assert_int_equal(reading.incidents.len, 2);
	for (size_t i = 0; i < reading.incidents.len; i++) {
		const struct encoded *encoded = &work->encoded.at[i];
		const struct encoded_incident *incident = &reading.incidents.at[i];

		assert_int_equal(reading.ids.at[i], encoded->id);
		assert_int_equal(incident->records.len, encoded->records.len);
		assert_memory_equal(incident->records.at, encoded->records.at,
				    encoded->records.len);
		assert_int_equal(incident->digest.len, encoded->digest.len);
		assert_memory_equal(incident->digest.at, encoded->digest.at,
				    encoded->digest.len);
	}
	reading_free(&reading);
	vec_free(&frame);
	bundle_work_free(work);
}

static void test_a_reading_of_nothing(void **state)
{
	struct bundle_work *work = bundle_work_new(3, -1, "case.zip");
	byte_vec frame = { 0 };

	(void)state;
	message_put_reading(&frame, work);
	assert_true(try_reading(frame.at, frame.len));
	vec_free(&frame);
	bundle_work_free(work);
}

static void test_every_truncation_is_refused(void **state)
{
	byte_vec frame = { 0 };

	(void)state;
	make_sample(&frame);
	for (size_t len = 0; len < frame.len; len++)
		assert_false(try_reading(frame.at, len));
	bytes_put_u8(&frame, 0);
	assert_false(try_reading(frame.at, frame.len));
	vec_free(&frame);
}

static void test_every_flip_is_refused_or_sound(void **state)
{
	byte_vec frame = { 0 };
	size_t taken = 0;

	(void)state;
	make_sample(&frame);
	for (size_t i = 0; i < frame.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			frame.at[i] ^= (unsigned char)(1u << bit);
			taken += try_reading(frame.at, frame.len);
			frame.at[i] ^= (unsigned char)(1u << bit);
		}
		frame.at[i] ^= 0xff;
		taken += try_reading(frame.at, frame.len);
		frame.at[i] ^= 0xff;
	}
	assert_true(taken > 0); /* a flip in a text is a reading, too */
	vec_free(&frame);
}

static void test_garbage(void **state)
{
	unsigned char bytes[300];
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % sizeof(bytes);

		for (size_t i = 0; i < len; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			bytes[i] = (unsigned char)(round % 2 ? seed : seed % 4);
		}
		try_reading(bytes, len);
	}
}

/* A count that the frame has no bytes for must not be believed. */
static void test_lying_counts(void **state)
{
	byte_vec frame = { 0 };

	(void)state;
	for (int lists = 0; lists < 2; lists++) {
		frame.len = 0;
		bytes_put_varint(&frame, 1);
		bytes_put_u64_be(&frame, 2);
		bytes_put_u64_be(&frame, 3);
		if (lists)
			bytes_put_varint(&frame, 0);
		bytes_put_varint(&frame, UINT64_MAX / 8);
		bytes_put(&frame, "0123456789", 10);
		assert_false(try_reading(frame.at, frame.len));
	}
	vec_free(&frame);
}

struct told_member {
	const char *path, *reason;
	uint8_t outcome;
};

static bool try_members(const struct told_member *members, size_t count)
{
	byte_vec frame = { 0 };
	bool taken;

	bytes_put_varint(&frame, 1);
	bytes_put_u64_be(&frame, 2);
	bytes_put_u64_be(&frame, 3);
	bytes_put_varint(&frame, count);
	for (size_t i = 0; i < count; i++) {
		bytes_put_text(&frame, slice_from(members[i].path));
		bytes_put_u8(&frame, members[i].outcome);
		bytes_put_text(&frame, slice_from(members[i].reason));
		bytes_put_text(&frame, SLICE_NONE);
		bytes_put_varint(&frame, UINT64_MAX);
	}
	bytes_put_varint(&frame, 0);
	taken = try_reading(frame.at, frame.len);
	vec_free(&frame);
	return taken;
}

static void test_contradictory_members(void **state)
{
	const struct told_member good[] = { { "a", "", OUTCOME_PARSED },
					    { "a", "binary", OUTCOME_IGNORED },
					    { "b", "corrupt", OUTCOME_QUARANTINED } };
	const struct told_member unsorted[] = { { "b", "", OUTCOME_PARSED },
						{ "a", "", OUTCOME_PARSED } };

	(void)state;
	assert_true(try_members(good, 3));
	assert_false(try_members(unsorted, 2));
	assert_false(try_members(&(struct told_member){ "", "", OUTCOME_PARSED }, 1));
	assert_false(try_members(&(struct told_member){ "a", "x", OUTCOME_PARSED }, 1));
	assert_false(try_members(&(struct told_member){ "a", "", OUTCOME_IGNORED }, 1));
	assert_false(try_members(&(struct told_member){ "a", "", OUTCOME_QUARANTINED }, 1));
	assert_false(try_members(&(struct told_member){ "a", "x", OUTCOMES }, 1));
	assert_false(try_members(&(struct told_member){ "a", "x", 255 }, 1));
}

/* One id twice, or a summary of another id. */
static void test_contradictory_incidents(void **state)
{
	struct bundle_work *work = read_sample();
	byte_vec frame = { 0 };
	uint64_t id = work->encoded.at[1].id;

	(void)state;
	for (int round = 0; round < 3; round++) {
		frame.len = 0;
		work->encoded.at[1].id = round == 0   ? work->encoded.at[0].id
					 : round == 1 ? id ^ 1
						      : id;
		message_put_reading(&frame, work);
		assert_int_equal(try_reading(frame.at, frame.len), round == 2);
	}
	vec_free(&frame);
	bundle_work_free(work);
}

static void test_a_sign_of_life(void **state)
{
	byte_vec frame = { 0 };
	struct progress_made made = { UINT64_MAX - 7, UINT64_MAX - 9 };

	(void)state;
	message_put_alive(&frame, &made);
	made = (struct progress_made){ 0 };
	assert_true(message_get_alive(&made, &frame));
	assert_int_equal(made.steps, UINT64_MAX - 7);
	assert_int_equal(made.bytes, UINT64_MAX - 9);
	frame.len--;
	assert_false(message_get_alive(&made, &frame));
	frame.len++;
	frame.at[0]++;
	assert_false(message_get_alive(&made, &frame));
	frame.at[0]--;
	bytes_put_u8(&frame, 0);
	assert_false(message_get_alive(&made, &frame));
	vec_free(&frame);
}

static void test_parts_and_passwords_come_back(void **state)
{
	struct password_list sent, got;
	struct slice missing;
	byte_vec frame = { 0 };

	(void)state;
	assert_true(password_list_from_text(&sent, "one\ntwo\n", 8));
	message_put_passwords(&frame, &sent);
	assert_int_equal(message_kind(&frame), MESSAGE_PASSWORDS);
	assert_false(message_get_part(&missing, &frame));
	assert_true(message_get_passwords(&got, &frame));
	assert_int_equal(got.size, sent.size);
	assert_memory_equal(got.bytes, sent.bytes, sent.size);
	password_list_wipe(&got);
	for (frame.len--; frame.len; frame.len--)
		if (message_get_passwords(&got, &frame)) { /* cut behind a whole one */
			const char *first = password_next(&got, NULL);

			assert_string_equal(first, "one");
			assert_null(password_next(&got, first));
			password_list_wipe(&got);
		}
	message_put_part(&frame, SLICE("x.7z.003"));
	assert_int_equal(message_kind(&frame), MESSAGE_PART);
	assert_true(message_get_part(&missing, &frame));
	assert_true(slice_equal(missing, SLICE("x.7z.003")));
	assert_false(message_get_passwords(&got, &frame));
	for (frame.len--; frame.len; frame.len--)
		assert_false(message_get_part(&missing, &frame));
	password_list_wipe(&sent);
	vec_free(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_job_comes_back),
		cmocka_unit_test(test_a_job_without_a_name_or_with_more_behind_is_refused),
		cmocka_unit_test(test_a_reading_comes_back),
		cmocka_unit_test(test_a_reading_of_nothing),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_flip_is_refused_or_sound),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_lying_counts),
		cmocka_unit_test(test_contradictory_members),
		cmocka_unit_test(test_contradictory_incidents),
		cmocka_unit_test(test_a_sign_of_life),
		cmocka_unit_test(test_parts_and_passwords_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
