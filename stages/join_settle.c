/* SPDX-License-Identifier: Apache-2.0 */
/* Lists without addresses of their own, when all is joined: sorted, and what is said twice kept once; see join_parts.h. */
#include "stages/join_parts.h"

static void sort_unless_sorted(void *at, size_t count, size_t size,
			       int (*compare)(const void *, const void *))
{
	const char *p = at;

	for (size_t i = 1; i < count; i++)
		if (compare(p + (i - 1) * size, p + i * size) > 0) {
			qsort(at, count, size, compare);
			return;
		}
}

static int resource_user_compare(const void *a, const void *b)
{
	const struct resource_user *x = a, *y = b;

	if (x->resource != y->resource)
		return x->resource < y->resource ? -1 : 1;
	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->evidence.source != y->evidence.source)
		return x->evidence.source < y->evidence.source ? -1 : 1;
	return x->evidence.first_line < y->evidence.first_line
		       ? -1
		       : x->evidence.first_line > y->evidence.first_line;
}

static bool same_user(const struct resource_user *a, const struct resource_user *b)
{
	return a->resource == b->resource && a->role == b->role && a->thread == b->thread;
}

/* A lock that is listed again is the same lock: of what is said twice the first is kept. */
static void settle_resource_users(struct records *records)
{
	size_t kept = 0;

	sort_unless_sorted(records->resource_users.at, records->resource_users.len,
			   sizeof(struct resource_user), resource_user_compare);
	vec_for_each(user, &records->resource_users) {
		if (kept && same_user(&records->resource_users.at[kept - 1], user))
			continue;
		records->resource_users.at[kept++] = *user;
	}
	records->resource_users.len = kept;
}

static int port_thread_compare(const void *a, const void *b)
{
	const struct port_thread *x = a, *y = b;

	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

/* A port that is listed again has the same threads. */
static void settle_port_threads(struct records *records)
{
	size_t kept = 0;

	sort_unless_sorted(records->port_threads.at, records->port_threads.len,
			   sizeof(struct port_thread), port_thread_compare);
	vec_for_each(served, &records->port_threads) {
		if (kept &&
		    port_thread_compare(&records->port_threads.at[kept - 1], served) == 0)
			continue;
		records->port_threads.at[kept++] = *served;
	}
	records->port_threads.len = kept;
}

static int command_line_compare(const void *a, const void *b, void *names)
{
	const struct command_line *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return slice_compare(names_text(names, x->text), names_text(names, y->text));
}

static int command_line_order(const void *a, const void *b, void *names)
{
	const struct command_line *x = a, *y = b;
	int order = command_line_compare(a, b, names);

	if (order)
		return order;
	if (x->evidence.source != y->evidence.source)
		return x->evidence.source < y->evidence.source ? -1 : 1;
	return x->evidence.first_line < y->evidence.first_line
		       ? -1
		       : x->evidence.first_line > y->evidence.first_line;
}

/* Said twice of one process, a command line is kept once. */
static void settle_command_lines(struct records *records)
{
	size_t kept = 0;

	if (records->command_lines.len)
		qsort_r(records->command_lines.at, records->command_lines.len,
			sizeof(struct command_line), command_line_order, &records->names);
	vec_for_each(line, &records->command_lines) {
		if (kept == 0 || command_line_compare(&records->command_lines.at[kept - 1],
						      line, &records->names) != 0)
			records->command_lines.at[kept++] = *line;
	}
	records->command_lines.len = kept;
}

void join_settle_lists(struct records *records)
{
	settle_resource_users(records);
	settle_port_threads(records);
	settle_command_lines(records);
}
