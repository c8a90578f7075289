/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the index: samples of bundles as tables of plain values, made into the
 * bytes that a reader would send, in an index in a folder of its own that goes with the
 * test.
 */
#ifndef TEST_INDEX_FIXTURE_H
#define TEST_INDEX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "index/table.h"
#include "pipeline/base/bytes.h"
#include "stages/census.h"
#include "stages/digest.h"
#include "stages/signature.h"

#define SAMPLE_CHAINS 4
#define SAMPLE_PROCESSES 6
#define SAMPLE_INCIDENTS 4

struct sample_chain {
	const char *path; /* "a.exe>b.exe"; NULL behind the last chain */
	int64_t wait_ms;
	uint32_t ring;              /* 1 + cycle_start, 0 for no ring */
	uint8_t via;                /* enum edge_kind; 0: EDGE_ALPC */
	const char *reason, *frame; /* of the one that is waited for last; NULL for none */
};

/* A live process whose threads were listed; others may be of its image, too. */
struct sample_process {
	const char *image; /* NULL behind the last process */
	uint32_t threads;
	uint32_t zombies; /* so many more processes of it that are zombies */
	uint32_t boxes;   /* so many of its threads show a message box */
	bool gone;        /* there is no live one, only the zombies */
};

struct sample_incident {
	uint64_t id; /* 0 behind the last incident */
	const char *machine, *os, *member;
	uint32_t build;
	int64_t time; /* 0 for none */
	bool partial;
	struct sample_chain chains[SAMPLE_CHAINS];
	struct sample_process processes[SAMPLE_PROCESSES];
	const char *records; /* NULL: some that follow from the id */
	size_t records_len;  /* 0: those of the text */
	bool readable;       /* the records are those of the processes, not of a text */
};

struct sample_bundle {
	const char *path;
	struct sample_incident incidents[SAMPLE_INCIDENTS]; /* by id */
};

/* What a sample becomes. */
struct made_bundle {
	struct bundle_row row;
	struct encoded_incident encoded[SAMPLE_INCIDENTS];
	byte_vec bytes[SAMPLE_INCIDENTS][5]; /* the pieces of each */
};

static inline struct slice bytes_slice(const byte_vec *bytes)
{
	return (struct slice){ (const char *)bytes->at, bytes->len };
}

static inline struct hop make_hop(struct chain_list *list, struct slice image)
{
	return (struct hop){ .image = names_add(&list->names, image),
			     .pid = PID_NONE,
			     .tid = PID_NONE,
			     .wait_ms = MS_NONE,
			     .next = NUMBER_NONE };
}

/* Hops are added from the last to the first, as the reader does. */
static inline void make_chain(struct chain_list *list, const struct sample_chain *sample)
{
	struct slice rest = slice_from(sample->path);
	struct chain chain = {
		.cycle_start = sample->ring ? sample->ring - 1 : NUMBER_NONE,
		.cycle = sample->ring ? CYCLE_THREAD : CYCLE_NONE,
		.endpoint = (uint32_t)list->endpoints.len,
	};
	uint32_t next = NUMBER_NONE;

	vec_push(&list->endpoints,
		 ((struct endpoint){
			 .kind = sample->ring ? ENDPOINT_CYCLE : ENDPOINT_WAIT,
			 .wait_reason = names_add(&list->names, slice_from(sample->reason)),
			 .frame = names_add(&list->names, slice_from(sample->frame)) }));
	for (bool more = true; more;) {
		const char *arrow = rest.len ? memrchr(rest.at, '>', rest.len) : NULL;
		size_t image = arrow ? (size_t)(arrow - rest.at) + 1 : 0;
		struct hop hop = make_hop(list, slice_skip(rest, image));

		hop.next = next;
		if (chain.hops++ || sample->ring)
			hop.via = sample->via ? sample->via : EDGE_ALPC;
		else
			hop.frame = names_add(&list->names, slice_from(sample->frame));
		rest = slice_first(rest, arrow ? image - 1 : 0);
		more = arrow;
		if (!more && sample->wait_ms)
			hop.wait_ms = sample->wait_ms;
		chain.first_hop = next = (uint32_t)list->hops.len;
		vec_push(&list->hops, hop);
	}
	vec_push(&list->chains, chain);
}

/* By the product's own rule. */
static inline struct signatures sample_signatures(const struct sample_chain *sample)
{
	struct chain_list list = { .address_digits = 16 };
	struct signatures signatures;

	make_chain(&list, sample);
	chain_list_sign(&list);
	signatures = list.chains.at[0].signatures;
	chain_list_free(&list);
	return signatures;
}

static inline uint64_t sample_signature(const struct sample_chain *sample)
{
	return sample_signatures(sample).of[GROUPING_KIND];
}

