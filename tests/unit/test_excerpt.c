/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines read again out of a bundle: the very bytes that are asked for, wherever the text is cut into pieces, in whatever encoding,
 * within the limits; and what keeper and reader say to each other about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/message.h"
#include "tests/unit/archives.h"

#define LARGE (300u << 10)

static char large[LARGE];

/* Lines of 16 bytes that tell where they stand. */
static int setup(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LARGE / 16; i++) {
		char line[17];

		snprintf(line, sizeof(line), "line %10u\n", i + 1);
		memcpy(large + i * 16, line, 16);
	}
	return 0;
}

static int bundle_of(const void *bytes, size_t len)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	return fd;
}

static void ask(struct excerpt_request *request, const char *path, uint64_t offset,
		uint64_t length)
{
	vec_push(&request->members, ((struct excerpt_member){ .path = slice_from(path) }));
	vec_push(&request->ranges,
		 ((struct excerpt_range){ offset, length, (uint32_t)request->members.len - 1 }));
}

static struct excerpt_reply answer(const void *bytes, size_t len, const char *name,
				   struct excerpt_request *request)
{
	struct excerpt_reply reply = { 0 };
	int fd = bundle_of(bytes, len);

	excerpt_read(fd, slice_from(name), &(struct unpack_means){ 0 }, request, &reply);
	close(fd);
	assert_int_equal(reply.excerpts.len, request->ranges.len);
	return reply;
}

static void assert_text(const struct excerpt *excerpt, const char *text, bool cut)
{
	assert_true(excerpt->found);
	assert_int_equal(excerpt->cut, cut);
	assert_int_equal(excerpt->text.len, strlen(text));
	assert_memory_equal(excerpt->text.at, text, excerpt->text.len);
}

/* One range alone out of a plain log. */
static void assert_reads(const void *bytes, size_t len, uint64_t offset, uint64_t length,
			 const char *text, bool cut)
{
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply;

	ask(&request, "kd.log", offset, length);
	reply = answer(bytes, len, "kd.log", &request);
	assert_text(&reply.excerpts.at[0], text, cut);
	excerpt_reply_free(&reply);
	excerpt_request_free(&request);
}

static void test_a_range_is_these_bytes_wherever_pieces_end(void **state)
{
	static const unsigned at[] = { 0, 1, 4095, 4096, 8191, LARGE / 16 - 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		char text[40];

		snprintf(text, sizeof(text), "line %10u\nline %10u", at[i] + 1, at[i] + 2);
		assert_reads(large, LARGE, at[i] * 16, 31, text, false);
	}
}

static void test_line_ends_are_newlines_and_the_last_is_none(void **state)
{
	static const char text[] = "one\r\ntwo\r\n\r\nfour\r\n";

	(void)state;
	assert_reads(text, sizeof(text) - 1, 0, 9, "one\ntwo", false);
	assert_reads(text, sizeof(text) - 1, 0, 18, "one\ntwo\n\nfour", false);
	assert_reads(text, sizeof(text) - 1, 5, 4, "two", false);
}

static void test_a_code_page_comes_in_utf8_line_by_line(void **state)
{
	static const char text[] = "Proze\xdf.exe\nProze\xc3\x9f.exe\nboth \xc3\x9f \xdf\n";

	(void)state;
	assert_reads(text, sizeof(text) - 1, 0, sizeof(text) - 2,
		     "Proze\xc3\x9f.exe\nProze\xc3\x9f.exe\nboth \xc3\x9f \xdf", false);
}

static void test_offsets_of_utf16_are_those_of_its_utf8(void **state)
{
	unsigned char wide[] = "\xff\xfe"
			       "a\0\xdf\0b\0\n\0t\0w\0o\0\n\0";

	(void)state;
	/* The mark takes three bytes, the letter two. */
	assert_reads(wide, sizeof(wide) - 1, 8, 3, "two", false);
	assert_reads(wide, sizeof(wide) - 1, 3, 4,
		     "a\xc3\x9f"
		     "b",
		     false);
}

static void test_what_is_longer_than_a_limit_ends_with_a_whole_line(void **state)
{
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply;
	uint64_t all = 0;

	(void)state;
	for (unsigned i = 0; i < 80; i++)
		ask(&request, "kd.log", i * 16, UINT64_MAX);
	reply = answer(large, LARGE, "kd.log", &request);
	for (unsigned i = 0; i < 80; i++) {
		const struct excerpt *excerpt = &reply.excerpts.at[i];

		assert_true(excerpt->found && excerpt->cut);
		assert_in_range(excerpt->text.len, 0, EXCERPT_RANGE_BYTES);
		all += excerpt->text.len;
		if (i < 64)
			assert_int_equal(excerpt->text.len, EXCERPT_RANGE_BYTES - 1);
		else
			assert_int_equal(excerpt->text.len, 0);
	}
	assert_in_range(all, 0, EXCERPT_ALL_BYTES);
	excerpt_reply_free(&reply);
	excerpt_request_free(&request);
}

