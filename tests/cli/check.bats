#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# check: one line and a status for a monitor, as plugins of Nagios have it.

# shellcheck disable=SC2154  # bats sets status, output and stderr
load helper
setup() {
	fresh_index
	mkdir archive
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	gzip -c archive/a.log | head -c 300 >archive/bad.gz
}

night() { pipeline nightly archive >/dev/null || [ $? -eq 4 ]; }

# answers STATUS WORD COMMAND…: its status and the word in its one line, which has the form of a plugin's.
answers() {
	local want=$1 word=$2
	shift 2
	exits "$want" "$@"
	[ "$(wc -l <<<"$output")" -eq 1 ] || fail "$output"
	[[ $output == "PIPELINE $word - "* ]] || fail "$output"
	[ "$word" = UNKNOWN ] || python3 - "$output" <<-'END'
		import re, sys
		text, values = sys.argv[1].split("|")
		number = r"[0-9]+"
		labels = []
		for value in values.split():
		    found = re.fullmatch(r"([a-z_]+)=%s(s|ms|%%|B|)((;(%s)?){2};0)" % (number, number), value)
		    assert found, value
		    labels.append(found[1])
		assert labels == ["age", "took", "new_chains", "quarantined", "quarantined_share", "fill", "index", "map", "bundles",
		    "incidents", "signatures"], labels
	END
}

@test "a night that came to its end is OK" {
	night
	answers 0 OK pipeline check
	stderr_is_empty
	grep -qE 'ended 0 min ago, 1 new chain, 1 of 2 members quarantined, disk [0-9]+% full \| age=[0-9]s;93600;180000;0 ' <<<"$output" || fail "$output"
	grep -qE ' quarantined=1;;;0 quarantined_share=50%;;;0 ' <<<"$output" || fail "$output"
	grep -qE ' bundles=2;;;0 incidents=[12];;;0 ' <<<"$output" || fail "$output"
}

@test "each threshold: not yet at it, a warning above it, critical above the second" {
	night
	answers 0 OK pipeline check --max-quarantined 1
	answers 1 WARNING pipeline check --max-quarantined 0
	grep -q '!1 of 2 members' <<<"$output" || fail "$output"
	grep -q ' quarantined=1;0;;0 ' <<<"$output" || fail "$output"
	answers 2 CRITICAL pipeline check --max-quarantined 0,0
	answers 0 OK pipeline check --max-quarantined 50%
	answers 1 WARNING pipeline check --max-quarantined 49%,50%
	answers 2 CRITICAL pipeline check --max-quarantined 1%,49%
	grep -q ' quarantined_share=50%;1;49;0 ' <<<"$output" || fail "$output"
	answers 0 OK pipeline check --max-new 1
	answers 1 WARNING pipeline check --max-new 0,1
	answers 2 CRITICAL pipeline check --max-new 0,0
	answers 0 OK pipeline check --max-fill 100%
	answers 1 WARNING pipeline check --max-fill 0,100
	answers 2 CRITICAL pipeline check --max-fill 0,0
	# The worst wins.
	answers 2 CRITICAL pipeline check --max-new 0 --max-fill 0,0
	sleep 1.1
	answers 1 WARNING pipeline check --max-age 0,1h
	answers 2 CRITICAL pipeline check --max-age 0s,0s
	answers 0 OK pipeline check --max-age 1m,2d
	grep -q ' age=[0-9]*s;60;172800;0 ' <<<"$output" || fail "$output"
}

@test "what is new is of the last mail; what failed does not count" {
	night
	night
	answers 0 OK pipeline check --max-new 0,0
	before=$(pipeline check)
	pipeline nightly nowhere >/dev/null 2>&1 || true
	pipeline ingest --quiet archive || true
	sleep 1.1
	# Neither a failed night nor ingest makes it younger.
	answers 1 WARNING pipeline check --max-age 0
}

@test "nothing is known: UNKNOWN, and why" {
	answers 3 UNKNOWN pipeline check
	grep -q 'no index at' <<<"$output" || fail "$output"
	pipeline ingest --quiet archive || true
	answers 3 UNKNOWN pipeline check
	grep -q 'no run of nightly has come to its end yet' <<<"$output" || fail "$output"
	answers 3 UNKNOWN pipeline check --index $'a|b\nc'
	night
	for at in $(grep -aobE 'pipeline/index/[0-9]' "$PIPELINE_INDEX/data.mdb" | cut -d: -f1); do
		printf 'pipeline/index/9' | dd of="$PIPELINE_INDEX/data.mdb" bs=1 seek="$at" conv=notrunc status=none
	done
	answers 3 UNKNOWN pipeline check
	grep -q 'pipeline/index/9.*pipeline/index/5' <<<"$output" || fail "$output"
	: >"$PIPELINE_INDEX/data.mdb"
	answers 3 UNKNOWN pipeline check
}

@test "a wrong command line is UNKNOWN, not critical" {
	night
	for words in '--max-age 5x' '--max-age' '--max-age 5h,4h' '--max-fill 101' '--max-new 5%' '--max-new -1' '--max-new 1,' \
		'--max-quarantined 5%,10' '--max-age 99999999999999999999' '--no-such' 'operand'; do
		# shellcheck disable=SC2086
		answers 3 UNKNOWN pipeline check $words
		[ -n "$stderr" ] || fail "no word about $words"
	done
	exits 0 pipeline check --help
}

@test "beside a run that writes" {
	night
	python3 - "$PIPELINE_INDEX/writer.lock" "$PIPELINE" check <<-'END'
		import fcntl, subprocess, sys
		file = open(sys.argv[1], "r+b")
		fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
		sys.exit(subprocess.run(sys.argv[2:]).returncode)
	END
}
