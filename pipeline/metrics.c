/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics as text; see metrics.h. What both formats take: gauges alone, as OpenMetrics wants counters to end in _total in another way than
 * Prometheus does; a HELP and a TYPE before the samples of each; no blank lines; no timestamps, which node_exporter refuses; and the
 * end that OpenMetrics asks for, "# EOF", which is a comment to Prometheus.
 */
#include "pipeline/metrics.h"

#include <stdio.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/mem.h"
#include "pipeline/output_file.h"

static const char *const reasons[] = {
#define QUARANTINE_REASON(code) code,
#include "pipeline/quarantine_reasons.def"
#undef QUARANTINE_REASON
};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

static void begin(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP pipeline_%s %s\n# TYPE pipeline_%s gauge\n", name, help, name);
}

static void put(FILE *out, const char *name, const char *help, uint64_t value)
{
	begin(out, name, help);
	fprintf(out, "pipeline_%s %llu\n", name, (unsigned long long)value);
}

static void put_ms(FILE *out, const char *name, const char *help, int64_t ms)
{
	begin(out, name, help);
	fprintf(out, "pipeline_%s %lld.%03d\n", name, (long long)(ms / 1000),
		(int)(ms % 1000));
}

static void put_labelled(FILE *out, const char *name, const char *label,
			 const char *value, uint64_t number)
{
	fprintf(out, "pipeline_%s{%s=\"%s\"} %llu\n", name, label, value,
		(unsigned long long)number);
}

static void print_members(FILE *out, const char *name, const char *help,
			  const uint64_t members[OUTCOMES])
{
	begin(out, name, help);
	put_labelled(out, name, "outcome", "parsed", members[OUTCOME_PARSED]);
	put_labelled(out, name, "outcome", "ignored", members[OUTCOME_IGNORED]);
	put_labelled(out, name, "outcome", "quarantined", members[OUTCOME_QUARANTINED]);
}

static void print_run(FILE *out, const struct metrics *metrics)
{
	const struct keeper_totals *totals = metrics->totals;
	const struct night_mark *mark = metrics->mark;

	put_ms(out, "last_run_timestamp_seconds", "When the last run of nightly began.",
	       metrics->began);
	put(out, "last_run_success", "Whether it came to its end, 1 or 0.", metrics->success);
	put_ms(out, "last_run_duration_seconds", "How long it took.",
	       (int64_t)metrics->took_ms);
	begin(out, "last_run_bundles", "Bundles that it found, by what it did with them.");
	put_labelled(out, "last_run_bundles", "state", "read", totals->read);
	put_labelled(out, "last_run_bundles", "state", "known", totals->skipped);
	put(out, "last_run_read_bytes", "Size of the bundles that it had to read.",
	    metrics->read_bytes);
	print_members(out, "last_run_members",
		      "Members of the bundles that it found, known ones included.",
		      totals->outcomes);
	if (mark->ended == MOMENT_NONE)
		return;
	put_ms(out, "last_success_timestamp_seconds",
	       "When a run of nightly last came to its end.", mark->ended);
	put(out, "new_incidents", "Incidents that the last mail named as new.",
	    mark->incidents);
	put(out, "new_signatures",
	    "Signatures of chains that the last mail named as new.", mark->new_chains);
	put(out, "worse_signatures",
	    "Signatures of chains that the last mail named as worse.", mark->worse_chains);
	put(out, "new_quarantined_members",
	    "Members that the last mail named as quarantined.", mark->quarantined);
}

static uint64_t of_reason(const struct index_totals *index, const char *reason)
{
	vec_for_each(total, &index->reasons)
		if (slice_equal(total->reason, slice_from(reason)))
			return total->members;
	return 0;
}

static void print_reasons(FILE *out, const struct index_totals *index)
{
	uint64_t other = index->members[OUTCOME_QUARANTINED];

	begin(out, "quarantined_members", "Members that could not be read, by reason.");
	for (size_t i = 0; i < REASONS; i++) {
		uint64_t members = of_reason(index, reasons[i]);

		other -= members;
		put_labelled(out, "quarantined_members", "reason", reasons[i], members);
	}
	put_labelled(out, "quarantined_members", "reason", "other", other);
}

static void print_index(FILE *out, const struct index_totals *index)
{
	put(out, "bundles", "Bundles that the index knows.", index->bundles);
	put(out, "bundle_bytes", "Their size together.", index->bundle_bytes);
	print_members(out, "members", "Members of these bundles, by what came of them.",
		      index->members);
	print_reasons(out, index);
	put(out, "incidents", "Incidents in the index.", index->incidents);
	put(out, "signatures", "Signatures of chains in the index.", index->signatures);
	put(out, "zombies_max", "The most zombies of an incident in the index.",
	    index->most_zombies);
	put(out, "index_bytes", "Size of the index.", index->sizes.file);
	put(out, "index_free_bytes", "Of these, bytes of pages that are not in use.",
	    index->sizes.free);
	put(out, "index_map_bytes", "Size at which the map of the index is made larger.",
	    index->sizes.map);
}

void metrics_print(FILE *out, const struct metrics *metrics)
{
	print_run(out, metrics);
	print_index(out, metrics->index);
	fputs("# EOF\n", out);
}

bool metrics_write(const char *path, const struct metrics *metrics, struct error *error)
{
	cleanup_free char *text = NULL;
	size_t len;
	FILE *out = mem_stream(&text, &len);

	metrics_print(out, metrics);
	mem_stream_end(out);
	return output_file_write(path, text, len, error);
}
