/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers above the table of !vm; see vm_counter.h. Of one counter the first value stays. The debugger computes some of
 * them by subtraction, and what goes below zero it prints as a number near 2^64: that is no value, and it is said.
 */
#include "stages/vm_counter.h"

#define WRAPPED (1ull << 63)

static const struct {
	struct slice label;
	enum memory_unit unit;
} counters[MEMORY_COUNTERS] = {
#define MEMORY_COUNTER(id, unit, label, key) \
	[MEMORY_##id] = { { label, sizeof(label) - 1 }, MEMORY_UNIT_##unit },
#include "stages/memory_counters.def"
#undef MEMORY_COUNTER
};

/* MEMORY_COUNTERS when there is none of that label. */
static uint8_t find_counter(struct slice label, enum memory_unit unit)
{
	uint8_t at = 0;

	while (at < MEMORY_COUNTERS &&
	       (counters[at].unit != unit || !slice_equal_icase(counters[at].label, label)))
		at++;
	return at;
}

bool vm_value_holds(struct log_parser *parser, const struct line *line, uint64_t value)
{
	if (value < WRAPPED)
		return true;
	log_parser_diagnose(parser, DIAGNOSTIC_COUNTER_WRAPPED, line, lex_rest(&line->cursor));
	return false;
}

bool vm_read_kb(struct cursor *cursor, uint64_t *kb)
{
	struct cursor probe = *cursor;

	if (!lex_decimal(&probe, kb))
		return false;
	lex_blanks(&probe);
	if (!slice_starts_icase(lex_rest(&probe), SLICE("Kb")))
		return false;
	probe.at += 2;
	lex_blanks(&probe);
	*cursor = probe;
	return true;
}

/* "5880464 (  23521856 Kb)", or the latter number alone. */
static void read_value(struct log_parser *parser, const struct line *line,
		       struct cursor cursor, uint8_t counter)
{
	struct memory_counter seen = { .evidence = line_evidence(line), .counter = counter };
	struct cursor pages_at = cursor;
	uint64_t pages;

	if (lex_decimal(&pages_at, &pages) && lex_words(&pages_at, SLICE("(")))
		cursor = pages_at;
	else
		pages = 0;
	if (vm_read_kb(&cursor, &seen.value) &&
	    vm_value_holds(parser, line, pages > seen.value ? pages : seen.value))
		records_add_memory(parser->records, seen);
}

/* "PagedPool 0 Usage", "NonPagedPool 1 Used": parts of a pool whose sum is printed as well. */
static bool is_part_of_pool(struct slice label)
{
	struct cursor cursor = { label.at, label.at + label.len, false };
	uint64_t number;

	(void)lex_literal(&cursor, SLICE("Non"));
	return lex_literal(&cursor, SLICE("PagedPool ")) && lex_decimal(&cursor, &number);
}

/* "Available Pages:     3193281 (  12773124 Kb)" */
static bool read_counter(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor), label;
	ptrdiff_t colon = slice_find(text, SLICE(":"));
	struct cursor cursor = line->cursor;
	uint8_t counter;

	if (colon <= 0)
		return false;
	label = slice_trim(slice_first(text, (size_t)colon));
	counter = find_counter(label, MEMORY_UNIT_KB);
	if (counter == MEMORY_COUNTERS && !is_part_of_pool(label))
		return false;
	parser->page_file = NULL;
	parser->state.vm_page_file = false;
	parser->state.vm_seen |= counter == MEMORY_PHYSICAL ? VM_SEEN_PHYSICAL
							    : VM_SEEN_COUNTER;
	cursor.at += colon + 1;
	if (counter != MEMORY_COUNTERS)
		read_value(parser, line, cursor, counter);
	return true;
}

/* "***** 1234 pool allocations have failed *****"; what other warnings between asterisks say, the numbers say as well. */
static bool read_failures(struct log_parser *parser, const struct line *line)
{
	struct memory_counter seen = { .evidence = line_evidence(line) };
	struct cursor cursor = line->cursor;
	struct slice rest;
	ptrdiff_t end;

	if (!lex_literal(&cursor, SLICE("***")))
		return false;
	while (lex_literal(&cursor, SLICE("*")))
		;
	if (!lex_decimal(&cursor, &seen.value))
		return true;
	rest = lex_rest(&cursor);
	end = slice_find(rest, SLICE(" have failed"));
	if (end < 0)
		return true;
	seen.counter = find_counter(slice_trim(slice_first(rest, (size_t)end)),
				    MEMORY_UNIT_COUNT);
	if (seen.counter == MEMORY_COUNTERS)
		return false;
	if (vm_value_holds(parser, line, seen.value))
		records_add_memory(parser->records, seen);
	return true;
}

bool vm_read_counter(struct log_parser *parser, const struct line *line)
{
	return read_counter(parser, line) || read_failures(parser, line);
}
