/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the incidents of which evidence is shown; see report_proof.h. */
#include "pipeline/report/report_proof.h"

#include "pipeline/point_text.h"
#include "pipeline/show_parts.h"
#include "stages/finding_evidence.h"
#include "stages/signature.h"

void proof_print_name(FILE *out, struct slice name)
{
	char text[HTML_SHORT_SIZE];
	struct slice shown = html_shorten(text, name, HTML_NAME_SHOWN);

	fwrite(shown.at, 1, shown.len, out);
}

/* ---- one finding ---- */

static struct slice text_of(const struct shown *shown, const struct finding *finding,
			    struct arena *arena)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = mem_stream(&text, &len);
	struct slice copy;

	point_print(out, proof_print_name, shown, finding);
	mem_stream_end(out);
	copy = arena_copy(arena, (struct slice){ text, len });
	free(text);
	return copy;
}

static void take_piece(struct proof_piece *piece, const struct shown *shown,
		       const struct evidence_piece *seen)
{
	const struct summary *summary = &shown->row->summary;
	FILE *out = fmemopen(piece->command, sizeof(piece->command), "w");

	*piece->command = 0;
	if (out) {
		print_piece_command(out, shown, seen);
		fclose(out);
	}
	piece->member = SLICE_NONE;
	piece->first_line = piece->last_line = 0;
	if (seen->evidence.length == 0)
		return;
	piece->first_line = seen->evidence.first_line;
	piece->last_line = seen->evidence.last_line;
	if (seen->evidence.source < summary->sources.len)
		piece->member = summary->sources.at[seen->evidence.source].member;
}

void proof_take(struct proof *proof, const struct shown *shown, uint32_t number,
		struct arena *arena)
{
	const struct finding *finding = &shown->findings.list.at[number - 1];
	struct evidence_list list = { 0 };

	finding_evidence(shown->incident, &shown->findings, finding, &list);
	proof->number = number;
	proof->text = text_of(shown, finding, arena);
	for (proof->shown = 0;
	     proof->shown < list.pieces.len && proof->shown < PIECES_MAX; proof->shown++)
		take_piece(&proof->pieces[proof->shown], shown, &list.pieces.at[proof->shown]);
	proof->left_out = list.pieces.len - proof->shown + list.left_out;
	evidence_list_free(&list);
}

static bool is_wished(const struct proof *proof, const struct shown *shown,
		      const struct finding *finding)
{
	struct slice image = names_text(&shown->incident->records.names, finding->image);

	if (finding->pattern != proof->of.pattern || finding->confidence != proof->of.confidence)
		return false;
	if (finding->chain)
		return chain_signature(finding->chain) == proof->of.signature;
	return !proof->of.image.len || (image.len && image_same(image, proof->of.image));
}

static void prove(struct proof *proof, const struct shown *shown, struct arena *arena)
{
	for (uint32_t i = 0; i < shown->findings.list.len && !proof->number; i++)
		if (is_wished(proof, shown, &shown->findings.list.at[i]))
			proof_take(proof, shown, i + 1, arena);
}

/* ---- incidents ---- */

static bool judge(struct report_facts *facts, uint32_t incident, show_work work,
		  void *context, struct error *error)
{
	struct incident_row row = { 0 };
	bool good = index_known_incident(facts->view, facts->incidents.at[incident].id,
					 &row, error) &&
		    show_row(facts->view, &row, work, context, error);

	incident_row_free(&row);
	return good;
}

struct proving {
	struct report_facts *facts;
	proof_vec *proofs;
	const uint32_t *order; /* of the proofs, by incident */
	size_t count;          /* of those of the incident at hand */
};

static bool prove_all(void *context, const struct shown *shown, struct error *error)
{
	struct proving *proving = context;

	(void)error;
	for (size_t i = 0; i < proving->count; i++)
		prove(&proving->proofs->at[proving->order[i]], shown, &proving->facts->arena);
	return true;
}

static int compare_incidents(const void *left, const void *right, void *context)
{
	const proof_vec *proofs = context;
	uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
	uint32_t a = proofs->at[x].incident, b = proofs->at[y].incident;

	return a != b ? (a < b ? -1 : 1) : x < y ? -1 : x > y;
}

bool report_prove(struct report_facts *facts, proof_vec *proofs, struct error *error)
{
	struct proving proving = { .facts = facts, .proofs = proofs };
	VEC(uint32_t) order = { 0 };
	bool good = true;

	for (uint32_t i = 0; i < proofs->len; i++)
		vec_push(&order, i);
	if (order.len)
		qsort_r(order.at, order.len, sizeof(*order.at), compare_incidents, proofs);
	for (size_t i = 0; good && i < order.len; i += proving.count) {
		uint32_t incident = proofs->at[order.at[i]].incident;

		proving.order = &order.at[i];
		for (proving.count = 1; i + proving.count < order.len; proving.count++)
			if (proofs->at[order.at[i + proving.count]].incident != incident)
				break;
		good = judge(facts, incident, prove_all, &proving, error);
	}
	vec_free(&order);
	return good;
}

/* ---- outliers ---- */

struct finding_outliers {
	struct report_facts *facts;
	outlier_vec *outliers;
	uint32_t incident;
};

static void add_outlier(struct finding_outliers *finding_outliers,
			const struct shown *shown, uint32_t number)
{
	const struct finding *finding = &shown->findings.list.at[number - 1];
	struct arena *arena = &finding_outliers->facts->arena;
	struct outlier *outlier = vec_add(finding_outliers->outliers);

	*outlier = (struct outlier){ .proof.incident = finding_outliers->incident,
				     .waiters = finding->waiters,
				     .sample = finding->sample,
				     .pid = finding->pid,
				     .threads = finding->threads,
				     .expected = finding->expected,
				     .expected_half = finding->expected_half,
				     .urgency = finding->urgency,
				     .basis = finding->basis };
	outlier->proof.of.image = arena_copy(
		arena, names_text(&shown->incident->records.names, finding->image));
	proof_take(&outlier->proof, shown, number, arena);
}

static bool find_outliers(void *context, const struct shown *shown, struct error *error)
{
	(void)error;
	for (uint32_t i = 0; i < shown->findings.list.len; i++)
		if (shown->findings.list.at[i].pattern == PATTERN_missing_threads)
			add_outlier(context, shown, i + 1);
	return true;
}

bool report_find_outliers(struct report_facts *facts, const uint32_t *incidents,
			  size_t count, outlier_vec *outliers, struct error *error)
{
	struct finding_outliers context = { .facts = facts, .outliers = outliers };

	for (size_t i = 0; i < count; i++) {
		context.incident = incidents[i];
		if (!judge(facts, incidents[i], find_outliers, &context, error))
			return false;
	}
	return true;
}
