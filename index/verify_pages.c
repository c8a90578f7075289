/* SPDX-License-Identifier: Apache-2.0 */
/* Checking headers, branches and the list of free pages; see verify_pages.h. */
#include "index/verify_pages.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "index/table.h"
#include "pipeline/base/work.h"

/* Pages 0 and 1 are the headers. */
#define FIRST_PAGE 2

struct paging {
	struct index_view *view;
	void (*report)(void *context, const char *text);
	void *context;
	uint64_t last_page;
	size_t page_bytes;
	uint8_t *free_pages; /* a bit each */
	struct error *error;
};

static void report(const struct paging *paging, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void report(const struct paging *paging, const char *format, ...)
{
	char text[200];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	paging->report(paging->context, text);
}

/* ---- the list of free pages ---- */

static bool is_free(const struct paging *paging, uint64_t page)
{
	return page <= paging->last_page && (paging->free_pages[page / 8] >> page % 8 & 1);
}

/* LMDB writes a count and then as many numbers, the greatest first; there may be room behind them. */
static bool take_list(struct paging *paging, const MDB_val *value)
{
	const char *at = value->mv_data;
	uint64_t count, page, before = paging->last_page + 1;

	if (value->mv_size < sizeof(count) || value->mv_size % sizeof(count))
		return false;
	memcpy(&count, at, sizeof(count));
	if (count >= value->mv_size / sizeof(count))
		return false;
	for (uint64_t i = 1; i <= count; i++) {
		memcpy(&page, at + i * sizeof(page), sizeof(page));
		if (page < FIRST_PAGE || page >= before || is_free(paging, page))
			return false;
		paging->free_pages[page / 8] |= (uint8_t)(1 << page % 8);
		before = page;
	}
	return true;
}

/* It is LMDB's table 0. */
static bool take_lists(struct paging *paging)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	int code = mdb_cursor_open(paging->view->txn, 0, &cursor);
	bool good = true;

	if (code != 0)
		return lmdb_error(paging->error, code, "the list of free pages");
	while (good && (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
		good = key.mv_size == sizeof(uint64_t) && take_list(paging, &value);
	mdb_cursor_close(cursor);
	if (!good)
		report(paging, "the list of free pages is damaged");
	return !good || code == MDB_NOTFOUND ||
	       lmdb_error(paging->error, code, "the list of free pages");
}

/* ---- the headers ---- */

/* Where a header has the number of the transaction that wrote it, behind the page's own 16 bytes. */
#define HEADER_NUMBER (16 + 128)
#define HEADERS 2
/* So often a writer may be met between the two. */
#define HEADER_ATTEMPTS 1000

static bool read_headers(const struct paging *paging, uint64_t numbers[HEADERS])
{
	int fd;

	mdb_env_get_fd(paging->view->index->env, &fd);
	for (size_t i = 0; i < HEADERS; i++) {
		off_t at = (off_t)(i * paging->page_bytes + HEADER_NUMBER);

		if (pread(fd, &numbers[i], sizeof(*numbers), at) != sizeof(*numbers))
			return error_errno(paging->error, "%s/data.mdb",
					   paging->view->index->folder);
	}
	return true;
}

/* Transactions write them in turn, the even ones the first. With another number the older one is taken, and with it the index as it
 * was before the last transaction. (Two less cannot be told from two transactions earlier.) */
static bool check_headers(const struct paging *paging)
{
	uint64_t numbers[HEADERS], again[HEADERS];
	int attempt = 0;

	if (!read_headers(paging, numbers))
		return false;
	for (;;) {
		if (!read_headers(paging, again))
			return false;
		if (memcmp(numbers, again, sizeof(again)) == 0 || attempt++ == HEADER_ATTEMPTS)
			break;
		memcpy(numbers, again, sizeof(again));
	}
	if (numbers[0] % 2 != 0 || numbers[1] % 2 != 1 ||
	    (numbers[0] + 1 != numbers[1] && numbers[1] + 1 != numbers[0]))
		report(paging, "the headers do not follow each other");
	return true;
}

/* ---- rows ---- */

/* A page begins with its number, and the map on a page. */
static bool lies_in_free_page(const struct paging *paging, struct slice bytes)
{
	uintptr_t page = (uintptr_t)bytes.at & ~(uintptr_t)(paging->page_bytes - 1);
	uint64_t number;

	memcpy(&number, (const void *)page, sizeof(number));
	return number < FIRST_PAGE || number > paging->last_page || is_free(paging, number);
}

static bool check_row(struct paging *paging, enum table table,
		      const struct table_scan *scan, bool *good)
{
	bool found;

	if (!table_leads(paging->view, table, scan->key, scan->value, &found, paging->error))
		return false;
	*good = false;
	if (!found)
		report(paging, "the branches of the table %s lead past its rows",
		       table_name(table));
	else if (lies_in_free_page(paging, scan->key) ||
		 (scan->value.len && lies_in_free_page(paging, scan->value)))
		report(paging, "rows of the table %s lie in a page that is free",
		       table_name(table));
	else
		*good = true;
	return true;
}

static bool check_table(struct paging *paging, enum table table)
{
	struct table_scan scan;
	bool rows_good = true;
	bool good = scan_begin(&scan, paging->view, table, SLICE_NONE, paging->error);

	while (good && rows_good && scan_next(&scan, paging->error)) {
		good = check_row(paging, table, &scan, &rows_good);
		work_small_step(0);
	}
	scan_end(&scan);
	return good && paging->error->kind == ERROR_NONE;
}

bool verify_pages(struct index_view *view, void (*report_to)(void *context, const char *text),
		  void *context, struct error *error)
{
	struct paging paging = {
		.view = view, .report = report_to, .context = context, .error = error
	};
	MDB_envinfo info;
	uint64_t rows = 0;
	MDB_stat stat;
	bool good;

	mdb_env_info(view->index->env, &info);
	mdb_env_stat(view->index->env, &stat);
	paging.last_page = info.me_last_pgno;
	paging.page_bytes = stat.ms_psize;
	paging.free_pages = mem_alloc_zero(paging.last_page / 8 + 1, 1);
	error->kind = ERROR_NONE;
	good = check_headers(&paging) && take_lists(&paging);
	for (int table = 0; good && table < TABLES; table++)
		rows += table_rows(view, (enum table)table);
	work_begin("rows looked up", rows);
	for (int table = 0; good && table < TABLES; table++)
		good = check_table(&paging, (enum table)table);
	work_end();
	free(paging.free_pages);
	return good;
}
