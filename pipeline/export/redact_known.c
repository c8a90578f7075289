/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what stays readable; see redact_known.h. */
#include "pipeline/export/redact_known.h"

#include "stages/record.h"

/* Texts one behind the other, each with a zero: a table of pointers would have to be put right whenever the program starts. */
struct texts {
	const char *at;
	size_t len;
};

static const char images[] =
#define SYSTEM_IMAGE(text) text "\0"
#include "pipeline/export/system_images.def"
#undef SYSTEM_IMAGE
#define SPECIAL_IMAGE(text) text "\0"
#include "stages/special_images.def"
#undef SPECIAL_IMAGE
#define MINIMAL_IMAGE(text) text "\0"
#include "stages/minimal_images.def"
#undef MINIMAL_IMAGE
#define INTERACTIVE_IMAGE(text) text "\0"
#include "stages/interactive_images.def"
#undef INTERACTIVE_IMAGE
#define WER_IMAGE(text, whose) text "\0"
#include "stages/wer_images.def"
#undef WER_IMAGE
	;

static const char modules[] =
#define SYSTEM_MODULE(text) text "\0"
#include "pipeline/export/system_modules.def"
#undef SYSTEM_MODULE
	;

static const char words[] =
#define PLAIN_WORD(text) text "\0"
#include "pipeline/export/plain_words.def"
#undef PLAIN_WORD
#define QUARANTINE_REASON(text) text "\0"
#include "pipeline/quarantine_reasons.def"
#undef QUARANTINE_REASON
	;

static const char extensions[] =
#define KEPT_EXTENSION(text) text "\0"
#include "pipeline/export/kept_extensions.def"
#undef KEPT_EXTENSION
	;

/* What stands in columns that are never replaced, and before a pseudonym. */
static const char own[] =
#define EDGE_KIND(id, text) text "\0"
#include "stages/edge_kinds.def"
#undef EDGE_KIND
#define ENDPOINT_KIND(id, text) text "\0"
#include "stages/endpoint_kinds.def"
#undef ENDPOINT_KIND
#define PATTERN(id, text) text "\0"
#include "stages/patterns.def"
#undef PATTERN
#define THREAD_STATE(id, text) text "\0"
#include "stages/thread_states.def"
#undef THREAD_STATE
#define OWNER_SOURCE(id, text) text "\0"
#include "stages/owner_sources.def"
#undef OWNER_SOURCE
#define DIAGNOSTIC(id, text) text "\0"
#include "stages/diagnostics.def"
#undef DIAGNOSTIC
	/* Options of a selection. */
	"since until machine os build bundle cycle min wait limit offset any\0"
	"none after same before definite potential true false null hops hop semicircular "
	"text image machine domain user path module symbol exe com scr redacted";

#define TEXTS(list) ((struct texts){ list, sizeof(list) - 1 })

/* Takes the next one off; false at the end. */
static bool take_text(struct texts *left, struct slice *text)
{
	size_t step;

	if (left->len == 0)
		return false;
	*text = slice_from(left->at);
	step = text->len < left->len ? text->len + 1 : left->len;
	*left = (struct texts){ left->at + step, left->len - step };
	return true;
}

static bool holds(struct texts texts, struct slice text,
		  bool (*same)(struct slice known, struct slice text))
{
	struct slice known;

	while (take_text(&texts, &known))
		if (same(known, text))
			return true;
	return false;
}

void redact_known_each(void (*take)(void *context, struct slice text), void *context)
{
	struct texts tables[] = { TEXTS(images), TEXTS(modules), TEXTS(words),
				  TEXTS(extensions), TEXTS(own) };
	struct slice text;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		while (take_text(&tables[i], &text))
			take(context, text);
}

bool redact_knows_image(struct slice image)
{
	return holds(TEXTS(images), image, image_same);
}

bool redact_knows_module(struct slice module)
{
	return holds(TEXTS(modules), module, slice_equal_icase);
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
	return is_number(word) || holds(TEXTS(words), word, slice_equal);
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
	return holds(TEXTS(extensions), extension, slice_equal_icase);
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
