#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The screen that `show` prints for people, and the chains for Graphviz.

load helper
setup() { fresh_index; }

# Lines of stdout that are wider than a hundred columns.
wide_lines() { LC_ALL=C.UTF-8 grep -E '^.{101,}' <<<"$output" || true; }

has_line() { grep -qF -- "$1" <<<"$output" || fail "no line has: $1" "in: $output"; }

# The graph in $output, through the strict reader; and through Graphviz, where it is installed.
graph() {
	local text=$output
	output=$("$ROOT/tests/cli/dot.py" <<<"$text") || fail "no graph: $text"
	if command -v dot >/dev/null; then
		dot -Tsvg <<<"$text" 2>errors >picture.svg || fail "dot: $(cat errors)" "$text"
		[ ! -s errors ] || fail "dot: $(cat errors)"
	fi
}

@test "the case study on a screen: numbered points, the chain drawn, where to look, no line too wide" {
	cp "$CASE" kd.log # so that the path is short
	pipeline ingest kd.log
	LC_ALL=C.UTF-8 exits 0 pipeline show kd.log
	has_line '  1  wait-chain  ProcessA.exe ... ProcessC.exe  1 chain, 2 threads wait, up to 3:42'
	has_line '  2  message-box (potential)  ProcessD.exe[61c.778]  ui_message_wait for 3:57'
	has_line '  1  ProcessA.exe[13c40.1332c] 3:42 ─alpc→ ProcessB.exe[32c.146e8] 2:39'
	has_line '       ─alpc→ ProcessC.exe[48c.fbec] 2:39'
	has_line '     ends in wait UserRequest, with a timeout'
	has_line '     ProcessC.exe[48c.fbec] began to wait as it was asked: one event'
	has_line '     lines 114-140         !alpc /m fffff8800e401200'
	has_line '  4  lines 194-206         !vm'
	[ "$(sed '/^  \//d' <<<"$output" | LC_ALL=C.UTF-8 grep -cE '^.{101,}')" -eq 0 ] || fail "$(wide_lines)"
	[ "$(wc -l <<<"$output")" -le 50 ]
}

@test "arrows are ASCII where the locale is, and on no terminal the screen is the same" {
	pipeline ingest "$CASE"
	LC_ALL=C exits 0 pipeline show "$CASE"
	has_line 'ProcessA.exe[13c40.1332c] 3:42 -alpc-> ProcessB.exe[32c.146e8] 2:39'
	! LC_ALL=C grep -q '[^ -~]' <<<"$output" || fail "$output"
	LC_ALL=C.UTF-8 pipeline show "$CASE" >file
	LC_ALL=C.UTF-8 script -qec "'$PIPELINE' show '$CASE'" /dev/null </dev/null | tr -d '\r' >terminal
	diff file terminal
}

@test "a deadlock: back to the hop that the ring begins with" {
	write_log ring.log ring=1 A.exe B.exe C.exe
	pipeline ingest ring.log
	LC_ALL=C exits 0 pipeline show ring.log
	tr -s ' \n' ' ' <<<"$output" >joined
	grep -qE ' A\.exe\[400\.1000\] [0-9:]+ -alpc-> B\.exe\[410\.1040\] [0-9:]+ -alpc-> C\.exe\[420\.1080\] [0-9:]+ -alpc-> back to hop 2, B\.exe\[410\.1040\] a deadlock' joined ||
		fail "$output"
	has_line '     a deadlock: the ring begins with hop 2'
}

@test "a thousand clients are one line; of many signatures ten are drawn" {
	write_log many.log clients=200 A.exe B.exe
	pipeline ingest many.log
	exits 0 pipeline show many.log
	has_line '     one of 200 chains alike, of 200 threads, the longest wait 1:40; 200 wait for one of its hops'
	[ "$(grep -c 'A.exe.*alpc' <<<"$output")" -eq 1 ] || fail "$output"
	local i
	for i in {10..24}; do
		write_log "$i.log" "base=$i" "X$i.exe" S.exe
		[ "$i" -eq 10 ] || sed -i '1,/^\.\.\./d' "$i.log"
	done
	cat {10..24}.log >all.log
	pipeline ingest all.log
	exits 0 pipeline show all.log
	has_line '     10 of 15 signatures shown'
	grep -qxE '     5 of [0-9]+ points shown' <<<"$output" || fail "$output"
}

