/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what stays readable; see redact_known.h. */
#include "pipeline/export/redact_known.h"

#include "stages/record.h"

static const char *const images[] = {
#define SYSTEM_IMAGE(text) text,
#include "pipeline/export/system_images.def"
#undef SYSTEM_IMAGE
#define SPECIAL_IMAGE(text) text,
#include "stages/special_images.def"
#undef SPECIAL_IMAGE
#define MINIMAL_IMAGE(text) text,
#include "stages/minimal_images.def"
#undef MINIMAL_IMAGE
#define INTERACTIVE_IMAGE(text) text,
#include "stages/interactive_images.def"
#undef INTERACTIVE_IMAGE
#define WER_IMAGE(text, whose) text,
#include "stages/wer_images.def"
#undef WER_IMAGE
};

static const char *const modules[] = {
#define SYSTEM_MODULE(text) text,
#include "pipeline/export/system_modules.def"
#undef SYSTEM_MODULE
};

static const char *const words[] = {
#define PLAIN_WORD(text) text,
#include "pipeline/export/plain_words.def"
#undef PLAIN_WORD
#define QUARANTINE_REASON(text) text,
#include "pipeline/quarantine_reasons.def"
#undef QUARANTINE_REASON
};

static const char *const extensions[] = {
#define KEPT_EXTENSION(text) text,
#include "pipeline/export/kept_extensions.def"
#undef KEPT_EXTENSION
};

/* What stands in columns that are never replaced, and before a pseudonym. */
static const char *const own[] = {
#define EDGE_KIND(id, text) text,
#include "stages/edge_kinds.def"
#undef EDGE_KIND
#define ENDPOINT_KIND(id, text) text,
#include "stages/endpoint_kinds.def"
#undef ENDPOINT_KIND
#define PATTERN(id, text) text,
#include "stages/patterns.def"
#undef PATTERN
#define THREAD_STATE(id, text) text,
#include "stages/thread_states.def"
#undef THREAD_STATE
#define OWNER_SOURCE(id, text) text,
#include "stages/owner_sources.def"
#undef OWNER_SOURCE
#define DIAGNOSTIC(id, text) text,
#include "stages/diagnostics.def"
#undef DIAGNOSTIC
	"none after same before definite potential true false null hops hop semicircular",
	"text image machine domain user path module symbol frame exe com scr redacted",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct {
	const char *const *texts;
	size_t count;
} tables[] = {
	{ images, COUNT(images) },         { modules, COUNT(modules) },
	{ words, COUNT(words) },           { own, COUNT(own) },
	{ extensions, COUNT(extensions) },
};

bool redact_known_next(size_t *at, struct slice *text)
{
	size_t left = (*at)++;

	for (size_t i = 0; i < COUNT(tables); i++) {
		if (left < tables[i].count) {
			*text = slice_from(tables[i].texts[left]);
			return true;
		}
		left -= tables[i].count;
	}
	return false;
}

bool redact_knows_image(struct slice image)
{
	for (size_t i = 0; i < COUNT(images); i++)
		if (image_same(slice_from(images[i]), image))
			return true;
	return false;
}

bool redact_knows_module(struct slice module)
{
	for (size_t i = 0; i < COUNT(modules); i++)
		if (slice_equal_icase(slice_from(modules[i]), module))
			return true;
	return false;
}

/* ---- texts of plain words ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_number(struct slice word)
{
	bool hex = slice_starts(word, SLICE("0x"));

	if (hex)
		word = slice_skip(word, 2);
	if (word.len == 0 || word.len > (hex ? 16 : 5))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!(hex ? is_hex(word.at[i]) : is_digit(word.at[i])))
			return false;
	return true;
}

static bool is_plain(struct slice word)
{
	if (is_number(word))
		return true;
	for (size_t i = 0; i < COUNT(words); i++)
		if (slice_equal(slice_from(words[i]), word))
			return true;
	return false;
}

static bool parts_words(char c)
{
	return c == ' ' || c == '(' || c == ')' || c == '/' || c == ',';
}

bool redact_knows_text(struct slice text)
{
	while (text.len) {
		size_t len = 0;

		if (parts_words(text.at[0])) {
			text = slice_skip(text, 1);
			continue;
		}
		while (len < text.len && !parts_words(text.at[len]))
			len++;
		if (!is_plain(slice_first(text, len)))
			return false;
		text = slice_skip(text, len);
	}
	return true;
}

/* ---- extensions ---- */

static bool is_kept(struct slice extension)
{
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (slice_equal_icase(slice_from(extensions[i]), extension))
			return true;
	return false;
}

/* Parts of a split archive have a number behind, "case.7z.001". Without an extension before it the number may be half of an address. */
static size_t without_part_number(struct slice name)
{
	const char *end = name.at + name.len;

	return name.len > 4 && end[-4] == '.' && is_digit(end[-3]) && is_digit(end[-2]) &&
			       is_digit(end[-1])
		       ? name.len - 4
		       : name.len;
}

struct slice redact_kept_extension(struct slice name)
{
	size_t end = without_part_number(name), kept = name.len;

	for (int i = 0; i < 3 && end > 1; i++) {
		size_t dot = end - 1;

		while (dot > 0 && name.at[dot] != '.')
			dot--;
		if (dot == 0 || !is_kept((struct slice){ name.at + dot + 1, end - dot - 1 }))
			break;
		kept = end = dot;
	}
	return slice_skip(name, kept);
}
