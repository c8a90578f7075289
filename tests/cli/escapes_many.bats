#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Names that strangers gave, in the answers to questions about many incidents: see escapes.bats.

load helper
load escapes

setup() {
	escapes_setup
	another
	signature=$(pipeline query --recurring --format json | jq -r '.groups[0].signature')
}

# A second dump that has the chain of the first, from a machine of such a name, with a process that handles faults, a message box and
# a storm; and a bundle of such a name that cannot be read.
another() {
	write_log banner machine="$NAME" when=2010-03-11T00:00:00Z
	{
		cat banner
		NAME=$NAME perl -pe 's/Process[ADE]\.exe|(?<!Wr)UserRequest/$ENV{NAME}/g' "$CASE"
		printf '0: kd> !process 0 0\n'
		for n in $(seq 1000); do
			printf 'PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n' $((n * 4096 + 16)) $((8192 + 4 * n))
			printf '    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: %s\n\n' "$NAME"
		done
	} >"2$bundle"
	gzip -c "$bundle" | head -c 40 >"$NAME.gz"
	pipeline ingest "2$bundle" "$NAME.gz" 2>/dev/null || [ $? -eq 4 ]
	other=$(incident_ids | grep -v "$id")
}

# What asks of many incidents and prints text, a command a line.
text_questions() {
	cat <<-EOF
		query --recurring
		query --recurring --group-by root
		query --recurring --group-by path
		query --recurring --group-by frame
		query --recurring --occurrences 2
		query --blocker ProcessC.exe
		query --zombies 1
		query --special
		query --message-box
		query --process *
		query --like $id
		query --new-since last-run
		query --new-since 2000-01-01
		diff $id $other
		diff $other $id
		explain $signature
		stats
		stats --baseline *
		quarantine list
		pin $id $other
		pin
		list
	EOF
}

@test "text of questions about many incidents: escapes are seen, nothing acts, nothing hides" {
	local locale words
	for locale in C.UTF-8 C; do
		while read -ra words; do
			LC_ALL=$locale pipeline "${words[@]}" >screen 2>&1 || fail "${words[*]}: exit $? $(cat -v screen)"
			[ -s screen ] || fail "${words[*]} prints nothing"
			cat screen >>"all.$locale"
		done < <(set -f && text_questions)
		harmless "all.$locale"
	done
	ascii all.C
	for words in 'query --recurring' 'query --zombies 1' 'query --process *' "query --like $id" "diff $id $other" "explain $signature" \
		'quarantine list' 'pin'; do
		(set -f && LC_ALL=C.UTF-8 pipeline $words) >screen
		grep -qiF -- "$SEEN" screen || fail "$words: $(cat -v screen)"
	done
}

@test "text on a terminal: what is cut there is not cut inside an escape that acts" {
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminals here"
	local width words
	for width in 80 93 110 140; do
		for words in 'query --recurring' 'query --zombies 1' "query --like $id" "diff $id $other"; do
			on_terminal C.UTF-8 "COLUMNS=$width '$PIPELINE' $words" >screen
			[ -s screen ]
			cat screen >>all
		done
	done
	harmless all
}

@test "json, jsonl and dot of questions about many incidents: alike in every locale, nothing acts, every letter there" {
	local words format
	for words in 'query --recurring' 'query --chain *' 'query --zombies 1' 'query --special' 'query --message-box' 'query --process *' \
		"query --like $id" 'query --new-since 2000-01-01' "diff $id $other" "explain $signature" 'quarantine list'; do
		for format in json jsonl csv dot; do
			case $format:$words in
			jsonl:explain* | csv:explain* | dot:[!q]* | *l:quar* | csv:quar* | dot:quar* | dot:*-like* | dot:*-new* | dot:*-z* | dot:*-sp* | dot:*-m* | dot:*-p*)
				continue
				;;
			esac
			(set -f && LC_ALL=C.UTF-8 pipeline $words --format $format) >utf8 || fail "$words $format"
			(set -f && LC_ALL=C pipeline $words --format $format) >c
			cmp utf8 c
			# A table for other programs has no escapes.
			[ "$format" = csv ] || cat utf8 >>all
			[ "$format" != dot ] || "$ROOT/tests/cli/dot.py" <utf8 >graph
			[ "$format" != json ] || jq -e --arg name "$NAME" '[.. | strings | ascii_downcase | select(contains($name | ascii_downcase))] | length > 0' utf8 >/dev/null ||
				fail "$words: $(cat -v utf8)"
		done
	done
	harmless all
}

@test "messages of questions: a name in one does not act either" {
	local words
	for words in 'query --chain' 'query --process' 'query --like' 'query --special' 'query --group-by' 'query --new-since' 'query --fail-on' \
		"diff $id" explain 'query --recurring --machine'; do
		for locale in C C.UTF-8; do
			LC_ALL=$locale pipeline $words "$NAME" >>all 2>&1 || [ $? -le 2 ]
		done
	done
	harmless all
}
