/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of the records in the index, one row each: which table, which field, how it is packed. The same rows
 * make the encoder and the decoder, so that they cannot differ. Order and packing are the format (index/FORMAT.md).
 *
 *   DELTA   difference to the row before, zigzag: ids that grow
 *   KEY     the same of values that rise from row to row, which is checked: the addresses by which a table is sorted. Behind TO_TABLE
 *           stand keys alone
 *   PLAIN   as it is
 *   TOTAL   as it is; how many rows of another table belong to this one, all of which are added up and have to be there
 *   PLUS1   plus one in the field's own width, so that the all-ones _NONE value is 0
 *   NAME    number of a name, checked against the names
 *   STATE, CODE, COUNTER, FIELD  a small enum, checked against its end
 *   BEHIND  difference to the end of the row before, whose length is the other field, zigzag
 *   LINES   two columns: how many lines the last is behind the first, then the first's difference to the last of the row before
 *   LATER   how much it is beyond the other field, in its own width
 *   NEAR    difference to the other field, zigzag; 0 stands for 0, and what 0 would be for no difference
 *   START   a wait's begin in ticks: difference to what makes the same sum with the ticks as in the row before
 *   WAIT    a wait in ms: difference to its ticks times the length of one
 *
 * In a table with evidence the rows stand in the order of the log, as FROM_LOG says, which is no column; neighbours there are alike.
 * TO_TABLE is the way back (log_order.h): columns behind it stand in the order of the table.
 */
#define EVIDENCE_COLUMNS(COLUMN)                         \
	COLUMN(FROM_LOG, evidence)                       \
	COLUMN(DELTA, evidence.source)                   \
	COLUMN(PLAIN, evidence.length)                   \
	COLUMN(BEHIND, evidence.offset, evidence.length) \
	COLUMN(LINES, evidence.first_line, evidence.last_line)

#define PROCESS_COLUMNS(COLUMN)       \
	EVIDENCE_COLUMNS(COLUMN)      \
	COLUMN(DELTA, pid)            \
	COLUMN(PLUS1, parent_pid)     \
	COLUMN(DELTA, session)        \
	COLUMN(PLUS1, handle_count)   \
	COLUMN(PLAIN, threads)        \
	COLUMN(NAME, image)           \
	COLUMN(PLAIN, flags)          \
	COLUMN(PLUS1, working_set_kb) \
	COLUMN(PLUS1, commit_pages)   \
	COLUMN(TO_TABLE, evidence)    \
	COLUMN(KEY, address)

#define THREAD_COLUMNS(COLUMN)                       \
	EVIDENCE_COLUMNS(COLUMN)                     \
	COLUMN(DELTA, process)                       \
	COLUMN(PLAIN, message)                       \
	COLUMN(PLAIN, port)                          \
	COLUMN(PLAIN, owner_process)                 \
	COLUMN(PLUS1, ticks)                         \
	COLUMN(START, wait_start, ticks)             \
	COLUMN(WAIT, wait_ms, ticks)                 \
	COLUMN(NEAR, wait_offset, evidence.offset)   \
	COLUMN(NEAR, wait_line, evidence.first_line) \
	COLUMN(LATER, wait_last_line, wait_line)     \
	COLUMN(PLAIN, wait_length)                   \
	COLUMN(DELTA, pid)                           \
	COLUMN(DELTA, tid)                           \
	COLUMN(PLAIN, suspend_count)                 \
	COLUMN(TOTAL, objects)                       \
	COLUMN(TOTAL, frames)                        \
	COLUMN(NAME, image)                          \
	COLUMN(NAME, wait_reason)                    \
	COLUMN(STATE, state)                         \
	COLUMN(PLAIN, wait_kind)                     \
	COLUMN(PLAIN, flags)                         \
	COLUMN(TO_TABLE, evidence)                   \
	COLUMN(KEY, address)

#define OBJECT_COLUMNS(COLUMN)      \
	COLUMN(DELTA, address)      \
	COLUMN(PLAIN, owner_thread) \
	COLUMN(NAME, type)

#define MESSAGE_COLUMNS(COLUMN)       \
	EVIDENCE_COLUMNS(COLUMN)      \
	COLUMN(PLAIN, waiting_thread) \
	COLUMN(PLAIN, server_thread)  \
	COLUMN(PLAIN, queue_port)     \
	COLUMN(PLAIN, owner_process)  \
	COLUMN(PLUS1, id)             \
	COLUMN(NAME, owner_image)     \
	COLUMN(NAME, queue_type)      \
	COLUMN(PLAIN, flags)          \
	COLUMN(TO_TABLE, evidence)    \
	COLUMN(KEY, address)

#define VM_ROW_COLUMNS(COLUMN)   \
	EVIDENCE_COLUMNS(COLUMN) \
	COLUMN(PLAIN, commit_kb) \
	COLUMN(DELTA, pid)       \
	COLUMN(PLAIN, table)     \
	COLUMN(NAME, image)      \
	COLUMN(TO_TABLE, evidence)

#define RESOURCE_USER_COLUMNS(COLUMN) \
	EVIDENCE_COLUMNS(COLUMN)      \
	COLUMN(DELTA, resource)       \
	COLUMN(DELTA, thread)         \
	COLUMN(PLAIN, role)           \
	COLUMN(TO_TABLE, evidence)

#define PORT_COLUMNS(COLUMN)              \
	EVIDENCE_COLUMNS(COLUMN)          \
	COLUMN(PLAIN, owner_process)      \
	COLUMN(PLAIN, connection_port)    \
	COLUMN(NAME, name)                \
	COLUMN(NAME, type)                \
	COLUMN(NAME, owner_image)         \
	COLUMN(PLUS1, main_queue)         \
	COLUMN(PLUS1, large_queue)        \
	COLUMN(PLUS1, pending_queue)      \
	COLUMN(PLUS1, registered_threads) \
	COLUMN(TO_TABLE, evidence)        \
	COLUMN(KEY, address)

#define MEMORY_COUNTER_COLUMNS(COLUMN) \
	EVIDENCE_COLUMNS(COLUMN)       \
	COLUMN(COUNTER, counter)       \
	COLUMN(PLAIN, value)           \
	COLUMN(TO_TABLE, evidence)

#define PAGE_FILE_COLUMNS(COLUMN) \
	EVIDENCE_COLUMNS(COLUMN)  \
	COLUMN(NAME, name)        \
	COLUMN(PLUS1, current_kb) \
	COLUMN(PLUS1, free_kb)    \
	COLUMN(PLUS1, minimum_kb) \
	COLUMN(PLUS1, maximum_kb) \
	COLUMN(TO_TABLE, evidence)

#define ANALYSIS_FIELD_COLUMNS(COLUMN) \
	EVIDENCE_COLUMNS(COLUMN)       \
	COLUMN(FIELD, field)           \
	COLUMN(PLAIN, number)          \
	COLUMN(NAME, text)             \
	COLUMN(TO_TABLE, evidence)

#define PORT_THREAD_COLUMNS(COLUMN) \
	COLUMN(DELTA, port)         \
	COLUMN(DELTA, thread)

#define COMMAND_LINE_COLUMNS(COLUMN) \
	EVIDENCE_COLUMNS(COLUMN)     \
	COLUMN(PLAIN, process)       \
	COLUMN(NAME, text)           \
	COLUMN(TO_TABLE, evidence)

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
