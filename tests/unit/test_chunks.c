/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log reads the same however it is cut: at once, line by line with the state handed on, and in chunks of many sizes
 * cut as the decoder cuts them. And a log that breaks off at any byte never yields half a value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/log_fixture.h"
#include "tests/unit/log_samples.h"

static const char *const logs[] = {
	"tests/logs/case_study.log",
	"tests/logs/semicircular.log",
	"tests/logs/repeated_listings.log",
};

static struct slice read_log(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long len;

	if (!file)
		fail_msg("%s: run me from the top of the repository", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	len = ftell(file);
	rewind(file);
	text = mem_alloc((size_t)len);
	assert_int_equal(fread(text, 1, (size_t)len, file), len);
	fclose(file);
	return (struct slice){ text, (size_t)len };
}

static size_t longest_line(struct slice text)
{
	size_t longest = 0, len = 0;

	for (size_t i = 0; i < text.len; i++) {
		len = text.at[i] == '\n' ? 0 : len + 1;
		longest = len > longest ? len : longest;
	}
	return longest;
}

static char *whole(struct slice text)
{
	struct dumps dumps;

	dumps_whole(&dumps, text);
	return dumps_as_text(&dumps);
}

/* Says where they differ: the texts are long. */
static void assert_same(const char *a, const char *b, const char *how, size_t size)
{
	size_t at = 0, begin;

	if (strcmp(a, b) == 0)
		return;
	while (a[at] == b[at])
		at++;
	for (begin = at; begin && a[begin - 1] != '\n';)
		begin--;
	fail_msg("%s of %zu: whole '%.*s' pieces '%.*s'", how, size,
		 (int)strcspn(a + begin, "\n"), a + begin, (int)strcspn(b + begin, "\n"),
		 b + begin);
}

static void check_lines(struct slice text, const char *expected, size_t lines)
{
	struct dumps dumps;
	char *got;

	dumps_by_lines(&dumps, text, lines);
	got = dumps_as_text(&dumps);
	assert_same(expected, got, "lines", lines);
	free(got);
}

static void check_size(struct slice text, const char *expected, size_t size)
{
	struct dumps dumps;
	char *got;

	dumps_by_size(&dumps, text, size);
	got = dumps_as_text(&dumps);
	assert_same(expected, got, "size", size);
	free(got);
}

static void test_logs_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct slice text = read_log(logs[i]);
		char *expected = whole(text);

		for (size_t lines = 1; lines < 40; lines = lines * 2 + 1)
			check_lines(text, expected, lines);
		free(expected);
		free((void *)text.at);
	}
}

static void test_logs_in_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct slice text = read_log(logs[i]);
		size_t least = longest_line(text) + 1;
		char *expected = whole(text);

		for (size_t size = least; size < text.len; size += size / 3)
			check_size(text, expected, size);
		free(expected);
		free((void *)text.at);
	}
}

static void test_samples_in_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOG_SAMPLES; i++) {
		struct slice text = slice_from(log_samples[i]);
		char *expected = whole(text);

		for (size_t lines = 1; lines < 8; lines++)
			check_lines(text, expected, lines);
		for (size_t size = longest_line(text) + 1; size < text.len; size += 7)
			check_size(text, expected, size);
		free(expected);
	}
}

/* A line of progress output is as long as the log; the chunks' borders then stand behind returns. */
static void test_lone_returns_in_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct slice text = read_log(logs[i]);
		size_t least = longest_line(text) + 1;
		char *expected;

		for (size_t k = 0; k < text.len; k++)
			if (text.at[k] == '\n')
				((char *)text.at)[k] = '\r';
		expected = whole(text);
		assert_non_null(strstr(expected, "\nedge "));
		for (size_t size = least; size < text.len; size += size / 3)
			check_size(text, expected, size);
		free(expected);
		free((void *)text.at);
	}
}

/* Of a line that is too long the rest is passed over, up to a return as up to a newline, wherever chunks end. */
static void test_long_pieces_in_chunks(void **state)
{
	char *text = mem_alloc(100000), *expected;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		memset(text + len, 'x', 20000);
		len += 20000;
		len += (size_t)sprintf(
			text + len, "\rPROCESS 8208ec%d0  SessionId: 0  Cid: 0218\r\n", i);
	}
	expected = whole((struct slice){ text, len });
	assert_non_null(strstr(expected, "process 8208ec20"));
	for (size_t size = 9000; size < len; size += 1234)
		check_size((struct slice){ text, len }, expected, size);
	free(expected);
	free(text);
}

