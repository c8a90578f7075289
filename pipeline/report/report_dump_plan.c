/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of `advise` on a page: what to save and why, what cannot be had so, and what to set so that what dies leaves a dump. */
#include "pipeline/advise.h"
#include "pipeline/report/grid.h"
#include "pipeline/report/report_dump.h"

#define MISSED_SHOWN 20
#define REASONS_SHOWN 6

struct plan {
	struct html *html;
	struct advised advised;
};

typedef void (*plan_printer)(FILE *out, const struct advised *advised, const void *what);

static void put_words(const struct plan *plan, plan_printer print, const void *what)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = mem_stream(&text, &len);

	print(out, &plan->advised, what);
	mem_stream_end(out);
	html_text(plan->html, (struct slice){ text, len });
	free(text);
}

static void print_process(FILE *out, const struct advised *advised, const void *what)
{
	advise_print_process(out, advised, what);
}

static void print_reason(FILE *out, const struct advised *advised, const void *what)
{
	advise_print_reason(out, advised, what);
}

static void print_basis(FILE *out, const struct advised *advised, const void *what)
{
	(void)what;
	advise_print_basis(out, advised);
}

/* ---- processes ---- */

static void put_reasons(const struct plan *plan, const struct advice_save *save)
{
	struct html *html = plan->html;

	html_begin_class(html, "ul", "why");
	for (uint32_t i = 0; i < save->reasons && i < REASONS_SHOWN; i++) {
		html_begin(html, "li");
		put_words(plan, print_reason,
			  &plan->advised.advice->reasons.at[save->first_reason + i]);
		html_end(html);
	}
	if (save->reasons > REASONS_SHOWN) {
		html_begin(html, "li");
		html_format(html, "and %u more reasons", save->reasons - REASONS_SHOWN);
		html_end(html);
	}
	html_end(html);
}

static void put_process(const struct plan *plan, const struct advice_save *save, bool missed)
{
	static const char *const bars[ADVICE_BARS] = {
		"",
		": it has no user space, a kernel dump shows it",
		": it is dead already",
		": it is not named in the log",
		": it is too large for the budget",
	};
	struct html *html = plan->html;
	char size[SIZE_TEXT_SIZE];

	html_begin(html, "li");
	html_begin(html, "b");
	put_words(plan, print_process, &save->process);
	html_end(html);
	if (missed)
		html_string(html, bars[save->process.bar]);
	else if (save->process.size_kb == SIZE_NONE)
		html_string(html, ", size not known");
	else
		html_format(html, ", %s or more", advise_size(size, save->process.size_kb));
	put_reasons(plan, save);
	html_end(html);
}

static void put_command(const struct plan *plan, const char *what, const char *behind)
{
	struct html *html = plan->html;

	html_begin_class(html, "p", "note");
	html_string(html, what);
	html_begin_class(html, "code", "sh");
	html_format(html, "pipeline advise %016llx%s",
		    (unsigned long long)plan->advised.shown->incident->id, behind);
	html_end(html);
	html_end(html);
}

static void put_saves(const struct plan *plan)
{
	const struct advice *advice = plan->advised.advice;
	struct html *html = plan->html;

	if (advice->saves.len == 0)
		return;
	html_element(html, "h3", "User dumps, what explains most first");
	html_begin_class(html, "ol", "plan");
	vec_for_each(save, &advice->saves)
		put_process(plan, save, false);
	html_end(html);
	put_command(plan, "As procdump lines: ", " --format cmd");
}

static void put_missed(const struct plan *plan)
{
	const struct advice *advice = plan->advised.advice;
	size_t shown = advice->missed.len < MISSED_SHOWN ? advice->missed.len : MISSED_SHOWN;
	struct html *html = plan->html;

	if (shown == 0)
		return;
	html_element(html, "h3", "Needed too, but not to be had so");
	html_cut_note(html, shown, advice->missed.len, "processes", NULL);
	html_begin_class(html, "ul", "plan");
	for (size_t i = 0; i < shown; i++)
		put_process(plan, &advice->missed.at[i], true);
	html_end(html);
}

/* ---- the machine ---- */

static void put_machine(const struct plan *plan)
{
	const struct advice *advice = plan->advised.advice;
	struct html *html = plan->html;

	if (advice->force_dump) {
		html_element(html, "h3", "Dump of the machine");
		html_element(html, "p",
			     advice->user_space
				     ? "Force a kernel dump once the user dumps are saved, or a complete "
				       "dump where one of that size can be handed over."
				     : "Force a kernel dump.");
		if (advice->holders_needed)
			html_element(html, "p", "It also shows who keeps the zombies.");
	}
	if (advice->faults_recorded + advice->faults_now) {
		html_element(html, "h3", "Recorded faults");
		html_begin(html, "p");
		html_plural(html, advice->faults_recorded, "process");
		html_string(html, " recorded a fault and died, ");
		html_count(html, advice->faults_now);
		html_string(html, " at work now. ");
		html_end(html);
		put_command(plan, "Where they lie: ", "");
	}
}

static void put_local_dumps(const struct plan *plan)
{
	const struct advice *advice = plan->advised.advice;
	struct html *html = plan->html;

	if (advice->images.len == 0)
		return;
	html_element(html, "h3", "LocalDumps, so that what dies leaves a dump");
	html_begin_class(html, "ul", "plan");
	vec_for_each(image, &advice->images) {
		html_begin(html, "li");
		html_name(html, advised_name(&plan->advised, image->image));
		if (image->zombies) {
			html_string(html, ", ");
			html_plural(html, image->zombies, "zombie");
		}
		html_end(html);
	}
	html_end(html);
	html_begin(html, "p");
	put_words(plan, print_basis, NULL);
	html_end(html);
	if (advice->local_dumps == LOCAL_DUMPS_YES)
		put_command(plan, "As a .reg file: ", " --format reg");
}

void dump_section_plan(struct html *html, const struct dump_page *page)
{
	struct advice advice = { .budget_kb = SIZE_NONE };
	struct plan plan = { .html = html,
			     .advised = { .shown = page->shown,
					  .advice = &advice,
					  .print_name = proof_print_name } };

	advice_make(&advice, page->shown->incident, &page->shown->findings, SIZE_NONE);
	if (advice_is_empty(&advice))
		html_note(html, "Nothing is to be saved for what is found in this dump.");
	put_saves(&plan);
	put_missed(&plan);
	put_machine(&plan);
	put_local_dumps(&plan);
	advice_free(&advice);
}
