/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An index for a group. The files are their owner's alone, unless the folder has the set-group-ID bit and its group may enter it: with
 * that bit files get the folder's group, so whoever sets it means the group to have them. Its members may then ask and, as LMDB
 * wants of readers, write lock.mdb. Nobody else is ever let in.
 */
#include "index/env.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"

static const struct {
	const char *name;
	mode_t group;
} files[] = {
	{ "data.mdb", S_IRGRP },
	{ "lock.mdb", S_IRGRP | S_IWGRP },
	{ LOCK_FILE, S_IRGRP },
};

static bool share_file(const char *path, mode_t group, gid_t folder_group, struct error *error)
{
	struct stat found;

	if (lstat(path, &found) != 0)
		return errno == ENOENT || error_errno(error, "%s", path);
	if (!S_ISREG(found.st_mode) || found.st_gid != folder_group ||
	    (found.st_mode & group) == group)
		return true;
	/* Another member of the group who writes leaves it to the owner. */
	if (found.st_uid != geteuid() && geteuid() != 0)
		return true;
	return chmod(path, (found.st_mode & 07777) | group) == 0 ||
	       error_errno(error, "%s", path);
}

bool folder_share(const char *folder, struct error *error)
{
	const mode_t shared = S_ISGID | S_IXGRP;
	struct stat found;

	if (stat(folder, &found) != 0)
		return error_errno(error, "%s", folder);
	if ((found.st_mode & shared) != shared)
		return true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_free char *path = folder_file(folder, files[i].name);

		if (!share_file(path, files[i].group, found.st_gid, error))
			return false;
	}
	return true;
}
