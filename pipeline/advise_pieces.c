/* SPDX-License-Identifier: Apache-2.0 */
/* Processes, reasons, sizes and names as the formats of `advise` share them; see advise.h. */
#include "pipeline/advise.h"
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"

struct slice advised_name(const struct advised *advised, name_id name)
{
	return names_text(&advised->shown->incident->records.names, name);
}

static void print_name(FILE *out, const struct advised *advised, struct slice name)
{
	advised->print_name(out, name.len ? name : SLICE("?"));
}

void advise_print_process(FILE *out, const struct advised *advised,
			  const struct advice_process *process)
{
	print_name(out, advised, advised_name(advised, process->image));
	if (process->pid != PID_NONE)
		fprintf(out, "[%x]", process->pid);
}

char *advise_size(char out[SIZE_TEXT_SIZE], uint64_t kb)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB" };
	unsigned __int128 tenths = (unsigned __int128)kb * 10;
	size_t unit = 0;

	while (tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths = (tenths + 512) / 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(out, SIZE_TEXT_SIZE, "%llu KB", (unsigned long long)kb);
	else
		snprintf(out, SIZE_TEXT_SIZE, "%llu.%u %s", (unsigned long long)(tenths / 10),
			 (unsigned)(tenths % 10), units[unit]);
	return out;
}

/* ---- reasons ---- */

