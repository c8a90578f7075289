/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of signatures: the ends of chain lists that are made by hand, and one chain signed. */
#ifndef TESTS_SIGNATURE_FIXTURE_H
#define TESTS_SIGNATURE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/signature.h"

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

static inline name_id name(struct chain_list *list, const char *text)
{
	return names_add(&list->names, slice_from(text));
}

static inline uint32_t add_endpoint(struct chain_list *list, uint8_t kind,
				    const char *reason, const char *frame)
{
	vec_push(&list->endpoints, ((struct endpoint){ .kind = kind,
						       .wait_reason = name(list, reason),
						       .frame = name(list, frame) }));
	return (uint32_t)list->endpoints.len - 1;
}

/* Signs the whole list. */
static inline struct signatures sign(struct chain_list *list, size_t chain)
{
	chain_list_sign(list);
	return list->chains.at[chain].signatures;
}

#endif
