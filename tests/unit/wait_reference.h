/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chains of a wait plan as a reference tells them that is slow and obviously right: it tries every path from every thread and
 * keeps those that contract.md section 1 calls maximal. Shares nothing with the program but the words.
 */
#ifndef TESTS_WAIT_REFERENCE_H
#define TESTS_WAIT_REFERENCE_H

#include "tests/unit/wait_plan.h"

typedef VEC(char *) lines;

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(lines *all)
{
	if (all->len)
		qsort(all->at, all->len, sizeof(char *), by_text);
}

static void free_lines(lines *all)
{
	vec_for_each(line, all)
		free(*line);
	vec_free(all);
}

static void assert_same_lines(const lines *want, const lines *got)
{
	for (size_t i = 0; i < want->len && i < got->len; i++)
		assert_string_equal(want->at[i], got->at[i]);
	assert_int_equal(want->len, got->len);
}

static const char *const via_texts[WAYS] = { "alpc", "mutant",  "alpc",   "alpc",
					     "alpc", "process", "thread", "resource" };

static bool leads_to_thread(const struct arc *arc)
{
	return arc->way == ALPC || arc->way == MUTANT || arc->way == THREAD_OBJECT ||
	       arc->way == LOCK;
}

/* Who owns the lock that it waits for does not wait. */
static bool is_real(int from, const struct arc *arc)
{
	return arc->way != LOCK || arc->to != from;
}

static bool waits(const struct plan *plan, int thread)
{
	for (int a = 0; a < plan->arcs[thread]; a++)
		if (is_real(thread, &plan->arc[thread][a]))
			return true;
	return false;
}

struct matrix {
	bool arc[PLAN_THREADS][PLAN_THREADS];   /* someone waits for someone */
	bool reach[PLAN_THREADS][PLAN_THREADS]; /* in one arc or more */
};

static void fill_matrix(struct matrix *matrix, const struct plan *plan)
{
	*matrix = (struct matrix){ 0 };
	for (int i = 0; i < plan->threads; i++)
		for (int a = 0; a < plan->arcs[i]; a++)
			if (leads_to_thread(&plan->arc[i][a]) && is_real(i, &plan->arc[i][a]))
				matrix->arc[i][plan->arc[i][a].to] = true;
	memcpy(matrix->reach, matrix->arc, sizeof(matrix->arc));
	for (int k = 0; k < plan->threads; k++)
		for (int i = 0; i < plan->threads; i++)
			for (int j = 0; j < plan->threads; j++)
				matrix->reach[i][j] |= matrix->reach[i][k] &&
						       matrix->reach[k][j];
}

struct tour {
	const struct plan *plan;
	const struct places *places;
	const struct matrix *matrix;
	lines *found;
	int thread[PLAN_THREADS + 1];
	const struct arc *arc[PLAN_THREADS + 1];
	int hops; /* threads that wait */
	size_t tried;
};

static bool is_on(const struct tour *tour, int thread)
{
	for (int i = 0; i < tour->hops; i++)
		if (tour->thread[i] == thread)
			return true;
	return false;
}

static bool together(const struct matrix *matrix, int a, int b)
{
	return a == b || (matrix->reach[a][b] && matrix->reach[b][a]);
}

/* Some thread that is waited for by itself and its like alone, so that no path from outside leads there. */
static bool in_knot(const struct tour *tour, int thread)
{
	const struct matrix *matrix = tour->matrix;

	if (!matrix->reach[thread][thread])
		return false;
	for (int i = 0; i < tour->plan->threads; i++)
		for (int j = 0; j < tour->plan->threads; j++)
			if (matrix->arc[i][j] && together(matrix, j, thread) &&
			    !together(matrix, i, thread))
				return false;
	return true;
}

/* Whether somebody who is not on the path waits for this thread. */
static bool waited_from_elsewhere(const struct tour *tour, int thread)
{
	for (int i = 0; i < tour->plan->threads; i++)
		if (tour->matrix->arc[i][thread] && !is_on(tour, i))
			return true;
	return false;
}

static bool is_waited_for(const struct tour *tour, int thread)
{
	for (int i = 0; i < tour->plan->threads; i++)
		if (tour->matrix->arc[i][thread])
			return true;
	return false;
}

/* `back` is the hop that the path comes back to, NOBODY where it ends. */
static bool is_maximal(const struct tour *tour, int back)
{
	int first = tour->thread[0];

	if (!is_waited_for(tour, first))
		return true;
	if (!in_knot(tour, first) || waited_from_elsewhere(tour, first))
		return false;
	for (int i = 0; i < tour->hops && back == 0; i++)
		if (waited_from_elsewhere(tour, tour->thread[i]) ||
		    thread_at(tour->places, tour->thread[i]) < thread_at(tour->places, first))
			return false;
	return true;
}