/* A process in whose block the log goes on and ends as is given, 20,000 of the byte between head and tail. */
struct long_end {
	const char *head, *tail;
	char byte;
};

static size_t put_long_end(char *out, const struct long_end *end)
{
	size_t len = (size_t)sprintf(out, "PROCESS 8208ec80  SessionId: 0  Cid: 0218\n%s",
				     end->head);

	memset(out + len, end->byte, 20000);
	return len + 20000 + (size_t)sprintf(out + len + 20000, "%s", end->tail);
}

/* What is said of a line that is longer than a chunk, and of a log that breaks off in it, is told by no border of a chunk. */
static void test_long_last_lines_in_chunks(void **state)
{
	static const struct long_end ends[] = {
		{ "PROCESS ", "", 'x' },
		{ "PROCESS 8208ec90  SessionId: 0  Cid: 021c", "", ' ' },
		{ "PROCESS 8208ec90  SessionId: 0  Cid: 021c", "\n", 'x' },
		{ "", "PROC", ' ' },
		{ "THREAD", "", ' ' },
		{ "", "", 'x' },
		{ "", "", ' ' },
		{ "", "\x1a", 'x' },
		{ "", "\f", 'x' },
		{ "", "\rmore", 'x' },
		{ "a\rb\rc\r", "", 'x' },
		{ "", "", '\r' },
		{ "a", "\n", '\0' },
		{ "a", "\rPROCESS 8208ec90  SessionId: 0  Cid: 021c\n", '\0' },
		{ "a", "b\n", '\0' },
		{ "a", "", '\0' },
	};
	char text[21000], *expected;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t len = put_long_end(text, &ends[i]);

		expected = whole((struct slice){ text, len });
		for (size_t size = 9000; size < len; size += 97)
			check_size((struct slice){ text, len }, expected, size);
		for (size_t size = len / 2 - 5; size <= len / 2 + 5; size++)
			check_size((struct slice){ text, len }, expected, size);
		free(expected);
	}
}

/* A block cut in two whose address stands under a richer sighting already: the rest of it must not be put behind that. */
static void test_rest_goes_to_its_own_sighting(void **state)
{
	static const char text[] =
		"THREAD fffffa8004b45bb0  Cid 0bbc.0c10  Teb: 000007fffffde000 Win32Thread: "
		"0000000000000000 WAIT: (UserRequest) UserMode Non-Alertable\n"
		"    fffffa8004b46000  SynchronizationEvent\n"
		"Wait Start TickCount      338852         Ticks: 197682 (0:00:51:28.781)\n"
		"Child-SP          RetAddr           Call Site\n"
		"fffffa60`0e8d56b0 fffff800`016a36fa nt!KiSwapContext+0x7f\n"
		"fffffa60`0e8d56b0 fffff800`016a36fa nt!KiSwapThread+0x13a\n"
		"THREAD fffffa8004b45bb0  Cid 0bbc.0c10  Teb: 000007fffffde000 Win32Thread: "
		"0000000000000000 WAIT: (UserRequest) UserMode Non-Alertable\n"
		"    fffffa8004b46000  SynchronizationEvent\n"
		"Wait Start TickCount      338852         Ticks: 197682 (0:00:51:28.781)\n"
		"Child-SP          RetAddr           Call Site\n"
		"fffffa60`0e8d56b0 fffff800`016a36fa nt!KiSwapContext+0x7f\n"
		"fffffa60`0e8d56b0 fffff800`016a36fa nt!KiSwapThread+0x13a\n";
	char *expected = whole(slice_from(text));

	(void)state;
	check_lines(slice_from(text), expected, 1);
	check_lines(slice_from(text), expected, 10);
	free(expected);
}

