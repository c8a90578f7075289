/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a bundle: its dumps merged, analysed and encoded, its members' outcomes settled; see bundle_work.h. */
#include <stdio.h>

#include "pipeline/base/progress.h"
#include "stages/bundle_work.h"
#include "stages/census.h"
#include "stages/digest.h"

struct bundle_work *bundle_work_new(uint64_t job, int fd, const char *name)
{
	struct bundle_work *work = mem_alloc_zero(1, sizeof(*work));

	work->job = job;
	work->fd = fd;
	work->name = mem_strdup(name);
	work->limits = unpack_limits_default;
	return work;
}

void bundle_work_free(struct bundle_work *work)
{
	if (work->text.unpack)
		unpack_close(work->text.unpack);
	vec_for_each(member, &work->members) {
		free(member->path);
		free(member->text);
	}
	vec_for_each(join, &work->joins) {
		join_free(*join);
		free(*join);
	}
	vec_for_each(encoded, &work->encoded) {
		vec_free(&encoded->summary);
		vec_free(&encoded->chains);
		vec_free(&encoded->census);
		vec_free(&encoded->digest);
		vec_free(&encoded->records);
	}
	map_free(&work->contents);
	if (work->segment_hash)
		hash_stream_free(work->segment_hash);
	vec_free(&work->members);
	vec_free(&work->joins);
	vec_free(&work->joined);
	vec_free(&work->encoded);
	vec_free(&work->carry);
	free(work->name);
	free(work);
}

/* What was read of it before is kept. */
static void quarantine_over(struct member *member)
{
	if (member->outcome == MEMBER_QUARANTINED)
		return;
	member->outcome = MEMBER_QUARANTINED;
	member->reason = "limit-memory";
	member->text = mem_strdup("it holds more than a reader may keep in memory");
}

static void settle_member(struct bundle_work *work, const struct joined_member *joined)
{
	struct member *member = &work->members.at[joined->member];

	if (joined->over)
		quarantine_over(member);
	if (member->outcome == MEMBER_QUARANTINED || joined->joins > 0)
		return;
	if (joined->prompt_seen) {
		member->outcome = MEMBER_QUARANTINED;
		member->reason = "no-incident";
		member->text =
			mem_strdup("a kernel debugger's log without processes or threads");
	} else {
		member->outcome = MEMBER_IGNORED;
		member->reason = "not-a-debugger-log";
	}
}

static name_id partial_text(struct join *join, const struct member *member)
{
	char text[80];

	snprintf(text, sizeof(text), "the member could not be read to its end: %s",
		 member->reason);
	return names_add(&join->incident.records.names, slice_from(text));
}

/* A dump whose member broke off says so. */
static void diagnose_partial(struct bundle_work *work, struct join *join)
{
	uint32_t number = 0;

	vec_for_each(source, &join->sources) {
		const struct member *member = &work->members.at[source->member];

		if (member->outcome == MEMBER_QUARANTINED)
			vec_push(&join->incident.records.diagnostics,
				 ((struct diagnostic){ .code = DIAGNOSTIC_TRUNCATED_INPUT,
						       .line = source->last_line,
						       .source = number,
						       .text = partial_text(join, member) }));
		number++;
	}
}

