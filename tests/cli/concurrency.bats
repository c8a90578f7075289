#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Two programs on one index. A writer is held in the middle of its work by a pipe that we feed.

load helper

setup() {
	fresh_index
	write_log first.log base=10 A.exe B.exe
	pipeline ingest first.log 2>/dev/null
	mkfifo feed
}

teardown() {
	if [ -n "${WRITER:-}" ]; then kill -KILL "$WRITER" 2>/dev/null || true; fi
	wait
	[ -z "${open:-}" ] || rm -r -- "$open"
}

# Starts an ingest that reads the pipe and has not seen its end; returns when it holds the index.
hold_the_index() {
	"$PIPELINE" ingest --lock wait - <feed >writer.out 2>writer.err 3>&- &
	WRITER=$!
	exec 8>feed
	head -c 6000 "$CASE" >&8
	local tries=0
	until run "$PIPELINE" ingest --lock fail first.log && [ "$status" -eq 75 ]; do
		kill -0 "$WRITER" 2>/dev/null || fail "the writer has ended: $(cat writer.err)"
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "--lock fail never exits 75 beside a writer, but $status: $output"
		sleep 0.01
	done
}

# Feeds the rest and waits for the writer: its exit status must be this one.
let_it_end() {
	tail -c +6001 "$CASE" >&8
	exec 8>&-
	local code=0
	wait "$WRITER" || code=$?
	WRITER=''
	[ "$code" -eq "$1" ] || fail "the writer exits $code: $(cat writer.err)"
}

@test "queries answer while a writer is at work, and see its work when it is done" {
	hold_the_index
	exits 0 timeout 2 "$PIPELINE" query --chain 'A.exe > B.exe' --format json
	exits 0 timeout 2 "$PIPELINE" list --format json
	shows '.incidents | length' 1
	exits 0 timeout 2 "$PIPELINE" show "$(incident_ids)"
	exits 1 timeout 2 "$PIPELINE" query --chain ProcessA.exe
	let_it_end 0
	exits 0 pipeline query --chain ProcessA.exe --format json
	exits 0 pipeline list --format json
	shows '.incidents | length' 2
}

@test "--lock fail: exit 75 at once, and it says who stands in the way" {
	hold_the_index
	write_log second.log base=20 C.exe D.exe
	exits 75 timeout 2 "$PIPELINE" ingest --lock fail second.log
	stdout_is_empty
	stderr_has 'lock|writer|another'
	let_it_end 0
	exits 0 pipeline ingest --lock fail second.log
}

@test "--lock skip: leaves at once, having changed nothing" {
	hold_the_index
	write_log second.log base=20 C.exe D.exe
	run --separate-stderr timeout 2 "$PIPELINE" ingest --lock skip second.log
	[ "$status" -ne 124 ] || fail "it waits"
	stdout_is_empty
	exits 1 pipeline query --chain C.exe
	let_it_end 0
}

@test "--lock wait: both have their work done" {
	hold_the_index
	write_log second.log base=20 C.exe D.exe
	"$PIPELINE" ingest --lock wait second.log 2>second.err 3>&- 8>&- &
	local second=$! code=0
	sleep 0.2
	kill -0 "$second" || fail "it does not wait: $(cat second.err)"
	let_it_end 0
	wait "$second" || code=$?
	[ "$code" -eq 0 ] || fail "exit $code: $(cat second.err)"
	exits 0 pipeline list --format json
	shows '.incidents | length' 3
}

@test "--lock: an unknown word is exit 2, quoted" {
	exits 2 pipeline ingest --lock perhaps first.log
	stderr_has perhaps
}

@test "SIGTERM and SIGINT: exit 128+n, and what was in is still in" {
	local signal code
	for signal in TERM INT; do
		# Background jobs of a script ignore SIGINT unless told otherwise.
		env --default-signal="$signal" "$PIPELINE" ingest --lock wait - <feed >writer.out 2>writer.err 3>&- &
		WRITER=$!
		exec 8>feed
		head -c 6000 "$CASE" >&8
		sleep 0.2
		kill "-$signal" "$WRITER"
		code=0
		wait "$WRITER" || code=$?
		exec 8>&-
		WRITER=''
		[ "$code" -eq $((128 + $(kill -l "$signal"))) ] ||
			fail "SIG$signal: exit $code: $(cat writer.err)"
		exits 0 pipeline list --format json
		shows '.incidents | length' 1
	done
	exits 0 pipeline ingest --lock fail "$CASE"
}

@test "four writers at once: each waits its turn, nothing is lost" {
	local n pids=() code=0
	for n in 1 2 3 4; do
		write_log "w$n.log" "base=5$n" "when=201$n-01-01T00:00:00Z" "W$n.exe" Srv.exe
	done
	for n in 1 2 3 4; do
		"$PIPELINE" ingest --lock wait "w$n.log" 2>"w$n.err" 3>&- &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || code=$?
	done
	[ "$code" -eq 0 ] || fail "exit $code" "$(cat w?.err)"
	exits 0 pipeline list --format json
	shows '.incidents | length' 5
}

@test "who may not write lock.mdb is told when what was read may have been overwritten, and exits 2" {
	[ "$(id -u)" -eq 0 ] || skip "only root can be another"
	write_log many.log base=20 clients=250 C.exe D.exe # its answer does not go into a pipe at once
	open=$(mktemp -d /tmp/pipeline-open.XXXXXX)        # where another user gets at it
	export PIPELINE_INDEX=$open/index PIPELINE_CONFIG=/dev/null
	pipeline ingest many.log 2>/dev/null
	chmod 0755 "$open" "$PIPELINE_INDEX" && chmod 0444 "$PIPELINE_INDEX"/*
	cp "$PIPELINE" "$open/pipeline"
	local other=(setpriv --reuid 4242 --regid 4242 --clear-groups "$open/pipeline" show many.log --format json)
	local id commits code
	id=$(incident_ids)
	for commits in 1 2; do
		"${other[@]}" >feed 2>errors 3>&- &
		WRITER=$!
		exec 8<feed
		head -c 1000 <&8 >rest # so it has begun, and is held up by the rest
		pipeline pin "$id" 2>/dev/null
		[ "$commits" -eq 1 ] || pipeline pin --remove "$id" 2>/dev/null
		cat <&8 >>rest
		exec 8<&-
		code=0
		wait "$WRITER" || code=$?
		WRITER=''
		jq -e .id rest >/dev/null || fail "$(head -c 200 rest)"
		case $commits in
		1) [ "$code$(cat errors)" = 0 ] || fail "$code: $(cat errors)" ;;
		2) [ "$code" -eq 2 ] && grep -q 'was written while it was read' errors || fail "$code: $(cat errors)" ;;
		esac
		pipeline pin --remove "$id" 2>/dev/null
	done
}
