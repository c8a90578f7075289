/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of one incident by state and what they wait for, with those that have waited longest. */
#include "pipeline/base/hash.h"
#include "pipeline/print.h"
#include "pipeline/report/grid.h"
#include "pipeline/report/report_dump.h"

#define WAITS_SHOWN 60
#define THREADS_SHOWN 10

struct wait_class {
	name_id reason;
	uint8_t state;
	uint64_t threads;
	int64_t longest;                    /* MS_NONE */
	uint32_t longest_of[THREADS_SHOWN]; /* in the records' threads, the longest first */
	uint32_t count;
};

struct classes {
	const struct records *records;
	VEC(struct wait_class) list;
	struct map at;
};

static int64_t wait_of(const struct classes *classes, uint32_t thread)
{
	return classes->records->threads.at[thread].wait_ms;
}

/* Keeps the longest in order; of equal ones the first. */
static void keep_longest(const struct classes *classes, struct wait_class *class,
			 uint32_t thread)
{
	uint32_t at = class->count;

	if (class->count < THREADS_SHOWN)
		class->count++;
	else if (wait_of(classes, class->longest_of[--at]) >= wait_of(classes, thread))
		return;
	for (; at && wait_of(classes, class->longest_of[at - 1]) < wait_of(classes, thread);
	     at--)
		class->longest_of[at] = class->longest_of[at - 1];
	class->longest_of[at] = thread;
}

static void add_thread(struct classes *classes, uint32_t number)
{
	const struct thread *thread = &classes->records->threads.at[number];
	uint64_t key = (uint64_t)thread->wait_reason << 8 | thread->state;
	uint32_t *place = map_place(&classes->at, hash64(&key, sizeof(key)));
	struct wait_class *class;

	if (*place == MAP_NONE) {
		*place = (uint32_t)classes->list.len;
		vec_push(&classes->list, ((struct wait_class){ .reason = thread->wait_reason,
							       .state = thread->state,
							       .longest = MS_NONE }));
	}
	class = &classes->list.at[*place];
	class->threads++;
	if (thread->wait_ms > class->longest)
		class->longest = thread->wait_ms;
	keep_longest(classes, class, number);
}

static int compare_classes(const void *left, const void *right, void *context)
{
	const struct wait_class *a = left, *b = right;
	const struct names *names = context;

	if (a->threads != b->threads)
		return a->threads > b->threads ? -1 : 1;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	return slice_compare(names_text(names, a->reason), names_text(names, b->reason));
}

/* ---- writing ---- */

static const struct grid_column columns[] = {
	{ "State", false },
	{ "Waits for", false },
	{ "Threads", true },
	{ "Longest", true },
};

static void put_thread(struct html *html, const struct dump_page *page,
		       const struct thread *thread)
{
	const struct process *process =
		incident_process(page->shown->incident, thread->process);
	struct slice image = dump_name(page, thread->image);
	name_id frame = telling_frame(page->shown->incident, thread);
	int digits = page->shown->incident->records.host.address_digits == 8 ? 8 : 16;
	char wait[DURATION_TEXT_SIZE];

	if (!image.len && process)
		image = dump_name(page, process->image);
	html_begin(html, "li");
	html_process(html, image, thread->pid, thread->tid);
	html_format(html, " %s ", print_duration_short(wait, thread->wait_ms));
	if (frame) {
		html_begin_class(html, "span", "path");
		html_name(html, dump_name(page, frame));
		html_end(html);
		html_string(html, " ");
	}
	html_begin_class(html, "code", "sh");
	html_format(html, "!thread %0*llx 3f", digits, (unsigned long long)thread->address);
	html_end(html);
	if (thread->evidence.length)
		html_format(html, " lines %u-%u", thread->evidence.first_line,
			    thread->evidence.last_line);
	html_end(html);
}

static void put_class(struct grid *grid, const struct dump_page *page,
		      const struct wait_class *class)
{
	struct html *html = grid->html;

	grid_row_begin(grid);
	grid_text(grid, thread_state_text((enum thread_state) class->state));
	grid_name(grid, dump_name(page, class->reason));
	grid_count(grid, class->threads);
	grid_wait(grid, class->longest);
	grid_more_begin(grid, class->threads > THREADS_SHOWN ? "Those that have waited longest"
							     : "Threads");
	html_begin_class(html, "ol", "seen");
	for (uint32_t i = 0; i < class->count; i++)
		put_thread(html, page,
			   &page->shown->incident->records.threads.at[class->longest_of[i]]);
	html_end(html);
	grid_row_end(grid);
}

static void put_classes(struct html *html, const struct dump_page *page,
			const struct classes *classes)
{
	size_t count = classes->list.len;
	size_t shown = count < WAITS_SHOWN ? count : WAITS_SHOWN;
	struct grid grid;

	html_cut_note(html, shown, count, "kinds of waits", NULL);
	grid_begin(&grid, html, "t-threads", "Threads by wait, most first", columns,
		   sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_class(&grid, page, &classes->list.at[i]);
	grid_end(&grid);
}

void dump_section_threads(struct html *html, const struct dump_page *page)
{
	const struct records *records = &page->shown->incident->records;
	struct classes classes = { .records = records };

	if (records->threads.len == 0) {
		html_note(html, "The log shows no threads.");
		return;
	}
	for (uint32_t i = 0; i < records->threads.len; i++)
		add_thread(&classes, i);
	qsort_r(classes.list.at, classes.list.len, sizeof(*classes.list.at),
		compare_classes, (void *)&records->names);
	put_classes(html, page, &classes);
	vec_free(&classes.list);
	map_free(&classes.at);
}
