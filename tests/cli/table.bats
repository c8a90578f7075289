#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Tables on terminals of different widths, and where there is no terminal.

load helper
setup() {
	fresh_index
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminals here"
	mkdir -p cases/2010/march/of/a/customer/with/a/long/name
	long=$BATS_TEST_TMPDIR/cases/2010/march/of/a/customer/with/a/long/name/case_study.log
	cp "$CASE" "$long"
	write_log short.log machine=TS01 A.exe B.exe
	pipeline ingest short.log "$long" 2>/dev/null
}

@test "list: as wide as the terminal, by COLUMNS or by what it says of itself" {
	local width
	for width in 130 110 102; do
		on_terminal C.UTF-8 "COLUMNS=$width '$PIPELINE' list" >named
		[ "$(widest <named)" -eq "$width" ] || fail "$width: $(cat named)"
		grep -qE '  (/[^ ]*)?…[^ ]*y\.log$' named || fail "$(cat named)"
		on_terminal C.UTF-8 "stty cols $width; env -u COLUMNS '$PIPELINE' list" >told
		diff named told
		on_terminal C.UTF-8 "stty cols $width; COLUMNS=wide '$PIPELINE' list" >told
		diff named told
	done
	on_terminal C "COLUMNS=110 '$PIPELINE' list" >ascii
	grep -qE '  /[^ ]*[.][.][.][^ ]*y\.log$' ascii || fail "$(cat ascii)"
	[ "$(widest <ascii)" -eq 110 ]
}

@test "list: whole where it fits, and where there is no terminal whatever COLUMNS says" {
	COLUMNS=80 pipeline list >file
	grep -qF "  $long" file || fail "$(cat file)"
	on_terminal C.UTF-8 "COLUMNS=1000 '$PIPELINE' list" >wide
	diff file wide
	on_terminal C.UTF-8 "stty cols 0; env -u COLUMNS '$PIPELINE' list" >unknown
	diff file unknown
}

@test "list: columns line up" {
	pipeline list >file
	head -n 1 file | grep -qE '^INCIDENT +SESSION TIME +MACHINE +PROCESSES +ZOMBIES +THREADS +CHAINS +BUNDLE$'
	awk 'NR == 1 { at = index($0, "BUNDLE") } NR > 1 && index($0, "  /") != at - 2 { exit 1 }' file || fail "$(cat file)"
	! grep -q ' $' file || fail "$(cat -A file)"
}

@test "list: with eighty columns an incident takes one line, without those of threads and processes" {
	on_terminal C.UTF-8 "COLUMNS=80 '$PIPELINE' list" >narrow
	[ "$(wc -l <narrow)" -eq 3 ] || fail "$(cat narrow)"
	[ "$(widest <narrow)" -le 80 ]
	head -n 1 narrow | grep -qE '^INCIDENT +SESSION TIME +MACHINE +ZOMBIES +CHAINS +BUNDLE$' || fail "$(cat narrow)"
	grep -qE '  TS01 +0 +1  …?[^ ]*short\.log$' narrow || fail "$(cat narrow)"
	on_terminal C.UTF-8 "COLUMNS=70 '$PIPELINE' list" >folded
	[ "$(wc -l <folded)" -eq 6 ] || fail "$(cat folded)"
	grep -qE '^INCIDENT .*PROCESSES' folded || fail "$(cat folded)"
}

@test "text that is no table is broken at blanks: verify, quarantine list, advise" {
	head -c 3000 "$CASE" | gzip >cut.log.gz
	truncate -s -20 cut.log.gz
	pipeline ingest "$PWD/cut.log.gz" 2>/dev/null || true
	local words
	for words in verify "quarantine list" "advise $long"; do
		on_terminal C.UTF-8 "COLUMNS=50 '$PIPELINE' $words" >folded
		[ -s folded ] || fail "$words prints nothing"
		awk 'length($0) > 50 && $NF != $1 { print; bad = 1 } END { exit bad }' folded || fail "$words: $(cat folded)"
	done
}
