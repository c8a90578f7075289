#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# --sandbox: what is said of the kernel, what is refused, and that confinement changes nothing of what is read.
# What a confined process cannot do is tests/unit/test_confine.c, what a running reader has tests/check-reader-confined.

# shellcheck disable=SC2154  # bats sets stderr
load helper
setup() { fresh_index; }

# without FEATURE…: pipeline on a kernel that seems not to have it; skips where that cannot be had.
without() {
	"$ROOT/tests/cli/without.py" "$1" true || skip "no filter of system calls here"
	exits "$2" "$ROOT/tests/cli/without.py" "$1" "$PIPELINE" "${@:3}"
}

needs_full() {
	pipeline --version -v | grep -q '^Landlock: ABI' && pipeline --version -v | grep -qx 'seccomp: yes' ||
		skip "the kernel gives not both Landlock and seccomp"
}

@test "--version -v: Landlock and seccomp as the kernel has them, a line each" {
	exits 0 pipeline --version -v
	stderr_is_empty
	[[ $output =~ ^pipeline\ [0-9.]+(\+g[0-9a-f]+(-dirty)?)?$'\n'Landlock:\ (none|ABI\ [1-9][0-9]*)$'\n'seccomp:\ (yes|no)$ ]] || fail "$output"
	[ "$(pipeline --version --verbose)" = "$output" ]
	[ "$(pipeline --version)" = "${output%%$'\n'*}" ]
	without landlock 0 --version -v
	grep -qx 'Landlock: none' <<<"$output" || fail "$output"
	without seccomp 0 --version -v
	grep -qx 'seccomp: no' <<<"$output" || fail "$output"
}

@test "--sandbox: another word is exit 2, and the three are named" {
	for words in "ingest $CASE" 'quarantine retry' "show $CASE --evidence 1"; do
		# shellcheck disable=SC2086  # a command line of several words
		exits 2 pipeline $words --sandbox=perhaps
		stderr_has "perhaps.*best, require and off"
	done
	exits 2 pipeline show x --sandbox=off
	stderr_has 'for --evidence'
	exits 2 pipeline quarantine list --sandbox=off
	stderr_has 'for retry'
}

@test "every kind of archive is read alike with and without, names in other letters too" {
	local how
	mkdir bundles
	for n in 10 11 12 13 14; do
		{ cat "$CASE" && echo "0: kd> * remark $n"; } >"日本 é $n.log"
	done
	zip -q bundles/zip.zip '日本 é 10.log'
	7z a -bd bundles/seven.7z '日本 é 11.log' >/dev/null
	gcab -c bundles/cab.cab '日本 é 12.log'
	tar cJf bundles/tar.tar.xz '日本 é 13.log'
	gzip -c '日本 é 14.log' >bundles/gz.log.gz
	printf 'PK\003\004cut' >bundles/cut.zip
	(cd bundles && zip -q nested.zip seven.7z cab.cab cut.zip)
	for how in off best require; do
		[ $how != require ] || needs_full
		PIPELINE_INDEX=$how exits 4 pipeline ingest --sandbox=$how bundles
		sort <<<"$stderr" >"$how.err" # bundles are told as they end
		PIPELINE_INDEX=$how pipeline list --format json >"$how.list"
		PIPELINE_INDEX=$how pipeline quarantine list --format json >"$how.quarantine"
		for part in err list quarantine; do
			cmp "off.$part" "$how.$part"
		done
	done
	[ "$(jq '.incidents | length' off.list)" -eq 6 ] || fail "$(cat off.err)"
}

@test "require: 74 with what is missing, and nothing is begun" {
	for missing in landlock:'no Landlock' seccomp:'no seccomp' landlock,seccomp:'neither Landlock nor seccomp'; do
		without "${missing%%:*}" 74 ingest --sandbox=require "$CASE"
		stderr_has "require.*${missing#*:}|${missing#*:}"
		[ ! -e "$PIPELINE_INDEX" ] || fail "an index was made without ${missing%%:*}"
	done
	pipeline ingest "$CASE"
	without landlock 74 quarantine retry --sandbox=require
	without landlock 2 show "$CASE" --evidence 1 --sandbox=require
	stderr_has 'no Landlock'
	without landlock 0 show "$CASE" --sandbox=best --evidence 1
	[ -n "$output" ]
}

@test "best: goes on with what there is, and stats says so" {
	without landlock 0 ingest "$CASE"
	exits 0 pipeline stats --format json
	holds '.confinement.landlock == null'
	cp "$CASE" other.log
	without landlock,seccomp 0 ingest other.log
	exits 0 pipeline stats --format json
	holds '.confinement == {"run": 2, "landlock": null, "seccomp": false}'
}

@test "require where both are there: reading, reading again and fetching lines" {
	needs_full
	printf 'PK\003\004cut' >cut.zip
	exits 4 pipeline ingest --sandbox=require "$CASE" cut.zip
	exits 4 pipeline quarantine retry --sandbox=require
	exits 0 pipeline show "$CASE" --evidence 1 --sandbox=require
	grep -q 'ProcessA' <<<"$output"
}