static void print_number(FILE *out, uint64_t count, const char *one, const char *many)
{
	fprintf(out, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

/* "chain ProcessA.exe ... ProcessC.exe [wait UserRequest]" */
static void print_chain(FILE *out, const struct advised *advised, const struct finding *finding)
{
	const struct chain *chain = finding->chain;
	const struct chain_list *list = &advised->shown->incident->chains;
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);

	fprintf(out, chain->cycle == CYCLE_THREAD ? "deadlock " : "chain ");
	print_name(out, advised,
		   names_text(&list->names, chain_first_hop(list, chain)->image));
	fprintf(out, " ... ");
	print_name(out, advised, names_text(&list->names, finding->last->image));
	fprintf(out, " [%s", endpoint_kind_text(endpoint->kind));
	if (reason.len) {
		fputc(' ', out);
		advised->print_name(out, reason);
	}
	fputc(']', out);
}

static void print_wait(FILE *out, const char *before, int64_t wait_ms)
{
	char text[DURATION_TEXT_SIZE];

	if (wait_ms != MS_NONE)
		fprintf(out, "%s%s", before, print_duration_short(text, wait_ms));
}

static void print_chain_reason(FILE *out, const struct advised *advised,
			       const struct advice_reason *reason)
{
	static const char *const verbs[ADVICE_PARTS] = {
		[PART_BEGINS] = "begins", [PART_PASSES] = "within",
		[PART_ENDS] = "ends",     [PART_RING] = "is a part of",
		[PART_NAMED] = "is in",   [PART_VICTIM] = "is in",
	};
	const struct finding *finding = &advised->shown->findings.list.at[reason->finding];

	fprintf(out, "%s ", verbs[reason->part]);
	print_chain(out, advised, finding);
	fprintf(out, ": ");
	if (finding->waiters)
		print_number(out, finding->waiters, "thread", "threads");
	else
		print_number(out, finding->count, "chain", "chains");
	print_wait(out, ", up to ", finding->wait_ms);
}

static void print_waiters(FILE *out, const struct finding *finding)
{
	if (finding->waiters == 0)
		return;
	fputs("; ", out);
	print_number(out, finding->waiters, "thread waits for it", "threads wait for it");
}

static void print_box(FILE *out, const struct advised *advised, const struct finding *finding)
{
	const struct thread *thread =
		incident_thread(advised->shown->incident, finding->thread);

	fprintf(out, "%s for a message box to be answered (%s)",
		finding->confidence == CONFIDENCE_DEFINITE ? "waits" : "may wait",
		endpoint_kind_text(finding->detail));
	if (thread)
		print_wait(out, ", for ", thread->wait_ms);
	print_waiters(out, finding);
}

static void print_named(FILE *out, const struct advised *advised, const struct finding *finding)
{
	switch ((enum pattern)finding->pattern) {
	case PATTERN_message_box:
		print_box(out, advised, finding);
		break;
	case PATTERN_missing_threads:
		fputs("has ", out);
		print_number(out, finding->threads, "thread", "threads");
		fprintf(out, " where %u%s are normal", finding->expected,
			finding->expected_half ? ".5" : "");
		print_waiters(out, finding);
		break;
	case PATTERN_blocked_queue:
		fputs("does not pick up ", out);
		print_number(out, finding->count, "message", "messages");
		fputs(" on a port of its own", out);
		print_waiters(out, finding);
		break;
	default:
		fprintf(out, "%s", pattern_text(finding->pattern));
		print_waiters(out, finding);
	}
}

void advise_print_reason(FILE *out, const struct advised *advised,
			 const struct advice_reason *reason)
{
	const struct finding *finding = &advised->shown->findings.list.at[reason->finding];

	if (reason->part == PART_VICTIM) {
		fprintf(out, "is a fault of now: ");
		print_name(out, advised, advised_name(advised, finding->image));
		fprintf(out, " is at work on it");
	} else if (finding->chain) {
		print_chain_reason(out, advised, reason);
	} else {
		print_named(out, advised, finding);
	}
	if (reason->alike)
		fprintf(out, "; one of %llu alike", (unsigned long long)reason->alike + 1);
	fprintf(out, " (point %u)", reason->finding + 1);
}

/* ---- which Windows ---- */

void advise_print_basis(FILE *out, const struct advised *advised)
{
	uint32_t build = advised->shown->incident->records.host.build;

	switch ((enum local_dumps_basis)advised->advice->local_dumps_basis) {
	case LOCAL_DUMPS_BY_BUILD:
		fprintf(out, "This is build %u; LocalDumps came with %u.", build,
			BUILD_LOCAL_DUMPS);
		break;
	case LOCAL_DUMPS_BY_ALPC:
		fprintf(out,
			"No banner names the build. Taken for %u or later, as threads wait for "
			"ALPC messages.",
			BUILD_LOCAL_DUMPS);
		break;
	case LOCAL_DUMPS_BY_LPC:
		fprintf(out,
			"No banner names the build. Taken for one before %u, as threads "
			"wait for LPC messages.",
			BUILD_LOCAL_DUMPS);
		break;
	case LOCAL_DUMPS_BY_RECORDER:
		fprintf(out, "No banner names the build. Taken for one %s, by what records faults.",
			advised->advice->local_dumps == LOCAL_DUMPS_YES ? "of 6001 or later"
									: "before 6001");
		break;
	default:
		fprintf(out, "Nothing in the log tells whether this Windows has them: builds as of %u do.",
			BUILD_LOCAL_DUMPS);
	}
}

/* ---- names that go into commands ---- */

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool advise_name_is_safe(struct slice image)
{
	if (image.len == 0 || !is_letter_or_digit(image.at[0]) ||
	    image.at[image.len - 1] == ' ' || image.at[image.len - 1] == '.')
		return false;
	for (size_t i = 0; i < image.len; i++)
		if (!is_letter_or_digit(image.at[i]) && !strchr(" ._-+", image.at[i]))
			return false;
	return image.len <= 128;
}

bool advise_name_may_be_cut(struct slice image)
{
	return image.len == IMAGE_CUT &&
	       !slice_equal_icase(slice_skip(image, IMAGE_CUT - 4), SLICE(".exe"));
}

static bool is_letter_of_notes(char c)
{
	return is_letter_or_digit(c) || (c && strchr(" .,:;-_+/[]()#*", c));
}

void advise_put_note(FILE *out, const char *head, struct slice text)
{
	size_t used, written = 0;

	fputs(head, out);
	for (; text.len && written < NOTE_MAX; text = slice_skip(text, used), written++) {
		utf8_read(text, &used);
		fputc(is_letter_of_notes(text.at[0]) ? text.at[0] : '?', out);
	}
	fputs(text.len ? "...\r\n" : "\r\n", out);
}
