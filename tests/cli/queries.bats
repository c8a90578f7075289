#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Each question of `query` in each format, what goes together and what does not, and how it ends.

load helper

# The case study (special processes, a message box, zombies), a deadlock with a semicircle, four dumps of one chain, one that lacks
# threads.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local n
	for n in 1 2 3; do
		write_log "app$n.log" base=1$n machine=TS0$n "when=2011-03-0${n}T10:00:00Z" ticks=${n}000 clients=$n App.exe Mid.exe Srv.exe
	done
	write_log ring.log base=20 machine=TS01 when=2011-04-01T10:00:00Z ring=0 App.exe Lock.exe
	export PIPELINE_INDEX=$BATS_FILE_TMPDIR/index
	pipeline ingest ./*.log "$LOGS" "$ROOT"/tests/golden/520-*.log 2>/dev/null
}

setup() { cd "$BATS_TEST_TMPDIR" && ln -s "$BATS_FILE_TMPDIR"/*.log .; }

# A question a line: those about groups of chains, those about incidents.
group_questions() {
	cat <<-EOF
		--chain App.exe
		--chain ^App.exe>>Srv.exe$
		--recurring
		--recurring --min-incidents 3
		--blocker Srv.exe
		--recurring --group-by root
		--recurring --group-by path
		--recurring --group-by frame
		--recurring --cycle thread
		--recurring --special
		--recurring --occurrences 1
		--chain * --zombies 1
	EOF
}

incident_questions() {
	cat <<-EOF
		--zombies 1
		--special
		--special WerFault.exe
		--missing-threads
		--message-box
		--message-box ProcessD.exe
		--process App.exe
		--process *.exe
		--special --zombies 1 --message-box
	EOF
}

# ask FORMAT WORDS…
ask() {
	local format=$1
	shift
	pipeline query "$@" --format "$format"
}

# csv_has KEY…: the table has what the list in JSON has, under its keys, and nothing for null.
csv_has() {
	python3 - "$@" <<-'END' || fail "$(cat csv)" "$(cat json)"
		import csv, json, sys
		with open("csv", newline="") as file:
		    text = file.read()
		rows = list(csv.DictReader(text.splitlines(True), strict=True))
		assert text.count("\r\n") == len(rows) + 1, "lines end in CR LF"
		document = json.load(open("json"))
		items = document.get("groups", document.get("incidents"))
		assert len(rows) == len(items) > 0
		spell = {"path": " > ".join, "worse": " ".join,
		         "by_image": lambda counts: ", ".join("%s %d" % each for each in counts.items())}
		for row, item in zip(rows, items):
		    assert list(row) == sys.argv[1:], list(row)
		    for key, field in row.items():
		        value = item[key]
		        want = "" if value is None else spell.get(key, str)(value)
		        assert field == want, (key, field, want)
	END
}

GROUP_KEYS=(signature label path cycle endpoint incidents chains machines first_seen last_seen max_wait_seconds)
INCIDENT_KEYS=(incident bundle member machine session_time count by_image)

@test "groups: json, jsonl and csv say the same" {
	local words
	while read -ra words; do
		ask json "${words[@]}" >json || fail "${words[*]}"
		[ "$(jq -r 'keys | join(" ")' json)" = 'groups schema' ]
		[ "$(jq -r .schema json)" = pipeline/query/1 ]
		ask jsonl "${words[@]}" >jsonl
		jq -c '.groups[]' json | diff - <(jq -c . jsonl)
		ask csv "${words[@]}" >csv
		csv_has "${GROUP_KEYS[@]}"
		[ "$(jq -c '[.groups[].incidents]' json)" = "$(jq -c '[.groups[].incidents] | sort | reverse' json)" ]
		jq -e '.groups | all(.occurrences == null or (.occurrences | length == 1) or
			((.occurrences | length) == .chains and (.occurrences | map(.incident) | unique | length) == .incidents))' json
	done < <(set -f && group_questions)
}

@test "incidents: json, jsonl and csv say the same" {
	local words
	while read -ra words; do
		ask json "${words[@]}" >json || fail "${words[*]}"
		[ "$(jq -r 'keys | join(" ")' json)" = 'incidents schema' ]
		[ "$(jq -r .schema json)" = pipeline/query/1 ]
		ask jsonl "${words[@]}" >jsonl
		jq -c '.incidents[]' json | diff - <(jq -c . jsonl)
		ask csv "${words[@]}" >csv
		csv_has "${INCIDENT_KEYS[@]}"
		jq -e '.incidents | map(.count) | . == (sort | reverse)' json || fail "most first: $(cat json)"
		jq -e '.incidents | all(.count > 0 and (.by_image | add) == .count)' json || fail "${words[*]}: $(cat json)"
	done < <(set -f && incident_questions)
}

@test "text: one row a group or incident, with the values of json" {
	local words
	while read -ra words; do
		ask json "${words[@]}" >json
		ask text "${words[@]}" >text 2>err
		[ ! -s err ] || fail "$(cat err)"
		no_control_bytes text
		jq -r '(.groups // .incidents)[] | .signature // .incident' json >ids
		grep -oE '^[0-9a-f]{16}' text | diff ids -
		! grep -q ' $' text || fail "$(cat -A text)"
	done < <(set -f && group_questions && incident_questions)
}

@test "text: the rows line up under their headings" {
	local words
	for words in '--recurring' '--zombies 1' '--process *.exe'; do
		(set -f && ask text $words) >text
		head -n 1 text | grep -qE '^(SIGNATURE +INCIDENTS +CHAINS +MACHINES +LONGEST +FIRST SEEN +LAST SEEN +CHAIN|INCIDENT +COUNT +SESSION TIME +MACHINE +BY IMAGE +BUNDLE)$' ||
			fail "$(cat text)"
		awk 'NR == 1 { at = match($0, /(CHAIN|BUNDLE)$/) } NR > 1 && (substr($0, at, 1) == " " || substr($0, at - 1, 1) != " ") { exit 1 }' text ||
			fail "$(cat text)"
	done
	ask text --recurring --min-incidents 3 >text
	[ "$(sed -n 2p text | tr -s ' ')" = \
		"$(ask json --recurring --min-incidents 3 | jq -r '.groups[0].signature') 3 6 3 0:46 2011-03-01 2011-03-03 app.exe -alpc-> mid.exe -alpc-> srv.exe [wait UserRequest]" ] ||
		fail "$(cat text)"
}

@test "text: a table on a narrow terminal is cut in the columns of names alone, on a wide one in none that fits" {
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminals here"
	local words
	for words in '--recurring' '--zombies 1' '--special' '--process *A.exe'; do
		(set -f && ask text $words) >whole
		on_terminal C.UTF-8 "COLUMNS=80 '$PIPELINE' query ${words//\*/\\*}" >narrow
		on_terminal C.UTF-8 "COLUMNS=200 '$PIPELINE' query ${words//\*/\\*}" >wide
		[ "$(widest <narrow)" -le 80 ] || fail "$(widest <narrow): $(cat narrow)"
		# Numbers, ids and times are whole, what does not fit beside them stands below.
		[ "$(grep -vc '^    [^ ]' narrow)" -eq "$(wc -l <whole)" ] || fail "$(cat narrow)"
		[ "$words" != --recurring ] || [ "$(grep -c '^    [^ ]' narrow)" -eq "$(wc -l <whole)" ] || fail "$(cat narrow)"
		[ "$(grep -v '^    [^ ]' narrow | cut -c 1-24)" = "$(cut -c 1-24 whole)" ] || fail "$(cat narrow)"
		on_terminal C.UTF-8 "COLUMNS=100 '$PIPELINE' query ${words//\*/\\*}" >middle
		[ "$(wc -l <middle)" -eq "$(wc -l <whole)" ]
		[ "$(widest <whole)" -le 100 ] || grep -q … middle || fail "$(cat middle)"
		[ "$(widest <middle)" -le 100 ] || fail "$(cat middle)"
		[ "$(widest <wide)" -le 200 ] || fail "$(cat wide)"
		[ "$(widest <whole)" -gt 200 ] || diff wide whole
	done
	on_terminal C "COLUMNS=80 '$PIPELINE' query --recurring" >narrow
	! LC_ALL=C grep -q '[^ -~]' narrow || fail "$(cat narrow)"
	# What lists occurrences is no table.
	on_terminal C.UTF-8 "COLUMNS=80 '$PIPELINE' query --chain App.exe" >narrow
	diff <(LC_ALL=C.UTF-8 ask text --chain App.exe | tr -s ' \n' '\n\n') <(tr -s ' \n' '\n\n' <narrow)
	[ "$(sed 's|[^ ]*/[^ ]*||g' narrow | widest)" -le 80 ] || fail "$(cat narrow)"
}

