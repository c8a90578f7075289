/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many clients of one server cost: a log in which N threads wait for a reply of one thread, which waits for another
 * process behind it, is parsed; then the analysis, the patterns and the bytes of the chains are measured. Linear is right: twice
 * the clients, twice the time. Medians of several rounds on one core.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "tests/unit/log_fixture.h"

#define ROUNDS 5

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print_thread_block(FILE *log, uint64_t address, unsigned pid, unsigned tid,
			       uint64_t message, uint64_t owner, unsigned start)
{
	fprintf(log,
		"THREAD %016" PRIx64 "  Cid %04x.%04x  Teb: 000007fffffde000 Win32Thread: "
		"0000000000000000 WAIT: (WrLpcReply) UserMode Non-Alertable\n"
		"    %016" PRIx64 "  Semaphore Limit 0x1\n"
		"Waiting for reply to ALPC Message %016" PRIx64
		" : queued at port fffffa8005000000 : owned by process %016" PRIx64 "\n"
		"Owning Process            fffffa80%08x       Image:         client%u.exe\n"
		"Wait Start TickCount      %u         Ticks: %u (0:00:00:10.000)\n",
		address, pid, tid, address + 0x390, message, owner,
		0x04000000 + pid * 0x1000, pid % 7, start, 2000000 - start);
}

static void print_message_block(FILE *log, uint64_t message, uint64_t waiter, uint64_t server)
{
	fprintf(log,
		"Message %016" PRIx64 "\n  MessageID             : 0x10E8 (4328)\n"
		"  WaitingThread         : %016" PRIx64 "\n"
		"  QueueType             : ALPC_MSGQUEUE_PENDING\n"
		"  ServerThread          : %016" PRIx64 "\n\n",
		message, waiter, server);
}

static char *make_log(unsigned clients, size_t *len)
{
	const uint64_t server = 0xfffffa8006000000u, behind = 0xfffffa8006010000u;
	char *text = NULL;
	FILE *log = open_memstream(&text, len);

	print_thread_block(log, server, 0x1000, 4, 0xfffff8a000000100u,
			   0xfffffa8005001000u, 999999);
	print_message_block(log, 0xfffff8a000000100u, server, behind);
	for (unsigned i = 0; i < clients; i++) {
		uint64_t thread = 0xfffffa8010000000u + (uint64_t)i * 0x1000;
		uint64_t message = 0xfffff8a010000000u + (uint64_t)i * 0x100;

		print_thread_block(log, thread, 0x2000 + i / 50 * 4, 8 + i * 4, message,
				   0xfffffa8005000000u, 1000000 + i);
		print_message_block(log, message, thread, server);
	}
	fclose(log);
	return text;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct times {
	double analysis[ROUNDS], patterns[ROUNDS], bytes[ROUNDS];
};

static void run_once(struct incident *incident, struct times *times, int round, byte_vec *bytes)
{
	struct findings findings = { 0 };
	double a = now(), b, c;

	incident_analyse(incident);
	b = now();
	find_patterns(incident, NULL, &findings);
	c = now();
	bytes->len = 0;
	chain_list_encode(&incident->chains, bytes);
	times->bytes[round] = now() - c;
	times->patterns[round] = c - b;
	times->analysis[round] = b - a;
	findings_free(&findings);
}

static void run(unsigned clients)
{
	struct times times;
	struct dumps dumps;
	byte_vec bytes = { 0 };
	size_t len;
	char *log = make_log(clients, &len);
	const struct incident *incident;

	dumps_whole(&dumps, (struct slice){ log, len });
	for (int round = 0; round < ROUNDS; round++)
		run_once(&dumps.joins.at[0]->incident, &times, round, &bytes);
	qsort(times.analysis, ROUNDS, sizeof(double), by_value);
	qsort(times.patterns, ROUNDS, sizeof(double), by_value);
	qsort(times.bytes, ROUNDS, sizeof(double), by_value);
	incident = &dumps.joins.at[0]->incident;
	printf("%7u clients: %6zu chains, %6zu hops kept; analysis %6.1f ms, patterns %5.1f ms, "
	       "encoding %4.1f ms, %4.1f bytes a chain\n",
	       clients, incident->chains.chains.len, incident->chains.hops.len,
	       times.analysis[ROUNDS / 2] * 1e3, times.patterns[ROUNDS / 2] * 1e3,
	       times.bytes[ROUNDS / 2] * 1e3, (double)bytes.len / clients);
	vec_free(&bytes);
	dumps_free(&dumps);
	free(log);
}

int main(void)
{
	for (unsigned clients = 12500; clients <= 100000; clients *= 2)
		run(clients);
	return 0;
}
