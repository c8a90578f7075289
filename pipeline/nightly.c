/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A night: reads what is new, tells on stdout what is new since the last mail, and notes that it did. The index is held from the first
 * to the last, so that nothing comes in between. What was told is noted when the mail is out: what a run has read that was killed, or
 * whose mail nobody took, is in the next one.
 */
#include "pipeline/nightly.h"

#include <stdio.h>
#include <sys/stat.h>

#include "index/totals.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/fail_on.h"
#include "pipeline/keeper_parts.h"
#include "pipeline/metrics.h"
#include "pipeline/output_file.h"
#include "pipeline/report/report.h"

uint64_t nightly_took_ms(const struct nightly *nightly)
{
	return (uint64_t)(keeper_now_ms() - nightly->began_ms);
}

/* ---- reading ---- */

/* Without a path there is nothing to read: it tells what other runs have read. */
static bool read_archive(struct nightly *nightly, struct error *error)
{
	struct ingest *ingest = &nightly->ingest;

	ingest->writing.rules.untold = true;
	if (ingest->path_count)
		return ingest_run(ingest, error);
	ingest->stop = catch_stop_signals();
	ingest->index = writing_open(&ingest->writing, error);
	return ingest->index && writing_group_alike(ingest->index, error);
}

/* ---- what is new ---- */

/* From where on it tells: never from later than the last mail, so that nothing is passed over. */
static bool find_beginning(struct nightly *nightly, struct index_view *view, struct error *error)
{
	struct run_row last;
	uint64_t run = 0;

	if (!night_mark_get(view, &nightly->mark, error) ||
	    !index_last_run(view, &last, error))
		return false;
	nightly->run = last.number;
	nightly->after = nightly->mark.run;
	if (nightly->since == MOMENT_NONE)
		return true;
	if (!run_begun_since(view, nightly->since, &run, error))
		return false;
	if (run && run - 1 < nightly->after)
		nightly->after = run - 1;
	return true;
}

static bool is_news(const struct nightly *nightly)
{
	return nightly->news.ids.len || nightly->news.quarantined.len ||
	       nightly->newly_gone || nightly->ingest.found.unreadable.len;
}

static bool find_news(struct nightly *nightly, struct index_view *view, struct error *error)
{
	bool good = find_beginning(nightly, view, error) &&
		    night_news(view, &nightly->mark, nightly->after, nightly->run,
			       &nightly->news, error) &&
		    nightly_find_gone(nightly, view, error);

	nightly->status = is_news(nightly) ? NIGHT_NEWS : NIGHT_QUIET;
	return good;
}

/* ---- the page ---- */

/* On the whole index, as it is when the mail is made; in place before the mail names it. */
static bool put_report(const struct nightly *nightly, struct index_view *view,
		       struct error *error)
{
	struct report_wish wish = { .folder = nightly->folder, .selector = SELECTOR_ALL };
	cleanup_free char *text = NULL;
	struct html html;
	size_t len = 0;
	FILE *out;
	bool good;

	if (!nightly->report)
		return true;
	out = mem_stream(&text, &len);
	html_init(&html, out);
	good = report_index(&html, view, &wish, error);
	mem_stream_end(out);
	return (good && output_file_write(nightly->report, text, len, error)) ||
	       error_context(error, "the report");
}

/* ---- the mail ---- */

static bool print_mail(const struct nightly *nightly, struct index_view *view,
		       struct error *error)
{
	return (nightly->format == FORMAT_JSON ? nightly_print_json
					       : nightly_print_text)(nightly, view, error);
}

/* Whether it is out. Into a file, it is on disk then. */
static bool mail_is_out(struct error *error)
{
	struct stat status;

	if (fflush(stdout) != 0 || ferror(stdout) ||
	    (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
	     fsync(STDOUT_FILENO) != 0))
		return error_errno(error, "the mail cannot be written");
	return true;
}

/* What is noted of it, but for when it was out. */
static void count_news(struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;

	nightly->next = (struct night_mark){
		.run = nightly->run,
		.after = news->ids.len ? nightly->after : nightly->mark.after,
		.began = nightly->began,
		.incidents = news->ids.len,
		.new_chains = news->diff.of_status[DIFF_NEW],
		.worse_chains = news->diff.of_status[DIFF_WORSE],
		.quarantined = news->quarantined.len,
	};
}