/* The fullest text first; nothing here depends on names or on order in the archive. */
static int by_content(const void *a, const void *b)
{
	const struct join_source *x = &(*(struct join *const *)a)->sources.at[0];
	const struct join_source *y = &(*(struct join *const *)b)->sources.at[0];

	if (x->content_bytes != y->content_bytes)
		return x->content_bytes > y->content_bytes ? -1 : 1;
	if (x->content.high != y->content.high)
		return x->content.high < y->content.high ? -1 : 1;
	if (x->content.low != y->content.low)
		return x->content.low < y->content.low ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

/* What two joins of one dump have in common, to find candidates without comparing all with all. */
static uint64_t time_key(const struct join *join)
{
	const struct host *host = &join->incident.records.host;
	uint64_t key[2] = { (uint64_t)host->session_time, host->build };

	return host->session_time == MOMENT_NONE ? 0 : hash64(key, sizeof(key)) | 1;
}

static uint64_t tick_key(const struct join *join)
{
	uint64_t ticks = join_ticks(join);

	return ticks == TICKS_NONE ? 0 : ticks << 1;
}

static struct join *find_same(struct bundle_work *work, const struct map *map,
			      uint64_t key, const struct join *join)
{
	uint32_t at = key ? map_get(map, key) : MAP_NONE;

	if (at == MAP_NONE || !join_same_dump(work->joins.at[at], join))
		return NULL;
	return work->joins.at[at];
}

static void remember(struct map *map, uint64_t key, uint32_t at)
{
	uint32_t *place;

	if (key == 0)
		return;
	place = map_place(map, key);
	if (*place == MAP_NONE)
		*place = at;
}

/* A small one is packed again: there may be thousands. One that has grown large is not, as that would be done again for each that
 * is still to be taken in. */
#define PACKED_AGAIN (4u << 20)

static void take_in(struct bundle_work *work, struct join *same, struct join *join)
{
	join_merge(same, join, work->limits.dump_memory);
	vec_for_each(source, &same->sources)
		if (source->over)
			quarantine_over(&work->members.at[source->member]);
	join_free(join);
	free(join);
	if (work->packed && join_weight(same) <= PACKED_AGAIN)
		join_pack(same);
}

/* Merges joins that speak of one dump into the first of them. True when any did: then what was merged may have in common
 * with a third what neither had alone. */
static bool merge_joins(struct bundle_work *work)
{
	struct map times = { 0 }, ticks = { 0 };
	size_t count = work->joins.len;
	uint32_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct join *join = work->joins.at[i];
		struct join *same = find_same(work, &times, time_key(join), join);

		if (!same)
			same = find_same(work, &ticks, tick_key(join), join);
		if (same) {
			take_in(work, same, join);
			progress_step();
			continue;
		}
		remember(&times, time_key(join), kept);
		remember(&ticks, tick_key(join), kept);
		work->joins.at[kept++] = join;
	}
	work->joins.len = kept;
	map_free(&times);
	map_free(&ticks);
	return kept < count;
}

/* Members are joined in the order of their numbers. */
static const struct joined_member *joined_of(const struct bundle_work *work, size_t member)
{
	size_t low = 0, high = work->joined.len;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (work->joined.at[middle].member <= member)
			low = middle;
		else
			high = middle;
	}
	return &work->joined.at[low];
}

static void fill_sources(struct bundle_work *work, const struct join *join,
			 struct summary *summary)
{
	vec_for_each(from, &join->sources) {
		const struct member *member = &work->members.at[from->member];

		vec_push(&summary->sources,
			 ((struct source){
				 .member = slice_from(member->path),
				 .encoding = slice_from(joined_of(work, from->member)->encoding),
				 .bytes = member->bytes,
				 .first_line = from->first_line,
				 .last_line = from->last_line,
				 .content_high = from->content.high,
				 .content_low = from->content.low,
				 .partial = member->outcome == MEMBER_QUARANTINED }));
	}
}

static void encode_summary(struct bundle_work *work, const struct join *join, byte_vec *out)
{
	const struct incident *incident = &join->incident;
	const struct records *records = &incident->records;
	const struct host *host = &records->host;
	struct summary summary = { .id = incident->id,
				   .machine = names_text(&records->names, host->machine),
				   .os = names_text(&records->names, host->os),
				   .os_line = names_text(&records->names, host->os_line),
				   .arch = names_text(&records->names, host->arch),
				   .build = host->build,
				   .session_time = host->session_time,
				   .session_zone_known = host->session_zone_known,
				   .address_digits = host->address_digits,
				   .zombies = incident->zombies,
				   .threads = records->threads.len,
				   .edges = incident->edges.len,
				   .chains = incident->chains.chains_found,
				   .diagnostics = records->diagnostics.len };

	vec_for_each(process, &records->processes)
		summary.processes += (process->flags & PROCESS_BLOCK) != 0;
	vec_for_each(unknown, &records->unknown_lines)
		vec_push(&summary.unknown_kinds,
			 ((struct unknown_kind){ names_text(&records->names, unknown->kind),
						 names_text(&records->names, unknown->example),
						 unknown->count }));
	fill_sources(work, join, &summary);
	summary_encode(&summary, out);
	summary_free(&summary);
}

