/* SPDX-License-Identifier: Apache-2.0 */
/* The advice as a page that can be mailed: what to save and why, the machine's dump, recorded faults, LocalDumps. */
#include "pipeline/advise.h"
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "stages/fault_recorder.h"

/* Lines of a list before "and N more". */
#define LIST_MAX 20
#define REASONS_MAX 4

static const struct advice_reason *reasons_of(const struct advised *advised,
					      const struct advice_save *save)
{
	return &advised->advice->reasons.at[save->first_reason];
}

static void print_size(const struct advice_process *process)
{
	static const char *const bases[SIZE_BASES] = { "", "working set", "commit charge",
						       "commit in !vm" };
	char size[SIZE_TEXT_SIZE];

	if (process->size_kb == SIZE_NONE)
		printf("  size not known");
	else
		printf("  %s or more (%s)", advise_size(size, process->size_kb),
		       bases[process->size_basis]);
}

static void print_reasons(const struct advised *advised, const struct advice_save *save)
{
	uint32_t left = save->reasons;

	for (uint32_t i = 0; i < save->reasons && i < REASONS_MAX; i++, left--) {
		printf("     ");
		advise_print_reason(stdout, advised, &reasons_of(advised, save)[i]);
		putchar('\n');
	}
	if (left)
		printf("     and %u more reasons\n", left);
}

static void print_total(const struct advice *advice)
{
	char size[SIZE_TEXT_SIZE];

	printf("  Together %s or more", advise_size(size, advice->saved_kb));
	if (advice->unknown)
		printf(", and %llu of unknown size", (unsigned long long)advice->unknown);
	if (advice->budget_kb != SIZE_NONE)
		printf(", for a budget of %s", advise_size(size, advice->budget_kb));
	printf("\n");
}

/* The command that prints the same plan in another format. */
static void print_other_format(const struct advised *advised, const char *what,
			       const char *format)
{
	char id[ID_TEXT_SIZE];

	printf("  %s: pipeline advise %s", what, print_id(id, advised->shown->incident->id));
	if (advised->advice->budget_kb != SIZE_NONE)
		printf(" --budget %lluK", (unsigned long long)advised->advice->budget_kb);
	printf(" --format %s\n", format);
}

static void print_saves(const struct advised *advised)
{
	const struct advice *advice = advised->advice;
	size_t number = 0;

	if (advice->saves.len == 0)
		return;
	print_heading("User dumps to save the next time, what explains most first\n");
	vec_for_each(save, &advice->saves) {
		printf("%3zu  ", ++number);
		advise_print_process(stdout, advised, &save->process);
		print_size(&save->process);
		putchar('\n');
		print_reasons(advised, save);
	}
	print_total(advice);
	print_other_format(advised, "As procdump lines", "cmd");
}

static void print_missed(const struct advised *advised)
{
	static const char *const bars[ADVICE_BARS] = {
		"",
		"has no user space: a kernel dump shows it",
		"is dead already",
		"is not named in the log",
		"is too large for what is left of the budget",
	};
	size_t left = advised->advice->missed.len;

	if (left == 0)
		return;
	print_heading("Needed too, but not to be had so\n");
	vec_for_each(save, &advised->advice->missed) {
		if (advised->advice->missed.len - left == LIST_MAX)
			break;
		left--;
		printf("  ");
		advise_print_process(stdout, advised, &save->process);
		if (save->process.bar == BAR_BUDGET)
			print_size(&save->process);
		printf("  %s\n", bars[save->process.bar]);
		print_reasons(advised, save);
	}
	if (left)
		printf("  and %zu more\n", left);
}

static void print_force(const struct advice *advice)
{
	if (!advice->force_dump)
		return;
	print_heading("Dump of the machine\n");
	if (advice->user_space)
		printf("  Force a kernel dump once the user dumps are saved. It shows who waits for\n"
		       "  whom%s, but not what these processes were at; a complete\n"
		       "  dump shows both, where one of that size can be handed over.\n",
		       advice->holders_needed ? " and who keeps zombies" : "");
	else
		printf("  Force a kernel dump: it shows %s.\n",
		       advice->holders_needed ? "who keeps the zombies"
					      : "who waits for whom");
}

