#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The language of `query --chain`: an image, direct and distant edges, begin, end, wildcards, case.

load helper
setup() {
	fresh_index
	pipeline ingest "$CASE"
}

finds() {
	exits 0 pipeline query --chain "$1" --format json
	shows '.groups | map(.path)' '[["ProcessA.exe","ProcessB.exe","ProcessC.exe"]]'
}

finds_nothing() {
	exits 1 pipeline query --chain "$1" --format json
	shows .groups '[]'
}

# broken EXPRESSION: exit 2, nothing on stdout, and a message that names the place: a column, or
# the words from there on.
broken() {
	exits 2 pipeline query --chain "$1" --format json
	stdout_is_empty
	stderr_has '(column|character|char|position|offset|byte|after|before|at|near) *[:#]? *([0-9]+|.?[>^$]|the (end|begin|start))'
}

@test "an image anywhere in the chain: begin, middle, end" {
	finds ProcessA.exe
	finds ProcessB.exe
	finds ProcessC.exe
}

@test "an image that is in the log but in no chain is not found" {
	finds_nothing ProcessD.exe
	finds_nothing ProcessE.exe
}

@test "a name is matched whole, not as a part" {
	finds_nothing Process
	finds_nothing ProcessA
	finds_nothing rocessA.exe
}

@test "'>' is a direct edge" {
	finds 'ProcessA.exe > ProcessB.exe'
	finds 'ProcessB.exe > ProcessC.exe'
	finds 'ProcessA.exe > ProcessB.exe > ProcessC.exe'
	finds_nothing 'ProcessA.exe > ProcessC.exe'
	finds_nothing 'ProcessB.exe > ProcessA.exe'
}

@test "'>>' reaches at any distance, and only forwards" {
	finds 'ProcessA.exe >> ProcessC.exe'
	finds 'ProcessA.exe >> ProcessB.exe'
	finds_nothing 'ProcessC.exe >> ProcessA.exe'
	finds_nothing 'ProcessA.exe >> ProcessA.exe'
}

@test "'^' begins the chain" {
	finds '^ProcessA.exe'
	finds_nothing '^ProcessB.exe'
	finds_nothing '^ProcessB.exe > ProcessC.exe'
}

@test "'\$' ends the chain" {
	finds 'ProcessC.exe$'
	finds_nothing 'ProcessB.exe$'
	finds_nothing 'ProcessA.exe > ProcessB.exe$'
}

@test "all together" {
	finds '^ProcessA.exe >> ProcessC.exe$'
	finds '^ProcessA.exe > ProcessB.exe >> ProcessC.exe$'
	finds_nothing '^ProcessA.exe > ProcessC.exe$'
}

@test "blanks around the signs do not matter" {
	finds 'ProcessA.exe>ProcessB.exe'
	finds 'ProcessA.exe>>ProcessC.exe'
	finds '  ^ProcessA.exe   >>   ProcessC.exe$  '
}

@test "a path that was printed is an expression that finds it" {
	write_log blanks.log 'Mail Gate.exe' 'App (x86).exe' 'srv 7'
	pipeline ingest blanks.log "$LOGS/repeated_listings.log" "$LOGS/semicircular.log"
	local expression signature
	exits 0 pipeline query --chain '*' --format json
	shows '.groups | length' 5
	while IFS=$'\t' read -r signature expression; do
		exits 0 pipeline query --chain "$expression" --format json
		holds ".groups | map(.signature) | index(\"$signature\")" || fail "$expression"
	done < <(jq -r '.groups[] | [.signature, "^" + (.path | join(" > ")) + "$"] | join("\t")' <<<"$output")
}

@test "names match without case" {
	finds processa.exe
	finds 'PROCESSA.EXE > pRoCeSsB.eXe'
}

@test "'*' and '?' are wildcards" {
	finds 'Process?.exe'
	finds '*A.exe > *B.exe'
	finds '^Pro*.exe >> *C.*$'
	finds '*'
	finds_nothing 'Process??.exe'
	finds_nothing '^*B.exe'
}

