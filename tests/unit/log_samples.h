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

static const char *const log_samples[] = {
	LOG_FULL_THREAD,
	LOG_MESSAGE,
	LOG_WRAPPED,
	LOG_X86,
	LOG_VM,
	LOG_FULL_THREAD LOG_MESSAGE LOG_WRAPPED,
	LOG_VM LOG_X86 LOG_X86 LOG_WRAPPED LOG_MESSAGE,
};

#define LOG_SAMPLES (sizeof(log_samples) / sizeof(log_samples[0]))

#endif
