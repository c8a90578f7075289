/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way of most lines reads as the long way does: blocks whose characters are replaced, left out and doubled one by one
 * mean the same read at once, which takes the short way wherever it can, and line by line, which never does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/process_line.h"
#include "tests/unit/log_fixture.h"

static const char *const samples[] = {
	"PROCESS fffffa8004c39040\n"
	"    SessionId: 1  Cid: 0b2c    Peb: 7fffffdf000  ParentCid: 1a40\n"
	"    DirBase: 1e19dc000  ObjectTable: 00000000  HandleCount:   0.\n"
	"    Image: ProcessB.exe\n"
	"    VadRoot 0000000000000000 Vads 0 Clone 0 Private 4. Modified 6. Locked 0.\n"
	"    Working Set Sizes (now,min,max)  (9, 50, 345) (36KB, 200KB, 1380KB)\n"
	"    CommitCharge                      12\n"
	"\n"
	"No active threads\n"
	"\n"
	"PROCESS fffffa8004c3a040\n"
	"    SessionId: none  Cid: 0004    Peb: 00000000  ParentCid: 0000\n"
	"    DirBase: 00187000  ObjectTable: fffff8a0000018b0  HandleCount: 538.\n"
	"    Image: System\n",

	"PROCESS 82005560  SessionId: 0  Cid: 486c    Peb: 7ffd8000  ParentCid: 10fc4\n"
	"    DirBase: a9949000  ObjectTable: e1ebc1c8  HandleCount:  70.\n"
	"    Image: dwwin.exe\n"
	"\n"
	"PROCESS 82281da8  SessionId: 12  Cid: 7f30    Peb: 7ffd5000  ParentCid: 10fc4\n"
	"    DirBase: 74616000  ObjectTable: 00000000  HandleCount:   0.\n"
	"    Image: ProcessG.exe\n"
	"\n"
	"        THREAD 820f5c00  Cid 7f30.0038  Teb: 00000000 Win32Thread: 00000000 "
	"WAIT: (Executive) KernelMode Non-Alertable\n"
	"            820f5b80  NotificationEvent\n"
	"        Not impersonating\n"
	"        Owning Process            82281da8       Image:         ProcessG.exe\n"
	"        Wait Start TickCount      19996495       Ticks: 7102 (0:00:01:50.968)\n"
	"        ChildEBP RetAddr  Args to Child              \n"
	"        b0038c30 804eccfe 11a08c7c 0000b80f 00000000 nt!KiSwapContext+0x2a8\n"
	"        b0038c58 808f26e2 7661ef32 0000ad28 00000000 nt!KiSwapThread+0x2b1 (FPO: [0])\n"
	"PROCESS 81ebc198  SessionId: none  Cid: 0054    Peb: 7ffd9000  ParentCid: 0004\n",

	"kd> !vm\n"
	"	1234 ProcessB.exe      11078 (      44312 Kb)\n"
	"    0b2c Process C.exe         0 (          0 Kb)\n"
	"    04d8 dwm.exe          523412 Kb      4212 Kb         0 Kb\n",
};

static char *read_by(void (*how)(struct dumps *, struct slice), struct slice text)
{
	struct dumps dumps;

	how(&dumps, text);
	return dumps_as_text(&dumps);
}

static void line_by_line(struct dumps *dumps, struct slice text)
{
	dumps_by_lines(dumps, text, 1);
}

static void assert_both_ways(const char *text, size_t len)
{
	/* As long as it is and no longer: what is read beyond is found. */
	char *copy = mem_copy_text(text, len);
	char *at_once = read_by(dumps_whole, (struct slice){ copy, len });
	char *by_lines = read_by(line_by_line, (struct slice){ copy, len });

	if (strcmp(at_once, by_lines) != 0)
		fail_msg("of\n%.*s\nat once:\n%s\nline by line:\n%s", (int)len, text,
			 at_once, by_lines);
	free(copy);
	free(at_once);
	free(by_lines);
}

static void test_any_character_replaced(void **state)
{
	static const char others[] = " 0f.:x>\t\r\n(";
	char text[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		size_t len = strlen(samples[i]);

		memcpy(text, samples[i], len);
		for (size_t at = 0; at < len; at++) {
			for (size_t k = at % 3; k < sizeof(others) - 1; k += 3) {
				text[at] = others[k];
				assert_both_ways(text, len);
			}
			text[at] = samples[i][at];
		}
	}
}

static void test_any_character_left_out_or_doubled(void **state)
{
	char text[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *sample = samples[i];
		size_t len = strlen(sample);

		for (size_t at = 0; at < len; at++) {
			memcpy(text, sample, at + 1);
			memcpy(text + at, sample + at + 1, len - at - 1);
			assert_both_ways(text, len - 1);
			text[at] = sample[at];
			memcpy(text + at + 1, sample + at, len - at);
			assert_both_ways(text, len + 1);
		}
	}
}

