/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goldens: small logs, each with the traps of formats.md section 13 that its name tells, and what must be read of
 * them, a record a line (log_fixture.h). Evidence is left to test_chunks.c. Then a few hostile logs that must cost little.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/log_fixture.h"
#include "tests/unit/log_samples.h"

static const struct {
	const char *name, *log, *records;
} goldens[] = {
	/* clang-format off */
	{ "zombies_and_minimal_processes",
	"0: kd> !process 0 0\n"
	"**** NT ACTIVE PROCESS DUMP ****\n"
	"Failed to get VadRoot\n"
	"PROCESS ffffc48d860100c0\n"
	"    SessionId: none  Cid: 006c    Peb: 00000000  ParentCid: 0004\n"
	"    DirBase: 1dbd9d000  ObjectTable: ffffa4805000bf10  HandleCount:   0.\n"
	"    Image: Registry\n"
	"\n"
	"PROCESS ffffc48d860d74f0\n"
	"    SessionId: 1  Cid: 13c40    Peb: ebee904000  ParentCid: 2fd4\n"
	"    DirBase: d0c37000  ObjectTable: 00000000  HandleCount:   0.\n"
	"    Image: cmd.exe\n"
	"\n"
	"PROCESS ffffc48d860d84f0\n"
	"    SessionId: 1  Cid: 3004    Peb: ebee904000  ParentCid: 2fd4\n"
	"    DirBase: d0c37000  ObjectTable: ffffa4805000bf10  HandleCount: <Data "
	"Not Accessible>\n"
	"    Image: unread.exe\n",
	"host digits=16 arch=x64\n"
	"process ffffc48d860100c0 flags=5 threads=0 pid=108 ppid=4 handles=0 "
	"image=Registry\n"
	"process ffffc48d860d74f0 flags=19 threads=0 pid=80960 ppid=12244 handles=0 "
	"session=1 image=cmd.exe\n"
	"process ffffc48d860d84f0 flags=5 threads=0 pid=12292 ppid=12244 session=1 "
	"image=unread.exe\n" },
	{ "a_poorer_listing_erases_nothing",
	"0: kd> !process 0 17\n"
	"PROCESS ffffc48d860d84f0\n"
	"    SessionId: 1  Cid: 3004    Peb: ebee904000  ParentCid: 2fd4\n"
	"    DirBase: d0c37000  ObjectTable: ffffa4805000bf10  HandleCount: 1041.\n"
	"    Image: AVeryLongImageName.exe\n"
	"        THREAD ffffc48d8602dc20  Cid 3004.0010  Teb: 0000000000000000 "
	"Win32Thread: 0000000000000000 WAIT: (WrQueue) KernelMode Non-Alertable\n"
	"            ffffc48d8602e000  QueueObject\n"
	"        Wait Start TickCount      338852         Ticks: 100 (0:00:00:01.562)\n"
	"0: kd> !process 0 4\n"
	"PROCESS ffffc48d860d84f0\n"
	"    SessionId: 1  Cid: 3004    Peb: ebee904000  ParentCid: 2fd4\n"
	"    DirBase: d0c37000  ObjectTable: ffffa4805000bf10  HandleCount: 1041.\n"
	"    Image: AVeryLongImageN\n"
	"        THREAD ffffc48d8602dc20  Cid 3004.0010  Teb: 0000000000000000 "
	"Win32Thread: 0000000000000000 WAIT\n",
	"host digits=16 arch=x64 ticks=338952 tick=156250\n"
	"process ffffc48d860d84f0 flags=13 threads=1 pid=12292 ppid=12244 "
	"handles=1041 session=1 image=AVeryLongImageName.exe\n"
	"thread ffffc48d8602dc20 WAIT reason=WrQueue process=ffffc48d860d84f0 "
	"pid=12292 tid=16 start=338852 ticks=100 ms=1562 [ffffc48d8602e000 "
	"type=QueueObject]\n" },
	{ "thread_states",
	"THREAD ffffc48d86000010  Cid 0004.0010  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 RUNNING on processor 1f\n"
	"THREAD ffffc48d86000020  Cid 0004.0014  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 READY on processor 2\n"
	"THREAD ffffc48d86000030  Cid 0004.0018  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 STANDBY\n"
	"THREAD ffffc48d86000040  Cid 0004.001c  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 DeferredReady\n"
	"THREAD ffffc48d86000050  Cid 0004.0020  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 GATEWAIT: (WrGuardedMutex) KernelMode Non-Alertable\n"
	"THREAD ffffc48d86000060  Cid 0004.0024  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 WAIT: ...\n"
	"THREAD ffffc48d86000070  Cid 0004.0028  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 WAIT: (Unknown) UserMode Alertable\n"
	"THREAD ffffc48d86000080  Cid 0004.002c  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 TERMINATED\n"
	"THREAD ffffc48d86000090  Cid 0004.0030  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 SOMETHING NEW\n"
	"THREAD ffffc48d860000a0  Cid 0004.0034  Teb: 7ffde000 WAIT: (Executive) "
	"KernelMode Non-Alertable\n",
	"host digits=16 arch=x64\n"
	"thread ffffc48d86000010 RUNNING pid=4 tid=16\n"
	"thread ffffc48d86000020 READY pid=4 tid=20\n"
	"thread ffffc48d86000030 STANDBY pid=4 tid=24\n"
	"thread ffffc48d86000040 READY pid=4 tid=28\n"
	"thread ffffc48d86000050 GATEWAIT reason=WrGuardedMutex pid=4 tid=32\n"
	"thread ffffc48d86000060 WAIT pid=4 tid=36\n"
	"thread ffffc48d86000070 WAIT reason=Unknown pid=4 tid=40\n"
	"thread ffffc48d86000080 TERMINATED pid=4 tid=44\n"
	"thread ffffc48d86000090 UNKNOWN pid=4 tid=48\n"
	"thread ffffc48d860000a0 WAIT reason=Executive pid=4 tid=52\n" },
	{ "ticks_and_owners",
	"THREAD ffffc48d86000010  Cid 0004.0010  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 WAIT: (Executive) KernelMode Non-Alertable\n"
	"    ffffffffffffffff  NotificationEvent\n"
	"Owning Process            0       Image:         <Unknown>\n"
	"Wait Start TickCount      1         Ticks: 23658240 (4:06:41:00.000)\n"
	"THREAD ffffc48d86000020  Cid 0004.0014  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 WAIT: (Executive) KernelMode Non-Alertable\n"
	"    ffffc48d86900020  Mutant - owning thread 0000000000000000\n"
	"Owning Process            ffffc48d86006890       Image:         System\n"
	"Wait Start TickCount      1         Ticks: 23658240 (4:06:41:00\n"
	"THREAD ffffc48d86000030  Cid 0004.0018  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 WAIT: (Executive) KernelMode Non-Alertable\n"
	"    ffffc48d86900  Semaphore Limit 0x1\n"
	"Wait Start TickCount      99999999999999999999999         Ticks: "
	"99999999999999999999999\n",
	"host digits=16 arch=x64 ticks=23658241 tick=156250\n"
	"process ffffc48d86006890 flags=0 threads=3 pid=4 image=System\n"
	"thread ffffc48d86000010 WAIT reason=Executive process=ffffc48d86006890 "
	"pid=4 tid=16 start=1 ticks=23658240 ms=369660000 [ffffffffffffffff "
	"type=NotificationEvent]\n"
	"thread ffffc48d86000020 WAIT reason=Executive process=ffffc48d86006890 "
	"image=System pid=4 tid=20 start=1 ticks=23658240 [ffffc48d86900020 "
	"type=Mutant]\n"
	"thread ffffc48d86000030 WAIT reason=Executive process=ffffc48d86006890 "
	"pid=4 tid=24\n" },
	{ "typography_of_the_web",
	"THREAD fffffa800b845bb0 Cid 13c40.1332c\xc2\xa0Teb: 000007fffffde000 "
	"Win32Thread: fffff900c0076010 WAIT: (WrLpcReply) UserMode Non-Alertable\n"
	"fffffa800b845f40 Semaphore Limit 0\xc3\x97""1\n"
	"Waiting for reply to ALPC Message fffff88012527770 : queued at port "
	"fffffa80055bca60 : owned by process fffffa80054dfc10\n"
	"Owning Process fffffa800b834c10 Image: "
	"Caf\xc3\xa9\xc2\xa0\xe2\x80\x9c""A\xe2\x80\x9d.exe\n"
	"[\xe2\x80\xa6]\n"
	"Wait Start TickCount 10912787 Ticks: 14208 (0:00:03:42.000)\n"
	"Child-SP RetAddr Call Site\n"
	"fffffa60`0e8d56b0 fffff800`016a36fa nt!KiSwapContext+0\xc3\x97""7f\n",
	"host digits=16 arch=x64 ticks=10926995 tick=156250\n"
	"process fffffa80054dfc10 flags=0 threads=0\n"
	"process fffffa800b834c10 flags=0 threads=1 pid=80960 image=Caf\xc3\xa9 "
	"\xe2\x80\x9c""A\xe2\x80\x9d.exe\n"
	"thread fffffa800b845bb0 WAIT reason=WrLpcReply process=fffffa800b834c10 "
	"image=Caf\xc3\xa9 \xe2\x80\x9c""A\xe2\x80\x9d.exe pid=80960 tid=78636 start=10912787 ticks=14208 "
	"ms=222000 message=fffff88012527770 port=fffffa80055bca60 "
	"owner=fffffa80054dfc10 @3-3 [fffffa800b845f40 type=Semaphore] "
	"f=nt!KiSwapContext\n" },
	{ "message_forms",
	"Message fffff8800e401200\n"
	"  MessageID             : 0x0BA4 (2980)\n"
	"  WaitingThread         : 0000000000000000\n"
	"  QueueType             : ALPC_MSGQUEUE_MAIN\n"
	"  QueuePort             : fffffa8005a32730 [ALPC_CONNECTION_PORT]\n"
	"  QueuePortOwnerProcess : fffffa8004c39040 (null)\n"
	"  ServerThread          : 0000000000000000\n"
	"Message fffffa809c14d020 MessageID : 0x0274 (628) CallbackID : 0x1 (1) "
	"WaitingThread : fffffa8086b7a8c0 QueueType : ALPC_MSGQUEUE_PENDING QueuePort : "
	"fffffa809c2f0038 [ALPC_CONNECTION_PORT] QueuePortOwnerProcess : fffffa8085f7b030 (s "
	"(2).exe) ServerThread : fffffa8085f7c030 QuotaCharged : No\n"
	"Message fffff8800e401300\n"
	"  QueuePortOwnerProcess : fffffa8004c39040 (server.exe\n"
	"  WaitingThread         : fffffa8004c39\n"
	"Message for you\n"
	"Message 0\n",
	"host digits=16 arch=x64\n"
	"process fffffa8004c39040 flags=0 threads=0\n"
	"process fffffa8085f7b030 flags=0 threads=0 image=s (2).exe\n"
	"message fffff8800e401200 flags=1 id=2980 queue=ALPC_MSGQUEUE_MAIN "
	"port=fffffa8005a32730 owner=fffffa8004c39040\n"
	"message fffff8800e401300 flags=0 owner=fffffa8004c39040\n"
	"message fffffa809c14d020 flags=1 id=628 waiter=fffffa8086b7a8c0 queue=ALPC_MSGQUEUE_PENDING "
	"port=fffffa809c2f0038 owner=fffffa8085f7b030 image=s (2).exe server=fffffa8085f7c030\n" },
	{ "tables_of_vm",
	"*** Virtual Memory Usage ***\n"
	"\tPhysical Memory:     5880464 (  23521856 Kb)\n"
	"\tPagedPool Commit:  18446735300397918280 (18446708980463018272 Kb)\n"
	"         0a30 CCC.exe            11078 (      44312 Kb)\n"
	"         15714 ProcessE.exe            0 (          0 Kb)\n"
	"*** Virtual Memory Usage ***\n"
	"\tPhysical Memory:     5880464 (  23521856 Kb)\n"
	"         15714 ProcessE.exe            0 (          0 Kb)\n",
	"host digits=0\n"
	"row pid=2608 kb=44312 table=1 image=CCC.exe\n"
	"row pid=87828 kb=0 table=1 image=ProcessE.exe\n"
	"row pid=87828 kb=0 table=2 image=ProcessE.exe\n"
	"counter 0 value=23521856\n"
	"diagnostic counter-wrapped\n" },
	{ "two_banners_two_dumps",
	"Loading Dump File [D:\\a.dmp]\n"
	"Windows Server 2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP "
	"(8 procs) Free x64\n"
	"Product: Server, suite: TerminalServer\n"
	"Machine Name: \"APP01\"\n"
	"Debug session time: Wed Mar 10 17:22:09.137 2010 (GMT+0)\n"
	"System Uptime: 1 days 3:50:14.261\n"
	"THREAD ffffc48d86000080  Cid 0004.002c  Teb: 0000000000000000 Win32Thread:\n"
	"Loading Dump File [D:\\b.dmp]\n"
	"Windows 10 Kernel Version 26100 MP (4 procs) Free ARM 64-bit (AArch64)\n"
	"Product: WinNt, suite: TerminalServer SingleUserTS\n"
	"Machine Name:\n"
	"System Uptime: not available\n"
	"THREAD ffffc48d86000080  Cid 0008.002c  Teb: 0000000000000000 Win32Thread: "
	"0000000000000000 READY\n"
	"Windows 7 Kernel Version 7601 (Service Pack 1) UP Free x64\n",
	"host digits=16 machine=APP01 os=Windows Server 2008 SP2 line=Windows Server "
	"2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP (8 procs) Free "
	"x64 arch=x64 product=Server build=6002 sp=2 cpus=8 time=1268241729137Z "
	"up=100214261\n"
	"thread ffffc48d86000080 UNKNOWN pid=4 tid=44\n"
	"host digits=16 os=Windows 11 line=Windows 10 Kernel Version 26100 MP (4 "
	"procs) Free ARM 64-bit (AArch64) arch=arm64 product=WinNt build=26100 cpus=4\n"
	"thread ffffc48d86000080 READY pid=8 tid=44\n" },
	{ "noise_in_blocks",
	"PROCESS ffffc48d860d84f0\n"
	"...............\n"
	"    SessionId: 1  Cid: 3004    Peb: ebee904000  ParentCid: 2fd4\n"
	"*** ERROR: Module load completed but symbols could not be loaded for X\n"
	"    DirBase: d0c37000  ObjectTable: ffffa4805000bf10  HandleCount: 104.\n"
	"Loading User Symbols\n"
	"    Image: a.exe\n"
	"        THREAD ffffc48d8602dc20  Cid 3004.0010  Teb: 0000000000000000 "
	"Win32Thread: 0000000000000000 WAIT: (UserRequest) UserMode Non-Alertable\n"
	"Page 1a3f72 not present in the dump file. Type \".hh dbgerr004\" for details\n"
	"            ffffc48d8602e000  Thread\n"
	"\n"
	"TYPE mismatch for thread object at ffffc48d8602e000\n"
	"            ffffc48d8602f000  SynchronizationTimer\n"
	"        Not impersonating\n"
	"        ffffc48d86030000  Semaphore Limit 0x1\n"
	"**** PROCESS ffffc48d860d9999 (Image: x) ****\n"
	"        ChildEBP RetAddr\n"
	"        b6438c10 80501cd6 nt!a+0x2f\n"
	"WARNING: Stack unwind information not available. Following frames may be "
	"wrong.\n"
	"        ChildEBP RetAddr  Args to Child\n"
	"        b6438c10 80501cd6 00000001 00000002 00000003 nt!b+0x2f\n",
	"host digits=16 arch=x64\n"
	"process ffffc48d860d84f0 flags=13 threads=1 pid=12292 ppid=12244 "
	"handles=104 session=1 image=a.exe\n"
	"thread ffffc48d8602dc20 WAIT reason=UserRequest process=ffffc48d860d84f0 "
	"pid=12292 tid=16 [ffffc48d8602e000 type=Thread] [ffffc48d8602f000 "
	"type=SynchronizationTimer] f=nt!a f=nt!b\n" },
	{ "LOG_FULL_THREAD",
	LOG_FULL_THREAD,
	"host digits=16 arch=x64 ticks=536534 tick=156250\n"
	"process fffffa8004a0c060 flags=13 threads=1 pid=80960 ppid=2948 handles=105 "
	"session=2 image=viewer (2).exe\n"
	"process fffffa80054dfc10 flags=0 threads=0\n"
	"thread fffffa8004b45bb0 WAIT reason=WrLpcReply process=fffffa8004a0c060 "
	"image=viewer (2).exe pid=80960 tid=78636 start=338852 ticks=197682 "
	"ms=3088781 suspended=12 message=fffff8a012527770 port=fffffa80055bca60 "
	"owner=fffffa80054dfc10 @12-12 [fffffa8004b45f40 type=Semaphore] "
	"f=nt!KiSwapContext f=viewer!wait f=viewer!std::map<int, a : b>::`vector "
	"deleting destructor'\n" },
	{ "LOG_MESSAGE",
	LOG_MESSAGE,
	"host digits=16 arch=x64\n"
	"process fffffa80054dfc10 flags=0 threads=0 image=serv(er).exe\n"
	"message fffff8a012527770 flags=1 id=4328 waiter=fffffa8004b45bb0 "
	"queue=ALPC_MSGQUEUE_PENDING port=fffffa80055bca60 owner=fffffa80054dfc10 "
	"image=serv(er).exe server=fffffa800b711060\n" },
	{ "LOG_WRAPPED",
	LOG_WRAPPED,
	"host digits=16 arch=x64 ticks=10926995 tick=156250\n"
	"process fffffa8004c39040 flags=0 threads=3 pid=1164 image=backend.exe\n"
	"process fffffa80054dfc10 flags=0 threads=1 pid=812 image=server.exe\n"
	"thread fffffa800a843bb0 WAIT reason=UserRequest process=fffffa8004c39040 "
	"image=backend.exe pid=1164 tid=64492 start=10916801 ticks=10194 ms=159281 "
	"[fffffa8006027d80 type=Mutant by=fffffa800b711060] [fffffa800a843c68 "
	"type=NotificationTimer]\n"
	"thread fffffa800a843cc0 UNKNOWN process=fffffa8004c39040 pid=1164 tid=64496\n"
	"thread fffffa800a843dd0 READY process=fffffa8004c39040 pid=1164 tid=64500 "
	"start=10926995 ticks=0 ms=0\n"
	"thread fffffa800b711060 WAIT reason=WrLpcReply process=fffffa80054dfc10 "
	"image=server.exe pid=812 tid=83688 start=10916800 ticks=10195 ms=159296 "
	"message=fffff8800e401200 port=fffffa8005a32730 owner=fffffa8004c39040 @4-5 "
	"[fffffa800b7113f0 type=Semaphore]\n" },
	{ "LOG_X86",
	LOG_X86,
	"host digits=8 os=Windows XP SP3 line=Windows XP Kernel Version 2600 "
	"(Service Pack 3) UP Free x86 compatible arch=x86 build=2600 sp=3 cpus=1 "
	"ticks=63664 tick=100144 time=1213694903000Z up=100214261\n"
	"process 8208ec10 flags=13 threads=2 pid=536 ppid=1568 session=0 "
	"image=notepad.exe\n"
	"process 82100020 flags=13 threads=0 pid=4 ppid=0 handles=334 image=System\n"
	"process 82200020 flags=27 threads=0 pid=1792 ppid=536 handles=0 session=0 "
	"image=dwwin.exe\n"
	"thread 82096a48 WAIT reason=UserRequest process=8208ec10 image=notepad.exe "
	"pid=536 tid=1620 start=1000 ticks=62664 ms=627542 suspended=1 "
	"[ffffffffffffffff type=NotificationEvent] [8206b5e0 type=ProcessObject] "
	"f=nt!KiSwapContext f=0x0\n"
	"thread 820a0da8 RUNNING process=8208ec10 pid=536 tid=1624 start=63664 "
	"ticks=0 ms=0\n" },
	{ "LOG_VM",
	LOG_VM,
	"host digits=0\n"
	"row pid=2608 kb=44312 table=1 image=app 7\n"
	"row pid=8016 kb=312 table=1 image=10: kd.exe\n"
	"row pid=87828 kb=0 table=1 image=ProcessE.exe\n"
	"row pid=87632 kb=0 table=1 image=WerFault.exe\n"
	"row pid=4 kb=0 table=1 image=System\n"
	"row pid=8024 kb=523412 table=2 image=chrome.exe\n"
	"row pid=87828 kb=0 table=2 image=ProcessE.exe\n"
	"counter 0 value=23521856\n" },
	{ "LOG_PEB",
	LOG_PEB,
	"host digits=16 arch=x64\n"
	"process fffffa8004a0c060 flags=13 threads=3 pid=3004 ppid=2948 handles=105 pages=581 session=0 image=WerFault.exe\n"
	"thread fffffa8004b45bb0 WAIT reason=UserRequest process=fffffa8004a0c060 pid=3004 tid=3088 "
	"[fffffa8004b45f40 type=SynchronizationEvent]\n"
	"thread fffffa8004b55bb0 WAIT process=fffffa8004a0c060 pid=3004 tid=3092\n"
	"thread fffffa8004b65bb0 RUNNING process=fffffa8004a0c060 pid=3004 tid=3096\n"
	"port fffffa8005a32730 type=ALPC_CONNECTION_PORT main=3 large=0 registered=2\n"
	"port fffffa8005a32730 served by fffffa8004b45bb0\n"
	"port fffffa8005a32730 served by fffffa8004b55bb0\n"
	"command line text=\"C:\\Tools\\cdb.exe\" -p 0x1f4\n"
	"command line process=fffffa8004a0c060 text=C:\\Windows\\system32\\WerFault.exe -u -p 4212 -s 1212\n" },
	/* clang-format on */
};

