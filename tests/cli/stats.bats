#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline stats`: what the index holds, and what of the logs was not understood.

load helper
setup() { fresh_index; }

@test "stats: the counts are those of list" {
	pipeline ingest "$CASE" 2>/dev/null
	pipeline list --format json >list.json
	pipeline stats --format json >stats.json
	for key in processes zombies threads chains; do
		[ "$(jq "[.incidents[].$key] | add" list.json)" = "$(jq ".$key" stats.json)" ] || fail "$key"
	done
	[ "$(jq .incidents stats.json)" = 1 ]
	[ "$(jq 'has("unknown_kinds")' stats.json)" = false ]
	pipeline stats | grep -qx '13 zombies'
}

@test "stats --unknown-lines: kinds of lines, most first, each with an example" {
	{
		cat "$CASE"
		echo '0: kd> !newthing'
		for i in 1 2 3; do echo "Flux capacitor $i is idle"; done
		echo 'Warp coil ready'
	} >odd.log
	pipeline ingest odd.log 2>/dev/null
	pipeline stats --unknown-lines --format json >stats.json
	[ "$(jq -r '.unknown_kinds[0].kind' stats.json)" = '!newthing: Flux capacitor # is' ]
	[ "$(jq -r '.unknown_kinds[0].lines' stats.json)" = 3 ]
	[ "$(jq -r '.unknown_kinds[0].example' stats.json)" = 'Flux capacitor 1 is idle' ]
	[ "$(jq -r '.unknown_lines' stats.json)" = 4 ]
	pipeline stats --unknown-lines | grep -q 'Warp coil ready'
	[ "$(pipeline show odd.log --format json | jq '.unknown_lines[0].line')" = 209 ]
}

@test "stats: under which confinement archives were read the last time" {
	local landlock seccomp
	landlock=$(pipeline --version -v | sed -n 's/^Landlock: ABI //p')
	seccomp=$(pipeline --version -v | grep -q '^seccomp: yes' && echo true || echo false)
	pipeline ingest "$CASE"
	exits 0 pipeline stats --format json
	shows '.confinement.run' 1
	shows '.confinement.landlock' "${landlock:-null}"
	shows '.confinement.seccomp' "$seccomp"
	pipeline ingest --sandbox=off "$LOGS/repeated_listings.log"
	exits 0 pipeline stats --format json
	holds '.confinement == {"run": 2, "landlock": null, "seccomp": false}'
	# Nobody reads what is in already.
	pipeline ingest "$CASE"
	exits 0 pipeline stats --format json
	shows '.confinement.run' 2
	pipeline stats | grep -qx 'read in run 2 under: no Landlock, no seccomp'
}

@test "stats: no index is exit 2, operands are refused" {
	exits 2 pipeline stats
	pipeline ingest "$CASE" 2>/dev/null
	exits 2 pipeline stats surplus
}
