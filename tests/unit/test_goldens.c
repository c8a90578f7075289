/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Over every golden: a log cut in the middle of a line says what it says without that line or with all of it, value by value, and
 * nothing else; and a log reads the same with a chunk's border behind every line, packed between any two, and in chunks of many sizes.
 *
 * Cut at every byte, a log is parsed as often as it has bytes. That is cheap because what stands before the line in hand is not
 * parsed again: only where the rest of the line yields something that neither none nor all of it nor the cut before does, the whole
 * is put together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "tests/unit/facts.h"
#include "tests/unit/log_fixture.h"

#define FOLDER "tests/golden"

/* ---- the goldens ---- */

static VEC(char *) names;

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_goldens(void **state)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;

	(void)state;
	if (!folder)
		return -1;
	while ((entry = readdir(folder)))
		if (slice_ends(slice_from(entry->d_name), SLICE(".log")))
			vec_push(&names, strdup(entry->d_name));
	closedir(folder);
	qsort(names.at, names.len, sizeof(names.at[0]), name_compare);
	return names.len > 100 ? 0 : -1;
}

static int forget_goldens(void **state)
{
	(void)state;
	vec_for_each(name, &names)
		free(*name);
	vec_free(&names);
	return 0;
}

/* The log as the parser gets it; none when it is UTF-16. The caller frees the text. */
static struct slice read_golden(const char *name)
{
	char path[300];
	FILE *file;
	char *text;
	long len;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s: cannot be opened", path);
	fseek(file, 0, SEEK_END);
	len = ftell(file);
	rewind(file);
	text = mem_alloc((size_t)len + 1);
	assert_int_equal(fread(text, 1, (size_t)len, file), len);
	fclose(file);
	if (len >= 2 && ((unsigned char)text[0] >= 0xFE || text[0] == 0 || text[1] == 0))
		len = 0;
	return (struct slice){ text, (size_t)len };
}

/* ---- a chunk's border behind every line ---- */

static char *text_whole(struct slice text)
{
	struct dumps dumps;

	dumps_whole(&dumps, text);
	return dumps_as_text(&dumps);
}

