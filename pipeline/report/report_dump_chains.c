/* SPDX-License-Identifier: Apache-2.0 */
/* The wait chains of one incident drawn, one a signature, with its processes and threads. */
#include "pipeline/print.h"
#include "pipeline/report/chain_svg.h"
#include "pipeline/report/report_dump.h"
#include "stages/signature.h"

#define DRAWN_SHOWN 40

static void put_fact(struct html *html, const char *term, const char *value)
{
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_element(html, "dd", value);
	html_end(html);
}

static void put_count(struct html *html, const char *term, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)count);
	put_fact(html, term, text);
}

static const char *timeout_word(uint8_t timeout)
{
	return timeout == TIMEOUT_SET    ? "yes"
	       : timeout == TIMEOUT_NONE ? "no"
					 : "not known";
}

/* What is behind the last hop. */
static void put_end(struct html *html, const struct chain_list *list, const struct chain *chain)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);

	if (chain->cycle == CYCLE_THREAD)
		return;
	put_fact(html, "with a timeout", timeout_word(endpoint->timeout));
	if (!endpoint->frame)
		return;
	html_begin(html, "div");
	html_element(html, "dt", "at");
	html_begin(html, "dd");
	html_name(html, names_text(&list->names, endpoint->frame));
	html_end(html);
	html_end(html);
}

static void put_facts(struct html *html, const struct chain_list *list,
		      const struct finding *finding)
{
	char wait[DURATION_TEXT_SIZE];

	html_begin(html, "dl");
	put_count(html, "chains alike", finding->count);
	put_count(html, "threads waiting", finding->waiters);
	if (finding->fan_in > 1)
		put_count(html, "for one hop", finding->fan_in);
	put_fact(html, "longest wait", print_duration_short(wait, finding->wait_ms));
	put_end(html, list, finding->chain);
	html_end(html);
}

static void put_card(struct html *html, const struct dump_page *page, uint32_t number)
{
	const struct finding *finding = &page->shown->findings.list.at[number - 1];
	const struct chain_list *list = &page->shown->incident->chains;
	struct drawn_chain drawn = { .left_out = 0 };
	byte_vec label = { 0 };
	struct slice title = chain_label(list, finding->chain, GROUPING_KIND, &label);
	char id[24];

	snprintf(id, sizeof(id), "p-%u", number);
	drawn_chain_of(&drawn, list, finding->chain, true, page->arena);
	html_begin_class(html, "article", "card");
	html_attr(html, "id", id);
	html_begin(html, "h3");
	html_format(html, "Point %u: ", number);
	html_name(html, title);
	html_end(html);
	html_begin_class(html, "div", "body");
	chain_svg(html, &drawn, id, title);
	put_facts(html, list, finding);
	html_end(html);
	html_begin_class(html, "p", "note");
	html_string(html, "In other dumps: ");
	html_begin_class(html, "code", "sh");
	html_format(html, "pipeline explain %016llx",
		    (unsigned long long)chain_signature(finding->chain));
	html_end(html);
	html_end(html);
	html_end(html);
	html_string(html, "\n");
	drawn_chain_free(&drawn);
	vec_free(&label);
}

void dump_section_chains(struct html *html, const struct dump_page *page)
{
	size_t groups = 0;

	vec_for_each(finding, &page->shown->findings.list)
		groups += finding->chain != NULL;
	if (groups == 0) {
		html_note(html, "No thread waits for another in this dump.");
		return;
	}
	html_note(html,
		  "A box is a thread with its process, an arrow how and for how long it waits for the next. A "
		  "dashed line ties two threads of one process. Numbers in brackets are process and thread id.");
	html_cut_note(html, groups < DRAWN_SHOWN ? groups : DRAWN_SHOWN, groups,
		      "groups of chains", NULL);
	html_begin_class(html, "div", "cards");
	groups = 0;
	for (uint32_t i = 0; i < page->shown->findings.list.len && groups < DRAWN_SHOWN; i++)
		if (page->shown->findings.list.at[i].chain) {
			put_card(html, page, i + 1);
			groups++;
		}
	html_end(html);
}
