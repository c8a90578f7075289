#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline verify`: an index that came about in whatever way is sound; what it needs, and what it leaves.

load helper
load verify
setup() { verify_setup; }

@test "verify: an index is sound after each thing that is done to it" {
	some_logs 1 30
	pipeline ingest ./*.log "$LOGS" "$PACKINGS" 2>/dev/null
	is_sound
	pipeline ingest ./*.log 2>/dev/null
	is_sound
	# The same dumps with other chains, one that is gone, one that moved to another file, one that is now twice.
	sed -i 's/Mid5/Changed/' 5.log
	sed '/^0: kd> !thread/,$d' 6.log >6.new && mv 6.new 6.log
	cp 8.log 8.copy.log
	sed 's/Mid9/Other/' 9.log >9.copy.log
	cat 10.log >>11.log
	pipeline ingest ./*.log 2>/dev/null
	is_sound
	pipeline regroup 2>/dev/null
	is_sound
	pipeline pin "$(pipeline list --bundle 1.log -f jsonl | jq -r .incident)"
	pipeline gc --before 2010-03-10T17:00:20Z --keep-pinned
	is_sound
	pipeline compact
	is_sound
	touch 3.log
	pipeline ingest ./*.log 2>/dev/null
	is_sound
	pipeline gc --before 2030-01-01
	is_sound
	pipeline compact
	is_sound
}

@test "verify: without incidents, too" {
	echo nothing >nothing.log
	pipeline ingest nothing.log 2>/dev/null || [ $? -eq 4 ]
	exits 0 pipeline verify --format json
	shows '[.sound, .incidents, .rows]' '[true,0,0]'
}

@test "verify: no index is exit 2, so are operands and unknown formats" {
	exits 2 pipeline verify
	stderr_has 'no index'
	pipeline ingest "$CASE" 2>/dev/null
	exits 2 pipeline verify surplus
	exits 2 pipeline verify --format csv
	exits 2 pipeline verify --format dot
}

@test "verify: a folder and files that nobody may write" {
	pipeline ingest "$CASE" 2>/dev/null
	rm -f "$PIPELINE_INDEX/lock.mdb"
	chmod 0444 "$PIPELINE_INDEX"/*
	chmod 0555 "$PIPELINE_INDEX"
	before=$(sha256sum "$PIPELINE_INDEX"/*)
	reader=()
	# Root may write what nobody may.
	[ "$(id -u)" -ne 0 ] || reader=(setpriv "--bounding-set=-dac_override,-dac_read_search")
	exits 0 "${reader[@]}" "$PIPELINE" verify
	stderr_is_empty
	[ "$(sha256sum "$PIPELINE_INDEX"/*)" = "$before" ]
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "verify: no room for its scratch is exit 2 with a message, and no damage" {
	pipeline ingest "$CASE" 2>/dev/null
	TMPDIR=/nonexistent exits 2 pipeline verify
	stderr_has '/nonexistent'
	! grep -q damaged <<<"$stderr" || fail "$stderr"
}

@test "verify: output that cannot be written is exit 2" {
	pipeline ingest "$CASE" 2>/dev/null
	run bash -c '"$PIPELINE" verify >/dev/full'
	[ "$status" -eq 2 ] || fail "exits $status"
}
