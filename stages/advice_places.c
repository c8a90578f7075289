/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is to explain: the places in the chains of a signature, and what findings say of single processes; see advice.h.
 * Linear in the hops of all chains.
 */
#include "stages/advice_parts.h"

/* What is no wait weighs as much as one of so many seconds: a fault that is being handled now is gone soon, threads that are
 * missing stay so. */
#define VICTIM_SECONDS 600
#define MISSING_SECONDS 60
#define SECONDS_MAX 10000000u
#define WAITERS_MAX 10000u

static uint64_t weight_of(uint64_t waiters, uint64_t seconds, unsigned factor)
{
	if (waiters == 0)
		waiters = 1;
	if (waiters > WAITERS_MAX)
		waiters = WAITERS_MAX;
	if (seconds == 0)
		seconds = 1;
	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	return waiters * seconds * factor;
}

static uint64_t seconds_of(int64_t wait_ms, uint64_t otherwise)
{
	return wait_ms == MS_NONE ? otherwise : (uint64_t)wait_ms / 1000;
}

/* The process stands in the place that the key tells. */
static void add_place(struct planner *planner, uint64_t key, struct place place,
		      uint32_t process)
{
	uint32_t *at = map_place(&planner->place_at, key);

	if (*at == MAP_NONE) {
		*at = (uint32_t)planner->places.len;
		vec_push(&planner->places, place);
	} else if (place.weight > planner->places.at[*at].weight) {
		planner->places.at[*at].weight = place.weight;
	}
	vec_push(&planner->pairs, ((struct cover_pair){ process, *at }));
	at = map_place(&planner->named_by, planner_key(process, *at, 0));
	if (*at == MAP_NONE) /* else a more urgent one says so */
		*at = place.finding;
}

static void note_wait(struct planner *planner, uint32_t process, int64_t wait_ms)
{
	struct advice_process *named = &planner->processes.at[process];

	if (wait_ms != MS_NONE && wait_ms > named->wait_ms)
		named->wait_ms = wait_ms;
}

static enum advice_part part_of_hop(const struct chain *chain, uint32_t number, bool last)
{
	if (chain->cycle == CYCLE_THREAD && number >= chain->cycle_start)
		return PART_RING;
	if (last)
		return PART_ENDS;
	return number == 0 ? PART_BEGINS : PART_PASSES;
}

/* The processes of a ring of one image are told apart by their order, as a ring has no first hop. */
struct ring {
	VEC(uint32_t) members; /* processes */
	struct map places;     /* process -> its number among those of its image */
};

static int member_compare(const void *a, const void *b, void *context)
{
	const struct planner *planner = context;

	return planner_compare_processes(&planner->processes.at[*(const uint32_t *)a],
					 &planner->processes.at[*(const uint32_t *)b],
					 planner);
}

static uint32_t process_of_hop(struct planner *planner, const struct hop *hop)
{
	const struct names *names = &planner->incident->chains.names;

	return planner_add_process(planner, hop->process, hop->pid,
				   names_find(&planner->incident->records.names,
					      names_text(names, hop->image)));
}

static void ring_find(struct ring *ring, struct planner *planner, const struct chain *chain)
{
	const struct chain_list *list = &planner->incident->chains;
	struct map counts = { 0 }; /* image_key() -> processes so far */
	uint32_t number = 0;

	chain_for_each_hop(hop, list, chain) if (number++ >= chain->cycle_start)
		vec_push(&ring->members, process_of_hop(planner, hop));
	qsort_r(ring->members.at, ring->members.len, sizeof(uint32_t), member_compare,
		planner);
	vec_for_each(process, &ring->members) {
		name_id image = planner->processes.at[*process].image;
		uint32_t *place = map_place(&ring->places, *process), *count;

		if (*place != MAP_NONE)
			continue;
		count = map_place(&counts, image_key(planner_name(planner, image)));
		*count = *count == MAP_NONE ? 0 : *count + 1;
		*place = *count;
	}
	map_free(&counts);
}

static void ring_free(struct ring *ring)
{
	vec_free(&ring->members);
	map_free(&ring->places);
}

