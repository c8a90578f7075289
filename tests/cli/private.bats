#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What an index holds is nobody else's: its folder and files are for their owner alone, whatever the umask allows.

load helper
setup() { fresh_index; }

# The modes of an index's folder and of everything in it, each once.
modes() { find "$PIPELINE_INDEX" -printf '%y %m\n' | sort -u; }

@test "folder 0700, files 0600, under a umask that would let everybody in" {
	umask 000
	pipeline ingest "$CASE"
	pipeline list >/dev/null
	[ "$(modes)" = $'d 700\nf 600' ] || fail "$(ls -laR "$PIPELINE_INDEX")"
	pipeline compact
	[ "$(modes)" = $'d 700\nf 600' ] || fail "after compact: $(ls -laR "$PIPELINE_INDEX")"
}

@test "a umask that takes more is respected" {
	umask 277
	mkdir -m 700 "$PIPELINE_INDEX"
	pipeline ingest "$CASE" || [ "$(id -u)" -ne 0 ]
	find "$PIPELINE_INDEX" -type f -printf '%m\n' >modes
	! grep -vqx '400' modes || fail "$(cat modes)"
}
