#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is shown of how far a command is: drawn on terminals, told now and then elsewhere, and left out where nobody wants it.

load helper
setup_file() {
	export FAST_CLOCK=$BATS_FILE_TMPDIR/fast_clock.so
	"${CC:-cc}" -shared -fPIC -O1 -o "$FAST_CLOCK" "$ROOT/tests/cli/fast_clock.c"
}
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
	! grep -q $'il\a' shown || fail "$(cat -v shown)"
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
	! drawn || fail "$(cat -v shown)"
	local words
	for words in '--progress never' --quiet '--quiet --progress always'; do
		rm -rf index
		# shellcheck disable=SC2086
		held 1.6 --columns 100 -- ingest $words a.log
		! drawn || fail "$(cat -v shown)"
	done
	rm -rf index
	TERM=dumb held 1.6 --columns 100 -- ingest a.log
	! drawn || fail "$(cat -v shown)"
	rm -rf index
	held 0.2 --columns 100 -- ingest a.log
	! drawn || fail "$(cat -v shown)"
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

# fast MS COMMAND…: the program with a clock that goes on by so much each time it is looked at; stderr in the file "shown".
fast() {
	local ms=$1
	shift
	FAST_CLOCK_MS=$ms LD_PRELOAD=$FAST_CLOCK ASAN_OPTIONS=verify_asan_link_order=0 "$PIPELINE" "$@" 2>shown
}

some_logs() {
	local n
	for n in 1 2 3 4 5 6 7 8; do
		write_log "logs/$n.log" "base=$((n + 10))" "when=201$n-01-01T00:00:00Z" "W$n.exe" Srv.exe
	done
	pipeline ingest --quiet logs
}

# shows_of WHAT COMMAND…: it draws that, and has taken it away at the end.
shows_of() {
	local what=$1
	shift
	fast 400 "$@" --progress always >out || fail "$*: exits $?: $(cat shown)"
	drawings >lines
	grep -qE "^[0-9]+/[0-9] $what(, .*)?\$" lines || fail "$*: $(cat lines)"
	[ "$(tail -c 4 shown)" = $'\r\e[K' ] || fail "$*: a line is left"
	[ -s out ] || [ "$1" = report ] || [ "$1" = export ]
	fast 400 "$@" --progress never >again || true
	[ ! -s shown ] || fail "$*: shows for all that: $(cat shown)"
}

@test "walks over the index are drawn, each with what it counts, and taken away" {
	mkdir logs
	some_logs
	pipeline ingest --quiet --index other "$CASE"
	shows_of 'incidents checked' verify
	shows_of 'incidents derived' verify
	shows_of 'incidents compared' regroup --dry-run
	shows_of 'incidents grouped' regroup
	shows_of 'incidents looked at' query --recurring --since 2000-01-01
	shows_of 'incidents looked at' query --recurring --group-by frame --format json
	shows_of 'incidents looked at' diff 2014-01-01 2013-01-01
	shows_of 'incidents read' report --html page.html
	shows_of 'incidents printed' list
	shows_of 'incidents printed' show --all
	shows_of 'incidents printed' query --process '*' --format json
	shows_of 'chains printed' query --recurring --occurrences all
	rm -rf tables
	fast 400 export --out tables --progress always
	drawings | grep -qE '^[0-9]/8 incidents written' || fail "$(drawings)"
	fast 400 merge other --progress always
	drawings | grep -qE '^[01]/1 bundles (checked|merged)' || fail "$(drawings)"
	fast 400 gc --before 2015-01-01 --progress always
	drawings | grep -qE '^[0-9]/4 incidents removed' || fail "$(drawings)"
	fast 4000 compact --progress always
	drawings | grep -qE '^[0-9]+/[0-9]+ rows copied, [0-9.]+/[0-9.]+ [KM]B' || fail "$(drawings)"
}

@test "a walk on a terminal: the line is gone before the answer, and none is drawn in the first second" {
	mkdir logs
	some_logs
	local words="env FAST_CLOCK_MS=400 LD_PRELOAD=$FAST_CLOCK ASAN_OPTIONS=verify_asan_link_order=0 $PIPELINE"
	TERM=xterm script -qec "$words verify" /dev/null >screen
	grep -q 'incidents checked' screen
	grep -q $'\r\e\\[K8 bundles, 8 incidents and' screen || fail "$(cat -v screen)"
	TERM=xterm script -qec "'$PIPELINE' verify" /dev/null >screen
	! grep -q checked screen || fail "$(cat -v screen)"
	TERM=dumb script -qec "$words verify" /dev/null >screen
	! grep -q checked screen || fail "$(cat -v screen)"
}

@test "a line that a process drew which then died is taken away" {
	mkdir logs
	some_logs
	local words="env FAST_CLOCK_MS=400 FAST_CLOCK_DEATH=8 LD_PRELOAD=$FAST_CLOCK ASAN_OPTIONS=verify_asan_link_order=0 $PIPELINE"
	TERM=xterm script -qec "$words verify" /dev/null >screen || true
	grep -q 'incidents checked' screen || fail "$(cat -v screen)"
	grep -q $'\r\e\[Kpipeline: .*signal 9' screen || fail "$(cat -v screen)"
}

@test "an answer that goes into a file is followed while it is printed; one on the terminal, or in a pipe that may end there, is not" {
	mkdir logs
	some_logs
	local words="env FAST_CLOCK_MS=400 LD_PRELOAD=$FAST_CLOCK ASAN_OPTIONS=verify_asan_link_order=0 $PIPELINE"
	local asked="query --process '*' --format json"
	local printed='[1-8]/8 incidents printed'
	TERM=xterm script -qec "$words $asked >out" /dev/null >screen
	grep -q "$printed" screen || fail "$(cat -v screen)"
	[ "$(tail -c 4 screen)" = $'\r\e[K' ]
	"$PIPELINE" query --process '*' --format json | cmp - out
	TERM=xterm script -qec "$words $asked >/dev/null" /dev/null >screen
	grep -q "$printed" screen
	TERM=xterm script -qec "$words $asked" /dev/null >screen
	! grep -q "$printed" screen || fail "$(cat -v screen)"
	TERM=xterm script -qec "$words $asked | cat >out" /dev/null >screen
	! grep -q "$printed" screen || fail "$(cat -v screen)"
	TERM=xterm script -qec "$words $asked --progress always | cat >out" /dev/null >screen
	grep -q "$printed" screen
	# no line in the middle of a document
	fast 9000 query --process '*' --format json >out
	grep -q "^pipeline: $printed" shown
	FAST_CLOCK_MS=9000 LD_PRELOAD=$FAST_CLOCK ASAN_OPTIONS=verify_asan_link_order=0 "$PIPELINE" query --process '*' --format json >both 2>&1
	jq -e . both >/dev/null || fail "$(head -n 3 both)"
}

@test "where there is no terminal: a line every 30 seconds, of walks and of reading" {
	mkdir logs
	some_logs
	fast 1000 regroup --dry-run
	[ ! -s shown ]
	fast 9000 regroup --dry-run
	! drawn || fail "$(cat -v shown)"
	grep -qE '^pipeline: [1-8]/8 incidents compared' shown || fail "$(cat shown)"
	[ "$(wc -l <shown)" -le 4 ]
	fast 9000 verify --progress never
	[ ! -s shown ]
	fast 9000 ingest --deadline 0 "$CASE"
	! drawn || fail "$(cat -v shown)"
	grep -qE '^pipeline: [01]/1 bundles, .* incidents' shown || fail "$(cat shown)"
}
