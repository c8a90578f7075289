#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# nightly --metrics: numbers for node_exporter's textfile collector. Valid as OpenMetrics and as Prometheus's text, put in place at once.

# shellcheck disable=SC2154  # bats sets status, output and stderr
load helper
setup() {
	fresh_index
	mkdir archive
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	write_log archive/b.log base=20 machine=TS02 when=2026-01-01T02:00:00Z Cli.exe Mid.exe Srv.exe
}

night() { pipeline nightly --metrics m.prom archive "$@"; }

# The strict reader's object in $output. Debian's python3 is the one that may have Debian's prometheus_client.
read_metrics() {
	local python=python3
	[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3
	exits 0 "$python" "$BATS_TEST_DIRNAME/exposition.py" "${1:-m.prom}"
}

# number NAME VALUE
number() { shows ".[\"pipeline_$1\"]" "$2"; }

@test "every number, and none more" {
	exits 0 night
	read_metrics
	shows '[keys_unsorted[] | sub("{.*"; "")] | unique | join(" ")' "$(sort <<-'END' | xargs
		pipeline_bundle_bytes
		pipeline_bundles
		pipeline_incidents
		pipeline_index_bytes
		pipeline_index_free_bytes
		pipeline_index_map_bytes
		pipeline_last_run_bundles
		pipeline_last_run_duration_seconds
		pipeline_last_run_members
		pipeline_last_run_read_bytes
		pipeline_last_run_success
		pipeline_last_run_timestamp_seconds
		pipeline_last_success_timestamp_seconds
		pipeline_members
		pipeline_new_incidents
		pipeline_new_quarantined_members
		pipeline_new_signatures
		pipeline_quarantined_members
		pipeline_signatures
		pipeline_worse_signatures
		pipeline_zombies_max
	END
	)"
	number bundles 2
	number incidents 2
	number signatures 2
	number new_incidents 2
	number new_signatures 2
	number last_run_success 1
	number 'last_run_bundles{state=\"read\"}' 2
	number 'members{outcome=\"parsed\"}' 2
	number zombies_max 0
	number bundle_bytes "$(cat archive/* | wc -c)"
	number last_run_read_bytes "$(cat archive/* | wc -c)"
	number index_bytes "$(pipeline stats -f json | jq .bytes)"
	number index_free_bytes "$(pipeline stats -f json | jq .free_bytes)"
	holds ".pipeline_last_run_timestamp_seconds > $(date +%s) - 60 and .pipeline_last_success_timestamp_seconds >= .pipeline_last_run_timestamp_seconds
		and .pipeline_last_success_timestamp_seconds <= $(date +%s) + 1 and .pipeline_last_run_duration_seconds < 60"
}

@test "the next night: what is new, what is known, what is quarantined by reason" {
	exits 0 night
	write_log archive/c.log base=30 machine=TS03 when=2026-01-02T01:00:00Z ticks=9000 App.exe Srv.exe
	cp "$CASE" archive
	gzip -c archive/a.log | head -c 300 >archive/bad.gz
	exits 4 night
	read_metrics
	number 'last_run_bundles{state=\"known\"}' 2
	number 'last_run_bundles{state=\"read\"}' 3
	number new_incidents 2
	number worse_signatures 1
	number new_quarantined_members 1
	number 'quarantined_members{reason=\"truncated\"}' 1
	number 'quarantined_members{reason=\"other\"}' 0
	number 'members{outcome=\"quarantined\"}' 1
	number zombies_max 13
	holds '[to_entries[] | select(.key | startswith("pipeline_quarantined_members")) | .value] | add == 1'
	exits 4 night
	read_metrics
	number new_incidents 0
	number new_quarantined_members 0
	number 'last_run_bundles{state=\"known\"}' 5
	number 'quarantined_members{reason=\"truncated\"}' 1
}

@test "every reason code of the sources has its label" {
	grep -rhoE '(error_input\([^"]*|job_quarantine\([^"]*|refuse\(level, |reason = |locked = |\? )"[a-z]+(-[a-z]+)*"' \
		"$ROOT"/stages "$ROOT"/pipeline/keeper*.c "$ROOT"/pipeline/message.c --include='*.c' | grep -oE '"[a-z-]+"' | sort -u >used
	grep -oE '"[a-z-]+"' "$ROOT/pipeline/quarantine_reasons.def" | sort -u >known
	# What is looked for is there: these are in the contract.
	for code in corrupt truncated limit-size unreadable crashed no-incident; do
		grep -qxF "\"$code\"" used || fail "no $code in the sources"
	done
	grep -E '^"(encrypted|limit|split)-|^"(corrupt|truncated|unsupported|unreadable|no-incident|crashed|deadline)"$' used >codes
	comm -23 codes known | tee unknown
	[ ! -s unknown ]
}

@test "what Prometheus itself says of it" {
	command -v promtool >/dev/null || skip "no promtool"
	exits 0 night
	# Its lint wants "# EOF" to be no comment of its own: it is one.
	promtool check metrics <m.prom
}

@test "a night that fails says so, and when the last good one was" {
	exits 0 night
	cp m.prom before.prom
	read_metrics before.prom
	success=$(jq .pipeline_last_success_timestamp_seconds <<<"$output")
	# The index is held: the file stays as it was.
	holding() {
		python3 -c 'import fcntl, subprocess, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
sys.exit(subprocess.run(sys.argv[2:]).returncode)' "$PIPELINE_INDEX/writer.lock" "$@"
	}
	exits 75 holding "$PIPELINE" nightly --metrics m.prom archive
	cmp before.prom m.prom
	# The mail cannot be written: it failed with the index in hand.
	run --separate-stderr bash -c '"$PIPELINE" nightly --metrics m.prom archive >/dev/full'
	[ "$status" -eq 74 ]
	read_metrics
	number last_run_success 0
	number last_success_timestamp_seconds "$success"
}

@test "in place at once, a new one readable as the umask has it" {
	(umask 022 && exits 0 night)
	[ "$(stat -c %a m.prom)" = 644 ]
	(umask 077 && exits 0 night)
	[ "$(stat -c %a m.prom)" = 644 ]
	rm m.prom
	(umask 077 && exits 0 night)
	[ "$(stat -c %a m.prom)" = 600 ]
	mkdir out
	ln -f m.prom held
	before=$(sha256sum <held)
	exits 0 night
	# Whoever has the old one open keeps it whole.
	[ "$(sha256sum <held)" = "$before" ]
	[ "$(ls -A out)" = "" ]
	exits 0 pipeline nightly --metrics out/x.prom archive
	[ "$(ls -A out)" = x.prom ]
	read_metrics out/x.prom
}

@test "a file that cannot be written: the mail is out all the same, exit 74" {
	exits 74 pipeline nightly --metrics nowhere/m.prom archive
	grep -q '^pipeline: first mail: ' <<<"$output" || fail "$output"
	stderr_has 'nowhere'
	exits 0 night -f json
	holds '.status == "quiet"'
	exits 2 pipeline nightly --metrics '' archive
}

@test "no name of a log, a bundle or a machine is in it" {
	write_log 'archive/Geheim.log' base=40 machine=SECRETHOST when=2026-01-03T01:00:00Z Confidential.exe Srv.exe
	exits 0 night
	! grep -iE 'geheim|secrethost|confidential|archive|srv|ts01' m.prom || fail "$(cat -v m.prom)"
}
