/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small logs with every block and many of the traps of formats.md section 13, invented names and addresses. The goldens of
 * test_log_parser.c say what they mean; test_chunks.c cuts them at every line and every byte.
 */
#ifndef TESTS_LOG_SAMPLES_H
#define TESTS_LOG_SAMPLES_H

#define LOG_FULL_THREAD                                                                       \
	"1: kd> !process fffffa8004a0c060 17\r\n"                                             \
	"PROCESS fffffa8004a0c060\r\n"                                                        \
	"    SessionId: 2  Cid: 13c40    Peb: 7fffffdf000  ParentCid: 0b84\r\n"               \
	"DeepFreeze\r\n"                                                                      \
	"    DirBase: 2db10000  ObjectTable: fffff8a0025bd440  HandleCount: 105.\r\n"         \
	"    Image: viewer (2).exe\r\n"                                                       \
	"    VadRoot fffffa8004a3f2c0 Vads 121 Clone 0 Private 497. Modified 0.\r\n"          \
	"\r\n"                                                                                \
	"        THREAD fffffa8004b45bb0  Cid 13c40.1332c  Teb: 000007fffffde000 "            \
	"Win32Thread: fffff900c0076010 WAIT: (WrLpcReply) UserMode Non-Alertable\r\n"         \
	"SuspendCount 12\r\n"                                                                 \
	"            fffffa8004b45f40  Semaphore Limit 0x1\r\n"                               \
	"        Waiting for reply to ALPC Message fffff8a012527770 : queued at port "        \
	"fffffa80055bca60 : owned by process fffffa80054dfc10\r\n"                            \
	"        IRP List:\r\n"                                                               \
	"            fffffa8004c3be10: (0006,01f0) Flags: 00060a30  Mdl: 00000000\r\n"        \
	"        Not impersonating\r\n"                                                       \
	"        DeviceMap                 fffff8a000007450\r\n"                              \
	"        Owning Process            fffffa8004a0c060       Image:         "            \
	"viewer (2).exe\r\n"                                                                  \
	"        Attached Process          N/A            Image:         N/A\r\n"             \
	"        Wait Start TickCount      338852         Ticks: 197682 (0:00:51:28.781)\r\n" \
	"        Context Switch Count      36             IdealProcessor: 0\r\n"              \
	"        Win32 Start Address viewer!WorkerMain (0x000007fe3a567f28)\r\n"              \
	"        Stack Init fffff8800eb5edd0 Current fffff8800eb5dee0\r\n"                    \
	"        Base fffff8800eb5f000 Limit fffff8800eb59000 Call 0\r\n"                     \
	"        Priority 9 BasePriority 8 UnusualBoost 0 IoPriority 2 PagePriority 5\r\n"    \
	"        Child-SP          RetAddr           : Args to Child                    "     \
	"                       : Call Site\r\n"                                              \
	"        fffffa60`0e8d56b0 fffff800`016a36fa : 00000000`00000000 "                    \
	"fffff800`00000001 00000000`00000002 00000000`00000003 : nt!KiSwapContext+0x7f\r\n"   \
	"*** ERROR: Module load completed but symbols could not be loaded for viewer.exe\r\n" \
	"        (Inline Function) --------`-------- : --------`-------- "                    \
	"--------`-------- --------`-------- --------`-------- : "                            \
	"viewer!wait+0x69 (Inline Function @ fffff800`016a36fa)\r\n"                          \
	"        fffffa60`0e8d5bb0 00000000`774d756a : 00000000`00000000 "                    \
	"00000000`00000000 00000000`00000000 00000000`00000000 : "                            \
	"viewer!std::map<int, a : b>::`vector deleting destructor'+0x13 "                     \
	"(TrapFrame @ fffffa60`0e8d5c20)\r\n"