/* The slice points into out. */
static inline struct slice sample_label(const struct sample_chain *sample,
					enum grouping grouping, byte_vec *out)
{
	struct chain_list list = { .address_digits = 16 };
	struct slice label;

	make_chain(&list, sample);
	label = chain_label(&list, list.chains.at, grouping, out);
	chain_list_free(&list);
	return label;
}

static inline void make_summary(byte_vec *out, const struct sample_incident *sample,
				uint64_t zombies)
{
	struct summary summary = {
		.id = sample->id,
		.zombies = zombies,
		.machine = slice_from(sample->machine),
		.os = slice_from(sample->os),
		.build = sample->build ? sample->build : NUMBER_NONE,
		.session_time = sample->time ? sample->time : MOMENT_NONE,
		.session_zone_known = true,
		.address_digits = 16,
	};
	struct source source = {
		.member = slice_from(sample->member ? sample->member : "kd.log"),
		.encoding = SLICE("utf-8"),
		.content_low = sample->id,
		.partial = sample->partial,
	};

	vec_push(&summary.sources, source);
	summary_encode(&summary, out);
	summary_free(&summary);
}

static inline void make_records(byte_vec *out, const struct sample_incident *sample,
				const struct incident *incident)
{
	if (sample->readable)
		incident_encode(incident, out);
	else if (!sample->records)
		bytes_put_u64_be(out, sample->id * 0x9e3779b97f4a7c15u);
	else
		bytes_put(out, sample->records,
			  sample->records_len ? sample->records_len : strlen(sample->records));
}

/* ---- processes ---- */

static inline void make_process(struct records *records, name_id image, uint32_t flags,
				uint32_t handles, uint32_t threads)
{
	uint32_t number = (uint32_t)records->processes.len + 1;

	vec_push(&records->processes, ((struct process){ .address = number * 0x1000,
							 .pid = number * 4,
							 .parent_pid = PID_NONE,
							 .session = 1,
							 .handle_count = handles,
							 .flags = (uint8_t)flags,
							 .threads = threads,
							 .image = image }));
}

static inline void make_box(struct records *records)
{
	const struct process *process = &records->processes.at[records->processes.len - 1];

	vec_push(&records->threads,
		 ((struct thread){ .address = 0x1000000 + records->threads.len * 0x1000,
				   .process = process->address,
				   .pid = process->pid,
				   .tid = (uint32_t)records->threads.len + 1,
				   .wait_start = TICKS_NONE,
				   .ticks = 5,
				   .wait_ms = 50,
				   .state = THREAD_WAIT,
				   .wait_reason = names_add(&records->names,
							    SLICE("WrUserRequest")),
				   .first_frame = (uint32_t)records->frames.len,
				   .frames = 1 }));
	vec_push(&records->frames, names_add(&records->names, SLICE("USER32!MessageBoxW")));
}

/* The incident that the processes of a sample are, analysed. */
static inline void make_processes(struct incident *incident,
				  const struct sample_incident *sample)
{
	struct records *records = &incident->records;

	incident_init(incident);
	incident->id = sample->id;
	records->host.build = sample->build ? sample->build : NUMBER_NONE;
	records->host.address_digits = 16;
	for (size_t i = 0; i < SAMPLE_PROCESSES && sample->processes[i].image; i++) {
		const struct sample_process *process = &sample->processes[i];
		name_id image = names_add(&records->names, slice_from(process->image));

		if (!process->gone)
			make_process(records, image,
				     PROCESS_BLOCK | PROCESS_TABLE_SET | PROCESS_THREADS_LISTED,
				     7, process->threads);
		for (uint32_t k = 0; k < process->boxes && !process->gone; k++)
			make_box(records);
		for (uint32_t k = 0; k < process->zombies; k++)
			make_process(records, image, PROCESS_BLOCK | PROCESS_TABLE_ZERO, 0, 0);
	}
	incident_analyse(incident);
}

static inline void make_incident(struct made_bundle *made, size_t i,
				 const struct sample_incident *sample)
{
	struct chain_list list = { .address_digits = 16 };
	byte_vec *bytes = made->bytes[i];
	struct incident incident;

	for (size_t c = 0; c < SAMPLE_CHAINS && sample->chains[c].path; c++)
		make_chain(&list, &sample->chains[c]);
	list.chains_found = list.chains.len;
	make_processes(&incident, sample);
	make_summary(&bytes[0], sample, incident.zombies);
	chain_list_encode(&list, &bytes[1]);
	census_encode(&incident.records, &bytes[2]);
	digest_encode(&incident, &bytes[3]);
	make_records(&bytes[4], sample, &incident);
	chain_list_free(&list);
	incident_free(&incident);
	made->encoded[i].summary = bytes_slice(&bytes[0]);
	made->encoded[i].chains = bytes_slice(&bytes[1]);
	made->encoded[i].census = bytes_slice(&bytes[2]);
	made->encoded[i].digest = bytes_slice(&bytes[3]);
	made->encoded[i].records = bytes_slice(&bytes[4]);
	vec_push(&made->row.incidents, sample->id);
}

