/* SPDX-License-Identifier: Apache-2.0 */
/* Where to look: the lines of the log behind each point of interest, and what to ask the debugger to see the same in the dump. */
#include "pipeline/arrow.h"
#include "pipeline/base/utf8.h"
#include "pipeline/show_parts.h"
#include "stages/finding_evidence.h"

#define POINTS_MAX 5
#define PIECES_MAX 8
/* Columns that line numbers take before the command. */
#define LINES_COLUMNS 20

static void print_address(FILE *out, const struct shown *shown, const char *before,
			  uint64_t address, const char *behind)
{
	int digits = shown->incident->records.host.address_digits == 8 ? 8 : 16;

	fprintf(out, "%s%0*llx%s", before, digits, (unsigned long long)address, behind);
}

void print_piece_command(FILE *out, const struct shown *shown,
			 const struct evidence_piece *piece)
{
	switch ((enum piece_kind)piece->kind) {
	case PIECE_THREAD:
		print_address(out, shown, "!thread ", piece->object, " 3f");
		break;
	case PIECE_PROCESS:
		print_address(out, shown, "!process ", piece->object, " 3f");
		break;
	case PIECE_MESSAGE:
		if (is_lpc_message(piece->object))
			fprintf(out, "!lpc message %x", (uint32_t)piece->object);
		else
			print_address(out, shown, "!alpc /m ", piece->object, "");
		break;
	case PIECE_PORT:
		print_address(out, shown, "!alpc /p ", piece->object, "");
		break;
	case PIECE_RESOURCE:
		print_address(out, shown, "!locks -v ", piece->object, "");
		break;
	case PIECE_ROW:
		fprintf(out, "!vm");
		break;
	}
}

static void print_lines(const struct evidence *evidence)
{
	char text[40];

	if (evidence->length == 0)
		snprintf(text, sizeof(text), "not in the log");
	else if (evidence->first_line == evidence->last_line)
		snprintf(text, sizeof(text), "line %u", evidence->first_line);
	else
		snprintf(text, sizeof(text), "lines %u-%u", evidence->first_line,
			 evidence->last_line);
	printf("%-*s  ", LINES_COLUMNS, text);
}

/* The member is told where it is not the one that all is from. */
static void print_piece(const struct shown *shown, const struct evidence_piece *piece)
{
	const struct summary *summary = &shown->row->summary;

	print_lines(&piece->evidence);
	print_piece_command(stdout, shown, piece);
	if (summary->sources.len > 1 && piece->evidence.length &&
	    piece->evidence.source < summary->sources.len) {
		printf("  ");
		utf8_print_terminal(stdout,
				    summary->sources.at[piece->evidence.source].member);
	}
	putchar('\n');
}

static void print_point(const struct shown *shown, size_t number)
{
	struct evidence_list list = { 0 };
	size_t count;

	finding_evidence(shown->incident, &shown->findings,
			 &shown->findings.list.at[number - 1], &list);
	count = list.pieces.len < PIECES_MAX ? list.pieces.len : PIECES_MAX;
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			printf("%3zu  ", number);
		else
			printf("     ");
		print_piece(shown, &list.pieces.at[i]);
	}
	if (list.pieces.len + list.left_out > count)
		printf("     %zu of %llu shown\n", count,
		       (unsigned long long)(list.pieces.len + list.left_out));
	evidence_list_free(&list);
}

void show_where(const struct shown *shown)
{
	const struct summary *summary = &shown->row->summary;
	size_t count = shown->findings.list.len;
	char id[ID_TEXT_SIZE];

	if (count == 0)
		return;
	print_heading("Where to look");
	if (summary->sources.len == 1) {
		printf(", in ");
		utf8_print_terminal(stdout, summary->sources.at[0].member);
	}
	printf("\n");
	for (size_t number = 1; number <= count && number <= POINTS_MAX; number++)
		print_point(shown, number);
	if (count > POINTS_MAX)
		printf("     %d of %zu points shown\n", POINTS_MAX, count);
	printf("     the lines themselves: pipeline show %s --evidence N\n",
	       print_id(id, shown->incident->id));
}