static char *read_records(struct slice log)
{
	struct dumps dumps;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	dumps_whole(&dumps, log);
	vec_for_each(join, &dumps.joins) {
		char *one = records_as_text(&(*join)->incident.records, false);

		fputs(one, out);
		free(one);
	}
	fclose(out);
	dumps_free(&dumps);
	return text;
}

static void check_golden(const char *name, struct slice log, const char *records)
{
	char *got = read_records(log);

	if (strcmp(got, records) != 0)
		fail_msg("%s: read was\n%s", name, got);
	free(got);
}

static void test_goldens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++)
		check_golden(goldens[i].name, slice_from(goldens[i].log), goldens[i].records);
}

/* The same with the line ends of the other world. */
static void test_line_ends_do_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		byte_vec log = { 0 };

		for (const char *at = goldens[i].log; *at; at++) {
			if (*at == '\r')
				continue;
			if (*at == '\n' && !strchr(goldens[i].log, '\r'))
				bytes_put_u8(&log, '\r');
			bytes_put_u8(&log, (uint8_t)*at);
		}
		check_golden(goldens[i].name, (struct slice){ (char *)log.at, log.len },
			     goldens[i].records);
		vec_free(&log);
	}
}

/* No UTF-8: a byte of the debugger machine's code page, with the typography of the same. */
static void test_cp1252(void **state)
{
	(void)state;
	check_golden("cp1252",
		     SLICE("PROCESS 8208ec10  SessionId: 0  Cid:\xa0"
			   "0218    Peb: 7ffdd000\n"
			   "    DirBase: 06000240  ObjectTable: 00000000  HandleCount:   0.\n"
			   "    Image: B\xfcro \x96 1.exe\n"),
		     "host digits=8 arch=x86\n"
		     "process 8208ec10 flags=19 threads=0 pid=536 handles=0 session=0 "
		     "image=B\xc3\xbcro \xe2\x80\x93 1.exe\n");
}

