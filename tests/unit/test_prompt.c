/* SPDX-License-Identifier: Apache-2.0 */
/* Prompts as debuggers, books and hands write them, and what a command says of threads (formats.md sections 2.2, 3.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/prompt.h"

static void test_prompts(void **state)
{
	static const struct {
		const char *text, *command; /* NULL: no prompt */
	} cases[] = {
		{ "kd> ", "" },
		{ "kd>", "" },
		{ "kd> !vm", "!vm" },
		{ "1: kd> !process 0 0", "!process 0 0" },
		{ "0: kd>  !thread ", "!thread" },
		{ "1f: kd> !vm", "!vm" },
		{ "lkd> !vm", "!vm" },
		{ "LKD> !vm", "!vm" },
		{ "0: Kd> !vm", "!vm" },
		{ "!kd> !vm", "!vm" },
		{ "16.0: kd:x86> k", "k" },
		{ "1: kd:x86> k", "k" },
		{ "0:000>0: kd> !process 0 0", "!process 0 0" },
		{ "0:000>0:000>0: kd> !vm", "!vm" },
		{ "0:000> k", NULL },
		{ "0:000:x86> k", NULL },
		{ "kdx> k", NULL },
		{ "1:", NULL },
		{ "1: ", NULL },
		{ "1: k", NULL },
		{ "1: kd", NULL },
		{ "1: kd:x86", NULL },
		{ "0:000", NULL },
		{ "0:000>", NULL },
		{ "0a30 10: kd.exe 78 (312 Kb)", NULL },
		{ "deadbeef", NULL },
		{ "fffffa60`0e8d56b0 fffff800`016a36fa nt!f", NULL },
		{ "l", NULL },
		{ "!", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice text = slice_from(cases[i].text), command;
		/* of the exact size, so that a read past the end is seen */
		char *copy = mem_alloc(text.len ? text.len : 1);
		bool got;

		memcpy(copy, text.at, text.len);
		got = prompt_split((struct slice){ copy, text.len }, &command);
		if (got != (cases[i].command != NULL))
			fail_msg("'%s' %s a prompt", cases[i].text, got ? "is" : "is no");
		if (got && !slice_equal(command, slice_from(cases[i].command)))
			fail_msg("'%s' has command '%.*s'", cases[i].text, SLICE_ARG(command));
		if (got && !prompt_may_begin(copy[0]))
			fail_msg("'%s' is not asked for", cases[i].text);
		free(copy);
	}
}

static void test_listing(void **state)
{
	static const struct {
		const char *command;
		enum listing listing;
	} cases[] = {
		{ "!process", LISTING_THREADS },
		{ "!process 0", LISTING_THREADS },
		{ "!process fffffa8004a0c060", LISTING_THREADS },
		{ "!process 0 0", LISTING_NO_THREADS },
		{ "!process 0 1 viewer.exe", LISTING_NO_THREADS },
		{ "!process 0 2", LISTING_THREADS },
		{ "!process 0 4", LISTING_THREADS },
		{ "!process 0 7", LISTING_THREADS },
		{ "!process 0 17", LISTING_THREADS },
		{ "!PROCESS  0   0x3f", LISTING_THREADS },
		{ "!process 0 10", LISTING_NO_THREADS },
		{ "!process /s 2 0 0", LISTING_NO_THREADS },
		{ "!process /s 1 /m viewer.dll 0 7", LISTING_THREADS },
		{ "!process /s", LISTING_THREADS },
		{ "!processirps 0 7", LISTING_UNKNOWN },
		{ "!vm", LISTING_UNKNOWN },
		{ "", LISTING_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (command_listing(slice_from(cases[i].command)) != cases[i].listing)
			fail_msg("'%s'", cases[i].command);
	assert_true(command_is(SLICE("!VM 1"), "!vm"));
	assert_false(command_is(SLICE("!vms"), "!vm"));
	assert_false(command_is(SLICE(""), "!vm"));
	assert_true(command_is(SLICE("!vm;!locks"), "!vm"));
	assert_true(command_is(SLICE("!kdexts.vm 1"), "!vm"));
	assert_true(command_is(SLICE("!KDEXTX86.VM;"), "!vm"));
	assert_false(command_is(SLICE("!mex.vm"), "!vm")); /* has output of its own */
	assert_false(command_is(SLICE("!kdexts."), "!"));
	assert_false(command_is(SLICE(".time"), "time"));
	assert_true(slice_equal(command_dll(SLICE("!mex.t 1.2")), SLICE("mex")));
	assert_int_equal(command_dll(SLICE(".time")).len, 0);
	assert_int_equal(command_dll(SLICE("!vm 1.2")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_listing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