/* A finished dump, and its pieces. */
struct telling {
	struct bundle_work *work;
	struct join *join;
	struct encoded *encoded;
	struct incident_encoding *encoding;
};

static void encode_what_follows(void *of)
{
	const struct telling *telling = of;
	const struct incident *incident = &telling->join->incident;
	struct encoded *encoded = telling->encoded;

	encode_summary(telling->work, telling->join, &encoded->summary);
	chain_list_encode(&incident->chains, &encoded->chains);
	census_encode(&incident->records, &encoded->census);
	digest_encode(incident, &encoded->digest);
	progress_step();
}

static void encode_processes(void *of)
{
	const struct telling *telling = of;

	incident_encode_processes(telling->encoding);
	progress_step();
}

static void encode_all_else(void *of)
{
	const struct telling *telling = of;

	incident_encode_rest(telling->encoding);
	progress_step();
}

static void end_encoding(void *of)
{
	const struct telling *telling = of;

	incident_encoding_end(telling->encoding, &telling->encoded->records);
	progress_step();
}

/* Smaller ones are done before another thread has come; larger ones have no room for records and packed records side by side. */
#define LENT_MIN (2u << 20)
#define LENT_MAX (90u << 20)

static void encode_join(struct bundle_work *work, struct join *join)
{
	const struct lender *lender = join_weight(join) > LENT_MIN ? work->lender : NULL;
	struct encoded *encoded = vec_add(&work->encoded);
	struct telling telling = { work, join, encoded, NULL };

	*encoded = (struct encoded){ 0 };
	join_finish(join, lender);
	progress_step();
	incident_analyse(&join->incident);
	progress_step();
	encoded->id = join->incident.id;
	if (lender && join_weight(join) < LENT_MAX) {
		telling.encoding = incident_encoding_new(&join->incident);
		lend(lender, encode_processes, encode_all_else, &telling);
		lend(lender, end_encoding, encode_what_follows, &telling);
		return;
	}
	encode_what_follows(&telling);
	incident_encode_spent(&join->incident, &encoded->records);
	progress_step();
}

static int by_id(const void *a, const void *b)
{
	const struct encoded *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_path(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void bundle_finish(struct bundle_work *work)
{
	vec_for_each(joined, &work->joined)
		settle_member(work, joined);
	if (work->joins.len)
		qsort(work->joins.at, work->joins.len, sizeof(work->joins.at[0]), by_content);
	while (work->joins.len > 1 && merge_joins(work))
		;
	vec_for_each(join, &work->joins) {
		join_unpack(*join);
		diagnose_partial(work, *join);
		encode_join(work, *join);
		join_free(*join);
		free(*join);
	}
	work->joins.len = 0;
	if (work->encoded.len)
		qsort(work->encoded.at, work->encoded.len, sizeof(struct encoded), by_id);
	if (work->members.len)
		qsort(work->members.at, work->members.len, sizeof(struct member), by_path);
}

bool bundle_adds_up(const struct bundle_work *work)
{
	uint64_t settled = 0;

	vec_for_each(member, &work->members) {
		bool parsed = member->outcome == MEMBER_PARSED;

		settled += member->outcome <= MEMBER_QUARANTINED &&
			   parsed == (*member->reason == 0);
	}
	return settled == work->found;
}