/* The mail, and whether --fail-on has something to say. */
static bool tell(struct nightly *nightly, bool *failing, struct error *error)
{
	struct index_view *view = index_view_begin(nightly->ingest.index, error);
	bool good = view && find_news(nightly, view, error) &&
		    fail_on_holds(view, nightly->fail_on, &nightly->news.diff,
				  &nightly->news.ids, failing, error) &&
		    put_report(nightly, view, error);

	if (good) {
		count_news(nightly);
		nightly->out = !nightly->only_news || nightly->status != NIGHT_QUIET;
		if (nightly->out)
			good = print_mail(nightly, view, error) && mail_is_out(error);
	}
	night_news_free(&nightly->news);
	index_view_end(view);
	return good;
}

/* Notes that it was told. */
static bool note(struct nightly *nightly, struct error *error)
{
	VEC(struct slice) gone = { 0 };
	bool good;

	vec_for_each(each, &nightly->gone)
		vec_push(&gone, each->path);
	nightly->next.ended = moment_now();
	nightly->next.took_ms = nightly_took_ms(nightly);
	good = night_tell(nightly->ingest.index, &nightly->next, gone.at, gone.len, error);
	vec_free(&gone);
	return good;
}

/* ---- metrics ---- */

static uint64_t bytes_to_read(const struct ingest *ingest)
{
	uint64_t bytes = 0;

	vec_for_each(job, &ingest->jobs)
		bytes += job->size;
	return bytes;
}

static bool put_metrics(const struct nightly *nightly, bool success, struct error *error)
{
	struct index_view *view = index_view_begin(nightly->ingest.index, error);
	struct index_totals totals = { .bundles = 0 };
	struct night_mark mark;
	struct metrics metrics = { .success = success,
				   .began = nightly->began,
				   .took_ms = nightly_took_ms(nightly),
				   .read_bytes = bytes_to_read(&nightly->ingest),
				   .totals = &nightly->ingest.totals,
				   .mark = &mark,
				   .index = &totals };
	bool good = view && night_mark_get(view, &mark, error) &&
		    index_totals(view, &totals, error) &&
		    metrics_write(nightly->metrics, &metrics, error);

	index_totals_free(&totals);
	index_view_end(view);
	return good;
}

/* ---- how it ends ---- */

/* A run that did not come to its end tells no news, and notes nothing: all of it is in the next mail. */
static void tell_failure(struct nightly *nightly, const struct error *failed, int signal)
{
	struct error error = ERROR_INIT;
	char text[32];

	nightly->failure = failed->text;
	nightly->status = NIGHT_FAILED;
	if (signal) {
		snprintf(text, sizeof(text), "by signal %d", signal);
		nightly->failure = text;
		nightly->status = NIGHT_INTERRUPTED;
	}
	print_mail(nightly, NULL, &error);
	fflush(stdout);
	nightly->failure = NULL;
}

/* Where the index cannot be had there are no numbers: the file stays as it is, and grows old. */
static void put_failed_metrics(const struct nightly *nightly)
{
	struct error error = ERROR_INIT;

	if (nightly->metrics && nightly->ingest.index && !put_metrics(nightly, false, &error))
		log_error("nightly: metrics: %s", error.text);
}

static int failed(struct nightly *nightly, const struct error *error)
{
	const struct ingest *ingest = &nightly->ingest;
	/* It waited for the index when the signal came. */
	bool interrupted = !ingest->index && ingest->stop && *ingest->stop;

	if (!nightly->out &&
	    (interrupted || error->kind != ERROR_BUSY || ingest->writing.lock != LOCK_SKIP))
		tell_failure(nightly, error, interrupted ? *ingest->stop : 0);
	put_failed_metrics(nightly);
	return ingest_failed(ingest, error);
}

static int interrupted(struct nightly *nightly)
{
	const struct error none = ERROR_INIT;
	int signal = *nightly->ingest.stop;

	tell_failure(nightly, &none, signal);
	put_failed_metrics(nightly);
	return 128 + signal;
}

int nightly_run(struct nightly *nightly)
{
	struct ingest *ingest = &nightly->ingest;
	struct error error = ERROR_INIT;
	bool failing = false;
	int status;

	if (!read_archive(nightly, &error))
		return failed(nightly, &error);
	if (*ingest->stop)
		return interrupted(nightly);
	/* From here on a signal comes too late to stop it. */
	if (!tell(nightly, &failing, &error) || !note(nightly, &error))
		return failed(nightly, &error);
	status = failing ? EXIT_FAIL_ON : ingest_status(ingest);
	if (nightly->metrics && !put_metrics(nightly, true, &error)) {
		log_error("nightly: metrics: %s", error.text);
		status = EXIT_IO;
	}
	return status;
}
