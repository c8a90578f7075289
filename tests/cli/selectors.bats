#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The selectors of `query` and `list`: five dumps of four machines, picked by every property.

load helper

# a: WEB01 6002  b: WEB02 7601  c: DB01 6002 (deadlock)  d: DB02 7601 (semicircular)  e: no banner
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local seven='Windows 7 Kernel'
	mkdir web db
	write_log web/a.log base=10 machine=WEB01 when=2010-03-10T10:00:00Z ticks=640 App.exe Srv.exe
	write_log web/b.log base=20 machine=WEB02 when=2011-03-10T10:00:00Z ticks=6400 os="$seven" build=7601 \
		App.exe Mid.exe Srv.exe
	write_log db/c.log base=30 machine=DB01 when=2012-03-10T10:00:00Z ticks=64000 ring=0 App.exe Lck.exe
	write_log db/d.log base=40 machine=DB02 when=2013-03-10T10:00:00Z ticks=12800 os="$seven" build=7601 \
		App.exe Brk.exe App.exe
	sed 's/ProcessA/App/' "$CASE" >db/e.log
	export PIPELINE_INDEX=$BATS_FILE_TMPDIR/index
	pipeline ingest web db
}

setup() { cd "$BATS_FILE_TMPDIR" || return; }

# picks WANTED OPTION…: query and list find the dumps whose letters make up WANTED.
picks() {
	local want=$1 filter='map(.bundle | sub(".*/"; "") | sub("\\.log$"; "")) | sort | join("")' code=0
	shift
	[ -n "$want" ] || code=1
	exits "$code" pipeline query --chain App.exe "$@" --format json
	shows "[.groups[].occurrences[]] | $filter" "$want"
	holds '[.groups[] | (.occurrences | map(.incident) | unique | length) == .incidents] | all'
	exits "$code" pipeline list "$@" --format json
	shows ".incidents | $filter" "$want"
}

# The same for selectors of chains, where `list` has nothing to select by.
picks_chains() {
	local want=$1 code=0
	shift
	[ -n "$want" ] || code=1
	exits "$code" pipeline query --chain App.exe "$@" --format json
	shows '[.groups[].occurrences[].bundle | sub(".*/"; "") | sub("\\.log$"; "")] | sort | join("")' "$want"
}

@test "none: everything" {
	picks abcde
}

@test "--since and --until take a date" {
	picks cd --since 2012-01-01
	picks ab --until 2012-01-01
	picks bc --since 2011-01-01 --until 2012-12-31
	picks '' --since 2020-01-01
}

@test "--since and --until take RFC 3339 with a zone" {
	picks bcd --since 2010-03-10T10:00:01Z
	picks abcd --since 2010-03-10T09:59:59Z
	picks abcd --since 2010-03-10T10:30:00+01:00
	picks bcd --since 2010-03-10T09:30:00-01:00
	picks a --until 2011-03-10T09:59:59.999Z
}

@test "--since: what is no time is exit 2 with the word quoted" {
	for word in yesterdaz 2010-13-01 2010-02-30 2010-03-10T25:00:00Z; do
		exits 2 pipeline query --chain App.exe --since "$word" --format json
		stdout_is_empty
		stderr_has "$word"
	done
	exits 2 pipeline list --until '' --format json
}

@test "--machine" {
	picks a --machine WEB01
	picks a --machine web01
	picks ab --machine 'WEB*'
	picks '' --machine WEB
	picks '' --machine NOSUCH
}

@test "--os takes what list shows, or a pattern" {
	local os
	os=$(pipeline list --machine WEB01 --format json | jq -r '.incidents[0].os')
	[[ $os == Windows* ]] || fail "os is $os"
	picks ac --os "$os"
	picks ac --os '*2008 SP2*'
	picks '' --os 'NoSuchSystem'
}

@test "--build" {
	picks ac --build 6002
	picks bd --build 7601
	picks '' --build 1
	exits 2 pipeline query --chain App.exe --build many --format json
	stderr_has many
}

@test "--bundle GLOB" {
	picks a --bundle '*a.log'
	picks ab --bundle '*/web/*'
	picks cde --bundle '*/db/?.log'
	picks '' --bundle '*.zip'
}

@test "--cycle" {
	picks_chains c --cycle thread
	picks_chains d --cycle process
	picks_chains cd --cycle any
	exits 2 pipeline query --chain App.exe --cycle maybe --format json
	stderr_has maybe
}

@test "--min-wait SECONDS" {
	picks_chains bcde --min-wait 99
	picks_chains cde --min-wait 150.5
	picks_chains c --min-wait 1000
	picks_chains '' --min-wait 1001
	exits 2 pipeline query --chain App.exe --min-wait long --format json
	stderr_has long
	exits 2 pipeline query --chain App.exe --min-wait -1 --format json
}

@test "selectors are combined with AND" {
	picks b --build 7601 --machine 'WEB*'
	picks c --build 6002 --since 2011-01-01 --bundle '*/db/*'
	picks '' --build 6002 --machine WEB02
	picks_chains '' --cycle thread --machine DB02
}

@test "--limit and --offset: pages that make up the whole" {
	local all one=() n
	all=$(pipeline query --chain App.exe --format json | jq -c '.groups | map(.signature)')
	[ "$(jq length <<<"$all")" -eq 5 ]
	for n in 0 1 2 3 4; do
		one+=("$(pipeline query --chain App.exe --limit 1 --offset "$n" --format json |
			jq -c '.groups | map(.signature)')")
	done
	[ "$(printf '%s\n' "${one[@]}" | jq -cs add)" = "$all" ] || fail "$all" "${one[@]}"
	exits 0 pipeline query --chain App.exe --limit 2 --offset 3 --format json
	shows '.groups | map(.signature)' "$(jq -c '.[3:5]' <<<"$all")"
	exits 1 pipeline query --chain App.exe --offset 5 --format json
	shows .groups '[]'
}

@test "list: --limit and --offset; newest first" {
	exits 0 pipeline list --format json
	shows '.incidents | map(.session_time | values | .[:4])' '["2013","2012","2011","2010"]'
	exits 0 pipeline list --limit 2 --offset 1 --since 2010-01-01 --format json
	shows '.incidents | map(.machine)' '["DB01","WEB02"]'
	exits 1 pipeline list --offset 9 --format json
	shows .incidents '[]'
}

@test "--limit, --offset: what is no number is exit 2" {
	for word in -1 ten 1x ''; do
		exits 2 pipeline query --chain App.exe --limit="$word" --format json
		stdout_is_empty
		exits 2 pipeline list --offset="$word" --format json
		stdout_is_empty
	done
}

@test "list: --cycle and --min-wait ask for incidents with such a chain" {
	pipeline ingest "$LOGS" 2>/dev/null
	exits 0 pipeline list --cycle thread --bundle "$LOGS/*" --format json
	shows '[.incidents[].bundle | split("/")[-1]]' '["semicircular.log"]'
	exits 0 pipeline list --min-wait 222 --bundle 'case*' --format json
	shows '.incidents | length' 1
	exits 1 pipeline list --min-wait 222.1 --bundle 'case*' --format json
	exits 2 pipeline list --cycle round
}
