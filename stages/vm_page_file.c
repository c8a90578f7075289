/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page files of !vm, each two or three lines; see vm_counter.h. Old debuggers print them behind the physical memory, newer ones
 * before everything else.
 */
#include <stddef.h>

#include "stages/vm_counter.h"

bool vm_is_page_file(struct slice text)
{
	return slice_starts(text, SLICE("Page File: ")) ||
	       slice_starts(text, SLICE("No Name for Paging File"));
}

static struct page_file *add_page_file(struct log_parser *parser)
{
	parser->page_file = vec_add(&parser->records->page_files);
	*parser->page_file = (struct page_file){ .current_kb = KB_NONE,
						 .free_kb = KB_NONE,
						 .minimum_kb = KB_NONE,
						 .maximum_kb = KB_NONE,
						 .table = parser->records->vm_tables };
	return parser->page_file;
}

void vm_resume_page_file(struct log_parser *parser)
{
	if (parser->state.vm_page_file)
		add_page_file(parser)->flags = PAGE_FILE_CONTINUED;
}

static void begin_page_file(struct log_parser *parser, const struct line *line)
{
	struct page_file *file = add_page_file(parser);
	struct cursor cursor = line->cursor;
	struct slice name;

	file->evidence = line_evidence(line);
	if (lex_literal(&cursor, SLICE("Page File: ")) && lex_to_end(&cursor, &name))
		file->name = log_parser_name(parser, name);
	parser->state.vm_page_file = true;
	parser->state.vm_seen |= VM_SEEN_PAGE_FILE;
}

static const struct {
	struct slice label;
	size_t field; /* of struct page_file */
} sizes[] = {
	{ { "Current:", 8 }, offsetof(struct page_file, current_kb) },
	{ { "Free Space:", 11 }, offsetof(struct page_file, free_kb) },
	{ { "Minimum:", 8 }, offsetof(struct page_file, minimum_kb) },
	{ { "Maximum:", 8 }, offsetof(struct page_file, maximum_kb) },
};

/* "Current:  23837696 Kb  Free Space:  23604524 Kb": as many as the line has, of each the first that is printed. */
static bool read_sizes(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	bool any = false;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t kb,
			*field = (uint64_t *)((char *)parser->page_file + sizes[i].field);

		if (!lex_words(&cursor, sizes[i].label))
			continue;
		any = true;
		if (!vm_read_kb(&cursor, &kb))
			break;
		if (vm_value_holds(parser, line, kb) && *field == KB_NONE)
			*field = kb;
	}
	if (any)
		evidence_extend(&parser->page_file->evidence, line);
	return any;
}

bool vm_read_page_file(struct log_parser *parser, const struct line *line)
{
	if (!vm_is_page_file(lex_rest(&line->cursor)))
		return parser->page_file && read_sizes(parser, line);
	begin_page_file(parser, line);
	return true;
}