#define LOG_MESSAGE                                                                       \
	"1: kd> !alpc /m fffff8a012527770\r\n"                                            \
	"\r\n"                                                                            \
	"Message @ fffff8a012527770\r\n"                                                  \
	"  MessageID             : 0x10E8 (4328)\r\n"                                     \
	"  CallbackID            : 0xC3416B (12796267)\r\n"                               \
	"  Type                  : LPC_REQUEST\r\n"                                       \
	"  OwnerPort             : fffffa80076e9660 [ALPC_CLIENT_COMMUNICATION_PORT]\r\n" \
	"  WaitingThread         : fffffa8004b45bb0\r\n"                                  \
	"  QueueType             : ALPC_MSGQUEUE_PENDING\r\n"                             \
	"  QueuePort             : fffffa80055bca60 [ALPC_CONNECTION_PORT]\r\n"           \
	"  QueuePortOwnerProcess : fffffa80054dfc10 (serv(er).exe)\r\n"                   \
	"  ServerThread          : fffffa800b711060\r\n"                                  \
	"  QuotaCharged          : No\r\n"                                                \
	"  CancelSequenceNumber  : 0x00000000 (0)\r\n"

/* Headers wrapped where a pointer or a reason would follow, at column 0. */
#define LOG_WRAPPED                                                                       \
	"THREAD fffffa800b711060  Cid 032c.146e8  Teb: 000007fffff7c000 Win32Thread:\n"   \
	"0000000000000000 WAIT: (WrLpcReply) UserMode Non-Alertable\n"                    \
	"    fffffa800b7113f0  Semaphore Limit 0x1\n"                                     \
	"Waiting for reply to ALPC Message fffff8800e401200 : queued at port\n"           \
	"fffffa8005a32730 : owned by process fffffa8004c39040\n"                          \
	"Owning Process            fffffa80054dfc10       Image:         server.exe\n"    \
	"Wait Start TickCount      10916800       Ticks: 10195 (0:00:02:39.296)\n"        \
	"   THREAD fffffa800a843bb0  Cid 048c.fbec  Teb: 000007ffffdaa000 Win32Thread: "  \
	"0000000000000000 WAIT:\n"                                                        \
	"\n"                                                                              \
	"(UserRequest) UserMode Non-Alertable\n"                                          \
	"    fffffa8006027d80  Mutant - owning thread fffffa800b711060\n"                 \
	"    fffffa800a843c68  NotificationTimer\n"                                       \
	"Owning Process            fffffa8004c39040       Image:         backend.exe\n"   \
	"Wait Start TickCount      10916801       Ticks: 10194 (0:00:02:39.281)\n"        \
	"   THREAD fffffa800a843cc0  Cid 048c.fbf0  Teb: 000007ffffdac000 Win32Thread:\n" \
	"THREAD fffffa800a843dd0  Cid 048c.fbf4  Teb: 000007ffffdae000 Win32Thread: "     \
	"0000000000000000 READY\n"                                                        \
	"Wait Start TickCount      10926995       Ticks: 0\n"

