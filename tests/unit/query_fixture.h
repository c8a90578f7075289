/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of questions about chains: what must be read and answered, or the test fails with what was wrong. */
#ifndef TEST_QUERY_FIXTURE_H
#define TEST_QUERY_FIXTURE_H

#include "index/query_chain.h"
#include "tests/unit/test_index_fixture.h"

/* NULL for no text. */
static inline struct chain_expr *must_parse(const char *text)
{
	struct error error = ERROR_INIT;
	struct chain_expr *expr = text ? chain_expr_parse(text, &error) : NULL;

	if (text && !expr)
		fail_msg("%s: %s", text, error.text);
	return expr;
}

static inline struct chain_groups *must_query(struct index_view *view,
					      const struct chain_filter *filter)
{
	struct error error = ERROR_INIT;
	struct chain_groups *groups = query_chains(view, filter, &error);

	if (!groups)
		fail_msg("%s", error.text);
	return groups;
}

#endif