static void test_what_lies_behind_the_end_is_cut(void **state)
{
	(void)state;
	assert_reads("one\ntwo", 7, 4, 100, "two", true);
	assert_reads("one\ntwo", 7, UINT64_MAX - 3, UINT64_MAX, "", true);
}

static void test_members_that_are_not_there_or_no_text_are_not_found(void **state)
{
	struct made_file files[] = { { "kd.log", large, LARGE },
				     { "dump", "PAGEDU64\0\0\0\0", 12 } };
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply;
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(made_archive(&bytes, "zip", NULL, NULL, files, 2));
	ask(&request, "case.zip!/other.log", 0, 10);
	ask(&request, "case.zip!/dump", 0, 8);
	ask(&request, "case.zip!/kd.log", 0, 15);
	reply = answer(bytes.at, bytes.len, "case.zip", &request);
	assert_false(reply.excerpts.at[0].found);
	assert_false(reply.excerpts.at[1].found);
	assert_text(&reply.excerpts.at[2], "line          1", false);
	excerpt_reply_free(&reply);
	excerpt_request_free(&request);
	vec_free(&bytes);
}

/* Three members of one path; the second and third are asked for by what they hold. */
static void test_members_of_one_path_are_told_by_their_text(void **state)
{
	struct made_file files[] = { { "kd.log", "a\nb\nc\n", 6 },
				     { "kd.log", "\xEF\xBB\xBFx\nb\nc\n", 9 },
				     { "kd.log", "y\nb\nz\n", 6 } };
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply;
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(made_archive(&bytes, "ustar", NULL, NULL, files, 3));
	ask(&request, "case.tar!/kd.log", 3, 1);
	request.members.at[0].first_line = 1;
	request.members.at[0].last_line = 2;
	request.members.at[0].content = hash128("x\nb\n", 4);
	ask(&request, "case.tar!/kd.log", 4, 1);
	request.members.at[1].first_line = 3;
	request.members.at[1].last_line = 3;
	request.members.at[1].content = hash128("z\n", 2);
	ask(&request, "case.tar!/kd.log", 0, 1);
	request.members.at[2].first_line = request.members.at[2].last_line = 1;
	request.members.at[2].content = hash128("q\n", 2);
	reply = answer(bytes.at, bytes.len, "case.tar", &request);
	assert_text(&reply.excerpts.at[0], "x", false);
	assert_text(&reply.excerpts.at[1], "z", false);
	assert_false(reply.excerpts.at[2].found);
	assert_int_equal(reply.excerpts.at[2].text.len, 0);
	excerpt_reply_free(&reply);
	excerpt_request_free(&request);
	vec_free(&bytes);
}

static void test_damage_is_told_and_what_lies_before_it_is_read(void **state)
{
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply;
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(made_stream(&bytes, "gzip", large, LARGE));
	ask(&request, "kd.log.gz!/kd.log", 0, 15);
	ask(&request, "kd.log.gz!/kd.log", LARGE - 16, 15);
	reply = answer(bytes.at, bytes.len - 20, "kd.log.gz", &request);
	assert_text(&reply.excerpts.at[0], "line          1", false);
	assert_true(reply.excerpts.at[1].cut);
	assert_int_not_equal(reply.error.kind, ERROR_NONE);
	excerpt_reply_free(&reply);
	excerpt_request_free(&request);
	vec_free(&bytes);
}

/* ---- messages ---- */

static void make_request(struct excerpt_request *request)
{
	ask(request, "case.zip!/a.log", 7, 100);
	ask(request, "case.zip!/\xff.log", UINT64_MAX, UINT64_MAX);
	request->members.at[1].first_line = 3;
	request->members.at[1].last_line = UINT32_MAX;
	request->members.at[1].content = (struct hash128){ 1, UINT64_MAX };
}

