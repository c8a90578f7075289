/* SPDX-License-Identifier: Apache-2.0 */
/* The style sheet and the script of pages, built into the program by scripts/embed-assets, with what a page must say of them so that a
 * browser takes these and no other: 'sha256-…' of the very bytes between their tags. */
#ifndef REPORT_ASSET_H
#define REPORT_ASSET_H

#include <stddef.h>

struct report_asset {
	const char *text;
	size_t len;
	const char *hash; /* "sha256-…" */
};

extern const struct report_asset report_css, report_js;

#endif
