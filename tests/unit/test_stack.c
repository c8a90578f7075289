/* SPDX-License-Identifier: Apache-2.0 */
/* Frames under every header form (formats.md section 4.6): the symbol alone is wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stack.h"

#define S16 "fffffa60`0e8d56b0 fffff800`016a36fa "
#define A16 "00000000`00000001 "

static const char x64[] = "Child-SP          RetAddr           Call Site";
static const char x64_colon[] = "Child-SP          RetAddr           : Call Site";
static const char x64_args[] = "Child-SP          RetAddr           : Args to Child"
			       "                                       : Call Site";
static const char x64_wide[] =
	"Child-SP          RetAddr               : Args to Child : Call Site";
static const char x64_numbered[] = "# Child-SP          RetAddr               Call Site";
static const char x86[] = "ChildEBP RetAddr";
static const char x86_args[] = "ChildEBP RetAddr  Args to Child";
static const char x86_numbered[] = " # ChildEBP RetAddr  Args to Child";
static const char wow64[] = "ChildEBP          RetAddr";

static void test_headers(void **state)
{
	static const struct {
		const char *text;
		int args; /* -1: no header */
		bool numbered;
	} cases[] = {
		{ x64, 0, false },
		{ x64_colon, 0, false },
		{ x64_args, 4, false },
		{ x64_wide, 4, false },
		{ x64_numbered, 0, true },
		{ x86, 0, false },
		{ x86_args, 3, false },
		{ x86_numbered, 3, true },
		{ wow64, 0, false },
		{ "Child-SP", -1, false },
		{ "Context Switch", -1, false },
		{ "# ", -1, false },
		{ "", -1, false },
		{ "RetAddr  Call Site", -1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stack_layout layout = { 9, true };
		bool got = stack_read_header(slice_from(cases[i].text), &layout);

		if (got != (cases[i].args >= 0))
			fail_msg("'%s'", cases[i].text);
		if (!got)
			continue;
		assert_int_equal(layout.args, cases[i].args);
		assert_int_equal(layout.numbered, cases[i].numbered);
	}
}

static const struct {
	const char *header, *frame, *symbol; /* NULL: no frame */
} frames[] = {
	{ x64, S16 "nt!KiSwapContext+0x7f", "nt!KiSwapContext" },
	{ x64, S16 "nt!KiSwapContext", "nt!KiSwapContext" },
	{ x64, S16 ": nt!KiSwapContext+0x7f", "nt!KiSwapContext" },
	{ x64_colon, S16 ": nt!KiSwapThread+0x13a", "nt!KiSwapThread" },
	{ x64_colon, S16 "nt!KiSwapThread+0x13a", "nt!KiSwapThread" },
	{ x64_args, S16 ": " A16 A16 A16 A16 ": nt!f+0x1", "nt!f" },
	{ x64_wide, S16 "    : " A16 A16 A16 A16 ": nt!f+0x1", "nt!f" },
	{ x64_numbered, "0a " S16 "nt!f+0x1", "nt!f" },
	{ x64_numbered, "00 (Inline Function) --------`-------- nt!f+0x69", "nt!f" },
	{ x86, "b6438c10 00000000 0x774d756a", "0x774d756a" },
	{ x86, "b6438c10 80501cd6 nt!KiSwapContext+0x2f", "nt!KiSwapContext" },
	{ x86_args,
	  "f8a2dca0 804dc6a6 82096ab8 82096a48 804dc6f2 nt!f+0x2e (FPO: [0,0,4])", "nt!f" },
	{ x86_args, "f8a2dca0 804dc6a6 82096ab8 82096a48 804dc6f2 nt!f (FPO: [0,0,4])", "nt!f" },
	{ x86_numbered, "1f f8a2dca0 804dc6a6 0 0 0 nt!f (CONV: stdcall)", "nt!f" },
	{ x64, S16 "nt!KiSystemServiceCopyEnd+0x13 (TrapFrame @ fffffa60`0e8d5c20)",
	  "nt!KiSystemServiceCopyEnd" },
	{ x64, S16 "nt!KiFoo (TrapFrame @ fffffa60`0e8d5c20)", "nt!KiFoo" },
	{ x64, "00000000`0026f038 00000000`00000000 0x774d756a", "0x774d756a" },
	{ x64, S16 "0x000007fe`fe647780", "0x000007fe`fe647780" },
	{ x64, S16 "driver+0x1a2b", "driver" },
	{ x64, "(Inline Function) --------`-------- a!f+0x69 (Inline Function @ fffff800`016a36fa)",
	  "a!f" },
	{ x64_args,
	  "(Inline Function) --------`-------- : --------`-------- --------`-------- "
	  "--------`-------- --------`-------- : a!f+0x69 (Inline Function @ fffff800`016a36fa)",
	  "a!f" },
	{ x64, S16 "a!std::map<int, b : c>::find+0x12 [d:\\src\\map.h @ 12]",
	  "a!std::map<int, b : c>::find" },
	{ x64, S16 "a!`CWaveHandle::Open'::`2'::X::Y+0x8", "a!`CWaveHandle::Open'::`2'::X::Y" },
	{ x64, S16 "a!operator+", "a!operator+" },
	{ x64, S16 "a!operator++0x1f", "a!operator+" },
	{ x64_colon, S16 ": a!f<x : y>+0x2 [c:\\a+0x5 b\\f.cpp @ 9]", NULL /* see below */ },
	{ x64, "fffffa60`0e8d56b0", NULL },
	{ x64, "fffffa60`0e8d56b0 fffff800`016a36fa", NULL },
	{ x64, "fffffa60`0e8d5 fffff800`016a36fa nt!f", NULL },
	{ x64, "WARNING: Frame IP not in any known module.", NULL },
	{ x64_args, S16 ": " A16 A16 ": nt!f", NULL },
	{ x64_numbered, "00", NULL },
	{ x64_numbered, "00 ", NULL },
	{ x64_numbered, "nt!f", NULL },
};

/* As a block reads a frame. */
static bool read_frame(const struct stack_layout *layout, struct cursor cursor,
		       struct slice *symbol)
{
	struct slice text;

	if (!stack_frame_text(layout, cursor, &text))
		return false;
	*symbol = stack_bare_symbol(text);
	return symbol->len > 0;
}

static void test_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct slice text = slice_from(frames[i].frame), symbol = SLICE_NONE;
		char *copy = mem_alloc(text.len); /* a read past the end is seen */
		struct stack_layout layout;
		bool got;

		memcpy(copy, text.at, text.len);
		assert_true(stack_read_header(slice_from(frames[i].header), &layout));
		got = read_frame(&layout, (struct cursor){ copy, copy + text.len, false },
				 &symbol);
		/* A source path may be mistaken for an offset; what is read must at least begin right. */
		if (strstr(frames[i].frame, "f.cpp")) {
			assert_true(slice_starts(symbol, SLICE("a!f<x : y>")));
		} else {
			if (got != (frames[i].symbol != NULL))
				fail_msg("'%s' is %s", frames[i].frame,
					 got ? "taken" : "refused");
			if (got && !slice_equal(symbol, slice_from(frames[i].symbol)))
				fail_msg("'%s' is '%.*s'", frames[i].frame, SLICE_ARG(symbol));
		}
		got = read_frame(&layout, (struct cursor){ copy, copy + text.len, true },
				 &symbol);
		assert_false(got); /* a symbol at the cut may be the half of one */
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
