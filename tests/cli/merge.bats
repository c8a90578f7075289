#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# merge brings another index's bundles and incidents into this one: the answers are those of one index of both archives.

# shellcheck disable=SC2154  # bats sets output
load helper

# Two sites with archives of their own and one dump in common, in another packing; and an index of all of it.
setup() {
	fresh_index
	mkdir one two
	write_log one/a.log base=10 machine=TS10 A.exe B.exe C.exe
	write_log one/shared.log base=20 when=2012-03-10T17:22:09Z machine=TS12 clients=3 A.exe B.exe
	cp "$CASE" one/case.log
	cp "$PACKINGS/case.zip" two/case.zip
	cp one/shared.log two/again.log
	write_log two/b.log base=30 when=2014-03-10T17:22:09Z machine=TS14 ring=0 B.exe D.exe
	head -c 1000 "$PACKINGS/case.zip" >two/cut.zip
	export ONE=$BATS_TEST_TMPDIR/index-one TWO=$BATS_TEST_TMPDIR/index-two BOTH=$BATS_TEST_TMPDIR/index-both
	pipeline ingest --quiet --index "$ONE" one
	pipeline ingest --quiet --index "$TWO" two || [ $? -eq 4 ]
	pipeline ingest --quiet --index "$BOTH" one two || [ $? -eq 4 ]
}

# all_of INDEX: everything that it says.
all_of() (
	export PIPELINE_INDEX=$1
	dump_index && pipeline query --recurring --format json && pipeline stats --baseline '*' --format json &&
		pipeline quarantine list --format json
)

# same_answers INDEX OTHER: in all but in which run something came.
same_answers() {
	all_of "$1" >left.json
	all_of "$2" >right.json
	cmp left.json right.json || fail "$(diff <(jq . left.json) <(jq . right.json) | head -40)"
}

@test "into an index of its own archive, either way, and into one that is not there yet" {
	local index
	cp -r "$ONE" onto-one
	cp -r "$TWO" onto-two
	exits 0 pipeline merge --index onto-one "$TWO"
	[ "$output" = "4 bundles: 4 came, 0 replaced, 0 already in; 2 new incidents" ] || fail "$output"
	exits 0 pipeline merge --index onto-two "$ONE"
	exits 0 pipeline merge --index fresh "$TWO" "$ONE"
	for index in onto-one onto-two fresh; do
		same_answers "$index" "$BOTH"
		exits 0 pipeline verify --index "$index"
	done
	[ "$(stat -c %a fresh fresh/data.mdb)" = $'700\n600' ]
}

@test "again, it brings nothing, and the other one is left as it is" {
	local before
	before=$(sha256sum "$TWO/data.mdb")
	exits 0 pipeline merge --index "$ONE" "$TWO" --format json
	shows . '{"schema":"pipeline/merge/1","dry_run":false,"indexes":1,"bundles_added":4,"bundles_replaced":0,"bundles_kept":0,"incidents_added":2,"pins_added":0}'
	exits 0 pipeline merge --index "$ONE" "$TWO" --format json
	shows '[.bundles_added, .bundles_kept, .incidents_added]' '[0,4,0]'
	[ "$(sha256sum "$TWO/data.mdb")" = "$before" ] || fail "the other one was written to"
	same_answers "$ONE" "$BOTH"
}

@test "ingest of the other archive finds all of it in" {
	pipeline merge --index "$ONE" "$TWO"
	exits 4 pipeline ingest --index "$ONE" one two
	stderr_has '0 read, 7 already in'
}

@test "what comes is new since the last run; a merge of nothing is no run" {
	pipeline merge --index "$ONE" "$TWO"
	exits 0 pipeline query --index "$ONE" --new-since last-run --format json
	shows '[.groups[] | select(.status == "new") | .path[0]] | unique' '["B.exe","ProcessA.exe"]'
	pipeline merge --index "$ONE" "$TWO"
	exits 0 pipeline query --index "$ONE" --new-since last-run --format json
	shows '[.groups[] | select(.status == "new") | .path[0]] | unique' '["B.exe","ProcessA.exe"]'
}

@test "--dry-run says the same and writes nothing" {
	local before
	before=$(sha256sum "$ONE/data.mdb")
	exits 0 pipeline merge --index "$ONE" --dry-run "$TWO"
	[ "$output" = "4 bundles: 4 would come, 0 would be replaced, 0 already in; 2 new incidents" ] || fail "$output"
	[ "$(sha256sum "$ONE/data.mdb")" = "$before" ]
}