static void put(byte_vec *log, const char *text)
{
	bytes_put(log, text, strlen(text));
}

static void parse(struct dumps *dumps, byte_vec *log)
{
	dumps_whole(dumps, (struct slice){ (char *)log->at, log->len });
	assert_int_equal(dumps->joins.len, 1);
	vec_free(log);
}

static void test_one_thread_printed_for_ever(void **state)
{
	struct dumps dumps;
	byte_vec log = { 0 };

	(void)state;
	for (int i = 0; i < 200000; i++)
		put(&log, "THREAD 82096a48  Cid 0218.0654  Teb: 7ffde000 WAIT\n");
	parse(&dumps, &log);
	assert_int_equal(dumps.joins.at[0]->incident.records.threads.len, 1);
	dumps_free(&dumps);
}

static void test_long_lines_are_said_and_capped(void **state)
{
	struct dumps dumps;
	byte_vec log = { 0 };
	const struct records *records;

	(void)state;
	put(&log, "PROCESS 8208ec10  SessionId: 0  Cid: 0218\n");
	for (int i = 0; i < 1500; i++) {
		put(&log, "    Image: ");
		for (int k = 0; k < LOG_LINE_MAX / 8; k++)
			put(&log, "longname");
		put(&log, "\n");
	}
	put(&log, "    Image: real.exe\n");
	parse(&dumps, &log);
	records = &dumps.joins.at[0]->incident.records;
	assert_int_equal(records->diagnostics.len, 1000);
	assert_int_equal(records->diagnostics.at[0].code, DIAGNOSTIC_LINE_TOO_LONG);
	assert_int_equal(records->diagnostics.at[0].line, 2);
	assert_int_equal(records->diagnostics.at[999].code, DIAGNOSTIC_DIAGNOSTICS_CAPPED);
	assert_true(slice_equal(names_text(&records->names, records->processes.at[0].image),
				SLICE("real.exe")));
	dumps_free(&dumps);
}

/* "procdump*" matches any number of images: each was once looked for among all others. */
static void test_special_images_without_number(void **state)
{
	struct dumps dumps;
	byte_vec log = { 0 };
	struct findings findings = { 0 };
	char text[160];

	(void)state;
	for (int i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text),
			 "PROCESS %08x  SessionId: 0  Cid: %04x\n    Image: procdump%d.exe\n",
			 0xffffff00u - (unsigned)i * 16, 4u + (unsigned)i * 4, i);
		put(&log, text);
	}
	parse(&dumps, &log);
	find_patterns(&dumps.joins.at[0]->incident, NULL, &findings);
	assert_int_equal(findings.list.len, 30000);
	findings_free(&findings);
	dumps_free(&dumps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_line_ends_do_not_matter),
		cmocka_unit_test(test_cp1252),
		cmocka_unit_test(test_one_thread_printed_for_ever),
		cmocka_unit_test(test_long_lines_are_said_and_capped),
		cmocka_unit_test(test_special_images_without_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
