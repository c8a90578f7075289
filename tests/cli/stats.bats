#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline stats`: what the index holds, and what of the logs was not understood.

load helper
setup() { fresh_index; }

@test "stats: the counts are those of list" {
	pipeline ingest "$CASE" 2>/dev/null
	pipeline list --format json >list.json
	pipeline stats --format json >stats.json
	for key in processes zombies threads chains; do
		[ "$(jq "[.incidents[].$key] | add" list.json)" = "$(jq ".$key" stats.json)" ] || fail "$key"
	done
	[ "$(jq .incidents stats.json)" = 1 ]
	[ "$(jq 'has("unknown_kinds")' stats.json)" = false ]
	pipeline stats | grep -qx '13 zombies'
}

@test "stats --unknown-lines: kinds of lines, most first, each with an example" {
	{
		cat "$CASE"
		echo '0: kd> !newthing'
		for i in 1 2 3; do echo "Flux capacitor $i is idle"; done
		echo 'Warp coil ready'
	} >odd.log
	pipeline ingest odd.log 2>/dev/null
	pipeline stats --unknown-lines --format json >stats.json
	[ "$(jq -r '.unknown_kinds[0].kind' stats.json)" = '!newthing: Flux capacitor # is' ]
	[ "$(jq -r '.unknown_kinds[0].lines' stats.json)" = 3 ]
	[ "$(jq -r '.unknown_kinds[0].example' stats.json)" = 'Flux capacitor 1 is idle' ]
	[ "$(jq -r '.unknown_lines' stats.json)" = 4 ]
	pipeline stats --unknown-lines | grep -q 'Warp coil ready'
	[ "$(pipeline show odd.log --format json | jq '.unknown_lines[0].line')" = 209 ]
}

@test "stats: no index is exit 2, operands are refused" {
	exits 2 pipeline stats
	pipeline ingest "$CASE" 2>/dev/null
	exits 2 pipeline stats surplus
}

# live FILE BUILD IMAGE THREADS… writes a log with one process of IMAGE for each number of THREADS.
live() {
	local file=$1 build=$2 image=$3 n=0 i process
	shift 3
	{
		printf 'Windows 7 Kernel Version %s (Service Pack 1) MP (4 procs) Free x64\n' "$build"
		printf '0: kd> !process 0 17\n'
		for threads; do
			n=$((n + 1))
			process=$(printf 'fffffa80%02x004060' "$n")
			printf 'PROCESS %s\n    SessionId: 0  Cid: %04x    Peb: 7fffffdf000  ParentCid: 0204\n' \
				"$process" $((n * 4))
			printf '    DirBase: 2db10000  ObjectTable: fffff8a0025bd440  HandleCount: 105.\n'
			printf '    Image: %s\n\n' "$image"
			for ((i = 0; i < threads; i++)); do
				printf '        THREAD fffffa80%02x%02xb060  Cid %04x.%04x  Teb: 000007fffffde000' \
					"$n" "$i" $((n * 4)) $((1000 + i * 4))
				printf ' Win32Thread: 0000000000000000 WAIT: (WrQueue) UserMode Non-Alertable\n'
				printf '            fffffa8004b45f40  QueueObject\n\n'
			done
			[ "$threads" -gt 0 ] || printf '\nNo active threads\n\n'
		done
	} >"$file"
}

@test "stats --baseline: how many threads an image has, by build and over all" {
	live a.log 7601 Spooler.exe 12 12 1
	live b.log 7601 SPOOLER.EXE 9
	live c.log 9600 spooler.exe 12 0
	pipeline ingest a.log b.log c.log 2>/dev/null
	pipeline stats --baseline Spooler.exe --format json >stats.json
	jq -c '.baselines[] | [.image, .incidents, .processes, .median]' stats.json >head
	[ "$(cat head)" = '["spooler.exe",3,6,9]' ] || fail "$(cat head)"
	[ "$(jq -c '[.baselines[0].counts[] | [.threads, .processes]]' stats.json)" = '[[0,1],[1,1],[9,1],[12,3]]' ]
	[ "$(jq -c '[.baselines[0].builds[] | [.build, .incidents, .processes, .median]]' stats.json)" = \
		'[[7601,2,4,9],[9600,1,2,0]]' ]
	exits 0 pipeline stats --baseline 'spool*'
	grep -Eqx ' +BUILD +INCIDENTS +PROCESSES +MEDIAN +PROCESSES WITH SO MANY THREADS' <<<"$output"
	grep -Eqx ' +0 +1 +2 +3-4 +5-8 +9-16' <<<"$output"
	grep -Eqx ' +7601 +2 +4 +9 +- +1 +- +- +- +3' <<<"$output"
	grep -Eqx ' +all +3 +6 +9 +1 +1 +- +- +- +4' <<<"$output"
}

@test "stats --baseline: what goes out of the index goes out of the baseline" {
	live a.log 7601 Spooler.exe 12 12
	cp a.log copy.log
	live b.log 7601 Spooler.exe 3
	pipeline ingest a.log copy.log b.log 2>/dev/null
	[ "$(pipeline stats --baseline spooler.exe -f json | jq -c '.baselines[0].counts')" = \
		'[{"threads":3,"processes":1},{"threads":12,"processes":2}]' ]
	live a.log 7601 Other.exe 5
	pipeline ingest a.log 2>/dev/null
	[ "$(pipeline stats --baseline spooler.exe -f json | jq -c '.baselines[0].counts | map(.processes)')" = '[1,2]' ]
	live copy.log 7601 Other.exe 6
	pipeline ingest copy.log 2>/dev/null
	[ "$(pipeline stats --baseline spooler.exe -f json | jq -c '.baselines[0].counts')" = \
		'[{"threads":3,"processes":1}]' ]
}

@test "stats --baseline: an image that nobody has, and two questions at once" {
	pipeline ingest "$CASE" 2>/dev/null
	exits 0 pipeline stats --baseline nobody.exe --format json
	shows .baselines '[]'
	exits 0 pipeline stats --baseline nobody.exe
	[ "$output" = 'no live process of that name whose threads were listed' ]
	exits 2 pipeline stats --baseline nobody.exe --unknown-lines
	exits 2 pipeline stats --baseline
}
