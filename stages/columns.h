/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of the records in the index, one row each: which table, which field, how it is packed. The same rows
 * make the encoder and the decoder, so that they cannot differ. Order and packing are the format (index/FORMAT.md).
 *
 *   DELTA   difference to the row before, zigzag: sorted addresses, lines, offsets
 *   PLAIN   as it is
 *   PLUS1   plus one in the field's own width, so that the all-ones _NONE value is 0
 *   NAME    number of a name, checked against the names
 *   STATE, CODE, COUNTER, FIELD  a small enum, checked against its end
 */
#define PROCESS_COLUMNS(COLUMN)       \
	COLUMN(DELTA, address)        \
	COLUMN(PLUS1, pid)            \
	COLUMN(PLUS1, parent_pid)     \
	COLUMN(DELTA, session)        \
	COLUMN(PLUS1, handle_count)   \
	COLUMN(PLAIN, threads)        \
	COLUMN(NAME, image)           \
	COLUMN(PLAIN, flags)          \
	COLUMN(PLUS1, working_set_kb) \
	COLUMN(PLUS1, commit_pages)   \
	EVIDENCE_COLUMNS(COLUMN)

#define EVIDENCE_COLUMNS(COLUMN)           \
	COLUMN(DELTA, evidence.offset)     \
	COLUMN(DELTA, evidence.length)     \
	COLUMN(DELTA, evidence.first_line) \
	COLUMN(DELTA, evidence.last_line)  \
	COLUMN(PLAIN, evidence.source)

#define THREAD_COLUMNS(COLUMN)        \
	COLUMN(DELTA, address)        \
	COLUMN(DELTA, process)        \
	COLUMN(PLAIN, message)        \
	COLUMN(PLAIN, port)           \
	COLUMN(PLAIN, owner_process)  \
	COLUMN(PLUS1, wait_start)     \
	COLUMN(PLUS1, ticks)          \
	COLUMN(DELTA, wait_ms)        \
	COLUMN(PLAIN, wait_offset)    \
	COLUMN(PLAIN, wait_line)      \
	COLUMN(PLAIN, wait_last_line) \
	COLUMN(PLAIN, wait_length)    \
	COLUMN(PLUS1, pid)            \
	COLUMN(PLUS1, tid)            \
	COLUMN(PLAIN, suspend_count)  \
	COLUMN(PLAIN, objects)        \
	COLUMN(PLAIN, frames)         \
	COLUMN(NAME, image)           \
	COLUMN(NAME, wait_reason)     \
	COLUMN(STATE, state)          \
	COLUMN(PLAIN, wait_kind)      \
	COLUMN(PLAIN, flags)          \
	EVIDENCE_COLUMNS(COLUMN)

#define OBJECT_COLUMNS(COLUMN)      \
	COLUMN(DELTA, address)      \
	COLUMN(PLAIN, owner_thread) \
	COLUMN(NAME, type)

#define MESSAGE_COLUMNS(COLUMN)       \
	COLUMN(DELTA, address)        \
	COLUMN(PLAIN, waiting_thread) \
	COLUMN(PLAIN, server_thread)  \
	COLUMN(PLAIN, queue_port)     \
	COLUMN(PLAIN, owner_process)  \
	COLUMN(PLUS1, id)             \
	COLUMN(NAME, owner_image)     \
	COLUMN(NAME, queue_type)      \
	COLUMN(PLAIN, flags)          \
	EVIDENCE_COLUMNS(COLUMN)

#define VM_ROW_COLUMNS(COLUMN)   \
	COLUMN(PLAIN, commit_kb) \
	COLUMN(PLUS1, pid)       \
	COLUMN(PLAIN, table)     \
	COLUMN(NAME, image)      \
	EVIDENCE_COLUMNS(COLUMN)

#define RESOURCE_USER_COLUMNS(COLUMN) \
	COLUMN(DELTA, resource)       \
	COLUMN(DELTA, thread)         \
	COLUMN(PLAIN, role)           \
	EVIDENCE_COLUMNS(COLUMN)

#define PORT_COLUMNS(COLUMN)              \
	COLUMN(DELTA, address)            \
	COLUMN(PLAIN, owner_process)      \
	COLUMN(PLAIN, connection_port)    \
	COLUMN(NAME, name)                \
	COLUMN(NAME, type)                \
	COLUMN(NAME, owner_image)         \
	COLUMN(PLUS1, main_queue)         \
	COLUMN(PLUS1, large_queue)        \
	COLUMN(PLUS1, pending_queue)      \
	COLUMN(PLUS1, registered_threads) \
	EVIDENCE_COLUMNS(COLUMN)

#define MEMORY_COUNTER_COLUMNS(COLUMN) \
	COLUMN(COUNTER, counter)       \
	COLUMN(PLAIN, value)           \
	EVIDENCE_COLUMNS(COLUMN)

#define PAGE_FILE_COLUMNS(COLUMN) \
	COLUMN(NAME, name)        \
	COLUMN(PLUS1, current_kb) \
	COLUMN(PLUS1, free_kb)    \
	COLUMN(PLUS1, minimum_kb) \
	COLUMN(PLUS1, maximum_kb) \
	EVIDENCE_COLUMNS(COLUMN)

#define ANALYSIS_FIELD_COLUMNS(COLUMN) \
	COLUMN(FIELD, field)           \
	COLUMN(PLAIN, number)          \
	COLUMN(NAME, text)             \
	EVIDENCE_COLUMNS(COLUMN)

#define PORT_THREAD_COLUMNS(COLUMN) \
	COLUMN(DELTA, port)         \
	COLUMN(DELTA, thread)

#define COMMAND_LINE_COLUMNS(COLUMN) \
	COLUMN(PLAIN, process)       \
	COLUMN(NAME, text)           \
	EVIDENCE_COLUMNS(COLUMN)

#define DIAGNOSTIC_COLUMNS(COLUMN) \
	COLUMN(CODE, code)         \
	COLUMN(PLAIN, line)        \
	COLUMN(PLAIN, source)      \
	COLUMN(NAME, text)

#define UNKNOWN_LINE_COLUMNS(COLUMN) \
	COLUMN(NAME, kind)           \
	COLUMN(NAME, example)        \
	COLUMN(PLAIN, line)          \
	COLUMN(PLAIN, source)        \
	COLUMN(PLAIN, count)

#define TABLES(TABLE)                                               \
	TABLE(process, processes, PROCESS_COLUMNS)                  \
	TABLE(thread, threads, THREAD_COLUMNS)                      \
	TABLE(wait_object, objects, OBJECT_COLUMNS)                 \
	TABLE(message, messages, MESSAGE_COLUMNS)                   \
	TABLE(vm_row, vm_rows, VM_ROW_COLUMNS)                      \
	TABLE(resource_user, resource_users, RESOURCE_USER_COLUMNS) \
	TABLE(port, ports, PORT_COLUMNS)                            \
	TABLE(memory_counter, memory, MEMORY_COUNTER_COLUMNS)       \
	TABLE(page_file, page_files, PAGE_FILE_COLUMNS)             \
	TABLE(analysis_field, analysis, ANALYSIS_FIELD_COLUMNS)     \
	TABLE(port_thread, port_threads, PORT_THREAD_COLUMNS)       \
	TABLE(command_line, command_lines, COMMAND_LINE_COLUMNS)    \
	TABLE(diagnostic, diagnostics, DIAGNOSTIC_COLUMNS)          \
	TABLE(unknown_line, unknown_lines, UNKNOWN_LINE_COLUMNS)
