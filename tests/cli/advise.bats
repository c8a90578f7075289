#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `advise`: the case study's own list, sizes and budgets, and files for cmd.exe and regedit that no name in a log can turn
# against whoever runs them.

load helper
setup() { fresh_index; }

# The .reg file in $file as lines of UTF-8.
reg_lines() { tail -c +3 "$1" | iconv -f UTF-16LE -t UTF-8 | tr -d '\r'; }

# images_of FILE: whose keys a .reg file has.
images_of() { reg_lines "$1" | sed -n 's/^\[.*\\\(.*\)\]$/\1/p'; }

# hostile NAME FILE: the case study with ProcessC, the zombies of ProcessF and with them the plan called so.
hostile() {
	NAME=$1 perl -pe 's/Process[CF]\.exe/$ENV{NAME}/g' "$CASE" >"$2"
}

@test "the case study: user dumps of A, B, C and D, WER and LocalDumps for E to H, a forced dump" {
	pipeline ingest "$CASE"
	exits 0 pipeline advise "$CASE" --format json
	shows .schema pipeline/advice/1
	shows '[.save[].image] | sort' '["ProcessA.exe","ProcessB.exe","ProcessC.exe","ProcessD.exe"]'
	shows '[.save[] | [.image, .pid, .size_kb, .size_basis]] | sort | first' '["ProcessA.exe",80960,5096,"working_set"]'
	shows '.save[0] | [.image, .reasons[0].part, .reasons[0].pattern, .reasons[0].waiters, .reasons[0].endpoint]' \
		'["ProcessC.exe","ends","wait-chain",2,"wait"]'
	shows .missed '[]'
	shows '[.budget_kb, .known_kb, .unknown_sizes]' '[null,5096,3]'
	shows .force_dump '{"kind":"kernel","user_space_needed":true,"zombie_holders_needed":false}'
	shows .recorded_faults '{"past":2,"now":0,"recorders":["wer"]}'
	shows '.local_dumps | [.available, .basis]' '[true,"alpc"]'
	shows '[.local_dumps.images[] | select(.causes == ["died"]) | [.image, .zombies]]' \
		'[["ProcessE.exe",6],["ProcessG.exe",2],["ProcessH.exe",2],["ProcessF.exe",1]]'
	holds '[.local_dumps.images[].image] | index("WerFault.exe") == null'
	exits 0 pipeline advise "$CASE"
	stderr_is_empty
	for word in 'ProcessC.exe\[48c\]' 'Force a kernel dump' 'ReportArchive' 'ProcessE.exe  died' 'ALPC messages' '(point 1)'; do
		grep -q "$word" <<<"$output" || fail "no '$word' in: $output"
	done
	! LC_ALL=C.UTF-8 grep -E '^.{101,}' <<<"$(sed 1d <<<"$output")" || fail "a wide line"
}

@test "a budget: what fits, what does not and says so, unknown sizes last" {
	pipeline ingest "$CASE"
	exits 0 pipeline advise "$CASE" --budget 6M --format json
	shows '[.save[].image] | first' ProcessA.exe
	shows '[.save[].size_kb]' '[5096,null,null,null]'
	shows .budget_kb 6144
	exits 0 pipeline advise "$CASE" --budget 1M --format json
	shows '[.missed[] | [.image, .why_not]]' '[["ProcessA.exe","budget"]]'
	exits 0 pipeline advise "$CASE" --budget 1M
	grep -q 'ProcessA.exe\[13c40\]  5.0 MB or more (working set)  is too large' <<<"$output" || fail "$output"
	for budget in 2K 5218304 5096k 1G 3T; do
		exits 0 pipeline advise "$CASE" --budget "$budget"
	done
	exits 0 pipeline advise "$CASE" --budget 0 --format json
	shows '[.budget_kb, .known_kb, [.missed[].image]]' '[0,0,["ProcessA.exe"]]'
	exits 0 pipeline advise "$CASE" --budget 184467440737095515T --format json
	shows '[(.save | length), .known_kb]' '[4,5096]'
	for budget in '' x 1X -1 1.5G K 1KB '5 ' ' 5' 0x10 1G1; do
		exits 2 pipeline advise "$CASE" --budget "$budget"
		stdout_is_empty
	done
}