/* A thousand chunks of one stack once kept a copy of it for each chunk. */
static void test_endless_stack_takes_linear_memory(void **state)
{
	struct dumps dumps;
	char head[] = "THREAD fffffa8004b45bb0  Cid 0bbc.0c10\nChildEBP RetAddr\n";
	char frame[] = "0 0 a!b\n0 0 a!c\n";

	(void)state;
	dumps_init(&dumps);
	dumps_add(&dumps, slice_from(head), LOG_GOES_ON);
	for (int i = 0; i < 5000; i++)
		dumps_add(&dumps, slice_from(frame), LOG_GOES_ON);
	dumps_add(&dumps, SLICE_NONE, LOG_ENDS);
	dumps_finish(&dumps);
	assert_int_equal(dumps.joins.len, 1);
	assert_int_equal(dumps.joins.at[0]->incident.records.threads.at[0].frames, 10000);
	assert_int_equal(dumps.joins.at[0]->incident.records.frames.len, 10000);
	dumps_free(&dumps);
}

/* "PROCESS data" begins no block: a cut before it must not forget the thread that goes on. */
static void test_prose_is_no_place_to_begin_afresh(void **state)
{
	enum cut_kind kind;
	struct slice text = SLICE("THREAD fffffa8004b45bb0  Cid 0bbc.0c10\n"
				  "PROCESS data follows\nrest\n");

	(void)state;
	assert_int_equal(cut_find(text, &kind), text.len);
	assert_int_equal(kind, CUT_LINE);
	/* made plain, this is "82200020x" */
	text = SLICE("a\nPROCESS 82200020\xd7  SessionId: 0\nrest\n");
	assert_int_equal(cut_find(text, &kind), text.len);
	assert_int_equal(kind, CUT_LINE);
	text = SLICE("a\nPROCESS 82200020<br>x  SessionId: 0\nrest\n");
	assert_int_equal(cut_find(text, &kind), text.len);
	text = SLICE("a\nPROCESS 82200020  SessionId: 0\rb\nrest\n");
	assert_int_equal(cut_find(text, &kind), text.len);
	text = SLICE("a\nPROCESS 8208ec10  SessionId: 0\nrest\n");
	assert_int_equal(cut_find(text, &kind), 2);
	assert_int_equal(kind, CUT_HEADER);
	text = SLICE("a line without end");
	assert_int_equal(cut_find(text, &kind), text.len);
	assert_int_equal(kind, CUT_INSIDE);
}

/* Every address, PID, name and number that a prefix yields stands in what the whole text yields. */
static void check_values(const char *prefix, const char *full, size_t len)
{
	const char *at = prefix;

	while (*at) {
		size_t word = strcspn(at, " \n[]");
		const char *equals = memchr(at, '=', word);

		if (equals && strncmp(at, "flags=", 6) != 0 &&
		    strncmp(at, "threads=", 8) != 0 && strncmp(at, "digits=", 7) != 0 &&
		    strncmp(at, "ticks=", 6) != 0 && strncmp(at, "tick=", 5) != 0 &&
		    strncmp(at, "arch=", 5) != 0 && word) {
			char *value = strndup(at, word);
			const char *found = full;
			bool seen = false;

			while (!seen && (found = strstr(found, value))) {
				seen = strchr(" \n[]", found[word]) != NULL;
				found++;
			}
			if (!seen)
				fail_msg("prefix of %zu bytes yields '%s'", len, value);
			free(value);
		}
		at += word;
		at += *at != 0;
	}
}

static char *records_of(struct slice text)
{
	struct dumps dumps;
	char *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	dumps_whole(&dumps, text);
	vec_for_each(join, &dumps.joins) {
		char *one = records_as_text(&(*join)->incident.records, false);

		fputs(one, file);
		free(one);
	}
	fclose(file);
	dumps_free(&dumps);
	return out;
}

static void test_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOG_SAMPLES; i++) {
		struct slice text = slice_from(log_samples[i]);
		char *full = records_of(text);

		for (size_t len = 0; len < text.len; len++) {
			char *prefix = records_of(slice_first(text, len));

			check_values(prefix, full, len);
			free(prefix);
		}
		free(full);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logs_line_by_line),
		cmocka_unit_test(test_logs_in_chunks),
		cmocka_unit_test(test_samples_in_pieces),
		cmocka_unit_test(test_lone_returns_in_chunks),
		cmocka_unit_test(test_long_pieces_in_chunks),
		cmocka_unit_test(test_long_last_lines_in_chunks),
		cmocka_unit_test(test_rest_goes_to_its_own_sighting),
		cmocka_unit_test(test_endless_stack_takes_linear_memory),
		cmocka_unit_test(test_prose_is_no_place_to_begin_afresh),
		cmocka_unit_test(test_cut_at_every_byte),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