@test "dot: a graph of images, each once, edges with how they wait and in how many incidents" {
	local words
	while read -ra words; do
		ask dot "${words[@]}" >dot
		"$ROOT/tests/cli/dot.py" <dot >graph || fail "${words[*]}: $(cat dot)"
		ask json "${words[@]}" >json
		# Every image of every path is a node, every step an edge.
		[ "$(jq -c '[.nodes[].label] | sort' graph)" = "$(jq -c '[.groups[].path[]] | unique' json)" ] ||
			fail "$(cat dot)"
	done < <(set -f && group_questions)
	ask dot --chain App.exe >dot
	"$ROOT/tests/cli/dot.py" <dot >graph
	[ "$(jq -c '.nodes as $n | [.edges[] | [$n[.[0]].label, $n[.[1]].label, .[2].label]] | sort' graph)" = \
		'[["App.exe","Lock.exe","alpc, 1"],["App.exe","Mid.exe","alpc, 3"],["Lock.exe","App.exe","alpc, 1"],["Mid.exe","Srv.exe","alpc, 3"]]' ] ||
		fail "$(cat dot)"
}

@test "--special and its like: with and without an image, as the next word and behind =" {
	local option
	for option in --special=WerFault.exe '--special WerFault.exe' '--special werfault.*' --special; do
		(set -f && exits 0 pipeline query $option --format json && shows '.incidents | map([.count, .by_image])' '[[2,{"WerFault.exe":2}]]')
	done
	for option in --special=other.exe '--special other.exe'; do
		exits 1 pipeline query $option --format json
		shows .incidents '[]'
	done
	# What begins with a dash is the next option.
	exits 0 pipeline query --special --zombies 1 --format json
	shows '.incidents | map(.count)' '[13]'
	exits 0 pipeline query --message-box=processd.exe --special -f jsonl
	shows '[.findings[].pattern] | unique' '["message-box","special-process"]'
	exits 1 pipeline query --missing-threads=nobody.exe -f json
}