static void assert_equal_text(const char *name, const char *how, size_t size,
			      const char *a, char *b)
{
	size_t at = 0, begin;

	if (strcmp(a, b) != 0) {
		while (a[at] == b[at])
			at++;
		for (begin = at; begin && a[begin - 1] != '\n';)
			begin--;
		fail_msg("%s, %s of %zu: whole '%.*s' pieces '%.*s'", name, how, size,
			 (int)strcspn(a + begin, "\n"), a + begin,
			 (int)strcspn(b + begin, "\n"), b + begin);
	}
	free(b);
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

static void test_borders_behind_lines(void **state)
{
	(void)state;
	vec_for_each(name, &names) {
		struct slice text = read_golden(*name);
		char *whole = text_whole(text);
		struct dumps dumps;

		for (size_t lines = 1; lines < 8; lines = lines * 2 + 1) {
			dumps_by_lines(&dumps, text, lines);
			assert_equal_text(*name, "lines", lines, whole, dumps_as_text(&dumps));
		}
		dumps_packed(&dumps, text, 2);
		assert_equal_text(*name, "packed lines", 2, whole, dumps_as_text(&dumps));
		for (size_t size = longest_line(text) + 1; size < text.len; size += size / 2) {
			dumps_by_size(&dumps, text, size);
			assert_equal_text(*name, "size", size, whole, dumps_as_text(&dumps));
		}
		free(whole);
		free((char *)text.at);
	}
}

/* ---- cut at every byte ---- */

/* What the log says when it ends with `rest`, of whose line the parser has the state. */
struct ending {
	struct slice before, rest;
	const struct log_state *state;
};

/* Of the rest alone. */
static char *rest_as_text(const struct ending *ending, struct log_chunk_result *result)
{
	char *copy = mem_alloc(ending->rest.len + 1), *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (ending->rest.len)
		memcpy(copy, ending->rest.at, ending->rest.len);
	log_parse(result, ending->state, (struct slice){ copy, ending->rest.len }, LOG_ENDS);
	free(copy);
	for (size_t i = 0; i < result->segments_used; i++) {
		fprintf(out, "== segment\n");
		facts_write(out, &result->segments.at[i].records, NULL);
	}
	fclose(out);
	return text;
}

/* Of the whole log that ends so. */
static struct facts all_facts(const struct ending *ending)
{
	struct facts facts = { 0 };
	struct dumps dumps;
	FILE *out = open_memstream(&facts.text, &facts.len);

	dumps_init(&dumps);
	dumps_add(&dumps, ending->before, LOG_GOES_ON);
	dumps_add(&dumps, ending->rest, LOG_ENDS);
	dumps_finish(&dumps);
	vec_for_each(join, &dumps.joins) {
		const struct incident *incident = &(*join)->incident;

		facts_write(out, &incident->records, incident);
	}
	fclose(out);
	dumps_free(&dumps);
	facts_finish(&facts);
	return facts;
}

static void check_facts(const char *name, const struct ending *ending,
			const struct facts *without, const struct facts *with)
{
	struct facts facts = all_facts(ending);

	vec_for_each(fact, &facts.lines)
		if (!facts_hold(without, *fact) && !facts_hold(with, *fact))
			fail_msg("%s, cut in '%.*s': '%s'", name, SLICE_ARG(ending->rest),
				 *fact);
	facts_free(&facts);
}

/* Whether nothing stands behind the text's last return. */
static bool ends_blank(struct slice text)
{
	size_t len = text.len;

	while (len && memchr(" \t\f\x1a", text.at[len - 1], 4))
		len--;
	return len == 0 || text.at[len - 1] == '\r';
}

/* A block that is open where the log ends inside a line is said to be cut. */
static void check_told(const char *name, const struct ending *ending,
		       const struct log_chunk_result *result)
{
	const struct records *records = &result->segments.at[result->segments_used - 1].records;

	if (result->end.block == LOG_BLOCK_NONE || result->end.block == LOG_BLOCK_banner ||
	    ends_blank(ending->rest) || result->end.behind == BEHIND_SENTENCE ||
	    memchr("\f\x1a", ending->rest.at[ending->rest.len - 1], 2))
		return;
	vec_for_each(diagnostic, &records->diagnostics)
		if (diagnostic->code == DIAGNOSTIC_TRUNCATED_BLOCK)
			return;
	fail_msg("%s: nothing is said of the cut in '%.*s'", name, SLICE_ARG(ending->rest));
}

/* Cuts the line behind each of its bytes. */
static void check_line(const char *name, struct slice before, struct slice line,
		       const struct log_state *state)
{
	struct log_chunk_result result = { 0 };
	struct ending ending = { before, slice_first(line, 0), state };
	struct ending full = { before, line, state };
	char *none = rest_as_text(&ending, &result), *all = rest_as_text(&full, &result);
	char *before_it = strdup(none); /* what the cut one byte before yields */
	struct facts without = { 0 }, with = { 0 };

	for (size_t len = 1; len < line.len; len++) {
		char *got;

		ending.rest = slice_first(line, len);
		got = rest_as_text(&ending, &result);
		check_told(name, &ending, &result);
		if (strcmp(got, none) != 0 && strcmp(got, all) != 0 &&
		    strcmp(got, before_it) != 0) {
			if (!without.text) {
				ending.rest = slice_first(line, 0);
				without = all_facts(&ending);
				with = all_facts(&full);
				ending.rest = slice_first(line, len);
			}
			check_facts(name, &ending, &without, &with);
		}
		free(before_it);
		before_it = got;
	}
	free(before_it);
	facts_free(&without);
	facts_free(&with);
	free(none);
	free(all);
	log_chunk_result_free(&result);
}

static void test_cut_at_every_byte(void **state)
{
	(void)state;
	vec_for_each(name, &names) {
		struct slice text = read_golden(*name);
		struct dumps dumps;
		size_t at = 0;

		dumps_init(&dumps);
		while (at < text.len) {
			const char *newline = memchr(text.at + at, '\n', text.len - at);
			size_t next = newline ? (size_t)(newline - text.at) + 1 : text.len;
			struct slice line = { text.at + at, next - at };

			check_line(*name, slice_first(text, at), line, &dumps.state);
			dumps_add(&dumps, line, LOG_GOES_ON);
			at = next;
		}
		dumps_finish(&dumps);
		dumps_free(&dumps);
		free((char *)text.at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_borders_behind_lines),
		cmocka_unit_test(test_cut_at_every_byte),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, list_goldens, forget_goldens);
}
