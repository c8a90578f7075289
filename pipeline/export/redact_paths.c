/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms of paths, part by part, so that what lies in one folder still does: "/path-…/path-….zip!/path-….log". What stands
 * below a folder of users is a user, what a path of the network begins with a machine.
 */
#include "pipeline/export/redact_known.h"
#include "pipeline/export/redact_names.h"

struct walk {
	struct renaming *renaming;
	bool below_users, is_machine;
};

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool holds_users(struct slice part)
{
	return slice_equal_icase(part, SLICE("home")) ||
	       slice_equal_icase(part, SLICE("users")) ||
	       slice_equal_icase(part, SLICE("documents and settings"));
}

/* What tells of nobody: ".", "..", "?" and a drive. */
static bool stays(struct slice part)
{
	return slice_equal(part, SLICE(".")) || slice_equal(part, SLICE("..")) ||
	       slice_equal(part, SLICE("?")) || (part.len == 2 && part.at[1] == ':');
}

static void put_file(struct renaming *renaming, struct slice part)
{
	struct slice extension = redact_kept_extension(part);

	rename_exact(renaming, "path", part);
	rename_put(renaming, extension);
	redact_words_add(renaming->words, part, false);
}

static void put_part(struct walk *walk, struct slice part)
{
	if (stays(part)) {
		rename_put(walk->renaming, part);
	} else if (walk->is_machine) {
		rename_machine(walk->renaming, part);
	} else if (walk->below_users) {
		rename_folded(walk->renaming, "user", part);
		redact_words_add(walk->renaming->words, part, true);
	} else {
		put_file(walk->renaming, part);
	}
	walk->is_machine = false;
	walk->below_users = holds_users(part);
}

void rename_path(struct renaming *renaming, struct slice path)
{
	struct walk walk = { .renaming = renaming };

	if (path.len > 2 && is_slash(path.at[0]) && path.at[1] == path.at[0] &&
	    !is_slash(path.at[2]))
		walk.is_machine = true;
	while (path.len) {
		size_t len = 0;
		bool into; /* an archive: what follows lies inside */

		while (len < path.len && !is_slash(path.at[len]))
			len++;
		into = len > 1 && len < path.len && path.at[len - 1] == '!';
		if (len > 0)
			put_part(&walk, slice_first(path, len - into));
		if (into)
			rename_put(renaming, SLICE("!"));
		path = slice_skip(path, len);
		if (path.len)
			rename_put(renaming, slice_first(path, 1));
		path = slice_skip(path, 1);
	}
}
