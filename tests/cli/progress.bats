#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is shown of how far a command is: drawn on terminals, told now and then elsewhere, and left out where nobody wants it.

load helper
setup() { fresh_index; }

# held SECONDS WORDS… -- COMMAND…: stderr, on a terminal with --columns N, in the file "shown".
held() {
	local seconds=$1 words=()
	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	LC_ALL=C.UTF-8 python3 "$ROOT/tests/cli/held_up.py" --seconds "$seconds" "${words[@]}" shown "$PIPELINE" "$@"
}

# Each drawing on a line of its own, without what ends it.
drawings() { tr '\r' '\n' <shown | grep $'\e\\[K$' | sed $'s/\e\\[K//' | grep .; }

drawn() { grep -q $'\e' shown; }

@test "on a terminal a line is drawn, fits, follows the width, and is taken away" {
	local name=$'ev\e]0;il\a-name-of-a-bundle-that-goes-on-and-on-2024-01-31.log'
	cp "$CASE" "$name"
	held 2.6 --columns 120 --then 60 -- ingest "$name"
	drawings >lines
	grep -q '^0/1 bundles, 0.0/[0-9.]* KB, 0 incidents; 0:01 ev.x1b.0;il.x07-name-of-a-bundle.*2024-01-31.log$' lines
	grep -qE '^0/1 bundles.*; 0:0[12] \.\.\.24-01-31.log$' lines
	[ "$(tail -n 1 lines | widest)" -lt 60 ]
	[ "$(widest <lines)" -lt 120 ]
	# nothing in the first second, and then no more than ten times a second
	[ "$(wc -l <lines)" -ge 5 ]
	[ "$(wc -l <lines)" -le 20 ]
	grep -q $'\r\e\\[Kpipeline: 1 bundles: 1 read' shown
	! grep -q $'il\a' shown
}

@test "messages come on lines of their own" {
	printf 'PK\003\004broken' >a.zip
	cp "$CASE" b.log
	run -4 held 1.6 --columns 100 -- ingest a.zip b.log
	grep -q $'\r\e\\[Kpipeline: quarantined .*a.zip' shown
	drawings | grep -q '^0/2 bundles'
	run -4 held 1.6 --columns 100 -- quarantine retry
	drawings | grep -q '^0/1 bundles, .*; 0:0[01] a.zip$'
	grep -q $'\r\e\\[Kpipeline: quarantined .*a.zip' shown
}

@test "nowhere else: in a file, on a dumb terminal, with --quiet or --progress never, in the first second" {
	cp "$CASE" a.log
	held 1.6 -- ingest a.log
	[ "$(wc -l <shown)" -eq 1 ]
	! drawn
	local words
	for words in '--progress never' --quiet '--quiet --progress always'; do
		rm -rf index
		# shellcheck disable=SC2086
		held 1.6 --columns 100 -- ingest $words a.log
		! drawn
	done
	rm -rf index
	TERM=dumb held 1.6 --columns 100 -- ingest a.log
	! drawn
	rm -rf index
	held 0.2 --columns 100 -- ingest a.log
	! drawn
	grep -q '1 incidents' shown
}

@test "--progress always draws into a file; config files and the environment may say so" {
	cp "$CASE" a.log
	held 1.6 -- ingest --progress always a.log
	drawings | grep -q '^0/1 bundles'
	rm -rf index
	PIPELINE_PROGRESS=always held 1.6 -- ingest a.log
	drawn
	exits 2 pipeline ingest --progress often a.log
	stderr_has "unknown --progress 'often'"
}
