/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms of frames. What module a third party's code lies in, and what its functions are called, tells whose it is;
 * functions of Windows are public. Offsets and addresses stay.
 */
#include "pipeline/export/redact_known.h"
#include "pipeline/export/redact_names.h"

#define SYMBOL_MAX 1024

static bool all_are(struct slice text, const char *others)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if ((c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'f') &&
		    (!c || !strchr(others, c)))
			return false;
	}
	return true;
}

/* "0x774d756a", "00000000`774d756a", "+0xfe0343a5". */
static bool is_address(struct slice frame)
{
	if (slice_starts(frame, SLICE("+")))
		frame = slice_skip(frame, 1);
	if (slice_starts(frame, SLICE("0x")))
		frame = slice_skip(frame, 2);
	else if (frame.len != 8 && frame.len != 17)
		return false;
	return frame.len > 0 && frame.len <= 17 && all_are(frame, "`");
}

/* What a compiler of C++ writes. No full stop and no slash is among it: neither a file's name nor a path is taken for one. */
static bool is_symbol(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if ((c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'z') &&
		    (!c || !strchr("_:~?@$`'<>,*&()=+-^|![] ", c)))
			return false;
	}
	return text.len > 0 && text.len <= SYMBOL_MAX;
}

/* Takes the offset off: what is behind the last '+', a number of hex digits. */
static struct slice take_offset(struct slice *text)
{
	for (size_t at = text->len; at-- > 0;) {
		struct slice tail = slice_skip(*text, at);

		if (text->at[at] != '+')
			continue;
		if (!is_address(tail))
			break;
		*text = slice_first(*text, at);
		return tail;
	}
	return SLICE_NONE;
}

static void put_private(struct renaming *renaming, const char *kind, struct slice name)
{
	rename_exact(renaming, kind, name);
	redact_words_add(renaming->words, name, false);
}

static void put_module(struct renaming *renaming, struct slice module)
{
	if (redact_knows_module(module)) {
		rename_put(renaming, module);
		return;
	}
	rename_folded(renaming, "module", module);
	redact_words_add(renaming->words, module, false);
}

static void put_symbol(struct renaming *renaming, struct slice module, struct slice symbol)
{
	if (redact_knows_module(module) && is_symbol(symbol))
		rename_put(renaming, symbol);
	else
		put_private(renaming, "symbol", symbol);
}

void rename_frame(struct renaming *renaming, struct slice frame)
{
	ptrdiff_t mark = slice_find(frame, SLICE("!"));
	struct slice module, offset;

	if (is_address(frame)) {
		rename_put(renaming, frame);
		return;
	}
	offset = take_offset(&frame);
	if (mark > 0 && (size_t)mark < frame.len) {
		module = slice_first(frame, (size_t)mark);
		put_module(renaming, module);
		rename_put(renaming, SLICE("!"));
		put_symbol(renaming, module, slice_skip(frame, (size_t)mark + 1));
	} else {
		put_module(renaming, frame);
	}
	rename_put(renaming, offset);
}