/* A block's lines in an order of their own: what is late ends the block. */
static void test_lines_in_any_order(void **state)
{
	static const char *const lines[] = {
		"PROCESS fffffa8004c39040\n",
		"    SessionId: 1  Cid: 0b2c    Peb: 7fffffdf000  ParentCid: 1a40\n",
		"    SessionId: none  Cid: 0b30    Peb: 7fffffdf000  ParentCid: 1a44\n",
		"    DirBase: 1e19dc000  ObjectTable: 00000000  HandleCount:   0.\n",
		"    Image: ProcessB.exe\n",
		"    CommitCharge                      12\n",
		"    THREAD fffffa8004b45bb0  Cid 0b2c.0c10  Teb: 000007fffffde000\n",
	};
	const size_t count = sizeof(lines) / sizeof(lines[0]);
	char text[4096];

	(void)state;
	for (unsigned order = 0; order < 7 * 7 * 7 * 7; order++) {
		size_t len = (size_t)sprintf(text, "%s", lines[0]);

		for (unsigned rest = order, k = 0; k < 4; k++, rest /= 7)
			len += (size_t)sprintf(text + len, "%s", lines[rest % count]);
		assert_both_ways(text, len);
	}
}

/* One whose place was taken would go the long way, and nobody would know. */
static void test_every_beginning_is_entered(void **state)
{
	static const struct log_block *const blocks[LOG_BLOCKS] = {
#define LOG_BLOCK(name) [LOG_BLOCK_##name] = &log_block_##name,
#include "stages/log_blocks.def"
#undef LOG_BLOCK
	};
	static struct known_lines lines;
	size_t entered = 0;

	(void)state;
	for (uint8_t id = LOG_BLOCK_NONE + 1; id < LOG_BLOCKS; id++)
		for (const struct known_beginning *begin = blocks[id]->knows;
		     begin && begin->text; begin++, entered++) {
			assert_true(strlen(begin->text) >= LOG_HEAD_LENGTH);
			assert_true(known_line_enter(&lines, id, begin, false));
		}
	assert_true(entered > 0);
}

static bool ids_of(const char *line, struct process_ids *ids)
{
	return process_line_ids(line, line + strlen(line), ids);
}

static void test_ids(void **state)
{
	struct process_ids ids;

	(void)state;
	assert_true(ids_of("SessionId: 1  Cid: 0b2c    Peb: 7fffffdf000  ParentCid: 1a40",
			   &ids));
	assert_true(ids.has_session);
	assert_int_equal(ids.session, 1);
	assert_int_equal(ids.pid, 0xb2c);
	assert_int_equal(ids.parent_pid, 0x1a40);
	assert_true(ids_of("SessionId: none  Cid: 12345678    Peb: 0  ParentCid: fedcba98",
			   &ids));
	assert_false(ids.has_session);
	assert_int_equal(ids.pid, 0x12345678);
	assert_int_equal(ids.parent_pid, 0xfedcba98);
	/* What may be half a number, or has a blank too few. */
	assert_false(ids_of("SessionId: 1  Cid: 0b2c    Peb: 7fffffdf000  ParentCid: 1a4",
			    &ids));
	assert_false(ids_of("SessionId: 1  Cid: b2c    Peb: 7fffffdf000  ParentCid: 1a40",
			    &ids));
	assert_false(ids_of("SessionId: 1  Cid: 0b2c   Peb: 7fffffdf000  ParentCid: 1a40",
			    &ids));
	assert_false(ids_of("SessionId: 12345678  Cid: 0b2c    Peb: 0  ParentCid: 1a40", &ids));
	assert_false(ids_of("SessionId: 1  Cid: 123456789    Peb: 0  ParentCid: 1a40", &ids));
	assert_false(ids_of("SessionId: 1  Cid: 0b2c    Peb: 0  ParentCid: 123456789", &ids));
	assert_false(ids_of("SessionId: 1  Cid: 0b2c    Peb:  ParentCid: 1a40", &ids));
	assert_false(ids_of("SessionId: ", &ids));
}

static bool table_of(const char *line, struct process_table *table)
{
	return process_line_table(line, line + strlen(line), table);
}

static void test_table(void **state)
{
	struct process_table table;

	(void)state;
	assert_true(table_of("DirBase: 1e19dc000  ObjectTable: 00000000  HandleCount:   0.",
			     &table));
	assert_true(table.zero);
	assert_int_equal(table.handles, 0);
	assert_true(table_of("DirBase: 00187000  ObjectTable: fffff8a0`000018b0  HandleCount: 1234567.",
			     &table));
	assert_false(table.zero);
	assert_int_equal(table.handles, 1234567);
	assert_true(table_of("DirBase: 00187000  ObjectTable: 0000000000000001  HandleCount: 58.",
			     &table));
	assert_false(table.zero);
	assert_false(table_of("DirBase: 00187000  ObjectTable: 00000000  HandleCount: 58",
			      &table));
	assert_false(table_of("DirBase: 00187000  ObjectTable: 00000000  HandleCount: .",
			      &table));
	assert_false(table_of("DirBase: 00187000  ObjectTable: 00000000  HandleCount: 5 8.",
			      &table));
	assert_false(table_of("DirBase: 00187000  ObjectTable: 00000000  HandleCount: 12345678.",
			      &table));
	assert_false(table_of("DirBase: 00187000  ObjectTable: 000000  HandleCount: 58.",
			      &table));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_character_replaced),
		cmocka_unit_test(test_any_character_left_out_or_doubled),
		cmocka_unit_test(test_lines_in_any_order),
		cmocka_unit_test(test_every_beginning_is_entered),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