#define LOG_X86                                                                              \
	"Loading Dump File [D:\\case\\MEMORY.DMP]\n"                                         \
	"Windows XP Kernel Version 2600 (Service Pack 3) UP Free x86 compatible\n"           \
	"Built by: 2600.xpsp_sp3_gdr.090804-1435\n"                                          \
	"Debug session time: Tue Jun 17 02:28:23.000 2008 (GMT-7)\n"                         \
	"System Uptime: 1 days 3:50:14.261\n"                                                \
	"kd> !process 0 7\n"                                                                 \
	"**** NT ACTIVE PROCESS DUMP ****\n"                                                 \
	"PROCESS 8208ec10  SessionId: 0  Cid: 0218    Peb: 7ffdd000  ParentCid: 0620\n"      \
	"    DirBase: 06000240  ObjectTable: e1a0cba0  HandleCount: <Data Not Accessible>\n" \
	"    Image: notepad.exe\n"                                                           \
	"\n"                                                                                 \
	"        THREAD 82096a48  Cid 0218.0654  Teb: 7ffde000 Win32Thread: e1a5b5c8 "       \
	"WAIT: (UserRequest) UserMode Non-Alertable SuspendCount 1 FreezeCount 1\n"          \
	"            ffffffff  NotificationEvent\n"                                          \
	"            8206b5e0  ProcessObject\n"                                              \
	"        Not impersonating\n"                                                        \
	"        Owning Process            8208ec10       Image:         notepad.exe\n"      \
	"        Wait Start TickCount      1000           Ticks: 62664 (0:00:10:27.542)\n"   \
	"        ChildEBP RetAddr  Args to Child\n"                                          \
	"        f8a2dca0 804dc6a6 82096ab8 82096a48 804dc6f2 nt!KiSwapContext+0x2e "        \
	"(FPO: [Uses EBP] [0,0,4])\n"                                                        \
	"        b6438c10 00000000 00000000 00000000 00000000 0x0\n"                         \
	"        THREAD 820a0da8  Cid 0218.0658  Teb: 00000000 Win32Thread: 00000000 "       \
	"RUNNING on processor 0\n"                                                           \
	"        Wait Start TickCount      63664          Ticks: 0\n"                        \
	"PROCESS 82100020  SessionId: none  Cid: 0004    Peb: 00000000  ParentCid: 0000\n"   \
	"    DirBase: 00039000  ObjectTable: e1000c98  HandleCount: 334.\n"                  \
	"    Image: System\n"                                                                \
	"\n"                                                                                 \
	"No active threads\n"                                                                \
	"PROCESS 82200020  SessionId: 0  Cid: 0700    Peb: 7ffdf000  ParentCid: 0218\n"      \
	"    DirBase: 06000260  ObjectTable: 00000000  HandleCount:   0.\n"                  \
	"    Image: dwwin.exe\n"

#define LOG_VM                                                        \
	"1: kd> !vm\n"                                                \
	"\n"                                                          \
	"*** Virtual Memory Usage ***\n"                              \
	"\tPhysical Memory:     5880464 (  23521856 Kb)\n"            \
	"         0a30 app 7                11078 (      44312 Kb)\n" \
	"         1f50 10: kd.exe              78 (        312 Kb)\n" \
	"         15714 ProcessE.exe            0 (          0 Kb)\n" \
	"15650 WerFault.exe 0 ( 0 Kb)\n"                              \
	"         0004 System                   0 (          0 Kb)\n" \
	"1: kd> !vm 1\n"                                              \
	"Pid ImageName   Commit   SharedCommit   Debt\n"              \
	"1f58 chrome.exe   523412 Kb   4212 Kb   0 Kb\n"              \
	"15714 ProcessE.exe   0 Kb   0 Kb   0 Kb\n"

#define LOG_STACKS                                                                   \
	"0: kd> !stacks 2\n"                                                         \
	"Max cache size is       : 1048576 bytes (0x400 KB)\n"                       \
	"0 full reads broken into 0 partial reads\n"                                 \
	"Proc.Thread  .Thread  Ticks   ThreadState Blocker\n"                        \
	"                            [fffff80001a11180 Idle]\n"                      \
	"   0.000000  fffff80001a10cc0 0000003 RUNNING    nt!KiIdleLoop+0x10d\n"     \
	"                            [fffffa8004a0c060 viewer (2).exe]\n"            \
	"13c40.01332c  fffffa8004b55bb0 0003780 Blocked    nt!KiSwapContext+0x7a\n"  \
	"                                        nt!KiCommitThreadWait+0x1d2\n"      \
	"                                        nt!?? ::FNODOBFM::`string'+0x1f3\n" \
	"   Stack paged out\n"                                                       \
	"13c40.013330  fffffa8004b46bb0 0003781 READY      +0xfe0343a5\n"            \
	"                            [fffffa8004c1f060 [a] b.exe]\n"                 \
	" 4d8.00051c  fffffa8004b4abb0 0003780 Blocked    Stack paged out\n"         \
	" 4dc.000520  fffffa8004b4bbb0 0003780 Blocked    nt!KiSwapContext+0x7a\n"   \
	"NO ETHREAD DATA\n"                                                          \
	"NO ETHREAD DATA\n"                                                          \
	"\n"                                                                         \
	"Threads Processed: 5\n"

