#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# gc takes incidents out by their session time and leaves no trace of them; pin says which to keep.

# shellcheck disable=SC2154  # bats sets output
load helper

# Three dumps of 2010, 2012 and 2014, and one without a time.
setup() {
	fresh_index
	mkdir bundles
	write_log bundles/old.log base=10 when=2010-03-10T17:22:09Z machine=TS10 A.exe B.exe
	write_log bundles/middle.log base=20 when=2012-03-10T17:22:09Z machine=TS12 A.exe B.exe C.exe
	write_log bundles/new.log base=30 when=2014-03-10T17:22:09Z machine=TS14 A.exe B.exe
	cp "$CASE" bundles/timeless.log
	pipeline ingest bundles
}

machines() { jq -rc '[.incidents[].machine]' <<<"$output"; }

@test "what is older goes, the rest stays, and queries follow" {
	exits 0 pipeline gc --before 2012-06-01
	[ "$output" = "2 incidents removed, 2 stayed, 1 of them without a session time" ] || fail "$output"
	exits 0 pipeline list --format json
	[ "$(machines)" = '["TS14",null]' ] || fail "$output"
	exits 0 pipeline query --chain '^A.exe' --format json
	shows '[.groups[] | [.path, .incidents]]' '[[["A.exe","B.exe"],1]]'
	exits 1 pipeline query --chain C.exe
	exits 1 pipeline show old.log
	stderr_has 'holds no incident'
	exits 0 pipeline show new.log
}

@test "the answers are those of an index that never had them" {
	pipeline gc --before 2013-01-01
	dump_index >thinned.json
	rm bundles/old.log bundles/middle.log
	export PIPELINE_INDEX=$BATS_TEST_TMPDIR/other
	pipeline ingest bundles
	dump_index >never.json
	cmp thinned.json never.json
}

@test "the next ingest skips what has not changed; what has comes in again" {
	pipeline gc --before 2013-01-01
	exits 0 pipeline ingest bundles
	stderr_has '0 read, 4 already in'
	exits 0 pipeline list --format json
	shows '.incidents | length' 2
	touch -d '2020-01-01' bundles/old.log
	exits 0 pipeline ingest bundles
	stderr_has '0 read, 4 already in'
	echo >>bundles/old.log
	exits 0 pipeline ingest bundles
	stderr_has '1 read, 3 already in'
	exits 0 pipeline list --machine TS10 --format json
	shows '.incidents | length' 1
}

@test "--before is not at: the very moment stays" {
	exits 0 pipeline gc --before 2012-03-10T17:22:09Z --format json
	shows . '{"schema":"pipeline/gc/1","dry_run":false,"removed":1,"stayed":3,"stayed_pinned":0,"stayed_without_time":1}'
	exits 0 pipeline gc --before 2012-03-10T17:22:09.001Z --format json
	shows .removed 1
	exits 0 pipeline gc --before 2012-03-10T17:22:09.001Z --format json
	shows '[.removed, .stayed]' '[0,2]'
}

@test "--dry-run says the same and changes nothing" {
	local before
	before=$(sha256sum "$PIPELINE_INDEX/data.mdb")
	exits 0 pipeline gc --before 2013-01-01 --dry-run
	[ "$output" = "2 incidents would be removed, 2 would stay, 1 of them without a session time" ] || fail "$output"
	exits 0 pipeline gc --before 2013-01-01 --dry-run --format json
	shows '[.dry_run, .removed, .stayed]' '[true,2,2]'
	[ "$(sha256sum "$PIPELINE_INDEX/data.mdb")" = "$before" ]
}

@test "a dump that lies in two bundles goes out of both" {
	cp bundles/old.log bundles/copy.log
	pipeline ingest bundles
	exits 0 pipeline gc --before 2011-01-01 --format json
	shows .removed 1
	exits 1 pipeline list --machine TS10
	exits 0 pipeline ingest bundles
	stderr_has '0 read, 5 already in'
	exits 1 pipeline list --machine TS10
}

@test "pinned incidents stay when they are to, else they go with their pins" {
	exits 0 pipeline pin old.log
	stderr_has '1 incident newly pinned'
	exits 0 pipeline gc --before 2013-01-01 --keep-pinned
	[ "$output" = "1 incident removed, 3 stayed, 1 of them pinned, 1 of them without a session time" ] ||
		fail "$output"
	exits 0 pipeline list --machine TS10
	exits 0 pipeline gc --before 2013-01-01
	exits 1 pipeline list --machine TS10
	exits 0 pipeline pin --format json
	shows .incidents '[]'
}

@test "pin: lists, twice is once, --remove takes away" {
	local id
	exits 0 pipeline pin --format json
	shows . '{"schema":"pipeline/pin/1","incidents":[]}'
	exits 0 pipeline pin
	stdout_is_empty
	id=$(pipeline list --machine TS12 --format json | jq -r '.incidents[0].incident')
	exits 0 pipeline pin "${id:0:6}" new.log
	stdout_is_empty
	stderr_has '2 incidents newly pinned'
	exits 0 pipeline pin middle.log
	stderr_has '0 incidents'
	exits 0 pipeline pin --format json
	holds '[.incidents[].machine] | sort == ["TS12", "TS14"]'
	holds ".incidents[] | select(.machine == \"TS12\") | .incident == \"$id\" and .session_time == \"2012-03-10T17:22:09.000Z\""
	exits 0 pipeline pin
	grep -q "$id  2012-03-10T17:22:09.000Z .*/bundles/middle.log" <<<"$output" || fail "$output"
	exits 0 pipeline pin --remove new.log "$id"
	stderr_has '2 incidents no longer pinned'
	exits 0 pipeline pin --format json
	shows .incidents '[]'
}

@test "a pin outlives its incident, and can be taken away all the same" {
	local id
	id=$(pipeline list --machine TS10 --format json | jq -r '.incidents[0].incident')
	pipeline pin "$id"
	echo nothing >bundles/old.log
	pipeline ingest bundles
	exits 0 pipeline pin --format json
	shows '.incidents[0] | [.incident, .bundle, .session_time]' "[\"$id\",null,null]"
	exits 0 pipeline pin
	grep -q "$id .*not in the index" <<<"$output" || fail "$output"
	exits 0 pipeline pin --remove "${id:0:5}"
	exits 0 pipeline pin
	stdout_is_empty
}

@test "one wrong name: exit 2, and none is pinned" {
	exits 2 pipeline pin old.log nowhere.log
	stderr_has 'nowhere.log'
	exits 0 pipeline pin
	stdout_is_empty
}

@test "pins stay through compact and ingest" {
	pipeline pin old.log
	pipeline compact
	touch bundles/old.log
	pipeline ingest bundles
	exits 0 pipeline pin --format json
	shows '.incidents | length' 1
}

@test "wrong usage and no index: exit 2, and no index is made" {
	exits 2 pipeline gc
	stderr_has before
	exits 2 pipeline gc --before yesterday
	stderr_has yesterday
	exits 2 pipeline gc --before 2012-01-01 more
	exits 2 pipeline pin --remove
	exits 2 pipeline pin old.log --format json
	exits 2 pipeline gc --index none --before 2012-01-01
	stderr_has 'no index'
	exits 2 pipeline pin --index none old.log
	[ ! -e none ]
}
