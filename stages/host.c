/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records together say of the machine: the length of a clock tick and the tick count of the dump from the threads'
 * waits, the product from build and product line (formats.md sections 1.6, 2.3, 4.5).
 */
#include <stdio.h>

#include "stages/join.h"

/* Lengths of a clock tick in units of 100 ns (formats.md section 4.5). */
static const uint32_t known_ticks[] = { 156250, 156001, 100144, 100000 };

/* !stacks tells ticks but not since when. */
static bool gives_ticks(const struct thread *thread)
{
	return thread->ticks != TICKS_NONE && thread->wait_start != TICKS_NONE;
}

static uint64_t tick_sum(const struct thread *thread)
{
	return thread->wait_start + thread->ticks;
}

uint64_t host_tick_count(const struct records *records, bool *differ)
{
	uint64_t sum = TICKS_NONE;

	*differ = false;
	vec_for_each(thread, &records->threads) {
		uint64_t own;

		if (!gives_ticks(thread))
			continue;
		own = tick_sum(thread);
		if (sum == TICKS_NONE)
			sum = own;
		*differ |= sum != own;
	}
	return *differ ? TICKS_NONE : sum;
}

static bool stands_before(const struct thread *a, const struct thread *b)
{
	if (a->evidence.source != b->evidence.source)
		return a->evidence.source < b->evidence.source;
	return a->evidence.first_line < b->evidence.first_line;
}

/* The first thread of the log that gives a sum; with `other`, the first whose sum is not that one's. */
static const struct thread *first_with_ticks(const struct records *records,
					     const struct thread *other)
{
	const struct thread *first = NULL;

	vec_for_each(thread, &records->threads)
		if (gives_ticks(thread) && (!first || stands_before(thread, first)) &&
		    (!other || tick_sum(thread) != tick_sum(other)))
			first = thread;
	return first;
}

void host_diagnose_ticks(struct records *records)
{
	const struct thread *first = first_with_ticks(records, NULL);
	const struct thread *other = first_with_ticks(records, first);
	struct diagnostic diagnostic = { .code = DIAGNOSTIC_TICKS_DISAGREE };
	char text[120];
	int len;

	if (!other)
		return;
	len = snprintf(text, sizeof(text), "Wait Start and Ticks make %llu here, but %llu",
		       (unsigned long long)tick_sum(other),
		       (unsigned long long)tick_sum(first));
	if (first->evidence.source == other->evidence.source)
		snprintf(text + len, sizeof(text) - (size_t)len, " at line %u",
			 first->evidence.first_line);
	else
		snprintf(text + len, sizeof(text) - (size_t)len, " in another member");
	diagnostic.line = other->evidence.first_line;
	diagnostic.source = other->evidence.source;
	diagnostic.text = names_add(&records->names, slice_from(text));
	vec_push(&records->diagnostics, diagnostic);
}

/* Every printed pair says ms <= ticks * length < ms + 1. Of the lengths that all pairs allow the known one is taken, or, since
 * clocks tick in whole units, the only one. */
static uint32_t tick_length(const struct records *records)
{
	uint64_t low = 0, high = UINT64_MAX; /* 100 ns, low inclusive, high exclusive */
	uint32_t found = 0;

	vec_for_each(thread, &records->threads) {
		uint64_t ms = (uint64_t)thread->wait_ms, ticks = thread->ticks;

		if (ticks == TICKS_NONE || ticks == 0 || thread->wait_ms == MS_NONE ||
		    ms > UINT64_MAX / 20000)
			continue;
		if ((ms * 10000 + ticks - 1) / ticks > low)
			low = (ms * 10000 + ticks - 1) / ticks;
		if (((ms + 1) * 10000 + ticks - 1) / ticks < high)
			high = ((ms + 1) * 10000 + ticks - 1) / ticks;
	}
	for (size_t i = 0; i < sizeof(known_ticks) / sizeof(known_ticks[0]); i++) {
		if (known_ticks[i] < low || known_ticks[i] >= high)
			continue;
		if (found)
			return 0;
		found = known_ticks[i];
	}
	return !found && high == low + 1 && low <= UINT32_MAX ? (uint32_t)low : found;
}

static const struct {
	uint32_t first, last;
	const char *client, *server; /* NULL: no such product */
} products[] = {
	{ 1381, 1381, "Windows NT 4.0", "Windows NT 4.0" },
	{ 2195, 2195, "Windows 2000", "Windows 2000 Server" },
	{ 2600, 2600, "Windows XP", NULL },
	{ 3790, 3790, "Windows XP x64", "Windows Server 2003" },
	{ 6000, 6003, "Windows Vista", "Windows Server 2008" },
	{ 7600, 7601, "Windows 7", "Windows Server 2008 R2" },
	{ 9200, 9200, "Windows 8", "Windows Server 2012" },
	{ 9600, 9600, "Windows 8.1", "Windows Server 2012 R2" },
	{ 14393, 14393, "Windows 10", "Windows Server 2016" },
	{ 17763, 17763, "Windows 10", "Windows Server 2019" },
	{ 20348, 20348, "Windows Server 2022", "Windows Server 2022" },
	{ 26100, 26100, "Windows 11", "Windows Server 2025" },
	{ 10240, 19045, "Windows 10", "Windows Server (10.0)" },
	{ 22000, 29999, "Windows 11", "Windows Server (10.0)" },
};

static void print_product(char *out, size_t size, const struct host *host, struct slice product)
{
	bool client = slice_starts_icase(product, SLICE("WinNt"));
	bool server = slice_starts_icase(product, SLICE("Server")) ||
		      slice_starts_icase(product, SLICE("LanManNt"));
	int len = 0;

	out[0] = 0;
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		const char *c = products[i].client, *s = products[i].server;

		if (host->build < products[i].first || host->build > products[i].last)
			continue;
		if (client || !s || strcmp(c, s) == 0)
			len = snprintf(out, size, "%s", c);
		else if (server)
			len = snprintf(out, size, "%s", s);
		else
			len = snprintf(out, size, "%s / %s", c, s + strlen("Windows "));
		break;
	}
	if (len > 0 && host->service_pack != NUMBER_NONE && host->service_pack != 0)
		snprintf(out + len, size - (size_t)len, " SP%u", host->service_pack);
}

void host_finish(struct records *records)
{
	struct host *host = &records->host;
	char text[96];

	host->tick_100ns = tick_length(records);
	if (host->build != NUMBER_NONE) {
		print_product(text, sizeof(text), host,
			      names_text(&records->names, host->product));
		host->os = names_add(&records->names, slice_from(text));
	}
	if (host->arch == 0 && host->address_digits == 16)
		host->arch = names_add(&records->names, SLICE("x64"));
	if (host->arch == 0 && host->address_digits == 8)
		host->arch = names_add(&records->names, SLICE("x86"));
}
