#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# kill -9 at any moment: the index opens, and the next run makes it what it would have been.

# shellcheck disable=SC2154  # bats sets stderr
load helper

# 48 bundles of some 200 kB with a dump each, so that a run lasts long enough to be killed in.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir bundles
	local n
	for n in {10..57}; do
		sed "s/08:08:08\\.808/08:08:$n.808/" "$LOGS/repeated_listings.log" >"bundles/$n.log"
	done
	for n in {50..57}; do
		gzip "bundles/$n.log"
	done
	export PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference
	pipeline ingest bundles
	summary >reference.json
	unset PIPELINE_INDEX
}

setup() {
	fresh_index
	cd "$BATS_FILE_TMPDIR" || return
}

# What an index says, with one incident in full: enough to tell two indexes apart, in little time.
summary() {
	pipeline list --format json
	pipeline query --chain '*' --format json
	pipeline show "$(incident_ids | sort | head -n 1)" --format json
}

# killed_after SECONDS OPTION…: starts an ingest in a process group of its own and kills the group.
killed_after() {
	local delay=$1
	shift
	setsid "$PIPELINE" ingest "$@" bundles >/dev/null 2>&1 3>&- &
	local pid=$!
	sleep "$delay"
	kill -KILL -- "-$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

opens_or_is_not_there_yet() {
	run --separate-stderr pipeline list --format json
	case $status in
	0 | 1) jq -e .incidents <<<"$output" >/dev/null || fail "$output" ;;
	2) [ ! -e "$PIPELINE_INDEX/data.mdb" ] || [ ! -s "$PIPELINE_INDEX/data.mdb" ] ||
		stderr_has 'no index' ;;
	*) fail "after a kill list exits $status: $stderr" ;;
	esac
}

finishes_the_work() {
	exits 0 timeout 20 "$PIPELINE" ingest "$@" bundles
	summary >"$BATS_TEST_TMPDIR/this.json"
	[ "$(jq -s '.[0].incidents | length' "$BATS_TEST_TMPDIR/this.json")" -eq 48 ]
	cmp "$BATS_TEST_TMPDIR/this.json" reference.json
}

@test "the reference is whole" {
	[ "$(jq -s '.[0].incidents | length' reference.json)" -eq 48 ]
}

@test "killed at once, then finished" {
	killed_after 0.003
	opens_or_is_not_there_yet
	finishes_the_work
}

@test "killed again and again on the way, then finished" {
	local delay
	for delay in 0.008 0.015 0.025 0.04 0.06 0.02; do
		killed_after "$delay"
		opens_or_is_not_there_yet
	done
	finishes_the_work
}

@test "killed at random moments with one worker, then finished" {
	local delays=() delay
	mapfile -t delays < <(shuf -i 10-99 -n 5)
	for delay in "${delays[@]}"; do
		echo "killed after 0.0$delay s"
		killed_after "0.0$delay" --jobs 1
		opens_or_is_not_there_yet
	done
	finishes_the_work --jobs 1
}

@test "only the parent killed: no lock stays behind" {
	"$PIPELINE" ingest bundles >/dev/null 2>&1 3>&- &
	local pid=$!
	sleep 0.03
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	finishes_the_work --lock wait
}

@test "killed while reading stdin: the next run is as if it had not been" {
	pipeline ingest "$CASE"
	local before
	before=$(dump_index)
	mkfifo "$BATS_TEST_TMPDIR/feed"
	"$PIPELINE" ingest - <"$BATS_TEST_TMPDIR/feed" >/dev/null 2>&1 3>&- &
	local pid=$!
	exec 8>"$BATS_TEST_TMPDIR/feed"
	head -c 100000 "$LOGS/repeated_listings.log" >&8 || true
	sleep 0.05
	kill -KILL "$pid"
	exec 8>&-
	wait "$pid" 2>/dev/null || true
	[ "$(dump_index)" = "$before" ]
	exits 0 timeout 2 "$PIPELINE" ingest --lock wait "$CASE"
	[ "$(dump_index)" = "$before" ]
}