static void test_a_request_comes_back(void **state)
{
	struct excerpt_request request = { 0 }, got = { 0 };
	byte_vec frame = { 0 };
	struct slice name;

	(void)state;
	make_request(&request);
	message_put_excerpt_request(&frame, SLICE("case.zip"), &request);
	assert_int_equal(message_kind(&frame), MESSAGE_EXCERPT);
	assert_true(message_get_excerpt_request(&name, &got, &frame));
	assert_true(slice_equal(name, SLICE("case.zip")));
	for (size_t i = 0; i < 2; i++) {
		const struct excerpt_member *a = &request.members.at[i],
					    *b = &got.members.at[i];

		assert_true(slice_equal(a->path, b->path));
		assert_true(a->first_line == b->first_line && a->last_line == b->last_line);
		assert_memory_equal(&a->content, &b->content, sizeof(a->content));
		assert_int_equal(request.ranges.at[i].offset, got.ranges.at[i].offset);
		assert_int_equal(request.ranges.at[i].length, got.ranges.at[i].length);
		assert_int_equal(request.ranges.at[i].member, got.ranges.at[i].member);
	}
	for (size_t len = frame.len; len-- > 0;) {
		struct excerpt_request less = { 0 };

		frame.len = len;
		assert_false(message_get_excerpt_request(&name, &less, &frame));
		excerpt_request_free(&less);
	}
	excerpt_request_free(&request);
	excerpt_request_free(&got);
	vec_free(&frame);
}

static void make_reply(struct excerpt_reply *reply)
{
	struct excerpt excerpt = { .found = true, .cut = true };

	reply->content = (struct hash128){ 5, 6 };
	error_input(&reply->error, "corrupt", "bad block");
	bytes_put(&excerpt.text, "one\ntwo", 7);
	vec_push(&reply->excerpts, excerpt);
	vec_push(&reply->excerpts, ((struct excerpt){ .found = false }));
}

static bool takes(const byte_vec *frame, size_t ranges)
{
	struct error error = ERROR_INIT;
	struct excerpt_reply got = { 0 };
	bool taken = message_get_excerpts(&got, ranges, frame, &error);

	assert_int_equal(taken, error.kind == ERROR_NONE);
	excerpt_reply_free(&got);
	return taken;
}

static void test_an_answer_comes_back_and_must_be_one_to_what_was_asked(void **state)
{
	struct excerpt_reply reply = { 0 }, got = { 0 };
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };

	(void)state;
	make_reply(&reply);
	message_put_excerpts(&frame, &reply);
	assert_true(message_get_excerpts(&got, 2, &frame, &error));
	assert_memory_equal(&reply.content, &got.content, sizeof(got.content));
	assert_string_equal(got.error.text, "bad block");
	assert_text(&got.excerpts.at[0], "one\ntwo", true);
	assert_false(got.excerpts.at[1].found);
	excerpt_reply_free(&got);
	assert_false(takes(&frame, 1));
	assert_false(takes(&frame, 3));
	for (size_t len = frame.len; len-- > 0;) {
		frame.len = len;
		assert_false(takes(&frame, 2));
	}
	excerpt_reply_free(&reply);
	vec_free(&frame);
}

static void test_an_answer_that_is_too_long_or_of_nothing_is_refused(void **state)
{
	struct excerpt_reply reply = { 0 };
	byte_vec frame = { 0 };

	(void)state;
	make_reply(&reply);
	reply.excerpts.at[0].found = false;
	message_put_excerpts(&frame, &reply);
	assert_false(takes(&frame, 2));
	reply.excerpts.at[0].found = true;
	while (reply.excerpts.at[0].text.len <= 3 * EXCERPT_RANGE_BYTES)
		bytes_put_u8(&reply.excerpts.at[0].text, 'x');
	frame.len = 0;
	message_put_excerpts(&frame, &reply);
	assert_false(takes(&frame, 2));
	excerpt_reply_free(&reply);
	vec_free(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_range_is_these_bytes_wherever_pieces_end),
		cmocka_unit_test(test_line_ends_are_newlines_and_the_last_is_none),
		cmocka_unit_test(test_a_code_page_comes_in_utf8_line_by_line),
		cmocka_unit_test(test_offsets_of_utf16_are_those_of_its_utf8),
		cmocka_unit_test(test_what_is_longer_than_a_limit_ends_with_a_whole_line),
		cmocka_unit_test(test_what_lies_behind_the_end_is_cut),
		cmocka_unit_test(test_members_that_are_not_there_or_no_text_are_not_found),
		cmocka_unit_test(test_members_of_one_path_are_told_by_their_text),
		cmocka_unit_test(test_damage_is_told_and_what_lies_before_it_is_read),
		cmocka_unit_test(test_a_request_comes_back),
		cmocka_unit_test(test_an_answer_comes_back_and_must_be_one_to_what_was_asked),
		cmocka_unit_test(test_an_answer_that_is_too_long_or_of_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
