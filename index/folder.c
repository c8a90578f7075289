/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an index may lie: in a folder of its own on a local file system. LMDB needs a
 * coherent shared map and working locks, which no network or FUSE file system promises;
 * one that lies about it would damage the index in silence, so these are refused by their
 * number in statfs(2).
 */
#include "index/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "pipeline/base/cleanup.h"

/* 9P counts as one: it is how virtual machines and WSL show the files of their host. */
static const struct {
	unsigned long magic;
	const char *name;
} networks[] = {
	{ 0x6969, "NFS" },       { 0x517b, "SMB" },
	{ 0xff534d42, "CIFS" },  { 0xfe534d42, "SMB2" },
	{ 0x65735546, "FUSE" },  { 0x01021997, "9P" },
	{ 0x564c, "NCP" },       { 0x5346414f, "AFS" },
	{ 0x6b414653, "AFS" },   { 0x73757245, "Coda" },
	{ 0x00c36400, "Ceph" },  { 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" }, { 0x0bd00bd0, "Lustre" },
	{ 0x47504653, "GPFS" },  { 0x19830326, "BeeGFS" },
	{ 0xaad7aaea, "PanFS" }, { 0x786f4256, "VirtualBox shared folders" },
};

const char *network_filesystem(unsigned long magic)
{
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		if (networks[i].magic == (magic & 0xffffffff))
			return networks[i].name;
	return NULL;
}

/* Cuts path to its parent; false when there is none to be tried. */
static bool to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (strcmp(path, "/") == 0 || strcmp(path, ".") == 0)
		return false;
	if (!slash)
		strcpy(path, ".");
	else if (slash == path)
		path[1] = '\0';
	else
		*slash = '\0';
	return true;
}

bool folder_is_local(const char *path, struct error *error)
{
	/* Room for "." even when path is empty. */
	cleanup_free char *asked = mem_alloc(strlen(path) + 2);
	struct statfs found;
	const char *name;

	strcpy(asked, path);
	while (statfs(asked, &found) != 0)
		if (errno != ENOENT || !to_parent(asked))
			return error_errno(error, "%s", asked);
	name = network_filesystem((unsigned long)found.f_type);
	if (name)
		return error_set(error, ERROR_IO,
				 "%s lies on %s: an index needs a local file system (see --index)",
				 path, name);
	return true;
}

static bool is_folder(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool refuse_no_folder(const char *path, struct error *error)
{
	return error_set(error, ERROR_FORMAT,
			 "%s is no folder, and an index is one (see --index)", path);
}

bool folder_make(const char *folder, struct error *error)
{
	cleanup_free char *path = mem_strdup(folder);

	for (char *at = path; *at; at++) {
		if (*at != '/' || at == path)
			continue;
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST && !is_folder(path))
			return error_errno(error, "%s", path);
		*at = '/';
	}
	if (mkdir(path, 0700) == 0 || is_folder(path))
		return true;
	return errno == EEXIST ? refuse_no_folder(folder, error)
			       : error_errno(error, "%s", folder);
}

char *folder_file(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = mem_alloc(size);

	snprintf(path, size, "%s/%s", folder, name);
	return path;
}

bool folder_sync(const char *folder, struct error *error)
{
	cleanup_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return error_errno(error, "%s", folder);
	return true;
}

bool folder_holds_index(const char *folder, struct error *error)
{
	cleanup_free char *path = folder_file(folder, "data.mdb");
	struct stat found;

	if (stat(path, &found) != 0) {
		if (errno == ENOTDIR)
			return refuse_no_folder(folder, error);
		if (errno != ENOENT)
			return error_errno(error, "%s", path);
	} else if (found.st_size > 0) {
		return true;
	}
	return error_set(error, ERROR_FORMAT,
			 "no index at %s: run `pipeline ingest` first", folder);
}
