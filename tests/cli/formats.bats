#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The case study in every packing: the chain that the engineer found by hand, whatever it lies in.

load helper
setup() { fresh_index; }

# Ingests one packing and holds it to the contract's section 3, word for word.
finds_the_chain() {
	exits 0 pipeline ingest "$PACKINGS/$1"
	stdout_is_empty
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows .schema pipeline/query/1
	shows '.groups | length' 1
	shows '.groups[0].path' '["ProcessA.exe","ProcessB.exe","ProcessC.exe"]'
	shows '.groups[0].label' \
		'processa.exe -alpc-> processb.exe -alpc-> processc.exe [wait UserRequest]'
	holds '.groups[0].signature | test("^[0-9a-f]{16}$")'
	shows '.groups[0] | [.cycle, .endpoint, .incidents, .chains]' '["none","wait",1,1]'
	holds '.groups[0].max_wait_seconds == 222.0'
	shows '.groups[0] | [.first_seen, .last_seen]' '[null,null]'
	shows '.groups[0].occurrences | length' 1
	shows '.groups[0].occurrences[0] | [.machine, .session_time]' '[null,null]'
	holds '.groups[0].occurrences[0].chain.hops | map(.wait_seconds) == [222.0, 159.296, 159.281]'
}

# The member path begins with the bundle and ends with the log.
lies_in() {
	shows '.groups[0].occurrences[0].member' "$1"
	holds ".groups[0].occurrences[0].bundle | endswith(\"${1%%!/*}\")"
}

@test "plain log" {
	finds_the_chain case_study.log
	lies_in case_study.log
}

@test "zip" {
	finds_the_chain case.zip
	lies_in 'case.zip!/case_study.log'
}

@test "7z" {
	finds_the_chain case.7z
	lies_in 'case.7z!/case_study.log'
}

@test "tar.gz" {
	finds_the_chain case.tar.gz
	lies_in 'case.tar.gz!/case_study.log'
}

@test "tar.xz" {
	finds_the_chain case.tar.xz
	lies_in 'case.tar.xz!/case_study.log'
}

@test "tar.zst" {
	finds_the_chain case.tar.zst
	lies_in 'case.tar.zst!/case_study.log'
}

@test "tar.bz2" {
	finds_the_chain case.tar.bz2
	lies_in 'case.tar.bz2!/case_study.log'
}

@test "log.gz: a bare compressed file" {
	finds_the_chain case_study.log.gz
	holds '.groups[0].occurrences[0].member | startswith("case_study.log.gz")'
}

@test "log.zst: a bare compressed file" {
	finds_the_chain case_study.log.zst
	holds '.groups[0].occurrences[0].member | startswith("case_study.log.zst")'
}

@test "nested: a zip in a 7z in a tar.gz" {
	finds_the_chain nested.tar.gz
	lies_in 'nested.tar.gz!/inner.7z!/deep.zip!/case_study.log'
}

@test "one signature, one incident id, for all packings" {
	local packing seen=()
	for packing in "${ALL_PACKINGS[@]}"; do
		export PIPELINE_INDEX=$BATS_TEST_TMPDIR/$packing.index
		pipeline ingest "$PACKINGS/$packing"
		seen+=("$(pipeline query --chain ProcessA.exe --format json |
			jq -r '.groups[0] | .signature + " " + .occurrences[0].incident')")
	done
	[ "$(printf '%s\n' "${seen[@]}" | sort -u | wc -l)" -eq 1 ] || fail "${seen[@]}"
	[[ ${seen[0]} =~ ^[0-9a-f]{16}\ [0-9a-f]{16}$ ]] || fail "${seen[0]}"
}

@test "one dump in ten packings is one incident in one index" {
	exits 0 pipeline ingest "$PACKINGS"
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups | map([.incidents, .chains])' '[[1,1]]'
	exits 0 pipeline list --format json
	shows '.incidents | length' 1
}

@test "an archive is known by its content, not by its name" {
	cp "$PACKINGS/case.zip" support.dat
	exits 0 pipeline ingest support.dat
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups[0].occurrences[0].member' 'support.dat!/case_study.log'
}

@test "UTF-16 with a byte order mark, CRLF: the same chain" {
	{
		printf '\xff\xfe'
		sed 's/$/\r/' "$CASE" | iconv -f UTF-8 -t UTF-16LE
	} >wide.log
	exits 0 pipeline ingest wide.log
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups | map(.path)' '[["ProcessA.exe","ProcessB.exe","ProcessC.exe"]]'
}

@test "UTF-16 big-endian with a byte order mark: the same chain" {
	{
		printf '\xfe\xff'
		iconv -f UTF-8 -t UTF-16BE "$CASE"
	} >wide.log
	exits 0 pipeline ingest wide.log
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups | map(.path)' '[["ProcessA.exe","ProcessB.exe","ProcessC.exe"]]'
}

@test "Windows-1252: an image name comes out as UTF-8" {
	sed 's/ProcessC\.exe/Überwach.exe/' "$CASE" | iconv -f UTF-8 -t CP1252 >ansi.log
	exits 0 pipeline ingest ansi.log
	exits 0 pipeline query --chain 'Überwach.exe' --format json
	shows '.groups[0].path[2]' 'Überwach.exe'
}
