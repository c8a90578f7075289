#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline verify`: an index that came about in whatever way is sound, and no flipped bit passes: it is told, or it changes no
# answer.

load helper
setup() {
	fresh_index
	export TMPDIR=$BATS_TEST_TMPDIR/scratch
	mkdir "$TMPDIR"
}

# some_logs FIRST LAST: logs N.log with chains, and zombies in every third of them.
some_logs() {
	write_log template machine=MACHINE App.exe Mid.exe Srv.exe
	python3 - "$@" <<-'EOF' | "$ROOT/tests/cli/logs.py" template
		import json, sys
		zombie = ("PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n"
		          "    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Zombie%d.exe\n\n")
		for i in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
		    dead = "".join(zombie % (n * 0x1000 + 0x10, 0x2000 + 4 * n, n % 3) for n in range(i % 3 * 10))
		    print(json.dumps({"file": f"{i}.log", "append": dead, "replace": {
		        "Mar 10 17:22:09": f"Mar 10 17:{i // 60 % 60:02}:{i % 60:02}", "MACHINE": f"TS{i % 40}",
		        "Mid.exe": f"Mid{i}.exe", "Srv.exe": f"Srv{i % 7}.exe"}}))
	EOF
	rm template
}

is_sound() {
	exits 0 pipeline verify --format json
	shows '[.schema, .sound, .problems_found, .problems]' '["pipeline/verify/1",true,0,[]]'
	[ "$(jq .incidents <<<"$output")" -eq "$(pipeline list --format jsonl | wc -l)" ]
	exits 0 pipeline verify
	stderr_is_empty
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
}

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

# --- flipped bits ---------------------------------------------------------------------------------

put_byte() { printf "\\x$2" | dd of="$PIPELINE_INDEX/data.mdb" bs=1 seek="$1" conv=notrunc status=none; }

# Everything that can be asked, with how it ended; not how much room the next writer will find.
answers() {
	local words code
	for words in list 'show --all' 'query --recurring' 'query --chain *' 'query --zombies 1' 'query --special' \
		'query --process Mid7.exe' stats; do
		code=0
		(set -f && timeout 10 "$PIPELINE" $words --format json >answer 2>&1) 2>/dev/null || code=$?
		grep -v '^  "free_bytes":' answer || true
		echo "exit $code of $words"
	done
}

# silence OFFSET OLD NEW KIND: verify has said nothing, so nothing may have changed.
silence() {
	answers >now
	cmp -s before now || {
		echo "$*: verify says nothing, but"
		diff before now | head -n 10 | cut -c1-200
	} >>wrong
}

# flip_bits COUNT SEED [KIND]
flip_bits() {
	local at old new kind code told=0 silent=0
	answers >before
	! grep '^exit [^0]' before || fail "an answer is missing"
	"$ROOT/tests/cli/lmdb_flip.py" "$PIPELINE_INDEX/data.mdb" "$@" >places
	while read -r at old new kind; do
		put_byte "$at" "$new"
		code=0
		timeout 10 "$PIPELINE" verify >out 2>err || code=$?
		case $code in
		0)
			silence "$at" "$old" "$new" "$kind"
			silent=$((silent + 1))
			;;
		2)
			[ -s err ] || echo "$at $old $new $kind: exit 2 without a word" >>wrong
			told=$((told + 1))
			;;
		*) echo "$at $old $new $kind: exit $code: $(cat err)" >>wrong ;;
		esac
		put_byte "$at" "$old"
	done <places
	[ ! -e wrong ] || fail "$(cat wrong)"
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
	# Most of what is in use means something.
	[ "$told" -gt "$silent" ]
	answers >now
	cmp before now
}

@test "verify: one bit at 300 places, each is told or changes nothing" {
	some_logs 1 300
	pipeline ingest ./*.log "$LOGS" 2>/dev/null
	"$ROOT/tests/cli/lmdb_flip.py" "$PIPELINE_INDEX/data.mdb" 6 1 >kinds
	for kind in branch leaf leaf2 overflow; do
		grep -q " $kind\$" kinds || fail "no page of kind $kind"
	done
	flip_bits 300 20260101
}

@test "verify: a header that would give way to the older one" {
	local newest byte bit
	write_log a.log base=10 A.exe B.exe
	write_log b.log base=20 when=2011-01-01T00:00:00Z C.exe D.exe
	pipeline ingest --quiet a.log
	pipeline ingest --quiet b.log
	newest=$(python3 -c 'import struct, sys
bytes = open(sys.argv[1], "rb").read()
print(max((struct.unpack_from("<Q", bytes, at)[0], at) for at in (144, 4096 + 144))[1])' "$PIPELINE_INDEX/data.mdb")
	byte=$(od -An -tu1 -j "$newest" -N 1 "$PIPELINE_INDEX/data.mdb")
	for bit in 1 4 8 128; do
		put_byte "$newest" "$(printf %02x $((byte ^ bit)))"
		exits 2 pipeline verify
		stderr_has headers
	done
	put_byte "$newest" "$(printf %02x "$byte")"
	is_sound
}
