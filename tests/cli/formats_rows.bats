#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `list` and `show` of many incidents: what each format has of them, in which order, and that no format says other things
# than JSON does.

load helper
setup() {
	fresh_index
	write_log new.log machine=TS01 when=2011-01-01T00:00:00Z A.exe B.exe
	write_log old.log 'machine=TS,02' when=2009-01-01T00:00:00Z base=20 A.exe C.exe
	cp "$CASE" 'case "1", x.log'
	pipeline ingest new.log old.log case*.log 2>/dev/null
	new=$(pipeline list --machine TS01 -f json | jq -r '.incidents[0].incident')
	old=$(pipeline list --machine 'TS,02' -f json | jq -r '.incidents[0].incident')
}

@test "list: jsonl has the objects of json, one a line" {
	pipeline list --format json | jq -c '.incidents[]' >want
	pipeline list --format jsonl >got
	[ "$(wc -l <got)" -eq 3 ]
	diff want got
	exits 1 pipeline list --format jsonl --machine nobody
	stdout_is_empty
}

@test "list: csv has what json has, under its keys, and nothing for null" {
	pipeline list --format csv >list.csv
	[ "$(head -n 1 list.csv)" = $'incident,bundle,member,machine,session_time,os,build,processes,zombies,threads,chains\r' ]
	pipeline list --format json >list.json
	python3 - <<-'END'
		import csv, json
		with open("list.csv", newline="") as file:
		    rows = list(csv.DictReader(file, strict=True))
		incidents = json.load(open("list.json"))["incidents"]
		assert len(rows) == len(incidents) == 3
		for row, incident in zip(rows, incidents):
		    assert row == {key: "" if value is None else str(value) for key, value in incident.items()}, row
	END
	grep -qF '/case ""1"", x.log",' list.csv || fail "$(cat list.csv)"
	exits 1 pipeline list --format csv --machine nobody
	[ "$(wc -l <<<"$output")" -eq 1 ] || fail "$output"
}

@test "show: jsonl is json on one line" {
	pipeline show "$new" -f json | jq -c . >want
	pipeline show "$new" -f jsonl >got
	[ "$(wc -l <got)" -eq 1 ]
	[ "$(jq -cS . got)" = "$(jq -cS . want)" ]
	pipeline show "$new" --evidence 1 -f json | jq -cS . >want
	pipeline show "$new" --evidence 1 -f jsonl >got
	[ "$(wc -l <got)" -eq 1 ]
	[ "$(jq -cS . got)" = "$(cat want)" ]
}

@test "show --all: every incident in the order of list, in each format" {
	local id
	pipeline list --format jsonl | jq -r .incident >ids
	while read -r id; do pipeline show "$id" --format jsonl; done <ids >want
	pipeline show --all --format jsonl >got
	diff want got
	exits 0 pipeline show --all --format json
	shows .schema pipeline/incidents/1
	[ "$(jq -cS '.incidents[]' <<<"$output")" = "$(jq -cS . want)" ]
	exits 0 pipeline show -a
	[ "$(sed -n 's/^Incident //p' <<<"$output")" = "$(cat ids)" ]
	first=1
	while read -r id; do
		[ "$first" -eq 1 ] || echo
		first=0
		pipeline show "$id"
	done <ids >want
	pipeline show --all >got
	diff want got
}

@test "show --all: selectors, limit and offset; nothing found is exit 1 and still a document" {
	[ "$(pipeline show --all --machine 'TS*' -f jsonl | jq -r .id)" = "$new"$'\n'"$old" ]
	[ "$(pipeline show --all --until 2010-01-01 -f jsonl | jq -r .id)" = "$old" ]
	[ "$(pipeline show --all -n 1 --offset 1 -f jsonl | jq -r .id)" = "$old" ]
	exits 1 pipeline show --all --machine nobody -f json
	shows .incidents '[]'
	exits 1 pipeline show --all --machine nobody -f jsonl
	stdout_is_empty
	exits 1 pipeline show --all --machine nobody
	stdout_is_empty
}

@test "show A B: each as it was named; one that is not there spoils no other" {
	exits 0 pipeline show "$old" "$new" -f json
	shows '[.schema, (.incidents | map(.id) | join(" "))]' "[\"pipeline/incidents/1\",\"$old $new\"]"
	exits 0 pipeline show "$old" new.log -f jsonl
	[ "$(jq -r .id <<<"$output")" = "$old"$'\n'"$new" ]
	exits 0 pipeline show "$old" "$new"
	[ "$(sed -n 's/^Incident //p' <<<"$output")" = "$old"$'\n'"$new" ]
	exits 1 pipeline show "$old" nobody.log "$new" -f json
	stderr_has nobody.log
	shows '.incidents | map(.id) | join(" ")' "$old $new"
	exits 1 pipeline show nobody.log neither.log
	stderr_has nobody.log
	stderr_has neither.log
	stdout_is_empty
}

@test "show: what does not go together" {
	exits 2 pipeline show --all "$new"
	exits 2 pipeline show
	stderr_has 'no incident given'
	exits 2 pipeline show "$new" --machine TS01
	exits 2 pipeline show --all --evidence 1
	exits 2 pipeline show "$new" "$old" --evidence 1
	exits 2 pipeline show --all -f dot
	exits 2 pipeline show "$new" --evidence 1 -f dot
	exits 2 pipeline show "$new" -f csv
	stderr_has 'text, json, jsonl and dot are known'
	exits 2 pipeline list -f dot
	stderr_has 'text, json, jsonl and csv are known'
}

@test "show --all: output that cannot be written ends it" {
	run bash -c '"$PIPELINE" show --all -f jsonl >/dev/full'
	[ "$status" -eq 2 ] || fail "exits $status"
}
