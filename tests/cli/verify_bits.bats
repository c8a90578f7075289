#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline verify` and flipped bits: one is told, or it changes no answer.

load helper
load verify
setup() { verify_setup; }

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
	some_logs 1 270
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
