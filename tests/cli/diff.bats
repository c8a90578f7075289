#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is new: `query --new-since` over the nights of a growing archive, `diff` of two incidents, days, machines, and --fail-on.

load helper
setup() {
	fresh_index
	mkdir archive
}

ingest() { pipeline ingest --quiet archive; }

# says WORDS… STATUS:LABEL…: the groups of an answer, one a word; nothing for none.
says() {
	shows '[.schema] + [.groups[] | .status + ":" + (.path | join(">")) + (.worse | map("+" + .) | join(""))] | join(" ")' \
		"$(echo pipeline/diff/1 "$@")"
}

news() { pipeline query --new-since last-run --format json "$@"; }

first_night() {
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	write_log archive/b.log base=20 machine=TS02 when=2026-01-01T02:00:00Z Cli.exe Mid.exe Srv.exe
	ingest
}

@test "three nights: each names what was added and nothing else" {
	first_night
	exits 0 news
	says new:App.exe\>Srv.exe new:Cli.exe\>Mid.exe\>Srv.exe

	write_log archive/c.log base=30 machine=TS03 when=2026-01-02T01:00:00Z New.exe Srv.exe
	write_log archive/d.log base=40 machine=TS01 when=2026-01-02T02:00:00Z App.exe Srv.exe
	ingest
	exits 0 news
	shows '[.groups[] | select(.status == "new") | .path | join(">")]' '["New.exe>Srv.exe"]'
	shows '[.groups[] | select(.status != "new" and .status != "gone") | .path | join(">")]' '["App.exe>Srv.exe"]'
	holds '.groups | map(select(.status == "new")) | .[0].before == {incidents: 0, chains: 0, machines: 0, max_wait_seconds: null} and
		.[0].after == {incidents: 1, chains: 1, machines: 1, max_wait_seconds: 100}'

	write_log archive/e.log base=50 machine=TS04 when=2025-12-31T01:00:00Z Late.exe Srv.exe
	ingest
	exits 0 news
	# The dump is older than all others, but it came last.
	shows '[.groups[] | select(.status != "gone") | .status + ":" + .path[0]]' '["new:Late.exe"]'
	exits 3 news --fail-on new-chain
	exits 0 news --fail-on worse-chain
}

@test "a run that adds nothing says nothing and exits 1, and again" {
	first_night
	ingest
	for _ in 1 2; do
		exits 1 news
		says
		exits 1 pipeline query --new-since last-run
		stdout_is_empty
		exits 1 pipeline query --new-since last-run --format jsonl
		stdout_is_empty
		exits 1 news --fail-on new-chain,worse-chain,storm,special,message-box,missing-threads
		ingest
	done
}

@test "an incident that moved to another bundle, or came again in another, is not new" {
	first_night
	mv archive/a.log archive/z.log
	cp archive/b.log archive/copy.log
	gzip -k archive/b.log
	ingest
	exits 1 news
	says
	exits 1 news --fail-on new-chain
	shows '.groups' '[]'
}

@test "a bundle that is read again since it changed is not new; what is new in it is" {
	first_night
	touch archive/a.log
	ingest
	exits 1 news
	write_log c.log base=30 machine=TS03 when=2026-01-01T03:00:00Z Third.exe Srv.exe
	zip -q archive/case.zip c.log
	ingest
	exits 3 news --fail-on new-chain
	echo nothing >notes.txt
	zip -q archive/case.zip notes.txt
	ingest
	exits 1 news --fail-on new-chain
	# One more dump in the same bundle.
	write_log d.log base=60 machine=TS09 when=2026-01-03T01:00:00Z More.exe Srv.exe
	zip -q archive/case.zip d.log
	ingest
	exits 3 news --fail-on new-chain
	shows '[.groups[] | select(.status != "gone") | .status + ":" + .path[0]]' '["new:More.exe"]'
}