static void print_recorders(const struct advised *advised)
{
	size_t number = 0;

	vec_for_each(finding, &advised->shown->findings.list) {
		struct slice image = advised_name(advised, finding->image);

		number++;
		if (finding->pattern != PATTERN_special_process ||
		    image_recorder(image) == RECORDER_NONE)
			continue;
		printf("  ");
		utf8_print_terminal(stdout, image);
		printf("  %llu dead, %llu alive (point %zu)\n",
		       (unsigned long long)finding->zombies,
		       (unsigned long long)(finding->count - finding->zombies), number);
	}
}

static void print_faults(const struct advised *advised)
{
	uint32_t recorders = advised->advice->recorders;

	if (recorders == 0)
		return;
	print_heading("Recorded faults\n");
	print_recorders(advised);
	if (recorders & 1u << RECORDER_WER)
		printf("  Windows Error Reporting: look for what it kept, and whether it may keep anything\n"
		       "    %%ProgramData%%\\Microsoft\\Windows\\WER\\ReportArchive and ReportQueue\n"
		       "    %%LOCALAPPDATA%%\\Microsoft\\Windows\\WER of each user, and CrashDumps beside it\n"
		       "    HKLM\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting, Disabled and ForceQueue\n"
		       "    Application log, source Windows Error Reporting, event 1001\n");
	if (recorders & 1u << RECORDER_WER_OLD)
		printf("  Error Reporting of XP and 2003: look for what it kept\n"
		       "    %%SystemRoot%%\\PCHEALTH\\ERRORREP\\UserDumps and QSIGNOFF\n"
		       "    HKLM\\SOFTWARE\\Microsoft\\PCHealth\\ErrorReporting, DoReport\n");
	if (recorders & 1u << RECORDER_DR_WATSON)
		printf("  Dr Watson: look for its log and dump\n"
		       "    %%ALLUSERSPROFILE%%\\Application Data\\Microsoft\\Dr Watson\n");
}

static void print_causes(uint8_t causes)
{
	static const char *const texts[] = { "died while faults were recorded",
					     "a part of the storm",
					     "dies and comes again", "in the plan above" };
	const char *before = "  ";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (causes >> i & 1) {
			printf("%s%s", before, texts[i]);
			before = ", ";
		}
	putchar('\n');
}

static void print_images(const struct advised *advised)
{
	const struct advice *advice = advised->advice;
	size_t left = advice->images.len;

	for (size_t i = 0; i < advice->images.len && i < LIST_MAX; i++, left--) {
		const struct advice_image *image = &advice->images.at[i];

		if (image->zombies)
			printf("%8llu  ", (unsigned long long)image->zombies);
		else
			printf("%8s  ", "");
		utf8_print_terminal(stdout, advised_name(advised, image->image));
		print_causes(image->causes);
	}
	if (left + advice->images_left_out)
		printf("          and %llu more\n",
		       (unsigned long long)(left + advice->images_left_out));
}

static void print_local_dumps(const struct advised *advised)
{
	const struct advice *advice = advised->advice;

	if (advice->images.len == 0)
		return;
	print_heading("LocalDumps, so that what dies leaves a full user dump\n");
	print_images(advised);
	printf("  ");
	advise_print_basis(stdout, advised);
	putchar('\n');
	if (advice->local_dumps == LOCAL_DUMPS_YES)
		print_other_format(advised, "As a .reg file", "reg");
}

void advise_text(const struct advised *advised)
{
	char id[ID_TEXT_SIZE];

	printf("Incident %s%s%s  ", style_begin(STYLE_ID),
	       print_id(id, advised->shown->incident->id), style_end(STYLE_ID));
	utf8_print_terminal(stdout, advised->shown->row->bundles.at[0]);
	putchar('\n');
	print_saves(advised);
	print_missed(advised);
	print_force(advised->advice);
	print_faults(advised);
	print_local_dumps(advised);
}