#define LOG_STACKS_X86                                                         \
	"Proc.Thread  Thread   ThreadState  Blocker\n"                         \
	"                                     [System]\n"                      \
	"   4.000050  827eea10  Blocked    nt!MmZeroPageThread+0x5f\n"         \
	"\n"                                                                   \
	"                                     [smss.exe]\n"                    \
	"\n"                                                                   \
	"                                     [csrss.exe]\n"                   \
	"  b0.0000a8  82723b70  Blocked    ntdll!NtReplyWaitReceivePort+0xb\n" \
	"  b0.0000c8  82719620  Ready      0x77f84377\n"                       \
	"Threads Processed: 3\n"

#define LOG_LPC                                                                            \
	"kd> !lpc message 4049d\n"                                                         \
	"Searching message 4049d in threads ...\n"                                         \
	"    Server thread 89d3eda8 is working on message 4049d\n"                         \
	"Client thread 89d62b18 waiting a reply from 4049d\n"                              \
	"Searching thread 89d62b18 in port rundown queues ...\n"                           \
	"\n"                                                                               \
	"Server communication port 0xe18a6020\n"                                           \
	"    Handles: 1   References: 1\n"                                                 \
	"    The LpcDataInfoChainHead queue is empty\n"                                    \
	"        Connected port: 0xe10cbf50      Server connection port: 0xe1ca3540\n"     \
	"\n"                                                                               \
	"Client communication port 0xe10cbf50\n"                                           \
	"    Handles: 1   References: 3\n"                                                 \
	"\n"                                                                               \
	"Server connection port e1ca3540  Name: OLE 4\n"                                   \
	"    Handles: 1   References: 24\n"                                                \
	"    Server process  : 89d5e020 (svc (1).exe)\n"                                   \
	"    Queue semaphore : 89d57cd8\n"                                                 \
	"    Semaphore state 0 (0x0)\n"                                                    \
	"    The message queue contains 3 messages:\n"                                     \
	"Done.\n"                                                                          \
	"kd> !lpc port\n"                                                                  \
	"Scanning 225 objects\n"                                                           \
	"1 Port: 0xe1405650 Connection: 0xe1405650  Communication: 0x00000000 'SeRmComman" \
	"dPort'\n"                                                                         \
	"2 Port: 0xe141ef50 Connection: 0xe141eaa0  Communication: 0xe141ef50 'SmApiPort'\n"

#define LOG_VM_NUMBERS                                                                  \
	"0: kd> !vm 5\n"                                                                \
	"Page File: \\??\\C:\\pagefile.sys\n"                                           \
	"  Current:   4980736 Kb  Free Space:   4980728 Kb\n"                           \
	"  Minimum:   4980737 Kb  Maximum:     16776532 Kb\n"                           \
	"No Name for Paging File\n"                                                     \
	"  Current: 33553276Kb Free Space: 33534080Kb\n"                                \
	"\n"                                                                            \
	"Physical Memory:          4194173 (   16776692 Kb)\n"                          \
	"Available Pages:          2945310 (   11781240 Kb)\n"                          \
	"PagedPool Commit:  18446735300397918280 (18446708980463018272 Kb)\n"           \
	"PagedPool 0 Usage:           6040 (      24160 Kb)\n"                          \
	"\n"                                                                            \
	"******* 351175 kernel stack PTE allocations have failed ******\n"              \
	"\n"                                                                            \
	"Commit limit:             8388607 (   33554428 Kb)\n"                          \
	"\n"                                                                            \
	"Terminal Server Memory Usage By Session:\n"                                    \
	"\n"                                                                            \
	"Session ID 0 @ fffff88003d41000:\n"                                            \
	"Paged Pool Usage:        4664 Kb\n"                                            \
	"        Pid ImageName                    Commit   SharedCommit         Debt\n" \
	"\n"                                                                            \
	"       1f58 chrome 9.exe           523412 Kb        4212 Kb         0 Kb\n"