static void add_chain(struct planner *planner, const struct chain *chain, uint32_t finding)
{
	const struct chain_list *list = &planner->incident->chains;
	const struct finding *found = &planner->findings->list.at[finding];
	uint64_t waiters = found->waiters ? found->waiters : found->count;
	struct ring ring = { .members = { 0 } };
	uint32_t number = 0;

	if (chain->cycle == CYCLE_THREAD)
		ring_find(&ring, planner, chain);
	chain_for_each_hop(hop, list, chain)
	{
		enum advice_part part = part_of_hop(chain, number, !hop_next(list, hop));
		unsigned factor = part == PART_ENDS || part == PART_RING ? 2 : 1;
		uint32_t process = process_of_hop(planner, hop);
		uint64_t where = number++;

		if (part == PART_RING)
			where = planner_key(image_key(names_text(&list->names, hop->image)),
					    map_get(&ring.places, process), 0);
		note_wait(planner, process, hop->wait_ms);
		add_place(planner, planner_key(chain_signature(chain), part, where),
			  (struct place){ .weight = weight_of(waiters,
							      seconds_of(found->wait_ms, 1),
							      factor),
					  .finding = finding,
					  .part = (uint8_t)part },
			  process);
	}
	ring_free(&ring);
}

static void add_chains(struct planner *planner)
{
	const struct findings *findings = planner->findings;
	struct map by_signature = { 0 };

	for (uint32_t i = 0; i < findings->list.len; i++)
		if (findings->list.at[i].chain)
			*map_place(&by_signature,
				   chain_signature(findings->list.at[i].chain)) = i;
	vec_for_each(chain, &planner->incident->chains.chains) {
		uint32_t finding = map_get(&by_signature, chain_signature(chain));

		if (finding != MAP_NONE && chain->hops >= 2)
			add_chain(planner, chain, finding);
	}
	map_free(&by_signature);
}

/* A message box or missing threads of one image show alike in each of its processes; a queue is one port's. */
static void add_named(struct planner *planner, uint32_t number)
{
	const struct finding *finding = &planner->findings->list.at[number];
	const struct thread *thread = incident_thread(planner->incident, finding->thread);
	uint64_t image = image_key(planner_name(planner, finding->image));
	uint64_t seconds, key, waiters = finding->waiters;
	uint32_t process;

	if (finding->pattern == PATTERN_blocked_queue && finding->count > waiters)
		waiters = finding->count; /* messages that nobody waits for are not served either */
	switch ((enum pattern)finding->pattern) {
	case PATTERN_message_box:
		seconds = seconds_of(thread ? thread->wait_ms : MS_NONE, 1);
		key = planner_key(finding->pattern, image, finding->detail + 1);
		break;
	default:
		seconds = seconds_of(finding->wait_ms, MISSING_SECONDS);
		key = finding->port ? planner_key(finding->pattern, finding->port, 0)
				    : planner_key(finding->pattern, image, 1);
	}
	process = planner_add_process(planner, finding->process, finding->pid, finding->image);
	if (thread)
		note_wait(planner, process, thread->wait_ms);
	add_place(planner, key,
		  (struct place){ .weight = weight_of(waiters, seconds, 1),
				  .finding = number,
				  .part = PART_NAMED },
		  process);
}

static void add_victims(struct planner *planner, uint32_t number)
{
	const struct finding *finding = &planner->findings->list.at[number];

	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party =
			&planner->findings->parties.at[finding->first_party + i];
		uint32_t process;

		if (party->role != PARTY_VICTIM)
			continue;
		process = planner_add_process(planner, party->process, party->pid,
					      party->image);
		add_place(planner, planner_key(party->process, party->pid, PATTERNS),
			  (struct place){ .weight = weight_of(1, VICTIM_SECONDS, 1),
					  .finding = number,
					  .part = PART_VICTIM },
			  process);
	}
}

/* Whether the finding is about one process, of which more is to be learned. */
static bool names_a_process(const struct finding *finding)
{
	switch ((enum pattern)finding->pattern) {
#define ADVICE_PATTERN(id) case PATTERN_##id:
#include "stages/advice_patterns.def"
#undef ADVICE_PATTERN
		return finding->process || finding->pid != PID_NONE || finding->image;
	default:
		return false;
	}
}

void planner_add_places(struct planner *planner)
{
	add_chains(planner);
	for (uint32_t i = 0; i < planner->findings->list.len; i++) {
		if (names_a_process(&planner->findings->list.at[i]))
			add_named(planner, i);
		add_victims(planner, i);
	}
}
