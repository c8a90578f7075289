#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# compact: the same answers out of a smaller file, beside readers, and after kill -9 at any moment.

# shellcheck disable=SC2154  # bats sets output
load helper

# An index of 48 incidents, 40 of which are gone again.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir bundles
	local n
	for n in {10..57}; do
		sed "s/08:08:08\\.808/08:08:$n.808/" "$LOGS/repeated_listings.log" >"bundles/$n.log"
	done
	export PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference
	pipeline ingest bundles
	for n in {18..57}; do
		echo "nothing to see here" >"bundles/$n.log"
	done
	pipeline ingest bundles
	dump_index >reference.json
	unset PIPELINE_INDEX
}

setup() {
	fresh_index
	cp -r "$BATS_FILE_TMPDIR/reference" "$PIPELINE_INDEX"
}

size() { stat -c %s "$PIPELINE_INDEX/data.mdb"; }

nothing_is_lost() {
	dump_index >this.json
	cmp this.json "$BATS_FILE_TMPDIR/reference.json"
}

@test "all answers stay, in a file that is smaller" {
	local before
	before=$(size)
	[ "$(jq -s '.[0].incidents | length' "$BATS_FILE_TMPDIR/reference.json")" -eq 8 ]
	exits 0 pipeline compact --format json
	shows .schema pipeline/compact/1
	shows .bytes_before "$before"
	shows .bytes_after "$(size)"
	[ "$(size)" -lt $((before / 2)) ] || fail "from $before to $(size)"
	nothing_is_lost
	[ "$(ls "$PIPELINE_INDEX")" = "$(printf '%s\n' data.mdb lock.mdb writer.lock)" ]
	[ "$(stat -c %a "$PIPELINE_INDEX/data.mdb")" -eq 600 ]
}

@test "the text says how large it was and is; a second run finds nothing to do" {
	exits 0 pipeline compact
	[[ $output =~ ^[0-9]+\ bytes\ before,\ [0-9]+\ bytes\ after$ ]] || fail "$output"
	exits 0 pipeline compact --format json
	holds '.bytes_before == .bytes_after'
}

@test "ingest goes on where it was" {
	exits 0 pipeline compact
	exits 0 pipeline ingest "$BATS_FILE_TMPDIR/bundles"
	stderr_has '0 read, 48 already in'
	nothing_is_lost
	exits 0 pipeline ingest "$CASE"
	exits 0 pipeline list --format json
	shows '.incidents | length' 9
}

@test "killed again and again: the index is good, and what was left is removed" {
	local round left=0
	for round in {1..40}; do
		"$PIPELINE" compact >/dev/null 2>&1 3>&- &
		local pid=$!
		sleep "0.00$((RANDOM % 10))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		[ ! -e "$PIPELINE_INDEX/data.mdb.new" ] || left=$((left + 1))
		exits 0 timeout 5 "$PIPELINE" list --format json
		shows '.incidents | length' 8
		if [ $((round % 8)) -eq 0 ]; then
			nothing_is_lost
			exits 0 pipeline ingest --lock fail "$BATS_FILE_TMPDIR/bundles"
			[ ! -e "$PIPELINE_INDEX/data.mdb.new" ] || fail "ingest leaves data.mdb.new"
			rm -r "$PIPELINE_INDEX"
			cp -r "$BATS_FILE_TMPDIR/reference" "$PIPELINE_INDEX"
		fi
	done
	echo "$left of $round kills left a file"
	exits 0 pipeline compact
	[ ! -e "$PIPELINE_INDEX/data.mdb.new" ]
	nothing_is_lost
}

@test "queries beside it answer as ever" {
	local round pids=() pid code=0
	pipeline query --chain '*' --format json >before.json
	for round in 1 2; do
		(
			for _ in {1..60}; do
				pipeline query --chain '*' --format json >"q$round.json" || exit 1
				cmp "q$round.json" before.json || exit 1
			done
		) 3>&- &
		pids+=($!)
	done
	for _ in {1..20}; do
		exits 0 timeout 60 "$PIPELINE" compact --wait 50
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || code=$?
	done
	[ "$code" -eq 0 ]
	nothing_is_lost
}

# holding BYTE HOW COMMAND…: runs the command while another process has locked that byte.
holding() {
	python3 - "$PIPELINE_INDEX/writer.lock" "$@" <<-'EOF'
		import fcntl, subprocess, sys
		path, byte, how, *command = sys.argv[1:]
		file = open(path, "r+b")
		fcntl.lockf(file, fcntl.LOCK_SH if how == "shared" else fcntl.LOCK_EX, 1, int(byte))
		sys.exit(subprocess.run(command).returncode)
	EOF
}

@test "a reader that stays: exit 75 after the time it was to wait, and nothing has changed" {
	local before
	before=$(size)
	exits 75 holding 1 shared "$PIPELINE" compact --wait 0.2
	stdout_is_empty
	stderr_has 'others still read'
	[ "$(size)" -eq "$before" ]
	[ ! -e "$PIPELINE_INDEX/data.mdb.new" ]
	nothing_is_lost
	exits 0 pipeline compact
}

@test "another writer: exit 75, as for ingest; --lock wait waits" {
	exits 75 holding 0 exclusive "$PIPELINE" compact
	stderr_has 'another writer'
	exits 75 holding 0 exclusive "$PIPELINE" compact --lock skip
	stderr_has 'skipped'
	(sleep 0.3 | holding 0 exclusive cat) 3>&- &
	sleep 0.1
	exits 0 timeout 20 "$PIPELINE" compact --lock wait
	wait
}

@test "while a swap is under way a query waits, then answers" {
	(sleep 0.5 | holding 1 exclusive cat) 3>&- &
	sleep 0.2
	exits 0 timeout 20 "$PIPELINE" list --format json
	shows '.incidents | length' 8
	wait
}

@test "no index, operands, a bad time to wait: exit 2" {
	exits 2 pipeline compact --index "$BATS_TEST_TMPDIR/none"
	stderr_has 'no index'
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
	exits 2 pipeline compact more
	exits 2 pipeline compact --wait soon
	stderr_has soon
}