@test "the commands that a page names print what the page says" {
	pipeline ingest "$CASE"
	for budget in '' '--budget 1M' '--budget 6M' '--budget 99999999999999999999T'; do
		# shellcheck disable=SC2086  # two words or none
		pipeline advise "$CASE" $budget >page
		for format in cmd reg; do
			# shellcheck disable=SC2086
			pipeline advise "$CASE" $budget --format "$format" >want
			read -ra words <<<"$(sed -n "s/^  As .*: pipeline \(.*--format $format\)$/\1/p" page)"
			[ "${#words[@]}" -ge 4 ] || fail "$(cat page)"
			pipeline "${words[@]}" | cmp want -
		done
	done
}

@test "a script that would do nothing is not written: why is said" {
	{
		printf 'PROCESS fffffa80054dfc10\n    SessionId: 0  Cid: 032c    Peb: 7fffffdb000  ParentCid: 133c0\n'
		printf '    DirBase: 13b61d000  ObjectTable: fffff8800c2295b1  HandleCount:  58.\n    Image: A.exe\n    CommitCharge 2000\n\n'
		local thread
		for thread in 1 2; do
			printf '        THREAD fffffa800b84%s000  Cid 032c.133%s  Teb: 000007fffffde000 Win32Thread: 0000000000000000 WAIT: (WrLpcReply) UserMode Non-Alertable\n' $thread $thread
			printf '        Waiting for reply to ALPC Message fffff8801252777%s : queued at port fffffa80055bca60 : owned by process fffffa80054dfc10\n' $thread
			printf '        Owning Process            fffffa80054dfc10       Image:         A.exe\n'
			printf '        Wait Start TickCount      10912787       Ticks: 14208 (0:00:03:42.000)\n\n'
		done
		printf '0: kd> !alpc /m fffff88012527771\n\nMessage @ fffff88012527771\n  QueueType             : ALPC_MSGQUEUE_PENDING\n'
		printf '  ServerThread          : fffffa800b842000\n\n'
	} >a.log
	sed 's/A\.exe/b%x.exe/; s/Cid: 032c/Cid: zz/; s/Cid 032c\.[0-9a-f]*/Cid zz/' a.log >b.log
	pipeline ingest a.log b.log
	exits 0 pipeline advise a.log --format cmd
	exits 1 pipeline advise a.log --budget 1K --format cmd
	stdout_is_empty
	stderr_has 'no user dump fits the budget'
	exits 1 pipeline advise b.log --format cmd
	stdout_is_empty
	stderr_has 'no name could stand in a command, and no PID is known'
}

@test "a size near 2^64 went below zero: it is not known, and fits every budget as such" {
	local kb
	for kb in 18446744073709551614 18446744073709551615 1844674407370955161 99999999999999999999; do
		rm -rf "$PIPELINE_INDEX"
		sed "s/(5096KB/(${kb}KB/; s/CommitCharge .*/CommitCharge                      2305843009213693950/" "$CASE" >wrapped.log
		pipeline ingest wrapped.log
		exits 0 pipeline advise wrapped.log --budget 99999999999999999999T --format json
		shows '[.known_kb, .unknown_sizes, .missed]' '[0,4,[]]'
		exits 0 pipeline advise wrapped.log --budget 99999999999999999999T
		grep -qE 'for a budget of [1-9][0-9]+\.[0-9] TB$' <<<"$output" || fail "$output"
	done
}