#define LOG_ANALYZE                                                                         \
	"1: kd> !analyze -v\n"                                                              \
	"*******************************************************************************\n" \
	"*                        Bugcheck Analysis                                    *\n" \
	"*******************************************************************************\n" \
	"\n"                                                                                \
	"DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)\n"                                              \
	"An attempt was made to access a pageable (or completely invalid) address.\n"       \
	"Arguments:\n"                                                                      \
	"Arg1: fffff8a00112d000, memory referenced\n"                                       \
	"Arg2: 0000000000000002, IRQL\n"                                                    \
	"\n"                                                                                \
	"Debugging Details:\n"                                                              \
	"------------------\n"                                                              \
	"\n"                                                                                \
	"KEY_VALUES_STRING: 1\n"                                                            \
	"\n"                                                                                \
	"    Key  : Analysis.CPU.mSec\n"                                                    \
	"    Value: 4124\n"                                                                 \
	"\n"                                                                                \
	"BUGCHECK_CODE:  d1\n"                                                              \
	"\n"                                                                                \
	"BUGCHECK_P1: fffff8a00112d000\n"                                                   \
	"\n"                                                                                \
	"BUGCHECK_P4: fffff88001234567\n"                                                   \
	"\n"                                                                                \
	"PROCESS_NAME:  print host.exe\n"                                                   \
	"\n"                                                                                \
	"BLOCKING_THREAD:  fffffa8004b45bb0\n"                                              \
	"\n"                                                                                \
	"STACK_TEXT:  \n"                                                                   \
	"fffff880`0e8d56b0 fffff800`016a36fa : 00000000`0000000a fffff8a0`0112d000 000000"  \
	"00`00000002 00000000`00000000 : nt!KeBugCheckEx\n"                                 \
	"\n"                                                                                \
	"FAILURE_BUCKET_ID:  X64_0xD1_filter+1234\n"

#define LOG_PORT_AND_HANDLES                                                                \
	"0: kd> !alpc /p fffffa80055bca60\n"                                                \
	"Port @ fffffa80055bca60\n"                                                         \
	"  Type                      : ALPC_CONNECTION_PORT\n"                              \
	"    ConnectionPort          : fffffa80055bca60 (PrintHostPort)\n"                  \
	"  OwnerProcess              : fffffa8004b1d060 (printhost.exe)\n"                  \
	"  2 thread(s) are registered with port IO completion object:\n"                    \
	"\n"                                                                                \
	"    THREAD fffffa8004b45bb0  Cid 04d8.051c  Teb: 000007fffffdc000 Win32Thread: 0"  \
	"000000000000000 WAIT\n"                                                            \
	"  Main queue has 3 message(s)\n"                                                   \
	"\n"                                                                                \
	"    fffff8a012527770 000010e8 00000bbc:00000c10 fffffa8004a45bb0 fffffa80076e966"  \
	"0 LPC_REQUEST\n"                                                                   \
	"  Large message queue is empty.\n"                                                 \
	"0: kd> !handle 0 0\n"                                                              \
	"processor number 0, process fffffa8004a0c060\n"                                    \
	"PROCESS fffffa8004a0c060\n"                                                        \
	"    SessionId: 1  Cid: 0bbc    Peb: 7fffffdf000  ParentCid: 02c0\n"                \
	"    Image: viewer.exe\n"                                                           \
	"\n"                                                                                \
	"Handle table at fffff8a0018e3000 with 105 entries in use\n"                        \
	"\n"                                                                                \
	"0004: Object: fffff8a000d91060  GrantedAccess: 00000003 Entry: fffff8a0018e4010\n" \
	"Object: fffff8a000d91060  Type: (fffffa8003cb6f30) Directory\n"                    \
	"        HandleCount: 62  PointerCount: 97\n"