@test "a log that grows is the dump that it was, unless it shows another chain" {
	first_night
	echo "kd> a word behind the end" >>archive/a.log
	ingest
	exits 1 news --fail-on new-chain
	exits 0 pipeline verify
	# Read twice again in one run's time, and once more.
	echo "kd> another" >>archive/a.log
	ingest
	exits 1 news --fail-on new-chain
	# Another dump in its place is new: another session time.
	write_log archive/a.log base=10 machine=TS01 when=2026-01-05T01:00:00Z App.exe Srv.exe
	ingest
	exits 0 news
	shows '[.groups[] | select(.status != "gone") | .status + ":" + .path[0]]' '["new:App.exe"]'
}

@test "a chain that is new in a dump that was there, after the bundle was read again" {
	first_night
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z Fresh.exe Srv.exe
	ingest
	exits 3 news --fail-on new-chain
	exits 0 pipeline query --chain Fresh.exe
	exits 1 pipeline query --chain App.exe
}

@test "ingest that fails half way, or is told to skip, loses no news" {
	first_night
	write_log archive/c.log base=30 machine=TS03 when=2026-01-02T01:00:00Z New.exe Srv.exe
	gzip -c archive/a.log | head -c 100 >archive/bad.gz
	exits 4 ingest
	exits 0 news
	shows '[.groups[] | select(.status == "new") | .path[0]]' '["New.exe"]'
	# Neither regroup nor compact is a run of ingest.
	pipeline regroup 2>/dev/null
	pipeline compact >/dev/null
	exits 0 news
	shows '[.groups[] | select(.status == "new") | .path[0]]' '["New.exe"]'
}

@test "--new-since TIME: by session time; a dump without one was there before" {
	first_night
	cp "$CASE" archive
	write_log archive/c.log base=30 machine=TS03 when=2026-01-02T01:00:00Z clients=2 ticks=9000 App.exe Srv.exe
	write_log archive/d.log base=40 machine=TS03 when=2026-01-02T02:00:00Z New.exe Srv.exe
	ingest
	exits 0 pipeline query --new-since 2026-01-02 --format json
	says new:New.exe\>Srv.exe worse:App.exe\>Srv.exe+wait+chains gone:ProcessA.exe\>ProcessB.exe\>ProcessC.exe gone:Cli.exe\>Mid.exe\>Srv.exe
	exits 0 pipeline query --new-since 2026-01-02T01:30:00Z --format json
	shows '[.groups[] | .status] | unique' '["gone","new"]'
	exits 3 pipeline query --new-since 2026-01-02 --fail-on worse-chain
	exits 0 pipeline query --new-since 2026-01-02 --chain New.exe --fail-on worse-chain
	exits 3 pipeline query --new-since 2026-01-02 --machine TS03 --fail-on new-chain
	exits 1 pipeline query --new-since 2026-01-02 --machine TS02 --fail-on new-chain
	# Since then no dump tells that anything is gone.
	exits 1 pipeline query --new-since 2030-01-01 --format json
	says
	exits 1 pipeline query --new-since 2026-01-02 --chain Nobody.exe --format json
	says
}

# --- diff -----------------------------------------------------------------------------------------

id_of() { pipeline list --bundle "$1" --format json | jq -r '.incidents[0].incident'; }

two_days() {
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	write_log archive/b.log base=20 machine=TS01 when=2026-01-01T23:59:59Z Old.exe Srv.exe
	write_log archive/c.log base=30 machine=TS02 when=2026-01-02T00:00:00Z ticks=7000 App.exe Srv.exe
	write_log archive/d.log base=40 machine=TS02 when=2026-01-02T02:00:00Z New.exe Srv.exe
	ingest
}

