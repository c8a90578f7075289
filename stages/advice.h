/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to save the next time the problem shows, concluded from an incident and its findings: the smallest set of processes whose
 * user dumps explain the most, whether the machine's own dump should be forced, where recorded faults lie, and for which images
 * Windows should keep a dump when they die (contract.md section 5). Pure: it looks at nothing else, and asks for nothing.
 *
 * What is to be explained are the places in wait chains - the second hop of the chains of one signature is one place, and any
 * process that stands there in one of them explains it -, and what findings say of single processes. A place weighs the time that
 * is lost there: waiting threads times the longest wait in seconds, twice where chains end.
 */
#ifndef STAGES_ADVICE_H
#define STAGES_ADVICE_H

#include "stages/finding.h"

enum size_basis {
	SIZE_NOT_KNOWN,
	SIZE_WORKING_SET,
	SIZE_COMMIT, /* of its PROCESS block */
	SIZE_VM,     /* of its row in !vm's table */
	SIZE_BASES,
};

/* What keeps a process out of the plan. */
enum advice_bar {
	BAR_NONE,
	BAR_SYSTEM,   /* it has no user space */
	BAR_DEAD,     /* a zombie */
	BAR_NAMELESS, /* the log gives neither its PID nor its image */
	BAR_BUDGET,   /* too large for what the budget had left */
	ADVICE_BARS,
};

/* A process that could be saved. */
struct advice_process {
	uint64_t process; /* 0 when not known */
	uint64_t size_kb; /* what its dump takes at least; SIZE_NONE */
	int64_t wait_ms;  /* the longest wait that it was named for; MS_NONE */
	const struct evidence *evidence; /* its block, or NULL */
	uint32_t pid;                    /* PID_NONE */
	name_id image;                   /* in the incident's names */
	uint8_t size_basis;              /* enum size_basis */
	uint8_t bar;                     /* enum advice_bar */
};

/* Which part of a finding a process explains. */
enum advice_part {
	PART_BEGINS, /* its chains begin in it */
	PART_PASSES, /* its chains pass through it */
	PART_ENDS,   /* its chains end in it */
	PART_RING,   /* it is a part of the ring */
	PART_NAMED,  /* the finding is about it */
	PART_VICTIM, /* a process of the finding is at work on it */
	ADVICE_PARTS,
};

struct advice_reason {
	uint64_t weight;
	uint32_t finding; /* index in the findings' list */
	uint32_t alike; /* other processes that stand in the same place: one of them all is enough */
	uint8_t part; /* enum advice_part */
};

/* One process of the plan, or one that is missed in it, with what it explains; what weighs most first. */
struct advice_save {
	struct advice_process process;
	uint64_t weight;                /* of its reasons together */
	uint32_t first_reason, reasons; /* in the advice's reasons */
};

/* Whether this Windows keeps dumps of processes that die (LocalDumps, as of build 6001), and what says so. */
enum local_dumps {
	LOCAL_DUMPS_NOT_KNOWN,
	LOCAL_DUMPS_NO,
	LOCAL_DUMPS_YES,
};

enum local_dumps_basis {
	LOCAL_DUMPS_BY_NOTHING,
	LOCAL_DUMPS_BY_BUILD, /* the banner names the build */
	LOCAL_DUMPS_BY_ALPC, /* no build, but threads wait for ALPC messages: Vista or later */
	LOCAL_DUMPS_BY_RECORDER, /* no build, but what records faults is of Vista and later, or of before */
	LOCAL_DUMPS_BY_LPC, /* no build, but threads wait for LPC messages: before Vista */
	LOCAL_DUMPS_BASES,
};

/* Why an image is to leave a dump behind; bits. */
enum image_cause {
	CAUSE_DIED = 1,  /* processes of it are dead, and faults were recorded */
	CAUSE_STORM = 2, /* it makes up a part of a storm of zombies */
	CAUSE_LOOP = 4,  /* it dies and is started again */
	CAUSE_SAVED = 8, /* a process of it is in the plan */
};

struct advice_image {
	uint64_t zombies;
	name_id image;
	uint8_t causes; /* enum image_cause */
};

struct advice {
	VEC(struct advice_save) saves;  /* in the order in which they are worth it */
	VEC(struct advice_save) missed; /* needed, but barred */
	VEC(struct advice_reason) reasons;
	uint64_t budget_kb; /* SIZE_NONE: none was set */
	uint64_t saved_kb;  /* the known sizes of saves together */
	uint64_t unknown;   /* how many saves are of unknown size */

	bool force_dump; /* of the machine: there is something in it that user dumps do not show */
	bool user_space;     /* and something that a kernel dump does not show */
	bool holders_needed; /* who keeps the zombies is seen in the kernel alone */

	uint64_t faults_recorded; /* processes that recorded a fault and are dead */
	uint64_t faults_now;      /* processes that are at it */
	uint32_t recorders;       /* a bit for each enum fault_recorder that was seen */

	VEC(struct advice_image) images; /* that should leave a dump: those that died, most first, then the plan's */
	uint64_t images_left_out;  /* beyond ADVICE_IMAGES_MAX */
	uint8_t local_dumps;       /* enum local_dumps */
	uint8_t local_dumps_basis; /* enum local_dumps_basis */
};

#define ADVICE_IMAGES_MAX 64
/* The first build that has LocalDumps: Vista SP1 and Server 2008. */
#define BUILD_LOCAL_DUMPS 6001

/* The advice for an analysed incident; budget_kb is SIZE_NONE for as much as it takes. advice is zeroed, and to be freed. */
void advice_make(struct advice *advice, const struct incident *incident,
		 const struct findings *findings, uint64_t budget_kb);
void advice_free(struct advice *advice);
/* True when there is nothing to save, force, look for or set. */
bool advice_is_empty(const struct advice *advice);

const char *size_basis_text(enum size_basis basis); /* "working_set"; NULL for SIZE_NOT_KNOWN */
const char *advice_bar_text(enum advice_bar bar);    /* "system"; NULL for BAR_NONE */
const char *advice_part_text(enum advice_part part); /* "begins" */
const char *local_dumps_basis_text(enum local_dumps_basis basis); /* "build"; NULL for BY_NOTHING */

/* ---- the steps of advice_make() ---- */

void advise_saves(struct advice *advice, const struct incident *incident,
		  const struct findings *findings);
void advise_faults(struct advice *advice, const struct incident *incident,
		   const struct findings *findings);

#endif