@test "pins come along, and none goes" {
	pipeline pin --index "$ONE" a.log
	pipeline pin --index "$TWO" b.log
	exits 0 pipeline merge --index "$ONE" "$TWO" --format json
	shows .pins_added 1
	exits 0 pipeline pin --index "$ONE" --format json
	shows '.incidents | length' 2
}

@test "a bundle at one path: the later state of the file is taken, whichever way" {
	mkdir state
	write_log state/x.log base=40 machine=OLD A.exe B.exe
	touch -d 2020-01-01 state/x.log
	pipeline ingest --quiet --index older state
	write_log state/x.log base=50 machine=NEW A.exe E.exe
	touch -d 2021-01-01 state/x.log
	pipeline ingest --quiet --index newer state
	cp -r older older-first
	cp -r newer newer-first
	exits 0 pipeline merge --index older-first newer --format json
	shows '[.bundles_added, .bundles_replaced, .bundles_kept]' '[0,1,0]'
	exits 0 pipeline merge --index newer-first older --format json
	shows '[.bundles_added, .bundles_replaced, .bundles_kept]' '[0,0,1]'
	same_answers older-first newer
	same_answers newer-first newer
	exits 0 pipeline verify --index older-first
}

@test "what gc has taken out of a bundle that is in does not come back" {
	cp -r "$ONE" thin
	pipeline gc --index thin --before 2011-01-01
	all_of thin >before.json
	exits 0 pipeline merge --index thin "$ONE"
	all_of thin | cmp - before.json
}

@test "a damaged one is refused, and nothing is changed" {
	local before at size
	before=$(sha256sum "$ONE/data.mdb")
	size=$(stat -c %s "$TWO/data.mdb")
	cp "$TWO/data.mdb" whole.mdb
	at=$(grep -aobF case.zip "$TWO/data.mdb" | head -n 1 | cut -d: -f1)
	printf X | dd of="$TWO/data.mdb" bs=1 seek="$at" conv=notrunc status=none
	exits 2 pipeline merge --index "$ONE" "$TWO"
	stderr_has 'index-two'
	[ "$(sha256sum "$ONE/data.mdb")" = "$before" ] || fail "it was written to"
	head -c $((size / 2)) whole.mdb >"$TWO/data.mdb"
	exits 2 pipeline merge --index "$ONE" "$TWO"
	[ "$(sha256sum "$ONE/data.mdb")" = "$before" ] || fail "it was written to"
	exits 2 pipeline merge --index none "$TWO"
	[ ! -e none ] || fail "an index was made for nothing"
}

@test "killed at any moment, it is whole, and goes on when it is given again" {
	local index=$BATS_TEST_TMPDIR/killed delay
	for delay in 0.001 0.004 0.008 0.015 0.03; do
		timeout -s KILL "$delay" "$PIPELINE" merge --index "$index" "$ONE" "$TWO" >/dev/null 2>&1 || :
		[ ! -e "$index/data.mdb" ] || exits 0 pipeline verify --index "$index"
	done
	exits 0 pipeline merge --index "$index" "$ONE" "$TWO"
	same_answers "$index" "$BOTH"
}

@test "wrong usage, a missing one, itself, and another writer" {
	exits 2 pipeline merge --index "$ONE"
	stderr_has 'no index given'
	exits 2 pipeline merge --index "$ONE" nowhere
	stderr_has nowhere
	exits 2 pipeline merge --index "$ONE" ''
	exits 2 pipeline merge --index "$ONE" "$ONE/../index-one"
	stderr_has 'merged into'
	ln -s "$ONE" same
	exits 2 pipeline merge --index "$ONE" same
	mkfifo feed
	"$PIPELINE" ingest --quiet --lock wait --index "$ONE" - <feed >/dev/null 2>&1 3>&- &
	exec 9>feed
	local tries=0
	until run "$PIPELINE" ingest --index "$ONE" --lock fail one && [ "$status" -eq 75 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || fail "nobody holds the index"
		sleep 0.01
	done
	exits 75 pipeline merge --index "$ONE" "$TWO"
	exits 75 pipeline merge --index "$ONE" --lock skip "$TWO"
	exits 0 pipeline merge --index fresh "$ONE"
	cat "$CASE" >&9
	exec 9>&-
	wait
	exits 0 pipeline merge --index "$ONE" --lock wait "$TWO"
}
