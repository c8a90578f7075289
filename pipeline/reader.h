/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: the process in which all of a stranger's bytes are decoded. It is this same program, executed afresh with
 * an empty environment; it knows nothing but its channel, and is confined (confine.h) before it takes the first job. What it writes
 * to stdout and stderr is kept in memory and told, escaped like any stranger's words, when it has ended.
 */
#ifndef PIPELINE_READER_H
#define PIPELINE_READER_H

#include <sys/types.h>
#include <sys/wait.h>

#include "pipeline/base/error.h"
#include "pipeline/confine.h"

/* First argument of a program that is to be a reader; then come the words of its setup. */
#define READER_ARGUMENT "--reader-process"
/* Exit status of one that cannot read here, whatever it is given; the shell's for what cannot be executed. */
#define READER_UNFIT 126

struct reader_setup {
	int threads;
	enum sandbox sandbox;
	uint64_t nested_bytes; /* so large a memory file it may make; 0: any */
};

struct reader_process {
	pid_t pid; /* 0: none runs */
	int channel;
	int words; /* a memory file that holds what it writes */
};

/* Its first frame says how it is confined (message_get_hello()). */
bool reader_start(struct reader_process *reader, const struct reader_setup *setup,
		  struct error *error);
/* Says that no more jobs will come. */
void reader_no_more_jobs(struct reader_process *reader);
/* Ends it, if it still runs, tells what it had to say, and forgets it. Returns how it went: the wait status. */
int reader_stop(struct reader_process *reader);
/* Whether that status is a reader's that could not begin, which is no bundle's fault: then false with the error. It has
 * said itself what this machine lacks. */
static inline bool reader_could_begin(int status, struct error *error)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != READER_UNFIT)
		return true;
	return error_set(error, ERROR_IO, "the reader cannot begin");
}

/* What main() does in the reader with the words behind READER_ARGUMENT; returns its exit status. */
#define READER_WORDS 3
int reader_main(char **words);

#endif