static const char *end_text(const struct arc *arc, bool known)
{
	switch (arc->way) {
	case ABSENT:
		return "server_thread_absent";
	case NOT_SHOWN:
		return "server_thread_unknown";
	case PROCESS_OBJECT:
		return "process_object";
	default:
		return known ? "wait" : "thread_not_in_log";
	}
}

/* The process of each hop; all are known. */
static const char *cycle_text(const int *process, int hops, int back)
{
	if (back != NOBODY)
		return "thread";
	for (int i = 0; i < hops; i++)
		for (int k = i + 1; k < hops; k++)
			for (int j = k + 1; j < hops; j++)
				if (process[i] == process[j] && process[k] != process[i])
					return "process";
	return "none";
}

static int count_waiters(const struct tour *tour, bool (*wanted)(const struct arc *, int),
			 int who)
{
	int count = 0;

	for (int i = 0; i < tour->plan->threads; i++) {
		bool any = false;

		for (int a = 0; a < tour->plan->arcs[i]; a++)
			any |= is_real(i, &tour->plan->arc[i][a]) &&
			       wanted(&tour->plan->arc[i][a], who);
		count += any;
	}
	return count;
}

static const struct plan *counted_plan;

static bool leads_to(const struct arc *arc, int thread)
{
	return leads_to_thread(arc) && arc->to == thread;
}

static bool leads_to_stranger(const struct arc *arc, int thread)
{
	return arc->way == STRANGER && arc->to == thread;
}

static bool leads_to_process(const struct arc *arc, int process)
{
	return !leads_to_thread(arc) && arc->way != STRANGER &&
	       counted_plan->process[arc->to] == process;
}

static void put_last(FILE *out, const struct tour *tour, const struct arc *arc)
{
	if (leads_to_thread(arc))
		fprintf(out, "t%d (%d)", arc->to, count_waiters(tour, leads_to, arc->to));
	else if (arc->way == STRANGER)
		fprintf(out, "s%d (%d)", arc->to,
			count_waiters(tour, leads_to_stranger, arc->to));
	else
		fprintf(out, "p%d (%d)", tour->plan->process[arc->to],
			count_waiters(tour, leads_to_process, tour->plan->process[arc->to]));
}

static const char *when(const struct tour *tour, int client, const struct arc *arc)
{
	int late;

	if (!leads_to_thread(arc))
		return "?";
	late = (int)tour->plan->started[arc->to] - (int)tour->plan->started[client];
	return late > 1 ? "after" : late < -1 ? "before" : "same";
}

static void keep_path(struct tour *tour, int back)
{
	const struct arc *last = tour->arc[tour->hops - 1];
	int process[PLAN_THREADS + 1], hops = tour->hops;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	counted_plan = tour->plan;
	for (int i = 0; i < hops; i++) {
		process[i] = tour->plan->process[tour->thread[i]];
		fprintf(out, "t%d (%d) -%s-> %s ", tour->thread[i],
			count_waiters(tour, leads_to, tour->thread[i]),
			via_texts[tour->arc[i]->way],
			when(tour, tour->thread[i], tour->arc[i]));
	}
	if (back == NOBODY) {
		put_last(out, tour, last);
		process[hops++] = tour->plan->process[last->to];
	}
	fprintf(out, " %s %d %s", cycle_text(process, hops, back), back,
		back == NOBODY ? end_text(last, leads_to_thread(last)) : "cycle");
	fclose(out);
	vec_push(tour->found, text);
}

#define TRIES_MAX 200000

/* Every way on from the last thread. */
static void try_all(struct tour *tour, int thread)
{
	int at = tour->hops++;

	tour->thread[at] = thread;
	for (int a = 0; a < tour->plan->arcs[thread] && tour->tried < TRIES_MAX; a++) {
		const struct arc *arc = &tour->plan->arc[thread][a];
		int back = NOBODY;

		if (!is_real(thread, arc))
			continue;
		tour->tried++;
		tour->arc[at] = arc;
		for (int i = 0; i < tour->hops && leads_to_thread(arc); i++)
			if (tour->thread[i] == arc->to)
				back = i;
		if (back == NOBODY && leads_to_thread(arc) && waits(tour->plan, arc->to))
			try_all(tour, arc->to);
		else if (is_maximal(tour, back))
			keep_path(tour, back);
	}
	tour->hops = at;
}

/* False when there are too many to try. */
static bool reference(const struct plan *plan, const struct places *places, lines *found)
{
	struct matrix matrix;
	struct tour tour = { .plan = plan, .places = places, .matrix = &matrix, .found = found };

	fill_matrix(&matrix, plan);
	for (int i = 0; i < plan->threads; i++)
		try_all(&tour, i);
	sort_lines(found);
	return tour.tried < TRIES_MAX;
}

#endif
