/* SPDX-License-Identifier: Apache-2.0 */
/* Reading bundles into the index; see ingest.h. Reading itself is the reader's, committing the keeper's. */
#include "pipeline/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/run.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/hash.h"
#include "pipeline/base/log.h"
#include "pipeline/place.h"

/* The next bytes of standard input; 0 at its end, and when a signal says stop. Never waits long in one call, as a
 * signal that comes just before a call does not interrupt it. */
static ssize_t read_stdin(const struct ingest *ingest, char *buffer, size_t len)
{
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	while (!*ingest->stop) {
		if (poll(&wait, 1, 500) <= 0)
			continue;
		got = read(STDIN_FILENO, buffer, len);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
	return 0;
}

/* Standard input is copied into memory once, since archives are read with seeks. */
static int spool_stdin(const struct ingest *ingest, struct error *error)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	cleanup_free char *buffer = mem_alloc(1u << 16);
	ssize_t got;

	if (fd < 0) {
		error_errno(error, "standard input");
		return -1;
	}
	while ((got = read_stdin(ingest, buffer, 1u << 16)) > 0)
		for (ssize_t done = 0, wrote; done < got; done += wrote) {
			do {
				wrote = write(fd, buffer + done, (size_t)(got - done));
			} while (wrote < 0 && errno == EINTR);
			if (wrote < 0) {
				error_errno(error, "standard input");
				close(fd);
				return -1;
			}
		}
	if (got < 0) {
		error_errno(error, "standard input");
		close(fd);
		return -1;
	}
	return fd;
}

static bool discover(struct ingest *ingest, const char *folder, struct error *error)
{
	struct stat status = { 0 };

	if (stat(folder, &status) != 0)
		status = (struct stat){ 0 };
	for (int i = 0; i < ingest->path_count; i++) {
		if (strcmp(ingest->paths[i], "-") == 0)
			continue;
		if (!discover_path(&ingest->found, ingest->paths[i], status.st_dev,
				   status.st_ino, error))
			return false;
	}
	discover_finish(&ingest->found);
	return true;
}

static void add_found(struct ingest *ingest)
{
	vec_for_each(bundle, &ingest->found.bundles) {
		vec_push(&ingest->jobs,
			 keeper_job_at(bundle->path, bundle->size, bundle->mtime_ns));
		ingest->jobs.at[ingest->jobs.len - 1].split = bundle->split;
	}
}

static bool add_stdin(struct ingest *ingest, struct error *error)
{
	struct hash128 content;
	struct stat status;

	for (int i = 0; i < ingest->path_count; i++)
		if (strcmp(ingest->paths[i], "-") == 0)
			break;
		else if (i + 1 == ingest->path_count)
			return true;
	ingest->stdin_fd = spool_stdin(ingest, error);
	if (ingest->stdin_fd < 0)
		return false;
	content = hash_file(ingest->stdin_fd);
	if (hash128_is_none(&content) || fstat(ingest->stdin_fd, &status) != 0)
		return error_errno(error, "standard input");
	vec_push(&ingest->jobs, ((struct keeper_job){ .name = "stdin",
						      .size = (uint64_t)status.st_size,
						      .content = content,
						      .fd = ingest->stdin_fd }));
	return true;
}

/* Everything that needs the index; it is open from here on. */
static bool read_all(struct ingest *ingest, struct error *error)
{
	struct index *index = ingest->index;

	add_found(ingest);
	return writing_group_alike(index, error) &&
	       index_begin_run(index, moment_now(), error) && add_stdin(ingest, error) &&
	       keeper_skip_known(index, &ingest->jobs, &ingest->totals, error) &&
	       keeper_run(index, &ingest->jobs, &ingest->writing.rules, ingest->stop,
			  &ingest->totals, error);
}

bool ingest_run(struct ingest *ingest, struct error *error)
{
	const struct writing *writing = &ingest->writing;
	cleanup_free char *folder = place_of_index(writing->index, error);

	ingest->stdin_fd = -1;
	if (!sandbox_is_there(writing->rules.reader.sandbox, error) || !folder ||
	    !discover(ingest, folder, error))
		return false;
	ingest->stop = catch_stop_signals();
	ingest->index = index_open_write(folder, writing_lock(writing), error);
	return ingest->index && read_all(ingest, error);
}

int ingest_failed(const struct ingest *ingest, const struct error *error)
{
	int status = writing_failed(&ingest->writing, error);

	/* It waited for the index when the signal came. */
	return !ingest->index && ingest->stop && *ingest->stop ? 128 + *ingest->stop : status;
}

int ingest_status(const struct ingest *ingest)
{
	if (*ingest->stop)
		return 128 + *ingest->stop;
	if (ingest->totals.outcomes[OUTCOME_QUARANTINED] || ingest->found.unreadable.len)
		return EXIT_QUARANTINED;
	return 0;
}

int ingest_tell(const struct ingest *ingest)
{
	const struct keeper_totals *totals = &ingest->totals;

	vec_for_each(folder, &ingest->found.unreadable)
		log_warning("unreadable folder %s", *folder);
	if (ingest->as_json)
		keeper_print_totals(totals, &ingest->found, *ingest->stop);
	else if (totals->bundles == 0 && ingest->found.unreadable.len == 0)
		log_note("nothing to do: no files found");
	else
		keeper_tell_totals(totals);
	return ingest_status(ingest);
}

void ingest_end(struct ingest *ingest)
{
	if (ingest->index)
		index_close(ingest->index);
	discover_free(&ingest->found);
	vec_free(&ingest->jobs);
	if (ingest->stdin_fd >= 0)
		close(ingest->stdin_fd);
}