@test "cmd: procdump by PID now, by image the next time, in lines of DOS" {
	pipeline ingest "$CASE"
	pipeline advise "$CASE" --format cmd >save.cmd
	[ "$(grep -c $'\r$' save.cmd)" -eq "$(wc -l <save.cmd)" ] || fail "$(cat -A save.cmd)"
	tr -d '\r' <save.cmd >lines
	! LC_ALL=C grep -q '[^ -~]' lines || fail "$(cat -A lines)"
	[ "$(sed -n '/^:now/,$p' lines | grep '^procdump' | sort | head -n 1)" = 'procdump -accepteula -ma 1164 ProcessC_1164.dmp' ]
	[ "$(grep -c '^procdump -accepteula -ma [0-9]* Process[A-D]_[0-9]*\.dmp$' lines)" -eq 4 ]
	[ "$(sed '/^:now/q' lines | grep -c 'imagename eq Process[A-D]\.exe"')" -eq 4 ]
	grep -q '^rem 1 ProcessC.exe\[48c\]: ends chain ProcessA.exe ... ProcessC.exe' lines
}

@test "reg: LocalDumps as regedit writes it" {
	pipeline ingest "$CASE"
	pipeline advise "$CASE" --format reg >dumps.reg
	[ "$(head -c 2 dumps.reg | od -An -tx1 | tr -d " ")" = fffe ]
	[ "$(tail -c +3 dumps.reg | iconv -f UTF-16LE -t UTF-8 | grep -c $'\r$')" -eq "$(reg_lines dumps.reg | wc -l)" ]
	[ "$(reg_lines dumps.reg | head -n 1)" = 'Windows Registry Editor Version 5.00' ]
	[ "$(images_of dumps.reg | sort | tr '\n' ' ')" = 'ProcessA.exe ProcessB.exe ProcessC.exe ProcessD.exe ProcessE.exe ProcessF.exe ProcessG.exe ProcessH.exe ' ] ||
		fail "$(images_of dumps.reg)"
	reg_lines dumps.reg | grep -qxF '[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps\ProcessE.exe]'
	[ "$(reg_lines dumps.reg | grep -c '^"DumpType"=dword:00000002$')" -eq 8 ]
	[ "$(reg_lines dumps.reg | grep -c '^"DumpCount"=dword:0000000a$')" -eq 8 ]
	# The folder, put together from its bytes.
	[ "$(reg_lines dumps.reg | sed -n '/"DumpFolder"/,/"DumpCount"/{/DumpCount/q;p}' | sed 's/.*hex(2)://; s/[ ,\\]//g' | tr -d '\n' |
		python3 -c "import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))" | iconv -f UTF-16LE -t UTF-8 | tr -d '\0')" = '%LOCALAPPDATA%\CrashDumps' ]
	[ "$(reg_lines dumps.reg | awk '{ if (length($0) > 80 && !/^[;[]/) print }' | wc -l)" -eq 0 ]
}

@test "reg: only for a Windows that has it, and what was decided is said" {
	write_log new.log A.exe B.exe
	write_log old.log base=11 build=3790 when=2009-01-01T00:00:00Z 'os=Windows Server 2003 Kernel' A.exe B.exe
	write_log vista.log base=12 build=6000 when=2009-02-01T00:00:00Z A.exe B.exe
	pipeline ingest ./*.log
	exits 0 pipeline advise new.log --format reg
	for log in old.log vista.log; do
		exits 1 pipeline advise "$log" --format reg
		stdout_is_empty
		stderr_has 'no LocalDumps: This is build (3790|6000); LocalDumps came with 6001'
		exits 0 pipeline advise "$log"
		grep -q 'LocalDumps came with 6001' <<<"$output" || fail "$output"
		exits 0 pipeline advise "$log" --format json
		shows .local_dumps.available false
	done
	pipeline ingest "$CASE"
	pipeline advise "$CASE" --format reg >dumps.reg
	reg_lines dumps.reg | grep -q '^; No banner names the build. Taken for 6001 or later, as threads wait for ALPC messages.$'
}

@test "hostile names are left out of the commands and of the keys, and that is said" {
	local name number=0
	for name in 'a" & calc & ".exe' '%COMSPEC%.exe' 'x^|y.exe' 'x]`.exe' '..\..\x.exe' '-ma.exe' 'a,b.exe' '(x).exe' $'\xe2\x80\xaegpj.exe' \
		$'\x1b[2J.exe' "it's.exe" '!x!.exe' '@x.exe' 'ß.exe' '.exe'; do
		number=$((number + 1))
		hostile "$name" "$number.log"
		rm -rf "$PIPELINE_INDEX"
		pipeline ingest "$number.log"
		exits 0 pipeline advise "$number.log" --format cmd
		printf '%s\n' "$output" | tr -d '\r' >lines
		! LC_ALL=C grep -q '[^ -~]' lines || fail "$name: $(cat -A lines)"
		# Nothing but our own words acts: the name is in no line but in a remark, there without what acts.
		grep -v '^rem ' lines >commands
		[ "$(grep -cE '^(for |procdump )' commands)" -eq 7 ] || fail "$name: $(cat commands)"
		! grep -vE '^(|@echo off|setlocal|if /i "%~1"=="now" goto now|goto :eof|:now|procdump -accepteula -ma [0-9]+ (Process[A-D]|process)_[0-9]+\.dmp|for /f "tokens=2 delims=," %%P in \(.tasklist /nh /fo csv /fi "imagename eq Process[A-D]\.exe".\) do procdump -accepteula -ma %%~P Process[A-D]_%%~P\.dmp)$' commands ||
			fail "$name: $(cat commands)"
		! grep '^rem ' lines | grep -vxF "$(printf '%s\n' 'rem With "now": these very processes, on the machine that the log is from if it was not')" | grep -q '[%&|<>^"!]' ||
			fail "$name: $(grep '^rem' lines)"
		stderr_has 'left out by name'
		run --separate-stderr bash -c '"$PIPELINE" advise "$1" --format reg >dumps.reg' - "$number.log"
		[ "$status" -eq 0 ] || fail "$name: $stderr"
		[ "$(images_of dumps.reg | sort -u | tr '\n' ' ')" = 'ProcessA.exe ProcessB.exe ProcessD.exe ProcessE.exe ProcessG.exe ProcessH.exe ' ] ||
			fail "$name: $(reg_lines dumps.reg)"
		[ "$(reg_lines dumps.reg | grep -c '^; left out')" -ge 1 ] || fail "$name: $(reg_lines dumps.reg)"
		stderr_has 'left out'
		exits 0 pipeline advise "$number.log"
		printf '%s\n' "$output" >screen
		no_control_bytes screen
		exits 0 pipeline advise "$number.log" --format json
		shows '[.save[].pid] | sort' '[812,1164,1564,80960]'
	done
}

@test "a name that may be cut at 15 bytes: found by its beginning, but no key" {
	hostile ALongServiceNam 'cut.log'
	pipeline ingest cut.log
	pipeline advise cut.log --format cmd | tr -d '\r' >lines
	grep -q 'imagename eq ALongServiceNam\*"' lines || fail "$(cat lines)"
	pipeline advise cut.log --format reg >dumps.reg
	! images_of dumps.reg | grep -q ALongServiceNam || fail "$(images_of dumps.reg)"
	reg_lines dumps.reg | grep -q '^; left out, as its name may be cut and the key must have all of it: ALongServiceNam$'
	# cmd.exe takes 8191 bytes for a line, and might run what follows.
	local length
	for length in 300 3900 7900; do
		hostile "$(head -c "$length" /dev/zero | tr '\0' x) calc.exe" long.log
		rm -rf "$PIPELINE_INDEX"
		pipeline ingest long.log
		exits 0 pipeline advise long.log --format cmd
		stderr_has 'left out by name'
		[ "$(wc -L <<<"$output")" -lt 2000 ] || fail "a line of $(wc -L <<<"$output")"
		[ "$length" -eq 300 ] || grep -q '^rem .*xxx\.\.\..$' <<<"$output" || fail "$output"
		exits 0 pipeline advise long.log --format json
		shows '.save[0].image | length' "$((length + 9))"
	done
}

@test "processes of one image: one line saves them all, and it is said how many" {
	sed 's/Process[AC]\.exe/svchost.exe/' "$CASE" >two.log
	pipeline ingest two.log
	pipeline advise two.log --format cmd | tr -d '\r' >lines
	[ "$(grep -c 'imagename eq svchost\.exe"' lines)" -eq 1 ] || fail "$(cat lines)"
	grep -qx 'rem the log has 2 processes of this image: each is saved' lines || fail "$(cat lines)"
	[ "$(grep -c 'rem the log has' lines)" -eq 1 ]
	[ "$(sed -n '/^:now/,$p' lines | grep -cE '^procdump -accepteula -ma (1164|80960) svchost_')" -eq 2 ]
}

@test "names with blanks are quoted, their files have none" {
	hostile 'My Service.exe' blanks.log
	pipeline ingest blanks.log
	pipeline advise blanks.log --format cmd | tr -d '\r' >lines
	grep -qF '"imagename eq My Service.exe"' lines
	grep -qx 'procdump -accepteula -ma 1164 My_Service_1164.dmp' lines || fail "$(cat lines)"
	pipeline advise blanks.log --format reg >dumps.reg
	images_of dumps.reg | grep -qx 'My Service.exe'
}

@test "nothing to advise: exit 1, and every format says so" {
	sed -n '1,28p' "$CASE" >quiet.log
	pipeline ingest quiet.log
	for format in text cmd reg; do
		exits 1 pipeline advise quiet.log --format "$format"
		stdout_is_empty
		stderr_has 'advise: '
	done
	exits 1 pipeline advise quiet.log --format json
	shows '[.save, .missed, .force_dump.kind, .local_dumps.images]' '[[],[],null,[]]'
	exits 1 pipeline advise nobody
	exits 2 pipeline advise
	exits 2 pipeline advise a b
	exits 2 pipeline advise quiet.log --format dot
	stderr_has "unknown --format 'dot'.* text, json, cmd and reg are known"
}

@test "zombies alone: no user dumps, but the faults that WER recorded" {
	sed -n '192,$p' "$CASE" >zombies.log
	pipeline ingest zombies.log
	exits 0 pipeline advise zombies.log --format json
	shows '[.save, .force_dump.kind, .recorded_faults.past]' '[[],null,2]'
	shows '.local_dumps | [.available, .basis]' '[true,"recorder"]'
	exits 1 pipeline advise zombies.log --format cmd
	stderr_has 'no user dump would explain more'
	exits 0 pipeline advise zombies.log
	grep -q 'ReportArchive' <<<"$output"
}

@test "a thousand clients: one of them, and the server" {
	write_log many.log clients=200 A.exe B.exe C.exe
	pipeline ingest many.log
	exits 0 pipeline advise many.log --format json
	shows '[.save[] | [.image, .reasons[0].part, .reasons[0].waiters]]' \
		'[["C.exe","ends",201],["A.exe","begins",201],["B.exe","passes",201]]'
}

@test "what died in a loop is to leave a dump" {
	{
		sed -n '1,190p' "$CASE" | sed 's/ProcessA\.exe/svc.exe/'
		printf '1: kd> !vm\n\n'
		for pid in 2004 2008 200c 2010 2014 2018; do printf '         %s svc.exe                 0 (          0 Kb)\n' "$pid"; done
	} >loop.log
	pipeline ingest loop.log
	exits 0 pipeline advise loop.log --format json
	shows '.local_dumps.images[] | select(.image == "svc.exe") | [.zombies, .causes]' '[6,["restart-loop","saved"]]'
	shows .recorded_faults '{"past":0,"now":0,"recorders":[]}'
}