static inline void make_bundle(struct made_bundle *made, const struct sample_bundle *sample)
{
	static const struct member_row ignored = {
		.path = { "readme.bin", 10 },
		.reason = { "binary", 6 },
		.outcome = OUTCOME_IGNORED,
		.bytes = 300,
	};

	*made = (struct made_bundle){ .row = { .path = slice_from(sample->path) } };
	made->row.size = 1000 + strlen(sample->path);
	made->row.mtime_ns = -5;
	made->row.content = hash128(sample->path, strlen(sample->path));
	for (size_t i = 0; i < SAMPLE_INCIDENTS && sample->incidents[i].id; i++) {
		const char *member = sample->incidents[i].member;

		make_incident(made, i, &sample->incidents[i]);
		vec_push(&made->row.members,
			 ((struct member_row){
				 .path = slice_from(member ? member : "kd.log"),
				 .bytes = 7,
			 }));
	}
	vec_push(&made->row.members, ignored);
}

static inline void made_free(struct made_bundle *made)
{
	for (size_t i = 0; i < SAMPLE_INCIDENTS; i++)
		for (size_t k = 0; k < 5; k++)
			vec_free(&made->bytes[i][k]);
	bundle_row_free(&made->row);
}

/* ---- an index in a folder of its own ---- */

static inline char *new_folder(void)
{
	const char *parent = getenv("TMPDIR");
	char *path = NULL;

	if (asprintf(&path, "%s/index.XXXXXX", parent ? parent : "/tmp") < 0 || !mkdtemp(path))
		fail_msg("no folder for the test");
	return path;
}

static inline void remove_file(const char *folder, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static inline void remove_folder(char *folder)
{
	remove_file(folder, "data.mdb");
	remove_file(folder, "lock.mdb");
	remove_file(folder, "writer.lock");
	rmdir(folder);
	free(folder);
}

static inline struct index *must_open_write(const char *folder)
{
	struct error error = ERROR_INIT;
	struct index *index = index_open_write(folder, INDEX_LOCK_FAIL, &error);

	if (!index)
		fail_msg("%s", error.text);
	return index;
}

static inline struct index *must_open_read(const char *folder)
{
	struct error error = ERROR_INIT;
	struct index *index = index_open_read(folder, &error);

	if (!index)
		fail_msg("%s", error.text);
	return index;
}

static inline struct index_view *must_view(struct index *index)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(index, &error);

	if (!view)
		fail_msg("%s", error.text);
	return view;
}

/* Writes the samples in one batch. */
static inline bool write_samples(struct index *index, const struct sample_bundle *samples,
				 size_t count, struct error *error)
{
	struct made_bundle *made = mem_alloc_zero(count, sizeof(*made));
	struct bundle_result *results = mem_alloc_zero(count, sizeof(*results));
	bool ok;

	for (size_t i = 0; i < count; i++) {
		make_bundle(&made[i], &samples[i]);
		results[i].row = &made[i].row;
		results[i].incidents = made[i].encoded;
	}
	ok = index_write(index, results, count, error);
	for (size_t i = 0; i < count; i++)
		made_free(&made[i]);
	free(made);
	free(results);
	return ok;
}

static inline void must_write(struct index *index, const struct sample_bundle *samples,
			      size_t count)
{
	struct error error = ERROR_INIT;

	if (!write_samples(index, samples, count, &error))
		fail_msg("%s", error.text);
}

/* Writes the samples to the index in the folder, one batch, and closes it. */
static inline void fill(const char *folder, const struct sample_bundle *samples, size_t count)
{
	struct index *index = must_open_write(folder);

	must_write(index, samples, count);
	index_close(index);
}

/* Every key and value of every table. */
static inline void dump(const char *folder, byte_vec *out)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;

	out->len = 0;
	for (int table = 0; table < TABLES; table++) {
		struct table_scan scan;

		bytes_put_u8(out, (uint8_t)table);
		assert_true(scan_begin(&scan, view, table, SLICE_NONE, &error));
		while (scan_next(&scan, &error)) {
			bytes_put_text(out, scan.key);
			bytes_put_text(out, scan.value);
		}
		assert_int_equal(error.kind, ERROR_NONE);
		scan_end(&scan);
	}
	index_view_end(view);
	index_close(index);
}

static inline void assert_same_bytes(const byte_vec *a, const byte_vec *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->at, b->at, a->len);
}

static inline size_t count_rows(struct index_view *view, enum table table)
{
	MDB_stat stat;

	mdb_stat(view->txn, view->index->tables[table], &stat);
	return stat.ms_entries;
}

#define assert_text(slice, text) assert_true(slice_equal(slice, slice_from(text)))

#endif
