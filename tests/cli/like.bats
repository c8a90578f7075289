#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `query --like`: have we seen this before? The same hang of other processes first, what has something in common behind it, what has
# nothing not at all.

load helper
setup() {
	fresh_index
	write_log one.log base=10 machine=TS01 when=2010-01-01T00:00:00Z Cli.exe Mid.exe Srv.exe
	# The same hang elsewhere: other addresses, PIDs and TIDs, another machine, another wait.
	write_log two.log base=20 machine=TS02 when=2010-02-01T00:00:00Z ticks=9000 Cli.exe Mid.exe Srv.exe
	sed -i 's/Cid 04/Cid 7f/; s/^\(THREAD .*Cid 7f..\.\)1/\12/' two.log
	write_log part.log base=30 machine=TS03 when=2010-03-01T00:00:00Z Cli.exe Mid.exe Other.exe
	write_log end.log base=40 machine=TS04 when=2010-04-01T00:00:00Z Else.exe Srv.exe
	write_log none.log base=50 machine=TS01 when=2010-05-01T00:00:00Z Foo.exe Bar.exe
	# Much else, so that what is rare weighs more.
	for n in 1 2 3 4 5 6; do
		write_log "much$n.log" base=6$n machine=TS05 "when=2010-06-0${n}T00:00:00Z" Foo.exe "Bar$n.exe"
	done
	pipeline ingest --quiet ./*.log
	one=$(id_of one.log)
}

id_of() { pipeline list --bundle "$1" --format json | jq -r '.incidents[0].incident'; }

@test "like: the same hang is first with a score near 1, and what has nothing in common is not listed" {
	exits 0 pipeline query --like "$one" --format json
	shows '[.schema, .incident]' "[\"pipeline/like/1\",\"$one\"]"
	shows '.incidents[0].incident' "$(id_of two.log)"
	holds '.incidents[0].score >= 0.99 and .incidents[0].score <= 1'
	shows '.incidents[1:] | map(.bundle | sub(".*/"; "")) | sort' '["end.log","part.log"]'
	holds '.incidents[1:] | all(.score > 0 and .score < 0.9)'
	holds '.incidents | map(.score) | . == (sort | reverse)'
}

@test "like: what is shared is named, the rarest first, and only that" {
	exits 0 pipeline query --like one.log --format json
	shows '.incidents[0].shared' '{"edges":["mid.exe -alpc-> srv.exe","cli.exe -alpc-> mid.exe"],"endpoints":["srv.exe [wait UserRequest]"],"storms":[]}'
	shows '.incidents[] | select(.bundle | endswith("part.log")) | .shared' '{"edges":["cli.exe -alpc-> mid.exe"],"endpoints":[],"storms":[]}'
	shows '.incidents[] | select(.bundle | endswith("end.log")) | .shared' '{"edges":[],"endpoints":["srv.exe [wait UserRequest]"],"storms":[]}'
}

@test "like: one is like the other as the other is like the one" {
	local a b
	for a in one two part end; do
		for b in one two part end; do
			score() {
				pipeline query --like "$1.log" --bundle "$2.log" -f json | jq '.incidents[0].score'
			}
			[ "$(score $a $b)" = "$(score $b $a)" ] || fail "$a $b: $(score $a $b) $(score $b $a)"
		done
	done
}

@test "like: storms of zombies of the same images" {
	local n name
	for name in storm again calm; do
		cp none.log "$name.log"
		for ((n = 0; n < 1100; n++)); do
			[ "$name" != calm ] || [ "$n" -lt 900 ] || break
			printf 'PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Dead.exe\n\n' \
				$((n * 4096 + 16)) $((8192 + 4 * n))
		done >>"$name.log"
	done
	sed -i "s/Bar.exe/Storm.exe/; s/TS01/STORM1/" storm.log
	sed -i "s/Foo.exe/Again.exe/; s/TS01/STORM2/" again.log
	sed -i "s/Foo.exe/Calm.exe/; s/TS01/STORM3/" calm.log
	pipeline ingest --quiet storm.log again.log calm.log
	exits 0 pipeline query --like storm.log --bundle again.log -f json
	shows '.incidents | map([.shared.storms, .shared.edges])' '[[["dead.exe"],[]]]'
	exits 1 pipeline query --like storm.log --bundle calm.log -f json
	shows .incidents '[]'
}

@test "like: of everything, itself left out; selectors choose from whom, not how" {
	exits 0 pipeline query --like one.log -f json
	holds ".incidents | all(.incident != \"$one\")"
	want=$(jq -c '[.incidents[] | select(.machine == "TS03")]' <<<"$output")
	exits 0 pipeline query --like one.log --machine TS03 -f json
	shows .incidents "$want"
	exits 0 pipeline query --like one.log --until 2010-02-15 -f json
	shows '.incidents | map(.machine)' '["TS02"]'
	exits 0 pipeline query --like one.log -n 1 --offset 1 -f json
	shows '.incidents | length' 1
	exits 1 pipeline query --like one.log --machine nobody -f json
	shows .incidents '[]'
	exits 1 pipeline query --like none.log --bundle one.log
	stdout_is_empty
}

@test "like: jsonl, csv and text say what json says" {
	pipeline query --like one.log -f json >json
	pipeline query --like one.log -f jsonl | jq -c . | diff <(jq -c '.incidents[]' json) -
	pipeline query --like one.log -f csv >csv
	[ "$(head -n 1 csv)" = $'incident,bundle,member,machine,session_time,score,edges,endpoints,storms\r' ]
	python3 - <<-'END'
		import csv, json
		rows = list(csv.DictReader(open("csv", newline=""), strict=True))
		incidents = json.load(open("json"))["incidents"]
		assert len(rows) == len(incidents) == 3
		for row, incident in zip(rows, incidents):
		    assert float(row["score"]) == incident["score"], row
		    for key in ("incident", "bundle", "member", "machine", "session_time"):
		        assert row[key] == incident[key], row
		    for key, shared in incident["shared"].items():
		        assert row[key] == "; ".join(shared), row
	END
	exits 0 pipeline query --like one.log
	head -n 1 <<<"$output" | grep -qE '^INCIDENT +SCORE +SESSION TIME +MACHINE +SHARED +BUNDLE$' || fail "$output"
	sed -n 2p <<<"$output" | grep -qE "^$(id_of two.log) +1\.00 .* TS02 .*cli.exe -alpc-> mid.exe" || fail "$output"
	[ "$(sed 1d <<<"$output" | wc -l)" -eq 3 ]
}

@test "like: an incident by the beginning of its id; what is none is exit 1 with a word" {
	exits 0 pipeline query --like "${one:0:9}" -f json
	shows .incident "$one"
	for word in 0000000000000000 nobody.log zz; do
		exits 1 pipeline query --like "$word" -f json
		stdout_is_empty
		stderr_has "$word"
	done
	exits 2 pipeline query --like
	exits 2 pipeline query --like one.log --recurring
	exits 2 pipeline query --like one.log --special
	exits 2 pipeline query --like one.log --cycle any
}
