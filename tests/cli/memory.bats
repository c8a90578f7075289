#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Dumps that are larger than what a reader may keep in memory, and bundles of more dumps than that.

# shellcheck disable=SC2154  # bats sets output and stderr
load helper

setup() {
	fresh_index
}

# Waiters of one lock: of all records they take the most memory for their bytes.
waiters() {
	python3 - "$1" <<-'EOF'
		import sys
		print("Loading Dump File [C:\\MEMORY.DMP]\n0: kd> !process 0 17")
		print("PROCESS fffffa8004a0c060\n    SessionId: 1  Cid: 0bbc    Peb: 7fffffdf000  ParentCid: 01f4")
		print("    DirBase: 1c9e2d000  ObjectTable: fffff8a00c1d4010  HandleCount:  58.\n    Image: holder.exe\n")
		print("0: kd> !locks\n\nResource @ 0xfffffa8005e13a90    Exclusively owned")
		print("     Threads: fffffa8004a41040-01<*>\n     Threads Waiting On Exclusive Access:")
		for i in range(0, int(sys.argv[1]), 2):
		    print(f"              {0xfffffa8010000000 + 64 * i:x}       {0xfffffa8010000040 + 64 * i:x}       ")
	EOF
}

@test "a dump that is too large is read as far as there is room, and quarantined with its reason" {
	waiters 420000 >large.log
	write_log good.log base=10 A.exe B.exe
	exits 4 pipeline ingest large.log good.log
	exits 0 pipeline quarantine list --format json
	shows '[.members[] | [.member, .reason]]' '[["large.log","limit-memory"]]'
	exits 0 pipeline list --format json
	shows '.incidents | length' 2
	holds '[.incidents[] | select(.member == "large.log") | .chains] | .[0] > 300000 and .[0] < 420000'
	exits 0 pipeline verify
	exits 0 pipeline quarantine retry --max-dump-memory 512M
	exits 0 pipeline list --format json
	shows '.incidents | map(.chains) | max' 420000
}

@test "what is read of it is the same for any number of threads" {
	waiters 420000 >large.log
	for jobs in 1 3; do
		exits 4 pipeline --index "$PWD/index-$jobs" ingest --jobs $jobs large.log
		pipeline --index "$PWD/index-$jobs" list --format json | jq '.incidents[] | del(.bundle)' >list-$jobs
	done
	cmp list-1 list-3
}

# Sixty thousand dumps of a process each.
@test "a bundle of too many dumps is read as far as there is room" {
	python3 - >many.log <<-'EOF'
		for i in range(60000):
		    print("Loading Dump File [C:\\MEMORY.DMP]")
		    print("Windows Server 2008/Windows Vista Kernel Version 6002 (Service Pack 2) MP (8 procs) Free x64")
		    print(f"Debug session time: Wed Mar 10 {i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.137 2010 (GMT+0)")
		    print(f"0: kd> !process 0 0\nPROCESS {0xfffffa8010000000 + 64 * i:x}")
		    print("    SessionId: 1  Cid: 0bbc    Peb: 7fffffdf000  ParentCid: 01f4")
		    print("    DirBase: 1c9e2d000  ObjectTable: fffff8a00c1d4010  HandleCount:  58.\n    Image: holder.exe\n")
	EOF
	exits 4 pipeline ingest many.log
	exits 0 pipeline quarantine list --format json
	shows '[.members[] | [.member, .reason]]' '[["many.log","limit-memory"]]'
	exits 0 pipeline stats --format json
	exits 0 pipeline verify
}
