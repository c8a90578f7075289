/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sets of records that must be one, field by field and in the same order: all that is stored, what the text of an incident
 * (log_fixture.h) leaves out included. Does not ask columns.h, which may have lost a field.
 */
#ifndef TESTS_SAME_RECORDS_H
#define TESTS_SAME_RECORDS_H

#include "stages/record.h"

#define SAME(list, field)                                                              \
	for (size_t i = 0; i < a->list.len; i++)                                       \
		if (a->list.at[i].field != b->list.at[i].field)                        \
			fail_msg(#list " %zu of %zu: " #field " %llx is %llx", i,      \
				 a->list.len, (unsigned long long)a->list.at[i].field, \
				 (unsigned long long)b->list.at[i].field);

#define SAME_COUNT(list) assert_int_equal(a->list.len, b->list.len)

#define SAME_EVIDENCE(list)             \
	SAME_COUNT(list);               \
	SAME(list, evidence.offset)     \
	SAME(list, evidence.length)     \
	SAME(list, evidence.first_line) \
	SAME(list, evidence.last_line)  \
	SAME(list, evidence.source)

static void same_threads(const struct records *a, const struct records *b)
{
	SAME_EVIDENCE(threads)
	SAME(threads, address)
	SAME(threads, process)
	SAME(threads, message)
	SAME(threads, port)
	SAME(threads, owner_process)
	SAME(threads, wait_start)
	SAME(threads, ticks)
	SAME(threads, wait_ms)
	SAME(threads, wait_offset)
	SAME(threads, wait_line)
	SAME(threads, wait_last_line)
	SAME(threads, wait_length)
	SAME(threads, pid)
	SAME(threads, tid)
	SAME(threads, suspend_count)
	SAME(threads, first_object)
	SAME(threads, objects)
	SAME(threads, first_frame)
	SAME(threads, frames)
	SAME(threads, image)
	SAME(threads, wait_reason)
	SAME(threads, state)
	SAME(threads, wait_kind)
	SAME(threads, flags)
	SAME_COUNT(objects);
	SAME(objects, address)
	SAME(objects, owner_thread)
	SAME(objects, type)
	SAME_COUNT(frames);
	for (size_t i = 0; i < a->frames.len; i++)
		assert_int_equal(a->frames.at[i], b->frames.at[i]);
}

static void same_processes_and_messages(const struct records *a, const struct records *b)
{
	SAME_EVIDENCE(processes)
	SAME(processes, address)
	SAME(processes, pid)
	SAME(processes, parent_pid)
	SAME(processes, session)
	SAME(processes, handle_count)
	SAME(processes, working_set_kb)
	SAME(processes, commit_pages)
	SAME(processes, threads)
	SAME(processes, image)
	SAME(processes, flags)
	SAME_EVIDENCE(messages)
	SAME(messages, address)
	SAME(messages, waiting_thread)
	SAME(messages, server_thread)
	SAME(messages, queue_port)
	SAME(messages, owner_process)
	SAME(messages, id)
	SAME(messages, owner_image)
	SAME(messages, queue_type)
	SAME(messages, flags)
}

static void same_ports(const struct records *a, const struct records *b)
{
	SAME_EVIDENCE(ports)
	SAME(ports, address)
	SAME(ports, owner_process)
	SAME(ports, connection_port)
	SAME(ports, name)
	SAME(ports, type)
	SAME(ports, owner_image)
	SAME(ports, main_queue)
	SAME(ports, large_queue)
	SAME(ports, pending_queue)
	SAME(ports, registered_threads)
	SAME_COUNT(port_threads);
	SAME(port_threads, port)
	SAME(port_threads, thread)
	SAME_EVIDENCE(resource_users)
	SAME(resource_users, resource)
	SAME(resource_users, thread)
	SAME(resource_users, role)
}

static void same_rest(const struct records *a, const struct records *b)
{
	SAME_EVIDENCE(vm_rows)
	SAME(vm_rows, commit_kb)
	SAME(vm_rows, pid)
	SAME(vm_rows, table)
	SAME(vm_rows, image)
	SAME_EVIDENCE(memory)
	SAME(memory, counter)
	SAME(memory, value)
	SAME_EVIDENCE(page_files)
	SAME(page_files, name)
	SAME(page_files, current_kb)
	SAME(page_files, free_kb)
	SAME(page_files, minimum_kb)
	SAME(page_files, maximum_kb)
	SAME_EVIDENCE(analysis)
	SAME(analysis, field)
	SAME(analysis, number)
	SAME(analysis, text)
	SAME_EVIDENCE(command_lines)
	SAME(command_lines, process)
	SAME(command_lines, text)
}

static void same_records(const struct records *a, const struct records *b)
{
	same_threads(a, b);
	same_processes_and_messages(a, b);
	same_ports(a, b);
	same_rest(a, b);
}

#endif