@test "diff: of two incidents, by id, its beginning, and bundle" {
	two_days
	a=$(id_of a.log)
	d=$(id_of d.log)
	exits 0 pipeline diff "$a" "$d" --format json
	says new:New.exe\>Srv.exe gone:App.exe\>Srv.exe
	want=$output
	exits 0 pipeline diff "${a:0:8}" "${d:0:8}" --format json
	[ "$output" = "$want" ]
	exits 0 pipeline diff a.log archive/d.log --format json
	[ "$output" = "$want" ]
	exits 0 pipeline diff d.log a.log --format json
	says new:App.exe\>Srv.exe gone:New.exe\>Srv.exe
	exits 0 pipeline diff a.log c.log --format json
	says worse:App.exe\>Srv.exe+wait
	shows '.groups[0] | [.before, .after] | map([.incidents, .chains, .machines, (.max_wait_seconds * 1000)])' '[[1,1,1,100000],[1,1,1,109375]]'
	exits 0 pipeline diff c.log a.log --format json
	says recurring:App.exe\>Srv.exe
}

@test "diff: of two days; midnight is of the day that begins" {
	two_days
	exits 0 pipeline diff 2026-01-01 2026-01-02 --format json
	says new:New.exe\>Srv.exe worse:App.exe\>Srv.exe+wait gone:Old.exe\>Srv.exe
	exits 0 pipeline diff 2026-01-02 2026-01-01 --format json
	says new:Old.exe\>Srv.exe recurring:App.exe\>Srv.exe gone:New.exe\>Srv.exe
	exits 1 pipeline diff 2026-02-01 2026-02-02 --format json
	says
}

@test "diff: of two machines, whatever the case" {
	two_days
	exits 0 pipeline diff ts01 TS02 --format json
	says new:New.exe\>Srv.exe worse:App.exe\>Srv.exe+wait gone:Old.exe\>Srv.exe
	exits 0 pipeline diff TS01 TS02 --until 2026-01-01T12:00:00Z --format json
	says gone:App.exe\>Srv.exe
}

@test "diff: the same twice is recurring and nothing else" {
	two_days
	for side in a.log TS01 2026-01-02; do
		exits 0 pipeline diff "$side" "$side" --format json
		shows '[.groups[] | .status] | unique' '["recurring"]'
		holds '.groups | all(.before == .after and .worse == [])'
		exits 0 pipeline diff "$side" "$side" --fail-on new-chain,worse-chain
	done
}

@test "diff: worse on more machines" {
	two_days
	write_log archive/e.log base=50 machine=TS03 when=2026-01-02T03:00:00Z App.exe Srv.exe
	ingest
	exits 0 pipeline diff 2026-01-01 2026-01-02 --format json
	says new:New.exe\>Srv.exe worse:App.exe\>Srv.exe+wait+chains+machines gone:Old.exe\>Srv.exe
}

@test "diff: csv, jsonl and text say what json says" {
	two_days
	pipeline diff TS01 TS02 -f json >json
	pipeline diff TS01 TS02 -f jsonl | jq -c . | diff <(jq -c '.groups[]' json) -
	pipeline diff TS01 TS02 -f csv >csv
	[ "$(head -n 1 csv)" = $'signature,label,path,cycle,endpoint,incidents,chains,machines,first_seen,last_seen,max_wait_seconds,status,worse,before_incidents,before_chains,before_machines,before_max_wait_seconds,after_incidents,after_chains,after_machines,after_max_wait_seconds\r' ]
	python3 - <<-'END'
		import csv, json
		rows = list(csv.DictReader(open("csv", newline=""), strict=True))
		groups = json.load(open("json"))["groups"]
		assert len(rows) == len(groups) == 3
		for row, group in zip(rows, groups):
		    for side in ("before", "after"):
		        for key, value in group[side].items():
		            assert row[f"{side}_{key}"] == ("" if value is None else str(value)), row
		    assert (row["status"], row["worse"].split()) == (group["status"], group["worse"])
		    assert row["path"] == " > ".join(group["path"])
	END
	exits 0 pipeline diff TS01 TS02
	head -n 1 <<<"$output" | grep -qE '^STATUS +SIGNATURE +INCIDENTS +CHAINS +MACHINES +LONGEST +CHAIN$' || fail "$output"
	[ "$(sed 1d <<<"$output" | cut -d' ' -f1)" = $'new\nworse\ngone' ] || fail "$output"
	grep -qE '^worse +[0-9a-f]{16} +1 > 1 +1 > 1 +1 > 1 +1:40 > 1:49 +app.exe -alpc-> srv.exe' <<<"$output" || fail "$output"
	exits 2 pipeline diff TS01 TS02 -f dot
	exits 0 pipeline diff TS01 TS02 -n 1 --offset 1 -f json
	says worse:App.exe\>Srv.exe+wait
}

