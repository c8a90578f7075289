#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a terminal gets: the pager, colours, lines that fit.

# shellcheck disable=SC2030,SC2031  # each test is a subshell, and sets its own environment
load helper
setup() {
	fresh_index
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminals here"
	pipeline ingest "$CASE" 2>/dev/null
	unset NO_COLOR PAGER
	export PIPELINE_PAGER="sed 's/^/paged /'"
}

# on COMMAND: a terminal's screen after it, of 80 columns unless it says otherwise.
on() { on_terminal C.UTF-8 "stty cols 80; $1"; }

escapes() { grep -c $'\e\[' || true; }

@test "the pager: for text on a terminal, of commands that print for people" {
	local words
	for words in list 'query --chain ProcessA.exe' "show $CASE" "advise $CASE" stats 'help list' config \
		'quarantine list' pin; do
		on "'$PIPELINE' --color never $words" >screen
		! grep -v '^paged ' screen || fail "$words: $(cat screen)"
	done
	[ "$(on "'$PIPELINE' list" | wc -l)" -ge 2 ]
	for words in 'list -f json' "show $CASE -f json" 'list -f csv' 'list --help' 'verify' 'schema' "ingest $CASE" 'completion --list'; do
		on "'$PIPELINE' $words" >screen
		[ -s screen ]
		! grep -q '^paged ' screen || fail "$words: $(cat screen)"
	done
	pipeline list >file
	! grep -q '^paged ' file || fail "$(cat -v file)"
}

@test "which pager: --pager, \$PIPELINE_PAGER, the config file, \$PAGER, less; and none" {
	mkdir -p bin "$XDG_CONFIG_HOME/pipeline"
	printf '#!/bin/sh\necho "LESS=$LESS LV=$LV"\nexec cat\n' >bin/less
	chmod +x bin/less
	export PATH=$PWD/bin:$PATH PAGER="sed 's/^/pager /'"
	unset LESS LV
	on "'$PIPELINE' --pager 'sed s/^/line./' list" | grep -q '^line.*INCIDENT'
	on "'$PIPELINE' list" | grep -q '^paged .*INCIDENT'
	echo "pager = sed 's/^/configured /'" >"$XDG_CONFIG_HOME/pipeline/config"
	on "env -u PIPELINE_PAGER '$PIPELINE' list" | grep -q '^configured .*INCIDENT'
	rm "$XDG_CONFIG_HOME/pipeline/config"
	on "env -u PIPELINE_PAGER '$PIPELINE' list" | grep -q '^pager .*INCIDENT'
	on "env -u PIPELINE_PAGER -u PAGER '$PIPELINE' list" | grep -qx 'LESS=FRX LV=-c'
	on "env -u PIPELINE_PAGER -u PAGER LESS=R '$PIPELINE' list" | grep -qx 'LESS=R LV=-c'
	for words in '--no-pager list' 'list --no-pager' '--pager cat list' "--pager= list"; do
		on "'$PIPELINE' --color never $words" | grep -q '^INCIDENT' || fail "$words"
	done
	on "PIPELINE_PAGER= '$PIPELINE' --color never list" | grep -q '^INCIDENT'
	on "TERM=dumb '$PIPELINE' list" | grep -q '^INCIDENT'
}

@test "where there is no less, the output is there all the same" {
	mkdir bin
	on "unset PIPELINE_PAGER PAGER; PATH=$PWD/bin '$PIPELINE' --color never list" | grep -q '^INCIDENT'
}

@test "the exit status is the command's, also through a pager; what is left early ends it" {
	local status
	on "'$PIPELINE' query --chain NoSuch.exe; echo status \$?" | grep -qx 'status 1'
	on "'$PIPELINE' show 0123; echo status \$?" | grep -qx 'status 1'
	on "'$PIPELINE' list --format nonsense; echo status \$?" | grep -qx 'status 2'
	on "'$PIPELINE' list; echo status \$?" | grep -qx 'status 0'
	on "'$PIPELINE' --pager false list; echo status \$?" | grep -qE 'status (0|141)'
	on "'$PIPELINE' --pager 'head -n 1' show '$CASE'; echo status \$?" >screen
	grep -qE 'status (0|141)' screen || fail "$(cat screen)"
}

@test "messages go the way of the output and in its order" {
	write_log other.log A.exe B.exe
	pipeline ingest other.log 2>/dev/null
	on "'$PIPELINE' --color never query --recurring --limit 1" >screen
	[ "$(tail -n 1 screen)" = 'paged pipeline: 1 of 2 groups shown' ] || fail "$(cat screen)"
	on "'$PIPELINE' --no-pager --color never query --recurring --limit 1" >screen
	[ "$(tail -n 1 screen)" = 'pipeline: 1 of 2 groups shown' ] || fail "$(cat screen)"
	on "'$PIPELINE' --color never query --recurring --limit 1 2>messages" >screen
	[ "$(cat messages)" = 'pipeline: 1 of 2 groups shown' ]
}

