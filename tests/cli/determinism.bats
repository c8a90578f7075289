#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The result depends on the inputs alone: not on workers, nor on order, nor on how many runs it took.

# shellcheck disable=SC2030,SC2031  # each test is a subshell, and sets its own environment
load helper

# Logs of one and of several dumps, archives of several logs, and one dump in two packings.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	write_log one.log base=10 machine=WEB01 A.exe B.exe C.exe
	write_log two.log base=20 when=2011-03-10T00:00:00Z clients=3 A.exe B.exe
	write_log six.log base=30 when=2012-03-10T00:00:00Z ring=0 A.exe B.exe
	cat two.log six.log >both.log
	zip -q many.zip one.log "$LOGS/semicircular.log" -j
	tar -cf - two.log six.log | zstd -q >pair.tar.zst
	cp "$LOGS/repeated_listings.log" "$CASE" "$PACKINGS/case.zip" .
	head -c 1000 case.zip >cut.zip
	rm two.log six.log
	export INPUTS=(both.log case.zip case_study.log cut.zip many.zip one.log pair.tar.zst repeated_listings.log)
	printf '%s\n' "${INPUTS[@]}" >inputs.txt
	PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference pipeline ingest --jobs 1 "${INPUTS[@]}" || [ $? -eq 4 ]
	PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference dump_index >reference.json
}

setup() {
	fresh_index
	cd "$BATS_FILE_TMPDIR" || return
	mapfile -t INPUTS <inputs.txt
}

same_as_the_reference() {
	dump_index >"$BATS_TEST_TMPDIR/this.json"
	cmp "$BATS_TEST_TMPDIR/this.json" reference.json || fail "$(diff <(jq . <"$BATS_TEST_TMPDIR/this.json") <(jq . <reference.json) | head -40)"
}

@test "the reference says something" {
	[ "$(jq -s '.[0].incidents | length' reference.json)" -ge 6 ]
	[ "$(jq -s '[.[1:][].counts.chains] | add' reference.json)" -ge 6 ]
}

@test "--jobs 1 and --jobs 2" {
	exits 4 pipeline ingest --jobs 2 "${INPUTS[@]}"
	same_as_the_reference
}

@test "--jobs 4, backwards" {
	mapfile -t INPUTS < <(tac inputs.txt)
	exits 4 pipeline ingest --jobs 4 "${INPUTS[@]}"
	same_as_the_reference
}

@test "shuffled" {
	mapfile -t INPUTS < <(shuf inputs.txt)
	exits 4 pipeline ingest "${INPUTS[@]}"
	same_as_the_reference
}

@test "one run per bundle, the broken one first" {
	exits 4 pipeline ingest cut.zip
	for input in $(tac inputs.txt); do
		[ "$input" = cut.zip ] || pipeline ingest "$input"
	done
	same_as_the_reference
}

@test "two readings of one index are the same bytes" {
	PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference same_as_the_reference
	PIPELINE_INDEX=$BATS_FILE_TMPDIR/reference
	local words once again
	for words in 'list' 'query --chain ?*' 'query --chain ?* --format json'; do
		# The star is the program's, not the shell's.
		set -f
		# shellcheck disable=SC2086  # a command line of several words
		once=$(pipeline $words) again=$(pipeline $words)
		set +f
		[ -n "$once" ] || fail "$words prints nothing"
		[ "$once" = "$again" ] || fail "$once" "$again"
	done
}

@test "--jobs: what is no number of workers is exit 2" {
	for word in 0 -1 many ''; do
		exits 2 pipeline ingest --jobs="$word" one.log
		[ ! -e "$PIPELINE_INDEX" ] || fail "--jobs=$word made an index"
	done
}
