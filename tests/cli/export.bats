#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# export: tables that say what show says, load into SQLite alike from both formats, and a folder that is whole or not there.

# shellcheck disable=SC2154  # bats sets output and stderr
load helper

setup() {
	fresh_index
	mkdir bundles
}

# Two dumps of a machine, a ring on another one, and an archive that is cut.
some_incidents() {
	write_log bundles/a.log machine=TS01 when=2024-03-10T17:22:09Z clients=3 A.exe B.exe C.exe
	write_log 'bundles/b, "quoted".log' base=20 machine=TS01 when=2024-03-11T17:22:09Z A.exe B.exe
	write_log bundles/ring.log base=30 machine='=1+1 "x", y' ring=0 R.exe S.exe
	cp "$CASE" bundles
	zip -q whole.zip bundles/a.log
	head -c 700 whole.zip >bundles/cut.zip
	run pipeline ingest bundles
	[ "$status" -eq 4 ]
}

tables() { jq -r '.tables[].table' "$1/manifest.json"; }

load_sqlite() { (cd "$1" && sqlite3 "../$1.db" <load_sqlite.sql); }

@test "both formats load into SQLite, and hold the same rows, as many as the manifest says" {
	some_incidents
	local table format
	for format in csv ndjson; do
		exits 0 pipeline export --format "$format" --out "$format"
		stdout_is_empty
		load_sqlite "$format"
	done
	[ "$(tables csv | wc -l)" -eq 14 ]
	for table in $(tables csv); do
		for format in csv ndjson; do
			sqlite3 "$format.db" ".mode quote" "SELECT * FROM $table" >"$format.rows"
			[ "$(sqlite3 "$format.db" "SELECT count(*) FROM $table")" = \
				"$(jq ".tables[] | select(.table == \"$table\").rows" "$format/manifest.json")" ] ||
				fail "$table of $format has other rows than the manifest says"
		done
		cmp csv.rows ndjson.rows || fail "$table differs"
	done
}

@test "rows are what show says" {
	some_incidents
	pipeline export --out out
	local id
	for id in $(incident_ids); do
		pipeline show "$id" --format json >shown.json
		jq -c --arg id "$id" '.threads[] | [$id, .address, .process, .image, .pid, .tid, .state, .wait_reason,
			.wait_ticks, .wait_seconds, .evidence.first_line]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.incident, .address, .process, .image, .pid, .tid, .state,
			.wait_reason, .wait_ticks, .wait_seconds, .first_line]' out/threads.ndjson >got
		diff want got
		jq -c '.threads[] | .address as $a | .frames[] | [$a, .]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.thread, .frame]' out/frames.ndjson >got
		diff want got
		jq -c '.processes[] | del(.evidence)' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | del(.incident, .evidence_source, .first_line, .last_line)' \
			out/processes.ndjson >got
		diff want got
		jq -c '.edges[] | del(.evidence, .among)' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) |
			del(.incident, .among, .evidence_source, .first_line, .last_line)' out/edges.ndjson >got
		diff want got
		jq -c '.chains | to_entries[] | .key as $k | .value.hops[] | [$k, .image, .process, .thread, .via, .wait_seconds]' \
			shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.chain, .image, .process, .thread, .via, .wait_seconds]' \
			out/hops.ndjson >got
		diff want got
		jq -c '.chains[] | [.signature, .label, .cycle, .cycle_start, .endpoint.kind, .endpoint.thread]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.signature, .label, .cycle, .cycle_start, .endpoint,
			.endpoint_thread]' out/chains.ndjson >got
		diff want got
		jq -c '.zombies.by_image | to_entries[] | [.key, .value]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.image, .zombies]' out/zombies.ndjson >got
		diff want got
		jq -c '.findings[] | [.pattern, .urgency, .confidence, .image, .pid, .process, .thread, .signature,
			.evidence.first_line]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.pattern, .urgency, .confidence, .image, .pid, .process, .thread,
			.signature, .first_line]' out/findings.ndjson >got
		diff want got
		jq -c '.host | [.machine, .os, .build, .session_time, .uptime_seconds, .tick_ms, .tick_count]' shown.json >want
		jq -c --arg id "$id" 'select(.incident == $id) | [.machine, .os, .build, .session_time, .uptime_seconds, .tick_ms,
			.tick_count]' out/incidents.ndjson >got
		diff want got
	done
	jq -r .incident out/incidents.ndjson | LC_ALL=C sort -c
	pipeline quarantine list --format json | jq -c '.members[] | [.bundle, .reason, .bytes]' >want
	jq -c '[.bundle, .reason, .bytes]' out/quarantine.ndjson >got
	diff want got
	[ -s got ]
	[ "$(wc -l <out/bundles.ndjson)" -eq 5 ]
}

@test "selectors choose incidents, and the bundles that hold them" {
	some_incidents
	pipeline export --machine 'ts*' --since 2024-03-11 --out out
	[ "$(jq -r .machine out/incidents.ndjson)" = TS01 ]
	[ "$(wc -l <out/bundles.ndjson)" -eq 1 ]
	[ ! -s out/quarantine.ndjson ]
	[ "$(jq -c .selection out/manifest.json)" = '["--machine=ts*","--since=2024-03-11"]' ]
	pipeline export --machine nobody --out none
	[ "$(jq '[.tables[].rows] | add' none/manifest.json)" -eq 0 ]
	load_sqlite none
	pipeline export --machine nobody --format csv --out no_csv
	load_sqlite no_csv
}

@test "the same index gives the same bytes, for their owner alone" {
	some_incidents
	pipeline export --out one
	mkdir two
	(umask 0 && pipeline export --out two)
	(umask 0 && pipeline export --out three)
	diff -r one two
	[ -z "$(find one two three -type f ! -perm 600)" ]
	[ "$(stat -c %a three)" = 700 ]
}

@test "an export goes into a new or an empty folder, or nowhere" {
	some_incidents
	mkdir full
	echo mine >full/mine
	exits 2 pipeline export --out full
	stderr_has 'full is not empty'
	[ "$(ls -A full)" = mine ]
	exits 2 pipeline export --out full/mine
	exits 2 pipeline export --out no/such/place
	exits 2 pipeline export
	stderr_has '--out DIR'
	exits 2 pipeline export --out ''
	exits 2 pipeline export --out x --format xml
	exits 2 pipeline --index none export --out x
	[ ! -e x ]
}

@test "one that cannot be written to its end takes its files back" {
	some_incidents
	(
		trap '' XFSZ
		ulimit -f 1
		exits 2 pipeline export --out out
		stderr_has 'cannot write out/.*: File too large'
	)
	[ ! -e out ]
}