@test "hostile names: nothing acts on the terminal, and the graph is one" {
	sed -e 's/ProcessA\.exe/\x1b[31m"];} \\N\xe2\x80\xae.exe/' -e 's/ProcessB\.exe/a\\"b\\.exe/' -e 's/UserRequest/User"Re\\quest/' "$CASE" >hostile.log
	pipeline ingest hostile.log
	exits 0 pipeline show hostile.log
	printf '%s\n' "$output" >screen
	no_control_bytes screen
	! grep -qP '\xe2\x80\xae' screen || fail "$(cat -v screen)"
	exits 0 pipeline show hostile.log --format dot
	printf '%s\n' "$output" >screen
	no_control_bytes screen
	graph
	shows '[.nodes[].label | split("\n")[0]] | sort' \
		'["ProcessC.exe[48c.fbec]","\\x1b[31m\"];} \\N\\u{202e}.exe[13c40.1332c]","a\\\"b\\.exe[32c.146e8]"]'
	shows '[.nodes[].label | split("\n")[2] // empty]' '["wait User\"Re\\quest"]'
}

@test "dot: a node a thread, an edge a wait, however many chains go through it" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --format dot
	graph
	shows '[.nodes | keys[]]' '["tfffffa800a843bb0","tfffffa800b711060","tfffffa800b845bb0"]'
	shows '[.edges[] | [.[0], .[1], .[2].label]]' \
		'[["tfffffa800b845bb0","tfffffa800b711060","alpc"],["tfffffa800b711060","tfffffa800a843bb0","alpc"]]'
	shows '.nodes.tfffffa800a843bb0 | [.label, .peripheries]' '["ProcessC.exe[48c.fbec]\n2:39\nwait UserRequest","2"]'
	write_log many.log clients=20 A.exe B.exe C.exe
	pipeline ingest many.log
	exits 0 pipeline show many.log --format dot
	graph
	shows '[(.nodes | length), (.edges | length)]' '[22,21]'
}

@test "dot: the edges of a deadlock are marked, those that lead to it are not" {
	pipeline ingest "$LOGS/semicircular.log"
	exits 0 pipeline show "$LOGS/semicircular.log" -f dot
	graph
	shows '[.edges[] | select(.[2].color == "red") | .[0]] | sort' \
		'["tfffffa80041c22b0","tfffffa80041cb0c0","tfffffa80041d3d30"]'
	shows '.edges | length' 7
	shows '.comment' '// 2 wait chains'
}

@test "dot: a server whose thread is not known is its process; no chains are an empty graph" {
	sed 's/^  ServerThread .*/  ServerThread          : 0000000000000000/' "$CASE" >absent.log
	pipeline ingest absent.log
	exits 0 pipeline show absent.log -f dot
	graph
	holds '.nodes | has("pfffffa80054dfc10") and .pfffffa80054dfc10.shape == "ellipse"'
	sed -n '166,$p' "$CASE" >none.log
	pipeline ingest none.log
	exits 0 pipeline show none.log -f dot
	graph
	shows '[.nodes, .edges]' '[{},[]]'
}

@test "formats that show does not know are refused by name" {
	pipeline ingest "$CASE"
	exits 2 pipeline show "$CASE" -f reg
	stderr_has "unknown --format 'reg': text, json, jsonl and dot are known"
	exits 2 pipeline show "$CASE" -f dot --evidence 1
	stdout_is_empty
}

@test "parents of zombies: the three of most, and that there are others" {
	local i
	{
		cat "$CASE"
		printf '\n1: kd> !process 0 0\n'
		for i in 1 2 3 4 5; do
			printf 'PROCESS fffffa800c00%d0c0\n    SessionId: 0  Cid: %04x    Peb: 00000000  ParentCid: %04x\n' "$i" $((0x4000 + i * 4)) $((0x3000 + i * 4))
			printf '    DirBase: 00000000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Dead.exe\n\n'
		done
	} >parents.log
	pipeline ingest parents.log
	exits 0 pipeline show parents.log
	has_line '         5  Dead.exe'
	[ "$(grep -cE '^ +1  of \?\[30[0-9a-f]{2}\]$' <<<"$output")" -eq 3 ] || fail "$output"
	has_line '            and of others'
}
