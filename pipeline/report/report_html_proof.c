/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence on a page: commands for the debugger on the left, one a line, to be copied together; on the right, line by line beside them,
 * where the log shows the same. No name stands among the commands: whoever pastes them runs nothing that a log says.
 */
#include "pipeline/print.h"
#include "pipeline/report/report_proof.h"

static void put_lines(struct html *html, const struct proof *proof,
		      const struct proof_piece *piece)
{
	struct slice member = proof->pieces[0].member;

	if (piece->first_line == 0)
		html_string(html, "named, not shown");
	else if (piece->first_line == piece->last_line)
		html_format(html, "line %u", piece->first_line);
	else
		html_format(html, "lines %u-%u", piece->first_line, piece->last_line);
	if (piece->member.len && !slice_equal(piece->member, member)) {
		html_string(html, " of ");
		html_name_short(html, piece->member, 40);
	}
	html_string(html, "\n");
}

static void put_pieces(struct html *html, const struct proof *proof)
{
	html_begin_class(html, "div", "pieces");
	html_begin_class(html, "pre", "dbg");
	for (uint32_t i = 0; i < proof->shown; i++)
		html_format(html, "%s\n", proof->pieces[i].command);
	html_end(html);
	html_begin_class(html, "pre", "src");
	for (uint32_t i = 0; i < proof->shown; i++)
		put_lines(html, proof, &proof->pieces[i]);
	html_end(html);
	html_end(html);
}

void html_proof(struct html *html, const struct proof *proof, uint64_t id)
{
	html_begin_class(html, "div", "proof");
	html_begin_class(html, "p", "what");
	html_text(html, proof->text);
	if (proof->shown && proof->pieces[0].member.len) {
		html_string(html, " ");
		html_begin_class(html, "span", "member");
		html_string(html, "in ");
		html_name(html, proof->pieces[0].member);
		html_end(html);
	}
	html_end(html);
	if (proof->shown)
		put_pieces(html, proof);
	html_begin_class(html, "p", "note");
	if (proof->left_out)
		html_format(html, "%u of %llu pieces. ", proof->shown,
			    (unsigned long long)(proof->shown + proof->left_out));
	html_string(html, "The lines themselves: ");
	html_begin_class(html, "code", "sh");
	html_format(html, "pipeline show %016llx --evidence %u", (unsigned long long)id,
		    proof->number);
	html_end(html);
	html_end(html);
	html_end(html);
}
