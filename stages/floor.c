/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor; see floor.h. One lock guards the schedule alone: which chunk waits for what. All work is done outside
 * it. A chunk goes spare -> decoded -> ready -> parsed -> joined -> spare; the chunks of one bundle are joined in
 * their order.
 */
#include <pthread.h>

#include "pipeline/base/queue.h"
#include "pipeline/base/team.h"
#include "stages/floor.h"

/* A bundle that is being read. */
struct station {
	struct bundle_work *work;
	struct chunk **parsed; /* ring by number: chunks parsed but not joined; `ring` places */
	struct chunk *waiting; /* goes on from a chunk that is not parsed yet; at most one, as decoding is in order */
	struct log_state end_state;
	uint64_t end_number; /* whose end the state is; UINT64_MAX for none */
	uint64_t next_join;
	size_t weight; /* bundle_weight() after the last join */
	bool decoding, joining, decoded;
};

/* Half of what a thread has to do, for another to take; else that thread does it when it comes to it. */
struct errand {
	void (*run)(void *of);
	void *of;
	enum { ERRAND_OFFERED, ERRAND_TAKEN, ERRAND_DONE } state;
};

struct floor {
	const struct floor_client *client;
	struct lender lender;
	struct errand *errand; /* offered; one at a time */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct chunk *spare; /* a stack */
	struct queue ready;
	VEC(struct station *) stations;
	size_t stations_max, threads;
	uint32_t ring;
	bool asking, ended, delivering;
};

/* The one that was given back last is the one that the caches still hold. */
static void spare_push(struct floor *floor, struct chunk *chunk)
{
	chunk->next_spare = floor->spare;
	floor->spare = chunk;
}

static struct chunk *spare_pop(struct floor *floor)
{
	struct chunk *chunk = floor->spare;

	if (chunk)
		floor->spare = chunk->next_spare;
	return chunk;
}

static struct station *station_open(struct floor *floor, struct bundle_work *work)
{
	struct station *station = mem_alloc_zero(1, sizeof(*station));

	station->work = work;
	work->lender = &floor->lender;
	station->parsed = mem_alloc_zero(floor->ring, sizeof(*station->parsed));
	station->end_number = UINT64_MAX;
	vec_push(&floor->stations, station);
	return station;
}

static struct station *station_of(struct floor *floor, const struct bundle_work *work)
{
	vec_for_each(station, &floor->stations)
		if ((*station)->work == work)
			return *station;
	return NULL;
}

static void station_close(struct floor *floor, struct station *station)
{
	for (size_t i = 0; i < floor->stations.len; i++)
		if (floor->stations.at[i] == station) {
			memmove(&floor->stations.at[i], &floor->stations.at[i + 1],
				(floor->stations.len - i - 1) * sizeof(station));
			floor->stations.len--;
			break;
		}
	free(station->parsed);
	free(station);
}

/* ---- the steps; each is entered and left with the lock held and lets it go for its work ---- */

static bool all_joined(const struct station *station)
{
	return station->decoded && station->next_join == station->work->chunks;
}

static void finish_station(struct floor *floor, struct station *station)
{
	struct bundle_work *work = station->work;

	pthread_mutex_unlock(&floor->lock);
	bundle_finish(work);
	pthread_mutex_lock(&floor->lock);
	while (floor->delivering)
		pthread_cond_wait(&floor->changed, &floor->lock);
	floor->delivering = true;
	station_close(floor, station);
	pthread_mutex_unlock(&floor->lock);
	floor->client->deliver(floor->client->context, work);
	pthread_mutex_lock(&floor->lock);
	floor->delivering = false;
}

/* A bundle's end waits for it, and for most others there is another thread. */
static bool try_errand(struct floor *floor)
{
	struct errand *errand = floor->errand;

	if (!errand)
		return false;
	floor->errand = NULL;
	errand->state = ERRAND_TAKEN;
	pthread_mutex_unlock(&floor->lock);
	errand->run(errand->of);
	pthread_mutex_lock(&floor->lock);
	errand->state = ERRAND_DONE;
	return true;
}

/* Called without the lock. */
static void run_both(void *threads, void (*here)(void *), void (*there)(void *), void *of)
{
	struct floor *floor = threads;
	struct errand errand = { there, of, ERRAND_OFFERED };

	pthread_mutex_lock(&floor->lock);
	if (!floor->errand)
		floor->errand = &errand;
	pthread_cond_broadcast(&floor->changed);
	pthread_mutex_unlock(&floor->lock);
	here(of);
	pthread_mutex_lock(&floor->lock);
	if (floor->errand == &errand)
		floor->errand = NULL;
	while (errand.state == ERRAND_TAKEN)
		pthread_cond_wait(&floor->changed, &floor->lock);
	pthread_mutex_unlock(&floor->lock);
	if (errand.state == ERRAND_OFFERED)
		there(of);
}

static bool try_join(struct floor *floor)
{
	vec_for_each(each, &floor->stations) {
		struct station *station = *each;
		struct chunk **place = &station->parsed[station->next_join % floor->ring];
		struct chunk *chunk = *place;
		size_t weight;

		if (station->joining || (!chunk && !all_joined(station)))
			continue;
		station->joining = true;
		if (!chunk) {
			finish_station(floor, station);
			return true;
		}
		*place = NULL;
		pthread_mutex_unlock(&floor->lock);
		bundle_join(station->work, chunk);
		weight = bundle_weight(station->work);
		pthread_mutex_lock(&floor->lock);
		station->weight = weight;
		station->joining = false;
		station->next_join++;
		spare_push(floor, chunk);
		return true;
	}
	return false;
}

