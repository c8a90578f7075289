/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in Graphviz' language; see dot.h. */
#include "pipeline/dot.h"

#include <stdio.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"

void dot_text(struct slice text)
{
	cleanup_free char *visible = NULL;
	size_t len = 0;
	FILE *out = mem_stream(&visible, &len);

	utf8_print_visible(out, text);
	mem_stream_end(out);
	for (size_t i = 0; i < len; i++) {
		if (visible[i] == '"' || visible[i] == '\\')
			putchar('\\');
		putchar(visible[i]);
	}
}
