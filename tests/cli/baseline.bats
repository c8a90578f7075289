#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Baselines: how many threads the processes of an image have over all dumps, printed by `stats --baseline`, and what
# `show` makes of a process that has far fewer.

load helper
setup() { fresh_index; }

# live FILE BUILD IMAGE THREADS… writes a log with one process of IMAGE for each number of THREADS. Its name is in it, so
# that no two logs are one dump.
live() {
	local file=$1 build=$2 image=$3 n=0 i process
	shift 3
	{
		printf 'Windows 7 Kernel Version %s (Service Pack 1) MP (4 procs) Free x64\n' "$build"
		printf '0: kd> .echo %s\n%s\n0: kd> !process 0 17\n' "$file" "$file"
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
	jq -c '.baselines[] | [.image, .incidents, .processes, .median]' stats.json >head.json
	[ "$(cat head.json)" = '["spooler.exe",3,6,9]' ] || fail "$(cat head.json)"
	[ "$(jq -c '[.baselines[0].counts[] | [.threads, .processes]]' stats.json)" = '[[0,1],[1,1],[9,1],[12,3]]' ]
	[ "$(jq -c '[.baselines[0].builds[] | [.build, .incidents, .processes, .median]]' stats.json)" = \
		'[[7601,2,4,9],[9600,1,2,0]]' ]
	exits 0 pipeline stats --baseline 'spool*'
	grep -Eqx ' *BUILD +INCIDENTS +PROCESSES +MEDIAN +0 +1 +2 +3-4 +5-8 +9-16' <<<"$output"
	grep -Eqx ' *7601 +2 +4 +9 +- +1 +- +- +- +3' <<<"$output"
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

# The verdicts on missing threads of a bundle, as image, threads, expected, sample and basis.
verdicts() {
	pipeline show "$1" --format json |
		jq -c '.findings[] | select(.pattern == "missing-threads") | [.image, .threads, .expected, .sample, .basis]'
}

@test "show: threads that are missing by what other dumps of the build have" {
	for i in 1 2 3 4; do live "usual$i.log" 7601 Spooler.exe $((10 + i)); done
	live few.log 7601 Spooler.exe 2
	pipeline ingest few.log usual1.log usual2.log usual3.log 2>/dev/null
	[ -z "$(verdicts few.log)" ] || fail "three others are too few"
	pipeline ingest usual4.log 2>/dev/null
	[ "$(verdicts few.log)" = '["Spooler.exe",2,12.5,4,"build"]' ] || fail "$(verdicts few.log)"
	[ -z "$(verdicts usual1.log)" ]
	pipeline show few.log | grep -q 'missing-threads'
}

@test "show: the build comes before all builds, where it was seen often enough" {
	for i in 1 2 3 4 5; do live "old$i.log" 2600 Spooler.exe 3; done
	for i in 1 2 3 4 5 6 7; do live "new$i.log" 9600 Spooler.exe 20; done
	live rare.log 7601 Spooler.exe 3
	pipeline ingest ./*.log 2>/dev/null
	[ -z "$(verdicts old1.log)" ] || fail "$(verdicts old1.log)"
	[ "$(verdicts rare.log)" = '["Spooler.exe",3,20,12,"image"]' ] || fail "$(verdicts rare.log)"
}

@test "show: a dump of one process does not speak for itself, nor twice" {
	for i in 1 2 3 4; do live "few$i.log" 7601 Spooler.exe 1; done
	live usual.log 7601 Spooler.exe 12
	for i in 1 2 3 4 5; do cp usual.log "copy$i.log"; done
	pipeline ingest ./*.log 2>/dev/null
	[ -z "$(verdicts few1.log)" ] || fail "$(verdicts few1.log)"
	[ "$(pipeline stats --baseline spooler.exe -f json | jq -c '.baselines[0].counts')" = \
		'[{"threads":1,"processes":4},{"threads":12,"processes":1}]' ]
}