@test "--missing-threads: as show judges it" {
	pipeline show --all -f jsonl | jq -c 'select(any(.findings[]; .pattern == "missing-threads")) |
		[.id, [.findings[] | select(.pattern == "missing-threads") | [.image, .pid, .threads, .expected, .sample]]]' | sort >want
	[ -s want ]
	ask json --missing-threads | jq -c '.incidents[] | [.incident, [.findings[] | [.image, .pid, .threads, .expected, .sample]]]' | sort |
		diff want -
}

@test "questions that are asked together: all must hold, the first one counts" {
	exits 0 pipeline query --zombies 13 --special -f json
	shows '.incidents | map([.count, (.findings | map(.pattern) | unique)])' '[[13,["special-process","zombie-process"]]]'
	exits 1 pipeline query --zombies 14 --special
	stdout_is_empty
	exits 0 pipeline query --recurring --process App.exe --format json
	shows '[.groups[].incidents] | sort' '[1,3]'
	exits 1 pipeline query --recurring --process App.exe --special
	exits 0 pipeline query --chain App.exe --blocker Srv.exe -f json
	shows '[.groups[].path | join(" ")]' '["App.exe Mid.exe Srv.exe"]'
	exits 1 pipeline query --chain Lock.exe --blocker Srv.exe
	# In a deadlock each process of the ring holds up all.
	exits 0 pipeline query --blocker App.exe -f json
	shows '[.groups[].cycle]' '["thread"]'
	exits 1 pipeline query --blocker Mid.exe
}

@test "--occurrences: as many of a group; text has three, json all" {
	exits 0 pipeline query --chain Srv.exe
	[ "$(grep -c '^    App.exe' <<<"$output")" -eq 3 ] || fail "$output"
	grep -qF '  ... and 3 chains more (--occurrences)' <<<"$output" || fail "$output"
	exits 0 pipeline query --chain Srv.exe --occurrences all
	[ "$(grep -c '^    App.exe' <<<"$output")" -eq 6 ] || fail "$output"
	exits 0 pipeline query --chain Srv.exe -f json
	shows '.groups[0].occurrences | length' 6
	exits 0 pipeline query --chain Srv.exe -f json --occurrences 2
	shows '.groups[0] | [.chains, (.occurrences | length)]' '[6,2]'
	exits 0 pipeline query --chain Srv.exe -f json --occurrences 0
	shows '.groups[0] | has("occurrences")' false
	exits 0 pipeline query --recurring -f json
	shows '.groups | any(has("occurrences"))' false
	exits 2 pipeline query --recurring --occurrences many
	exits 2 pipeline query --zombies 1 --occurrences 2
}

