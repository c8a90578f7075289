/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live processes with far fewer threads than are normal for their image (contract.md section 5, formats.md section 12.7): than their
 * siblings in this dump have, or than the image has over all incidents, on the same build of Windows if that was seen
 * often enough. Far fewer is at most 2, or at most a quarter of the centre, where the centre - the median of the
 * others - is 6 or more. On fewer than SAMPLE_MIN others there is no verdict.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

#define FEW_THREADS 2
#define FEW_PART 4
#define CENTRE_MIN 6
#define SAMPLE_MIN 4

/* What the others have; numbers of threads are doubled, since a median may lie between two. */
struct norm {
	uint64_t sample;
	uint64_t centre2, spread2;
	uint32_t own; /* of the process that is compared with them */
};

static int count_compare(const void *a, const void *b)
{
	const struct thread_count *x = a, *y = b;

	return x->threads < y->threads ? -1 : x->threads > y->threads;
}

/* The value that stands at a place, from 0, of all in ascending order. */
static uint64_t value_at(const thread_counts *counts, uint64_t place)
{
	vec_for_each(count, counts) {
		if (place < count->processes)
			return count->threads;
		place -= count->processes;
	}
	return 0;
}

static uint64_t median2(const thread_counts *counts, uint64_t sample)
{
	return value_at(counts, (sample - 1) / 2) + value_at(counts, sample / 2);
}

static uint64_t distance2(uint64_t threads, uint64_t centre2)
{
	return threads * 2 > centre2 ? threads * 2 - centre2 : centre2 - threads * 2;
}

/* The median of the distances to the centre: half of the sample lies within. */
static uint64_t spread2(const thread_counts *counts, uint64_t sample, uint64_t centre2)
{
	thread_counts distances = { 0 };
	uint64_t spread;

	vec_for_each(count, counts) {
		uint64_t distance = distance2(count->threads, centre2);

		vec_push(&distances,
			 ((struct thread_count){ distance < UINT32_MAX ? (uint32_t)distance
								       : UINT32_MAX,
						 count->processes }));
	}
	qsort(distances.at, distances.len, sizeof(distances.at[0]), count_compare);
	spread = median2(&distances, sample);
	vec_free(&distances);
	return (spread + 1) / 2;
}

/* Of counts in which the process itself stands once. */
static struct norm norm_without(thread_counts *counts, uint32_t own)
{
	struct norm norm = { 0 };

	vec_for_each(count, counts) {
		if (count->threads == own && count->processes)
			count->processes--;
		norm.sample += count->processes;
	}
	if (norm.sample < SAMPLE_MIN)
		return norm;
	norm.centre2 = median2(counts, norm.sample);
	norm.spread2 = spread2(counts, norm.sample, norm.centre2);
	return norm;
}

static bool is_far_fewer(uint32_t threads, const struct norm *norm)
{
	return norm->sample >= SAMPLE_MIN && norm->centre2 >= 2 * CENTRE_MIN &&
	       (threads <= FEW_THREADS || (uint64_t)threads * 2 * FEW_PART <= norm->centre2);
}

/* Whoever is missed stands below the centre: of all that do the least taken away leaves the same others. */
uint32_t missing_threads_most(thread_counts *counts)
{
	struct norm norm = norm_without(counts, counts->len ? counts->at[0].threads : 0);
	uint64_t part = norm.centre2 / (2 * FEW_PART);

	if (norm.sample < SAMPLE_MIN || norm.centre2 < 2 * CENTRE_MIN)
		return NUMBER_NONE;
	return (uint32_t)(part > FEW_THREADS ? part : FEW_THREADS);
}

/* ---- where normal is learned ---- */

/* A process that can be judged, and its kin. */
struct judged {
	uint64_t image; /* image_key() */
	const struct process *process;
};

typedef VEC(struct judged) judged_list;

static int judged_compare(const void *a, const void *b)
{
	const struct judged *x = a, *y = b;

	if (x->image != y->image)
		return x->image < y->image ? -1 : 1;
	if (x->process->threads != y->process->threads)
		return x->process->threads < y->process->threads ? -1 : 1;
	return x->process->address < y->process->address
		       ? -1
		       : x->process->address > y->process->address;
}

static void gather(judged_list *all, const struct incident *incident)
{
	vec_for_each(living, &incident->living) {
		const struct process *process = *living;

		if (baseline_takes(process))
			vec_push(all, ((struct judged){
					      incident_image(incident, process->image)->key,
					      process }));
	}
	if (all->len)
		qsort(all->at, all->len, sizeof(struct judged), judged_compare);
}