@test "diff: usage; what is not there is exit 1 with a word" {
	two_days
	exits 2 pipeline diff
	exits 2 pipeline diff TS01
	exits 2 pipeline diff TS01 TS02 TS03
	for words in 'TS01 nobody' 'nobody TS01' 'TS01 0000000000000000'; do
		exits 1 pipeline diff $words
		stdout_is_empty
		[ -n "$stderr" ]
	done
	exits 2 pipeline diff TS01 TS02 --fail-on nothing
	exits 2 pipeline diff '' TS02 || exits 1 pipeline diff '' TS02
	run bash -c '"$PIPELINE" diff TS01 TS02 >/dev/full'
	[ "$status" -eq 2 ] || fail "exits $status"
}

@test "--fail-on: each condition, of the later side alone" {
	local zombie='PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: %s\n\n'
	write_log archive/plain.log base=10 machine=PLAIN when=2026-01-01T01:00:00Z App.exe Srv.exe
	write_log archive/storm.log base=20 machine=STORM when=2026-01-02T01:00:00Z App.exe Srv.exe
	for n in $(seq 1000); do
		# shellcheck disable=SC2059
		printf "$zombie" $((n * 4096 + 16)) $((8192 + 4 * n)) Dead.exe
	done >>archive/storm.log
	write_log archive/calm.log base=20 machine=CALM when=2026-01-02T02:00:00Z App.exe Srv.exe
	for n in $(seq 999); do
		# shellcheck disable=SC2059
		printf "$zombie" $((n * 4096 + 16)) $((8192 + 4 * n)) Dead.exe
	done >>archive/calm.log
	write_log archive/special.log base=30 machine=SPECIAL when=2026-01-03T01:00:00Z App.exe Srv.exe
	# shellcheck disable=SC2059
	printf "$zombie" 65552 8192 WerFault.exe >>archive/special.log
	sed 's/^Product:.*/&\nMachine Name: BOX/' "$CASE" >archive/box.log
	cp "$ROOT"/tests/golden/520-*.log archive/threads.log
	ingest
	fails storm STORM
	passes storm CALM
	passes storm SPECIAL
	fails special SPECIAL
	passes special STORM
	fails message-box box.log
	passes message-box SPECIAL
	fails missing-threads threads.log
	passes missing-threads STORM
	exits 3 pipeline diff PLAIN SPECIAL --fail-on storm --fail-on special
	exits 3 pipeline diff PLAIN box.log --fail-on new-chain
	exits 0 pipeline diff PLAIN STORM --fail-on new-chain,worse-chain
	exits 0 pipeline query --recurring --machine CALM --fail-on storm
	exits 3 pipeline query --recurring --machine STORM --fail-on storm
	exits 3 pipeline query --new-since 2026-01-02 --fail-on storm
	exits 0 pipeline query --new-since 2026-01-03 --fail-on storm
	exits 3 pipeline query --new-since 2026-01-03 --fail-on special
}

# fails CONDITION SIDE: it holds when SIDE is the later one, not when it is the earlier.
fails() {
	run pipeline diff PLAIN "$2" --fail-on "$1"
	[ "$status" -eq 3 ] || fail "$1 of $2: $status $output"
	run pipeline diff "$2" PLAIN --fail-on "$1"
	[ "$status" -le 1 ] || fail "$1 of PLAIN after $2: $status $output"
}

passes() {
	run pipeline diff PLAIN "$2" --fail-on "$1"
	[ "$status" -le 1 ] || fail "$1 of $2: $status $output"
}
