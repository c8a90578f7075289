/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LocalDumps for the images that died and for those of the plan, as regedit writes it: UTF-16LE with its mark, CR LF. Only for a
 * Windows that has it. Names come out of a stranger's log: one that might leave its key is left out, and that is said.
 */
#include "pipeline/advise.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"
#include "pipeline/print.h"

#define KEY \
	"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\LocalDumps\\"
/* Where Windows keeps them by default; of each user, and of services in the profile of the system. */
#define FOLDER "%LOCALAPPDATA%\\CrashDumps"
#define FOLDER_VALUE "\"DumpFolder\"=hex(2):"
/* regedit breaks its lines here. */
#define COLUMNS 80

/* The text is ASCII: advise_put_note() and advise_name_is_safe() see to it. */
static void put_utf16(struct slice text)
{
	fwrite("\xff\xfe", 1, 2, stdout);
	for (size_t i = 0; i < text.len; i++) {
		putchar(text.at[i]);
		putchar(0);
	}
}

/* REG_EXPAND_SZ: the text in UTF-16LE with its zero, in hex. */
static void put_folder(FILE *out)
{
	static const char folder[] = FOLDER; /* its zero is written too */
	size_t column = sizeof(FOLDER_VALUE) - 1;

	fputs(FOLDER_VALUE, out);
	for (size_t i = 0; i < 2 * sizeof(folder); i++) {
		bool last = i + 1 == 2 * sizeof(folder);

		fprintf(out, "%02x%s", i % 2 ? 0 : (unsigned char)folder[i / 2],
			last ? "" : ",");
		column += 3;
		if (!last && column + 4 > COLUMNS) {
			fputs("\\\r\n  ", out);
			column = 2;
		}
	}
	fputs("\r\n", out);
}

static void put_image(FILE *out, struct slice image)
{
	fprintf(out, "[" KEY "%.*s]\r\n", SLICE_ARG(image));
	put_folder(out);
	fputs("\"DumpCount\"=dword:0000000a\r\n"
	      "\"DumpType\"=dword:00000002\r\n"
	      "\r\n",
	      out);
}

static const char *why_not(struct slice image)
{
	if (!advise_name_is_safe(image))
		return "; left out, as its name has characters that regedit may take for something else: ";
	if (advise_name_may_be_cut(image))
		return "; left out, as its name may be cut and the key must have all of it: ";
	return NULL;
}

/* Returns how many keys were written. */
static size_t put_images(FILE *out, const struct advised *advised)
{
	size_t written = 0;

	vec_for_each(entry, &advised->advice->images) {
		struct slice image = advised_name(advised, entry->image);
		const char *note = why_not(image);

		if (note) {
			advise_put_note(out, note, image);
			fputs("\r\n", out);
		} else {
			put_image(out, image);
			written++;
		}
	}
	return written;
}

static void put_head(FILE *out, const struct advised *advised)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	char id[ID_TEXT_SIZE];
	FILE *note = mem_stream(&text, &len);

	fprintf(out,
		"Windows Registry Editor Version 5.00\r\n"
		"\r\n"
		"; Incident %s: full user dumps of these images when they die.\r\n",
		print_id(id, advised->shown->incident->id));
	advise_print_basis(note, advised);
	mem_stream_end(note);
	advise_put_note(out, "; ", (struct slice){ text, len });
	fputs("\r\n", out);
}

/* Says why there is nothing to be written; true when there is something. */
static bool has_local_dumps(const struct advised *advised, struct error *error)
{
	const struct advice *advice = advised->advice;
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *basis;

	if (advice->images.len == 0)
		return error_set(error, ERROR_USAGE, "no image died, and none is in the plan");
	if (advice->local_dumps == LOCAL_DUMPS_YES)
		return true;
	basis = mem_stream(&text, &len);
	advise_print_basis(basis, advised);
	mem_stream_end(basis);
	return error_set(error, ERROR_USAGE, "no LocalDumps: %s", text);
}

bool advise_reg(const struct advised *advised, struct error *error)
{
	cleanup_free char *text = NULL;
	size_t len = 0, written;
	FILE *out;

	if (!has_local_dumps(advised, error))
		return false;
	out = mem_stream(&text, &len);
	put_head(out, advised);
	written = put_images(out, advised);
	mem_stream_end(out);
	if (written < advised->advice->images.len)
		log_warning("advise: %zu of %zu images left out: their names are cut or not safe in a key",
			    advised->advice->images.len - written,
			    advised->advice->images.len);
	if (written == 0)
		return error_set(error, ERROR_USAGE, "no name could stand in a key");
	put_utf16((struct slice){ text, len });
	return true;
}
