/* SPDX-License-Identifier: Apache-2.0 */
/* Checking an index; see verify.h. */
#include "index/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "index/bundle.h"
#include "index/derive.h"
#include "index/ids.h"
#include "index/pieces.h"
#include "index/regroup.h"
#include "index/run.h"
#include "index/transact.h"
#include "index/verify_pages.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/work.h"
#include "stages/census.h"
#include "stages/digest.h"

struct verifying {
	struct index_view *view;
	void (*report)(void *context, const char *text);
	void *context;
	struct verified *verified;
	id_vec sound;    /* incidents that can be derived from */
	id_vec expected; /* hash of every (incident, version) that pieces belong to */
	id_vec placed;   /* hash of every (bundle, incident) that incidents name */
	struct error *error;
};

static void report(struct verifying *verifying, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void report(struct verifying *verifying, const char *format, ...)
{
	char text[500];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	verifying->verified->problems++;
	verifying->report(verifying->context, text);
}

/* Turns what a read says into a report. False when it is no damage but a failure. */
static bool report_damage(struct verifying *verifying)
{
	if (verifying->error->kind != ERROR_FORMAT && verifying->error->kind != ERROR_NONE)
		return false;
	report(verifying, "%s", verifying->error->text);
	verifying->error->kind = ERROR_NONE;
	return true;
}

static uint64_t pair(uint64_t a, uint64_t b)
{
	return hash64_seeded(&b, sizeof(b), a);
}

static uint64_t place_pair(struct slice path, uint64_t id)
{
	return hash64_seeded(path.at, path.len, id);
}

/* Walks a table of sealed rows; a row that is damaged is reported and passed over. */
static bool each_sealed(struct verifying *verifying, enum table table, const char *what,
			void (*look)(struct verifying *verifying, struct slice key,
				     struct slice value))
{
	struct table_scan scan;
	bool good = scan_begin(&scan, verifying->view, table, SLICE_NONE, verifying->error);

	work_begin(what, table_rows(verifying->view, table));
	while (good && scan_next(&scan, verifying->error)) {
		struct slice value;

		if (scan.key.len < sizeof(uint64_t))
			report(verifying, "a key of the table %s is cut short",
			       table_name(table));
		else if (!sealed_open(scan.key, scan.value, &value, verifying->error))
			report(verifying, "a row of the table %s does not match its check sum",
			       table_name(table));
		else
			look(verifying, scan.key, value);
		verifying->error->kind = ERROR_NONE;
		work_step(1);
	}
	work_end();
	scan_end(&scan);
	return good && (verifying->error->kind == ERROR_NONE || report_damage(verifying));
}

/* ---- incidents and their pieces ---- */

static bool pieces_decode(struct verifying *verifying, const struct incident_row *row)
{
	uint64_t id = row->summary.id;
	struct key key = key_version(id, row->version);
	struct chain_list list = { .chains_found = 0 };
	struct census census = { 0 };
	struct digest digest = { .address_digits = 0 };
	struct incident incident;
	struct slice bytes;
	bool good =
		index_row_chains(verifying->view, row, &list, verifying->error) &&
		sealed_get(verifying->view, TABLE_CENSUS, &key, &bytes, verifying->error) &&
		census_decode(&census, bytes.at, bytes.len) &&
		sealed_get(verifying->view, TABLE_DIGEST, &key, &bytes, verifying->error) &&
		digest_decode(&digest, bytes.at, bytes.len);

	incident_init(&incident);
	good = good &&
	       sealed_get(verifying->view, TABLE_RECORDS, &key, &bytes, verifying->error) &&
	       incident_decode(&incident, bytes.at, bytes.len, verifying->error) &&
	       incident.id == id;
	if (!good)
		report(verifying,
		       "a piece of incident %016" PRIx64 " is missing or damaged", id);
	incident_free(&incident);
	chain_list_free(&list);
	census_free(&census);
	digest_free(&digest);
	return good;
}

static void look_at_incident(struct verifying *verifying, struct slice key, struct slice value)
{
	uint64_t id = key_number(key.at);
	struct incident_row row;

	(void)value;
	verifying->verified->incidents++;
	if (!index_incident(verifying->view, id, &row, verifying->error)) {
		report(verifying, "the row of incident %016" PRIx64 " cannot be read", id);
		return;
	}
	for (size_t i = 0; i < row.bundles.len; i++) {
		vec_push(&verifying->expected, pair(id, row.versions.at[i]));
		vec_push(&verifying->placed, place_pair(row.bundles.at[i], id));
	}
	if (pieces_decode(verifying, &row))
		vec_push(&verifying->sound, id);
	incident_row_free(&row);
}

static void look_at_piece(struct verifying *verifying, struct slice key, struct slice value)
{
	(void)value;
	if (key.len != 2 * sizeof(uint64_t) ||
	    !ids_hold(&verifying->expected,
		      pair(key_number(key.at), key_number(key.at + sizeof(uint64_t)))))
		report(verifying, "a piece belongs to no incident");
}

/* ---- bundles ---- */

static void look_at_bundle(struct verifying *verifying, struct slice key, struct slice value)
{
	struct bundle_row row;

	(void)key;
	verifying->verified->bundles++;
	if (!bundle_row_decode(&row, value)) {
		report(verifying, "the row of a bundle cannot be read");
		return;
	}
	vec_for_each(id, &row.incidents) {
		uint64_t named = place_pair(row.path, *id);

		if (!ids_hold(&verifying->placed, named))
			report(verifying,
			       "%.*s names incident %016" PRIx64 ", which does not lie in it",
			       SLICE_ARG(row.path), *id);
		vec_push(&verifying->expected, named);
	}
	bundle_row_free(&row);
}

static void look_at_placed(struct verifying *verifying)
{
	ids_settle(&verifying->expected);
	vec_for_each(placed, &verifying->placed)
		if (!ids_hold(&verifying->expected, *placed))
			report(verifying,
			       "an incident lies in a bundle that does not name it");
}

static bool verify_primary(struct verifying *verifying)
{
	bool good = each_sealed(verifying, TABLE_INCIDENT, "incidents checked",
				look_at_incident);

	ids_settle(&verifying->expected);
	ids_settle(&verifying->placed);
	for (size_t i = 0; good && i < PIECE_TABLES; i++)
		good = each_sealed(verifying, piece_tables[i], "pieces checked",
				   look_at_piece);
	verifying->expected.len = 0;
	good = good &&
	       each_sealed(verifying, TABLE_BUNDLE, "bundles checked", look_at_bundle);
	if (good)
		look_at_placed(verifying);
	return good;
}

/* ---- what follows ---- */

/* So many incidents are derived in one transaction of the scratch index. */
#define BATCH 1000

struct batch {
	struct verifying *verifying;
	size_t first, count;
};

static bool derive_batch(void *context, struct index_view *to, struct error *error)
{
	struct batch *batch = context;
	struct verifying *verifying = batch->verifying;

	return derive_incidents(verifying->view, verifying->sound.at + batch->first,
				batch->count, to, error);
}

static bool derive_all(struct verifying *verifying, struct index *scratch)
{
	struct batch batch = { .verifying = verifying };

	bool good = true;

	work_begin("incidents derived", verifying->sound.len);
	for (; good && batch.first < verifying->sound.len; batch.first += batch.count) {
		size_t left = verifying->sound.len - batch.first;

		batch.count = left < BATCH ? left : BATCH;
		good = index_transact(scratch, derive_batch, &batch, verifying->error);
	}
	work_end();
	return good;
}

static bool same_row(const struct table_scan *a, const struct table_scan *b)
{
	return slice_equal(a->key, b->key) && slice_equal(a->value, b->value);
}

static bool next_row(struct verifying *verifying, struct table_scan *scan, bool *more)
{
	*more = scan_next(scan, verifying->error);
	return *more || verifying->error->kind == ERROR_NONE;
}

/* The first row that differs is enough to say of a table. */
static bool compare_table(struct verifying *verifying, struct index_view *scratch,
			  enum table table)
{
	struct table_scan have = { 0 }, want = { 0 };
	bool more_have, more_want;
	bool good = scan_begin(&have, verifying->view, table, SLICE_NONE, verifying->error) &&
		    scan_begin(&want, scratch, table, SLICE_NONE, verifying->error);

	while (good && next_row(verifying, &have, &more_have) &&
	       next_row(verifying, &want, &more_want) && (more_have || more_want)) {
		if (more_have != more_want || !same_row(&have, &want)) {
			report(verifying, "the table %s does not follow from the incidents",
			       table_name(table));
			break;
		}
		verifying->verified->rows++;
		work_small_step(0);
	}
	scan_end(&have);
	scan_end(&want);
	return good && (verifying->error->kind == ERROR_NONE || report_damage(verifying));
}

static bool compare_all(struct verifying *verifying, struct index *scratch)
{
	struct index_view *view = index_view_begin(scratch, verifying->error);
	bool good = view != NULL;
	uint64_t rows = 0;

	for (int i = 0; good && i < DERIVED_TABLES; i++)
		rows += table_rows(verifying->view, derived_tables[i]);
	work_begin("rows compared", rows);
	for (int i = 0; good && i < DERIVED_TABLES; i++)
		good = compare_table(verifying, view, derived_tables[i]);
	work_end();
	if (view)
		index_view_end(view);
	return good;
}

static char *scratch_folder(struct error *error)
{
	const char *parent = getenv("TMPDIR");
	char *folder;

	if (asprintf(&folder, "%s/pipeline-verify.XXXXXX",
		     parent && *parent ? parent : "/tmp") < 0) {
		error_errno(error, "a name for a folder");
		return NULL;
	}
	if (mkdtemp(folder))
		return folder;
	error_errno(error, "%s", folder);
	free(folder);
	return NULL;
}

static void remove_scratch(const char *folder)
{
	static const char *const files[] = { "data.mdb", "lock.mdb", "writer.lock" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_free char *path = folder_file(folder, files[i]);

		unlink(path);
	}
	rmdir(folder);
}

static bool verify_derived(struct verifying *verifying)
{
	cleanup_free char *folder = scratch_folder(verifying->error);
	struct index *scratch = NULL;
	bool good = false;

	if (folder)
		scratch = index_open_write(folder, INDEX_LOCK_FAIL, verifying->error);
	if (scratch)
		good = derive_all(verifying, scratch) && compare_all(verifying, scratch);
	index_close(scratch);
	if (folder)
		remove_scratch(folder);
	return good;
}

/* ---- arrivals ---- */

static bool verify_arrivals(struct verifying *verifying)
{
	size_t incidents = table_rows(verifying->view, TABLE_INCIDENT);
	id_vec arrived = { 0 };
	bool good = ids_since_run(verifying->view, 0, &arrived, verifying->error);

	if (good && arrived.len != incidents)
		report(verifying, "%zu arrivals of %zu incidents", arrived.len, incidents);
	vec_for_each(id, &verifying->sound)
		if (good && !ids_hold(&arrived, *id))
			report(verifying, "incident %016" PRIx64 " never arrived", *id);
	vec_free(&arrived);
	return good || report_damage(verifying);
}

/* ---- pages ---- */

static void report_page(void *context, const char *text)
{
	report(context, "%s", text);
}

static bool verify_paging(struct verifying *verifying)
{
	return verify_pages(verifying->view, report_page, verifying, verifying->error) ||
	       report_damage(verifying);
}

/* By other rules all that follows is another. */
static bool grouped_by_our_rules(struct verifying *verifying, bool *ours)
{
	uint64_t rules;

	*ours = false;
	if (!index_rules(verifying->view, &rules, verifying->error))
		return report_damage(verifying);
	*ours = rules == SIGNATURE_RULES;
	if (!*ours)
		report(verifying,
		       "it is grouped by rules %" PRIu64
		       ", this program has %d: run `pipeline regroup`",
		       rules, SIGNATURE_RULES);
	return true;
}

bool index_verify(struct index_view *view, void (*report_to)(void *context, const char *text),
		  void *context, struct verified *verified, struct error *error)
{
	struct verifying verifying = { .view = view,
				       .report = report_to,
				       .context = context,
				       .verified = verified,
				       .error = error };
	bool good, ours = false;

	*verified = (struct verified){ .rows = 0 };
	error->kind = ERROR_NONE;
	good = verify_paging(&verifying) && verify_primary(&verifying) &&
	       grouped_by_our_rules(&verifying, &ours) && verify_arrivals(&verifying) &&
	       (!ours || verify_derived(&verifying));
	vec_free(&verifying.sound);
	vec_free(&verifying.expected);
	vec_free(&verifying.placed);
	return good;
}
