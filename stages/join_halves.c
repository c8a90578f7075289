/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Halves of pointers, which lines leave that were cut in the middle of a log (formats.md section 2.5): eight digits in a 64-bit
 * dump. A record of such an address is nothing and dropped; in a record that is whole but for one, that one is not known.
 */
#include "stages/join_parts.h"

/*
 * How wide the dump's addresses are: as its system is or, where no banner tells, as most processes and threads have them. A
 * debugger of 64 bits writes a stray pointer of a 32-bit dump with sixteen digits.
 */
static uint8_t settle_digits(const struct records *records)
{
	const struct host *host = &records->host;
	size_t wide = 0, narrow = 0;

	if (host->address_digits != 16)
		return host->address_digits;
	if (host->arch)
		return slice_equal(names_text(&records->names, host->arch), SLICE("x86"))
			       ? 8
			       : 16;
	vec_for_each(process, &records->processes)
		*(process->address >> 32 ? &wide : &narrow) += 1;
	vec_for_each(thread, &records->threads)
		*(thread->address >> 32 ? &wide : &narrow) += 1;
	return narrow > wide ? 8 : 16;
}

/* In a 64-bit dump eight digits are the first half of a pointer that was cut off. */
static bool is_half(uint64_t address)
{
	return address >> 32 == 0;
}

#define DROP_HALVES(list)                                                              \
	do {                                                                           \
		size_t kept = 0;                                                       \
                                                                                       \
		for (size_t i = 0; i < records->list.len; i++)                         \
			if (is_half(records->list.at[i].address))                      \
				diagnose_half(records, &records->list.at[i].evidence); \
			else if (kept++ != i)                                          \
				records->list.at[kept - 1] = records->list.at[i];      \
		records->list.len = kept;                                              \
	} while (0)

static void diagnose_half(struct records *records, const struct evidence *evidence)
{
	vec_push(&records->diagnostics,
		 ((struct diagnostic){ .code = DIAGNOSTIC_TRUNCATED_BLOCK,
				       .line = evidence->first_line,
				       .source = evidence->source }));
}

static void clear_half(uint64_t *address)
{
	if (is_half(*address))
		*address = 0;
}

/* Half a pointer in a record that is whole but for it is not known. */
static void clear_halves_of_thread(struct records *records, struct thread *thread)
{
	clear_half(&thread->process);
	clear_half(&thread->lpc_port);
	if (thread->wait_kind == WAIT_KIND_ALPC &&
	    (is_half(thread->message) || is_half(thread->port))) {
		thread->wait_kind = WAIT_KIND_NONE;
		thread->message = thread->owner_process = 0;
	}
	clear_half(&thread->port);
	clear_half(&thread->owner_process);
	for (uint32_t i = 0; i < thread->objects; i++) {
		struct wait_object *object = &records->objects.at[thread->first_object + i];

		if (is_half(object->address))
			thread->flags |= THREAD_OBJECTS_CUT; /* it may have been any object */
		clear_half(&object->address);
		clear_half(&object->owner_thread);
	}
}

static void clear_halves_of_message(struct message *message)
{
	if (message->server_thread && is_half(message->server_thread))
		message->flags =
			(uint8_t)((message->flags & ~MESSAGE_SERVER_SHOWN) | MESSAGE_CUT);
	clear_half(&message->server_thread);
	clear_half(&message->waiting_thread);
	clear_half(&message->queue_port);
	clear_half(&message->owner_process);
}

static void drop_half_users(struct records *records)
{
	size_t kept = 0;

	vec_for_each(user, &records->resource_users)
		if (!is_half(user->thread) && !is_half(user->resource))
			records->resource_users.at[kept++] = *user;
	records->resource_users.len = kept;
}

static void drop_half_port_threads(struct records *records)
{
	size_t kept = 0;

	vec_for_each(served, &records->port_threads)
		if (!is_half(served->thread) && !is_half(served->port))
			records->port_threads.at[kept++] = *served;
	records->port_threads.len = kept;
}

void join_drop_halves(struct records *records)
{
	records->host.address_digits = settle_digits(records);
	if (records->host.address_digits != 16)
		return;
	DROP_HALVES(threads);
	DROP_HALVES(messages);
	DROP_HALVES(ports);
	vec_for_each(thread, &records->threads)
		clear_halves_of_thread(records, thread);
	vec_for_each(message, &records->messages)
		clear_halves_of_message(message);
	vec_for_each(port, &records->ports)
		clear_half(&port->owner_process);
	vec_for_each(line, &records->command_lines)
		clear_half(&line->process);
	drop_half_users(records);
	drop_half_port_threads(records);
}

void join_drop_half_processes(struct records *records)
{
	if (records->host.address_digits == 16)
		DROP_HALVES(processes);
}