@test "the shell gets the terminal back when the pager has left, not before" {
	on "'$PIPELINE' --pager 'sleep 1; cat; echo left' --color never list; echo back" >screen
	[ "$(tail -n 2 screen | tr '\n' ' ')" = 'left back ' ] || fail "$(cat screen)"
}

@test "colours: on a terminal that can, and by --color, its variable, NO_COLOR, the config file" {
	local words
	export PIPELINE_PAGER=cat
	has() { [ "$(on "$2" | escapes)" -gt 0 ] || fail "none: $2"; }
	none() { [ "$(on "$2" | escapes)" -eq 0 ] || fail "some: $2" "$(on "$2" | cat -v)"; }
	for words in list 'query --recurring' "show $CASE" "advise $CASE" stats; do
		has . "'$PIPELINE' $words"
		none . "NO_COLOR=1 '$PIPELINE' $words"
		none . "TERM=dumb '$PIPELINE' $words"
		none . "env -u TERM '$PIPELINE' $words"
		none . "'$PIPELINE' $words --color never"
		none . "PIPELINE_COLOR=never '$PIPELINE' $words"
	done
	has . "NO_COLOR= '$PIPELINE' list"
	has . "NO_COLOR=1 '$PIPELINE' --color always list"
	has . "NO_COLOR=1 PIPELINE_COLOR=always '$PIPELINE' list"
	mkdir -p "$XDG_CONFIG_HOME/pipeline"
	echo 'color = always' >"$XDG_CONFIG_HOME/pipeline/config"
	none . "NO_COLOR=1 '$PIPELINE' list"
	[ "$(pipeline list | escapes)" -gt 0 ]
	[ "$(pipeline list -f json | escapes)" -eq 0 ]
	[ "$(pipeline list -f csv | escapes)" -eq 0 ]
	rm "$XDG_CONFIG_HOME/pipeline/config"
	[ "$(pipeline list | escapes)" -eq 0 ]
	[ "$(pipeline list --color=always | escapes)" -gt 0 ]
}

@test "colours are all that they add" {
	local words
	for words in list 'query --recurring' 'query --chain ProcessA.exe' "show $CASE" "advise $CASE" stats; do
		# shellcheck disable=SC2086  # words
		pipeline $words >plain
		# shellcheck disable=SC2086
		pipeline $words --color always | sed 's/\x1b\[[0-9;]*m//g' >stripped
		diff plain stripped
	done
}

@test "drawing: arrows where the locale has them and the terminal can, else ASCII" {
	export PIPELINE_PAGER=cat
	on "'$PIPELINE' show '$CASE'" | grep -q '─alpc→'
	on "TERM=dumb '$PIPELINE' show '$CASE'" >screen
	grep -qF -e '-alpc->' screen
	! grep -q '→' screen || fail "$(cat -v screen)"
	on_terminal C "'$PIPELINE' show '$CASE'" | grep -qF -e '-alpc->'
}

@test "lines fit 80 columns and 200 of every view, and say the same" {
	local words width
	export PIPELINE_PAGER=cat
	cp "$CASE" kd.log
	write_log other.log machine=TS02 when=2026-01-02T03:04:05Z 'A Long Name.exe' ProcessB.exe ProcessC.exe SpoolerOfAllPrinters.exe
	pipeline --index short ingest kd.log other.log 2>/dev/null
	export PIPELINE_INDEX=short
	signature=$(pipeline query --recurring -f json | jq -r '.groups[0].signature')
	for words in list 'query --recurring' 'query --chain ProcessA.exe' 'query --special' 'show kd.log' 'advise kd.log' \
		"explain $signature" stats 'diff kd.log other.log' 'help query' 'stats --unknown-lines' pin 'quarantine list'; do
		# shellcheck disable=SC2086  # words
		pipeline $words | tr -s ' \n' '\n\n' >whole
		for width in 80 200; do
			on "stty cols $width; '$PIPELINE' --color never $words" >screen
			# A path is a word, and words are not torn.
			sed -E "s/[^ ]*\/[^ ]*/PATH/g; s/fffff[^ ]+//g" screen >seen
			[ "$(widest <seen)" -le $width ] || fail "$words at $width: $(cat screen)"
			[ "$width" -eq 80 ] || [[ $words =~ ^(list|query) ]] ||
				tr -s ' \n' '\n\n' <screen | diff whole - || fail "$words: $(cat screen)"
		done
	done
}

@test "a folded line goes on below its text, and a log's own lines are left alone" {
	export PIPELINE_PAGER=cat
	on "'$PIPELINE' --color never advise '$CASE'" >screen
	grep -A1 '^     ends chain ProcessA.exe' screen | tail -n 1 | grep -qE '^       [^ ]' || fail "$(cat screen)"
	on "stty cols 60; '$PIPELINE' show '$CASE' --evidence 1" | tr -d '\r' >folded
	LC_ALL=C.UTF-8 pipeline show "$CASE" --evidence 1 >whole
	diff folded whole
}
