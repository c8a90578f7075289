/* SPDX-License-Identifier: Apache-2.0 */
/* The banner's session time in every form that formats.md section 2.3 knows, to UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/session_time.h"

static void test_forms(void **state)
{
	static const struct {
		const char *text, *moment; /* NULL: refused */
	} cases[] = {
		{ "Mon Jul 02 14:41:11 2001", "2001-07-02T14:41:11.000-00:00" },
		{ "Tue Jun 17 02:28:23.000 2008 (GMT-7)", "2008-06-17T09:28:23.000Z" },
		{ "Wed Feb 28 17:16:23.816 2018 (UTC - 8:00)", "2018-03-01T01:16:23.816Z" },
		{ "Tue Jul  4 08:08:08.808 2023 (UTC + 5:30)", "2023-07-04T02:38:08.808Z" },
		{ "Wed Mar 10 17:22:09.137 2010 (GMT+0)", "2010-03-10T17:22:09.137Z" },
		{ "Fri Oct  7 01:02:03.004 2011 (UTC)", "2011-10-07T01:02:03.004Z" },
		{ "Thu Jan  1 00:30:00.000 2015 (UTC + 1:00)", "2014-12-31T23:30:00.000Z" },
		{ "Mon Feb 29 23:59:59.999 2016 (GMT-12)", "2016-03-01T11:59:59.999Z" },
		/* a zone that cannot be read is no zone */
		{ "Wed Mar 10 17:22:09.137 2010 (CET)", "2010-03-10T17:22:09.137-00:00" },
		{ "Wed Mar 10 17:22:09.137 2010 (UTC + 99:00)",
		  "2010-03-10T17:22:09.137-00:00" },
		{ "Wed Mar 10 17:22:09.137 2010 (UTC + 5:", "2010-03-10T17:22:09.137-00:00" },
		{ "Wed Mar 10 17:22:09.137", NULL },
		{ "Wed Mar 10 25:22:09.137 2010", NULL },
		{ "Wed Mar 32 17:22:09.137 2010", NULL },
		{ "Wed Mar 0 17:22:09.137 2010", NULL },
		{ "Tue Feb 30 17:22:09.137 2010", NULL },
		{ "Sun Feb 29 17:22:09.137 2015", NULL },
		{ "Fri Jun 31 17:22:09.137 2010", NULL },
		{ "Fri Dec 31 17:22:09.137 2010", "2010-12-31T17:22:09.137-00:00" },
		{ "Wed Maz 10 17:22:09.137 2010", NULL },
		{ "Wed Mar 10 17:22 2010", NULL },
		{ "Wed Mar 10 17:22:09 1079", NULL },
		{ "Wed Mar 10 17:22:09 99999999999999999999", NULL },
		{ "not available", NULL },
		{ "", NULL },
	};
	char out[MOMENT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t moment = 42;
		bool zone = true;
		bool got = session_time_parse(slice_from(cases[i].text), &moment, &zone);

		if (got != (cases[i].moment != NULL))
			fail_msg("'%s' is %s", cases[i].text, got ? "taken" : "refused");
		if (!got) {
			assert_int_equal(moment, 42);
			assert_true(zone);
			continue;
		}
		moment_format(out, moment, zone);
		if (strcmp(out, cases[i].moment) != 0)
			fail_msg("'%s' is %s", cases[i].text, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
