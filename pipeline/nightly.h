/* SPDX-License-Identifier: Apache-2.0 */
/* What `pipeline nightly` knows of a night, and its mail in both formats. */
#ifndef PIPELINE_NIGHTLY_H
#define PIPELINE_NIGHTLY_H

#include "index/night_news.h"
#include "pipeline/ingest.h"
#include "pipeline/selecting.h"

enum night_status {
	NIGHT_QUIET, /* nothing is new */
	NIGHT_NEWS,
	NIGHT_FAILED,
	NIGHT_INTERRUPTED,
};

struct gone_bundle {
	struct slice path;
	uint64_t incidents; /* that the index holds of it */
	bool told;          /* by a mail before */
};

struct nightly {
	struct ingest ingest;
	/* what is wished */
	enum format format;
	const char *metrics; /* a file, or NULL */
	const char *report;  /* a file, or NULL */
	uint64_t limit;      /* rows of a section; UINT64_MAX: all */
	int64_t since;       /* MOMENT_NONE: since the last mail */
	unsigned fail_on;
	bool only_news;
	/* what came of it */
	char *folder;           /* of the index */
	int64_t began;          /* moment */
	int64_t began_ms;       /* of keeper_now_ms() */
	struct night_mark mark; /* of the mail before */
	struct night_mark next; /* of this one */
	bool out;               /* this one was begun to be written */
	uint64_t run;           /* up to here it tells */
	uint64_t after;         /* behind this run it begins to */
	struct night_news news;
	VEC(struct gone_bundle) gone; /* by path, those told before among them */
	uint64_t newly_gone;
	struct arena arena; /* their paths */
	enum night_status status;
	const char *failure; /* what went wrong; NULL unless it failed */
};

/* Does it all; returns the exit status. */
int nightly_run(struct nightly *nightly);
/* How long it has lasted. */
uint64_t nightly_took_ms(const struct nightly *nightly);
/* No mail was ever told from this index. */
static inline bool nightly_is_first(const struct nightly *nightly)
{
	return nightly->mark.ended == MOMENT_NONE;
}

/* nightly_gone.c: looks which bundles at or below the paths (all, when there are none) are in their places no more. */
bool nightly_find_gone(struct nightly *nightly, struct index_view *view, struct error *error);

/* The mail, on stdout. view is NULL after a failure. False on damage. */
bool nightly_print_text(const struct nightly *nightly, struct index_view *view,
			struct error *error);
bool nightly_print_json(const struct nightly *nightly, struct index_view *view,
			struct error *error);

#endif