/* The siblings are sorted by their number of threads. */
static void count_siblings(const struct judged *first, size_t count, thread_counts *counts)
{
	counts->len = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t threads = first[i].process->threads;

		if (counts->len == 0 || counts->at[counts->len - 1].threads != threads)
			vec_push(counts, ((struct thread_count){ threads, 0 }));
		counts->at[counts->len - 1].processes++;
	}
}

static bool ask_baseline(const struct sight *sight, name_id image, enum basis basis,
			 thread_counts *counts)
{
	const struct records *records = &sight->incident->records;
	uint32_t build = basis == BASIS_BUILD ? records->host.build : NUMBER_NONE;

	if (!sight->baseline || (basis == BASIS_BUILD && build == NUMBER_NONE))
		return false;
	return sight->baseline->counts(sight->baseline->from,
				       names_text(&records->names, image), build, counts);
}

/* ---- verdicts ---- */

static void report(const struct sight *sight, const struct process *process,
		   enum basis basis, const struct norm *norm)
{
	struct finding finding = { FINDING_OF(missing_threads) };

	finding.process = process->address;
	finding.pid = process->pid;
	finding.image = process->image;
	finding.threads = process->threads;
	finding.expected = (uint32_t)(norm->centre2 / 2);
	finding.expected_half = norm->centre2 % 2;
	finding.spread = (uint32_t)((norm->spread2 + 1) / 2);
	finding.sample = norm->sample;
	finding.basis = (uint8_t)basis;
	finding.evidence = &process->evidence;
	finding.waiters = chain_ends_in_process(sight->ends, process->address);
	finding.urgency = chain_ends_has_member(sight->ends, process->address)
				  ? URGENCY_MISSING_IN_CHAIN
				  : URGENCY_MISSING_THREADS;
	sight_add(sight, finding);
}

/* Whether anybody can be told to miss threads by these counts. */
static bool are_enough(const thread_counts *counts)
{
	uint64_t all = 0;

	vec_for_each(count, counts)
		all += count->processes;
	return all > SAMPLE_MIN;
}

/* What the others have, for a process that has so many; few enough to ask, by the most that any has. */
static bool norm_of(const thread_counts *counts, uint32_t own, thread_counts *scratch,
		    struct norm *norm)
{
	uint64_t most = counts->at[counts->len - 1].threads;

	if (own > FEW_THREADS && (uint64_t)own * FEW_PART > most)
		return false;
	scratch->len = 0;
	vec_for_each(count, counts)
		vec_push(scratch, *count);
	*norm = norm_without(scratch, own);
	return is_far_fewer(own, norm);
}

/* Judges the processes of one image, sorted by their number of threads, by one kind of counts; those found are taken out of the
 * list. Returns how many are left. */
static size_t judge(const struct sight *sight, struct judged *first, size_t count,
		    enum basis basis, const thread_counts *counts)
{
	thread_counts scratch = { 0 };
	struct norm norm = { 0 };
	bool fewer = false;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t threads = first[i].process->threads;

		if (i == 0 || threads != norm.own)
			fewer = norm_of(counts, threads, &scratch, &norm);
		norm.own = threads;
		if (fewer)
			report(sight, first[i].process, basis, &norm);
		else
			first[left++] = first[i];
	}
	vec_free(&scratch);
	return left;
}

static void judge_image(const struct sight *sight, struct judged *first, size_t count)
{
	name_id image = first->process->image;
	thread_counts counts = { 0 };

	count_siblings(first, count, &counts);
	if (are_enough(&counts))
		count = judge(sight, first, count, BASIS_SIBLINGS, &counts);
	if (count && ask_baseline(sight, image, BASIS_BUILD, &counts) && are_enough(&counts))
		judge(sight, first, count, BASIS_BUILD, &counts);
	else if (count && ask_baseline(sight, image, BASIS_IMAGE, &counts) &&
		 are_enough(&counts))
		judge(sight, first, count, BASIS_IMAGE, &counts);
	vec_free(&counts);
}

void pattern_missing_threads(const struct sight *sight)
{
	judged_list all = { 0 };

	gather(&all, sight->incident);
	for (size_t i = 0, next; i < all.len; i = next) {
		for (next = i; next < all.len && all.at[next].image == all.at[i].image;)
			next++;
		judge_image(sight, all.at + i, next - i);
	}
	vec_free(&all);
}