@test "a dot or a bracket in a pattern is nothing but itself" {
	finds_nothing 'ProcessA?exe?'
	finds_nothing 'ProcessAxexe'
	finds_nothing 'Process[A].exe'
}

@test "a pattern of many stars does not take for ever" {
	exits 1 timeout 2 "$PIPELINE" query --chain '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b > *x*' --format json
}

@test "a 15-byte truncated name matches its full one, both ways" {
	sed 's/ProcessB\.exe/LongServiceName.exe/; s/ProcessC\.exe/LongServerNameH/' "$CASE" >long.log
	exits 0 pipeline ingest long.log
	exits 0 pipeline query --chain LongServiceName.exe --format json
	exits 0 pipeline query --chain LongServiceName --format json
	exits 0 pipeline query --chain 'LongServiceName > LongServerNameHost.exe$' --format json
	finds_nothing LongServiceNam
	finds_nothing LongServiceNameX.exe
	finds_nothing LongServerName
}

@test "text: the chain can be read, and nothing else is on stdout" {
	exits 0 pipeline query --chain ProcessA.exe
	for image in ProcessA.exe ProcessB.exe ProcessC.exe; do
		grep -qi "$image" <<<"$output" || fail "no $image in: $output"
	done
	stderr_is_empty
	exits 1 pipeline query --chain Nobody.exe
	! grep -q Process <<<"$output" || fail "$output"
}

@test "N clients of one server are N chains of one signature" {
	write_log fan.log clients=4 Client.exe Server.exe
	exits 0 pipeline ingest fan.log
	exits 0 pipeline query --chain 'Client.exe > Server.exe$' --format json
	shows '.groups | map([.incidents, .chains, .path])' '[[1,4,["Client.exe","Server.exe"]]]'
	shows '.groups[0].occurrences | map(.chain.hops[0].thread) | unique | length' 4
}

@test "the same chain of two dumps is one group; first and last seen, machines, longest wait" {
	write_log one.log machine=WEB01 when=2010-03-10T17:22:09Z ticks=6400 base=10 X.exe Y.exe Z.exe
	write_log two.log machine=WEB02 when=2010-03-12T08:00:00Z ticks=64000 base=20 x.EXE Y.exe Z.exe
	exits 0 pipeline ingest one.log two.log
	exits 0 pipeline query --chain X.exe --format json
	shows '.groups | map([.incidents, .chains, .machines, .cycle, .endpoint])' '[[2,2,2,"none","wait"]]'
	holds '.groups[0].first_seen | test("^2010-03-10T17:22:09(\\.0+)?Z$")'
	holds '.groups[0].last_seen | test("^2010-03-12T08:00:00(\\.0+)?Z$")'
	holds '.groups[0].max_wait_seconds == 1000.0'
	shows '.groups[0].occurrences | map(.machine) | sort' '["WEB01","WEB02"]'
}

@test "other kinds of end make another signature" {
	write_log open.log base=10 X.exe Y.exe
	write_log ring.log base=20 when=2010-03-11T00:00:00Z ring=0 X.exe Y.exe
	exits 0 pipeline ingest open.log ring.log
	exits 0 pipeline query --chain 'X.exe > Y.exe' --format json
	shows '.groups | map([.cycle, .endpoint]) | sort' '[["none","wait"],["thread","cycle"]]'
	shows '.groups | map(.signature) | unique | length' 2
}

@test "broken: nothing at all" {
	exits 2 pipeline query --chain '' --format json
	stdout_is_empty
	exits 2 pipeline query --chain '   ' --format json
	stdout_is_empty
}

@test "broken: an edge without an end" {
	broken 'ProcessA.exe >'
	broken '> ProcessB.exe'
	broken '>>'
	broken 'ProcessA.exe > > ProcessB.exe'
}

@test "broken: more than two signs" {
	broken 'ProcessA.exe >>> ProcessB.exe'
}

@test "broken: '^' and '\$' in the wrong place" {
	broken 'ProcessA.exe > ^ProcessB.exe'
	broken 'ProcessA.exe$ > ProcessB.exe'
	broken '^'
	broken '$'
}
