/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudonyms of images, machines, texts and hashes; see redact_names.h. */
#include "pipeline/export/redact_names.h"

#include "pipeline/export/redact_known.h"
#include "stages/record.h"

void rename_put(struct renaming *renaming, struct slice text)
{
	bytes_put(renaming->out, text.at, text.len);
}

static void put_digits(struct renaming *renaming, const char *kind, struct slice name,
		       size_t count)
{
	static const char letters[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];

	redact_key_digest(renaming->key, kind, name, digest);
	for (size_t i = 0; i < count && i < 2 * sizeof(digest); i++)
		bytes_put_u8(renaming->out,
			     (uint8_t)letters[digest[i / 2] >> (i % 2 ? 0 : 4) & 0xF]);
}

static struct slice folded(struct renaming *renaming, struct slice name)
{
	renaming->scratch->len = 0;
	for (size_t i = 0; i < name.len; i++)
		bytes_put_u8(renaming->scratch, (uint8_t)(name.at[i] >= 'A' && name.at[i] <= 'Z'
								  ? name.at[i] | 0x20
								  : name.at[i]));
	return (struct slice){ (const char *)renaming->scratch->at, name.len };
}

void rename_exact(struct renaming *renaming, const char *kind, struct slice name)
{
	rename_put(renaming, slice_from(kind));
	rename_put(renaming, SLICE("-"));
	put_digits(renaming, kind, name, RENAME_DIGITS);
}

void rename_folded(struct renaming *renaming, const char *kind, struct slice name)
{
	rename_exact(renaming, kind, folded(renaming, name));
}

void rename_words(struct renaming *renaming, struct slice text)
{
	if (redact_knows_text(text)) {
		rename_put(renaming, text);
		return;
	}
	rename_exact(renaming, "text", text);
	redact_words_add(renaming->words, text, false);
}

void rename_hash(struct renaming *renaming, struct slice digits)
{
	put_digits(renaming, "hash", digits, digits.len);
}

/* ---- images ---- */

static void put_extension(struct renaming *renaming, struct slice image)
{
	static const char *const kept[] = { ".exe", ".com", ".scr" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (image.len > 4 && slice_equal_icase(slice_skip(image, image.len - 4),
						       slice_from(kept[i])))
			rename_put(renaming, slice_from(kept[i]));
}

void rename_image(struct renaming *renaming, struct slice image)
{
	struct slice cut = image_cut(image);

	if (redact_knows_image(image)) {
		rename_put(renaming, image);
		return;
	}
	rename_folded(renaming, "image", cut);
	if (image.len > IMAGE_CUT) {
		rename_put(renaming, SLICE("-"));
		put_digits(renaming, "whole", folded(renaming, image), 8);
	}
	put_extension(renaming, image.len > IMAGE_CUT ? image : cut);
	redact_words_add(renaming->words, image, false);
	redact_words_add(renaming->words, cut, false);
}

/* ---- machines ---- */

static bool is_address(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] == ':')
			return true;
		if ((name.at[i] < '0' || name.at[i] > '9') && name.at[i] != '.')
			return false;
	}
	return true;
}

static void put_person(struct renaming *renaming, const char *kind, struct slice name)
{
	rename_folded(renaming, kind, name);
	redact_words_add(renaming->words, name, true);
}

void rename_machine(struct renaming *renaming, struct slice machine)
{
	ptrdiff_t slash = slice_find(machine, SLICE("\\")), dot;

	if (slash > 0) {
		put_person(renaming, "domain", slice_first(machine, (size_t)slash));
		rename_put(renaming, SLICE("\\"));
		machine = slice_skip(machine, (size_t)slash + 1);
	}
	dot = is_address(machine) ? -1 : slice_find(machine, SLICE("."));
	if (dot > 0)
		put_person(renaming, "machine", slice_first(machine, (size_t)dot));
	else
		put_person(renaming, "machine", machine);
	if (dot > 0) {
		rename_put(renaming, SLICE("."));
		put_person(renaming, "domain", slice_skip(machine, (size_t)dot + 1));
	}
}