@test "--limit and --offset: pages that make up the whole, and a word about the rest" {
	local words count n
	for words in --recurring '--process *.exe'; do
		(set -f && ask jsonl $words) >all
		count=$(wc -l <all)
		for ((n = 0; n < count; n += 2)); do (set -f && ask jsonl $words -n 2 --offset $n); done | diff all -
		(set -f && exits 0 pipeline query $words -n 1 && stderr_has "1 of $count|1 (groups|incidents) shown")
		(set -f && exits 1 pipeline query $words --offset "$count")
	done
}

@test "usage: what cannot be meant is exit 2, said, and prints nothing" {
	local words
	while read -r words; do
		eval "exits 2 pipeline query $words"
		stdout_is_empty
		[ -n "$stderr" ] || fail "no word about: $words"
	done <<-'EOF'

		surplus
		--recurring surplus
		--zombies
		--zombies 0
		--zombies -1
		--zombies many
		--zombies 1 --zombies 2
		--special --special
		--special=A.exe --special B.exe
		--process
		--process ''
		--process A.exe --process B.exe
		--special=
		--special ''
		--missing-threads=
		--message-box ''
		--blocker
		--blocker ''
		--chain
		--chain ''
		--chain A --chain B
		--chain 'A >'
		--recurring --group-by colour
		--recurring --min-incidents 0
		--special --format dot
		--zombies 1 --format dot
		--zombies 1 --group-by path
		--like 0 --format dot
		--like 0 --recurring
		--like 0 --fail-on storm
		--recurring --format yaml
		--recurring --fail-on new-chain
		--recurring --fail-on worse-chain
		--zombies 1 --fail-on storm,new-chain
		--recurring --fail-on anything
		--recurring --fail-on ''
		--recurring --fail-on storm,
		--fail-on storm
		--new-since yesterday
		--new-since ''
		--new-since last-run --format dot
		--new-since last-run --occurrences 1
		--recurring --since today
	EOF
}

@test "exit status: 0 found, 1 nothing, 2 no index, 3 what --fail-on names holds" {
	exits 0 pipeline query --recurring
	exits 1 pipeline query --chain Nobody.exe
	stdout_is_empty
	exits 1 pipeline query --chain Nobody.exe --format json
	shows .groups '[]'
	exits 1 pipeline query --chain Nobody.exe --format jsonl
	stdout_is_empty
	exits 1 pipeline query --chain Nobody.exe --format csv
	[ "$(wc -l <<<"$output")" -eq 1 ] || fail "$output"
	exits 1 pipeline query --zombies 1000 --format json
	shows .incidents '[]'
	exits 1 pipeline query --zombies 1000 --format csv
	[ "$output" = "$(IFS=,; echo "${INCIDENT_KEYS[*]}")"$'\r' ] || fail "$output"
	exits 2 pipeline --index nowhere query --recurring
	stderr_has 'no index'
	exits 3 pipeline query --recurring --fail-on special
	[ "$output" = "$(pipeline query --recurring)" ]
	exits 0 pipeline query --recurring --fail-on storm
	exits 3 pipeline query --recurring --fail-on storm,message-box
	exits 3 pipeline query --recurring --fail-on storm --fail-on missing-threads
	exits 0 pipeline query --recurring --machine TS01 --fail-on special,message-box,missing-threads,storm
	exits 3 pipeline query --zombies 1 --fail-on special
	exits 0 pipeline query --process App.exe --fail-on special
	run bash -c '"$PIPELINE" query --recurring -f json >/dev/full'
	[ "$status" -eq 2 ] || fail "exits $status"
	run bash -c '"$PIPELINE" query --process "*" -f csv >/dev/full'
	[ "$status" -eq 2 ] || fail "exits $status"
}

@test "an image that is called \"?\" is found by its name in quotes" {
	sed 's/ProcessC\.exe/?/' "$ROOT/tests/logs/case_study.log" >asked.log
	pipeline ingest --quiet asked.log
	exits 0 pipeline query --chain '"?"' --format json
	exits 0 pipeline query --blocker '?'
}