/* A chunk may be parsed once it is known in which state it starts. */
static void offer_chunk(struct floor *floor, struct station *station, struct chunk *chunk)
{
	if (chunk->fresh) {
		log_state_fresh(&chunk->start,
				chunk->first ? LISTING_UNKNOWN : LISTING_INHERITED);
	} else if (station->end_number == chunk->number - 1) {
		chunk->start = station->end_state;
	} else {
		station->waiting = chunk;
		return;
	}
	queue_push(&floor->ready, chunk);
}

static bool try_parse(struct floor *floor)
{
	struct chunk *chunk = queue_pop(&floor->ready), *next;
	struct station *station;

	if (!chunk)
		return false;
	pthread_mutex_unlock(&floor->lock);
	chunk_parse(chunk);
	pthread_mutex_lock(&floor->lock);
	station = station_of(floor, chunk->work);
	station->parsed[chunk->number % floor->ring] = chunk;
	if (station->end_number == UINT64_MAX || chunk->number > station->end_number) {
		station->end_state = chunk->result.end;
		station->end_number = chunk->number;
	}
	next = station->waiting;
	if (next && next->number == chunk->number + 1) {
		next->start = chunk->result.end;
		station->waiting = NULL;
		queue_push(&floor->ready, next);
	}
	return true;
}

/* Bundles are read side by side while their records are few; else the oldest one is read to its end first. */
#define WEIGHT_MAX (16u << 20)

static bool is_heavy(const struct floor *floor)
{
	size_t weight = 0;

	vec_for_each(station, &floor->stations)
		weight += (*station)->weight;
	return weight > WEIGHT_MAX;
}

/* Where there are bundles enough a thread stays with what it has decoded, and text, records and the decoder's window stay in its
 * cache; threads that share one bundle are the better off the less often they have to hand something over. */
#define CACHED_TEXT (256u << 10)

static bool try_decode(struct floor *floor)
{
	bool heavy = is_heavy(floor);

	vec_for_each(each, &floor->stations) {
		struct station *station = *each;
		struct chunk *chunk;
		bool more;

		if (heavy && each != floor->stations.at)
			return false;
		if (station->decoding || station->decoded || station->waiting)
			continue;
		chunk = spare_pop(floor);
		if (!chunk)
			return false;
		chunk->fill = floor->stations.len > 1 ? CACHED_TEXT : CHUNK_TEXT;
		station->decoding = true;
		pthread_mutex_unlock(&floor->lock);
		more = bundle_decode(station->work, chunk);
		pthread_mutex_lock(&floor->lock);
		station->decoding = false;
		station->decoded = !more;
		if (more)
			offer_chunk(floor, station, chunk);
		else
			spare_push(floor, chunk);
		return true;
	}
	return false;
}

/* Of one bundle a chunk is decoded at a time: that goes before parsing until there is something to parse for every thread, else the
 * others would have to wait for it again and again. */
static bool try_decode_ahead(struct floor *floor)
{
	return floor->stations.len == 1 && floor->ready.len < floor->threads &&
	       try_decode(floor);
}

static bool try_next(struct floor *floor)
{
	struct bundle_work *work;

	if (floor->ended || floor->asking || floor->stations.len >= floor->stations_max ||
	    is_heavy(floor))
		return false;
	floor->asking = true;
	pthread_mutex_unlock(&floor->lock);
	work = floor->client->next(floor->client->context);
	pthread_mutex_lock(&floor->lock);
	floor->asking = false;
	if (work)
		station_open(floor, work);
	else
		floor->ended = true;
	return true;
}

static void work_on_floor(void *context, int rank)
{
	struct floor *floor = context;

	(void)rank;
	pthread_mutex_lock(&floor->lock);
	for (;;) {
		if (try_errand(floor) || try_join(floor) || try_decode_ahead(floor) ||
		    try_parse(floor) || try_decode(floor) || try_next(floor)) {
			pthread_cond_broadcast(&floor->changed);
			continue;
		}
		if (floor->ended && floor->stations.len == 0)
			break;
		pthread_cond_wait(&floor->changed, &floor->lock);
	}
	pthread_mutex_unlock(&floor->lock);
}

static void make_chunks(struct floor *floor, size_t count)
{
	queue_init(&floor->ready, count);
	floor->ring = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		struct chunk *chunk = mem_alloc(sizeof(*chunk));

		memset(&chunk->result, 0, sizeof(chunk->result));
		spare_push(floor, chunk);
	}
}

static void free_chunks(struct floor *floor)
{
	struct chunk *chunk;

	while ((chunk = spare_pop(floor))) {
		log_chunk_result_free(&chunk->result);
		free(chunk);
	}
	queue_free(&floor->ready);
}

void floor_run(int threads, const struct floor_client *client)
{
	struct floor floor = { .client = client,
			       .lender = { &floor, run_both },
			       .stations_max = (size_t)threads + 1,
			       .threads = (size_t)threads };

	mem_map_large();
	pthread_mutex_init(&floor.lock, NULL);
	pthread_cond_init(&floor.changed, NULL);
	make_chunks(&floor, (size_t)threads * 2 + 2);
	team_run(threads, work_on_floor, &floor);
	free_chunks(&floor);
	vec_free(&floor.stations);
	pthread_cond_destroy(&floor.changed);
	pthread_mutex_destroy(&floor.lock);
}
