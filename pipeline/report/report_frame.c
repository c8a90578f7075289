/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands around the content of any page. A page asks for nothing from anywhere: all that it needs is in it, and its policy lets a
 * browser take that one style sheet and that one script by their hashes and nothing else.
 */
#include "pipeline/report/report_asset.h"
#include "pipeline/report/report_parts.h"

static void put_meta(struct html *html, const char *key, const char *name, const char *content)
{
	html_begin(html, "meta");
	html_attr(html, key, name);
	html_attr(html, "content", content);
	html_end(html);
	html_string(html, "\n");
}

static void put_policy(struct html *html)
{
	char policy[256];

	/* The quotes are written as &#39;, which is the same in a value. */
	snprintf(policy, sizeof(policy),
		 "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		 report_css.hash, report_js.hash);
	put_meta(html, "http-equiv", "Content-Security-Policy", policy);
}

static void put_asset(struct html *html, const char *tag, const struct report_asset *asset)
{
	html_begin(html, tag);
	html_raw(html, asset->text, asset->len);
	html_end(html);
	html_string(html, "\n");
}

void page_begin(struct html *html, const char *title)
{
	html_raw(html, "<!DOCTYPE html>\n", 16);
	html_begin(html, "html");
	html_attr(html, "lang", "en");
	html_begin(html, "head");
	html_begin(html, "meta");
	html_attr(html, "charset", "utf-8");
	html_end(html);
	html_string(html, "\n");
	put_policy(html);
	put_meta(html, "name", "viewport", "width=device-width, initial-scale=1");
	put_meta(html, "name", "color-scheme", "light dark");
	put_meta(html, "name", "referrer", "no-referrer");
	put_meta(html, "name", "generator", "pipeline " PIPELINE_VERSION);
	html_element(html, "title", title);
	put_asset(html, "style", &report_css);
	html_end(html);
	html_begin(html, "body");
	html_begin_class(html, "a", "skip");
	html_attr(html, "href", "#content");
	html_string(html, "To the content");
	html_end(html);
	html_begin_class(html, "header", "top");
	html_element(html, "h1", title);
}

void page_links(struct html *html, const struct page_link *links, size_t count)
{
	html_end(html); /* header */
	html_begin(html, "nav");
	html_attr(html, "aria-label", "Sections");
	html_begin(html, "ul");
	for (size_t i = 0; i < count; i++) {
		html_begin(html, "li");
		html_begin(html, "a");
		html_attr_format(html, "href", "#%s", links[i].id);
		html_string(html, links[i].title);
		html_end(html);
		html_end(html);
	}
	html_end(html);
	html_end(html);
	html_begin(html, "main");
	html_attr(html, "id", "content");
	html_string(html, "\n");
}

void page_end(struct html *html)
{
	html_end(html); /* main */
	html_begin(html, "footer");
	html_string(html,
		    "Made by pipeline " PIPELINE_VERSION
		    ". All that this page shows is in it; it asks for nothing from anywhere.");
	html_end(html);
	html_string(html, "\n");
	put_asset(html, "script", &report_js);
	html_end(html); /* body */
	html_end(html); /* html */
	html_string(html, "\n");
}

void section_begin(struct html *html, const char *id, const char *title)
{
	html_begin(html, "section");
	html_attr(html, "id", id);
	html_attr_format(html, "aria-labelledby", "%s-h", id);
	html_begin(html, "h2");
	html_attr_format(html, "id", "%s-h", id);
	html_string(html, title);
	html_end(html);
	html_string(html, "\n");
}

void section_end(struct html *html)
{
	html_end(html);
	html_string(html, "\n");
}