/* A command line inside its PROCESS block, and one of a process that is not told; threads registered with a port. */
#define LOG_PEB                                                                        \
	"1: kd> !process fffffa8004a0c060 ff\n"                                        \
	"PROCESS fffffa8004a0c060\n"                                                   \
	"    SessionId: 0  Cid: 0bbc    Peb: 7fffffdf000  ParentCid: 0b84\n"           \
	"    DirBase: 2db10000  ObjectTable: fffff8a0025bd440  HandleCount: 105.\n"    \
	"    Image: WerFault.exe\n"                                                    \
	"    CommitCharge                      581\n"                                  \
	"PEB at 000007fffffdf000\n"                                                    \
	"    InheritedAddressSpace:    No\n"                                           \
	"    ImageFile:    'C:\\Windows\\system32\\WerFault.exe'\n"                    \
	"    CommandLine:  'C:\\Windows\\system32\\WerFault.exe -u -p 4212 -s 1212'\n" \
	"    Environment:  0000000000231320\n"                                         \
	"        PATH=C:\\Windows\\system32\n"                                         \
	"\n"                                                                           \
	"        THREAD fffffa8004b45bb0  Cid 0bbc.0c10  Teb: 000007fffffde000 "       \
	"Win32Thread: 0000000000000000 WAIT: (UserRequest) UserMode Non-Alertable\n"   \
	"            fffffa8004b45f40  SynchronizationEvent\n"                         \
	"1: kd> !peb\n"                                                                \
	"PEB at 000007fffffde000\n"                                                    \
	"    CommandLine:  '\"C:\\Tools\\cdb.exe\" -p 0x1f4'\n"                        \
	"1: kd> !alpc /p fffffa8005a32730\n"                                           \
	"\n"                                                                           \
	"Port @ fffffa8005a32730\n"                                                    \
	"  Type                     : ALPC_CONNECTION_PORT\n"                          \
	"  2 thread(s) are registered with port IO completion object:\n"               \
	"\n"                                                                           \
	"    THREAD fffffa8004b45bb0  Cid 0bbc.0c10  Teb: 000007fffffde000 "           \
	"Win32Thread: 0000000000000000 WAIT\n"                                         \
	"    THREAD fffffa8004b55bb0  Cid 0bbc.0c14  Teb: 000007fffffdc000 "           \
	"Win32Thread: 0000000000000000 WAIT\n"                                         \
	"  Main queue has 3 message(s)\n"                                              \
	"  Large message queue is empty.\n"                                            \
	"1: kd> !thread fffffa8004b65bb0\n"                                            \
	"THREAD fffffa8004b65bb0  Cid 0bbc.0c18  Teb: 000007fffffda000 "               \
	"Win32Thread: 0000000000000000 RUNNING on processor 1\n"

static const char *const log_samples[] = {
	LOG_FULL_THREAD,
	LOG_MESSAGE,
	LOG_WRAPPED,
	LOG_X86,
	LOG_VM,
	LOG_PEB,
	LOG_FULL_THREAD LOG_MESSAGE LOG_WRAPPED,
	LOG_VM LOG_X86 LOG_X86 LOG_WRAPPED LOG_MESSAGE,
	LOG_STACKS,
	LOG_STACKS_X86,
	LOG_LPC,
	LOG_VM_NUMBERS,
	LOG_ANALYZE,
	LOG_PORT_AND_HANDLES,
	LOG_STACKS LOG_FULL_THREAD LOG_STACKS_X86 LOG_ANALYZE,
	LOG_X86 LOG_LPC LOG_STACKS_X86 LOG_VM_NUMBERS LOG_VM LOG_VM_NUMBERS,
	LOG_PORT_AND_HANDLES LOG_ANALYZE LOG_STACKS_X86,
};

#define LOG_SAMPLES (sizeof(log_samples) / sizeof(log_samples[0]))

#endif
