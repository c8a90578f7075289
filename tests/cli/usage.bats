#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The manners of the command line: exit codes, streams, help, options. None of these cases depends
# on what a log says.

# shellcheck disable=SC2030,SC2031  # each test is a subshell, and sets its own environment
# shellcheck disable=SC2016  # scripts for bash -c expand there
load helper
setup() { fresh_index; }

COMMANDS=(ingest query list show)

@test "--version: the name and a number on stdout" {
	exits 0 pipeline --version
	[[ $output =~ ^pipeline\ [0-9]+\.[0-9]+ ]] || fail "$output"
	stderr_is_empty
}

@test "no command waits for libarchive and its twenty libraries: neither it nor ISA-L nor nettle is among what is loaded at the start" {
	local libraries
	command -v ldd >/dev/null || skip "no ldd"
	libraries=$(ldd "$PIPELINE")
	grep -q 'libc\.so' <<<"$libraries" || fail "$libraries"
	! grep -Eq 'libarchive|libisal|libnettle|libxml2|libicu' <<<"$libraries" || fail "$libraries"
}

@test "--help of every command fits a terminal of 80 columns" {
	local command wide
	for command in '' $(pipeline completion --list | awk -F '\t' '$2 == "command" && $3 != "pipeline" { print $3 }'); do
		# shellcheck disable=SC2086  # nothing where it is empty
		wide=$(pipeline $command --help | awk 'length($0) > 80')
		[ -z "$wide" ] || fail "$command" "$wide"
	done
}

@test "--help: on stdout, exit 0, and it names every command" {
	exits 0 pipeline --help
	stderr_is_empty
	for command in "${COMMANDS[@]}"; do
		grep -qw "$command" <<<"$output" || fail "no $command in: $output"
	done
}

@test "--help of every command: on stdout, exit 0, examples before options" {
	local examples options
	for command in "${COMMANDS[@]}"; do
		exits 0 pipeline "$command" --help
		stderr_is_empty
		grep -q "pipeline $command" <<<"$output" || fail "no example in: $output"
		examples=$(grep -niE '^ *examples?' <<<"$output" | head -n 1 | cut -d: -f1)
		options=$(grep -niE '^ *options' <<<"$output" | head -n 1 | cut -d: -f1)
		[ "${examples:-999}" -lt "${options:-0}" ] || fail "examples are not first: $output"
	done
}

@test "--help needs no index and makes none" {
	for command in "${COMMANDS[@]}"; do
		pipeline "$command" --help >>help.txt
	done
	[ -s help.txt ]
	[ ! -e "$PIPELINE_INDEX" ]
}

@test "no command at all is exit 2, with a hint on stderr" {
	exits 2 pipeline
	stdout_is_empty
	stderr_has 'usage|--help|command'
}

@test "an unknown command is exit 2 with the word quoted" {
	exits 2 pipeline ingset case.zip
	stdout_is_empty
	stderr_has ingset
}

@test "an unknown option is exit 2 with the word quoted" {
	for command in "${COMMANDS[@]}"; do
		exits 2 pipeline "$command" --no-such-option
		stdout_is_empty
		stderr_has no-such-option
	done
	exits 2 pipeline --no-such-option list
	stderr_has no-such-option
	exits 2 pipeline list -Y
	stderr_has Y
}

# says STATUS MESSAGE WORDS…: stderr is this one line, stdout empty.
says() {
	local want=$1 line=$2
	shift 2
	exits "$want" pipeline "$@"
	stdout_is_empty
	[ "$stderr" = "pipeline: $line" ] || fail "says: $stderr" "not:  pipeline: $line"
}

@test "near misses: commands, options and words of values that may have been meant" {
	says 2 "unknown command 'lsit', did you mean 'list'? (try 'pipeline --help')" lsit
	says 2 "unknown command 'quar', did you mean 'quarantine'? (try 'pipeline --help')" quar
	says 2 "unknown command 'xyzzy' (try 'pipeline --help')" xyzzy
	says 2 "list: unknown option '--formt=json', did you mean '--format'? (try 'pipeline list --help')" list --formt=json
	says 2 "list: unknown option '-format', did you mean '--format'? (try 'pipeline list --help')" list -format json
	says 2 "list: unknown option '-limit', did you mean '--limit'? (try 'pipeline list --help')" list -limit 3
	says 2 "query: ambiguous option '--mi', did you mean '--missing-threads', '--min-incidents' or '--min-wait'? (try 'pipeline query --help')" query --mi 3
	says 2 "list: unknown --format 'jsno', did you mean 'json'? text, json, jsonl and csv are known (try 'pipeline list --help')" list -f jsno
	says 2 "query: unknown --cycle 'thred', did you mean 'thread'? any, thread and process are known (try 'pipeline query --help')" query --cycle thred
	says 2 "query: unknown --fail-on 'strom', did you mean 'storm'? new-chain, worse-chain, storm, special, message-box and missing-threads are known (try 'pipeline query --help')" query --fail-on new-chain,strom
	says 2 "schema: there is no schema 'incdent', did you mean 'incident'? (try 'pipeline schema --help')" schema incdent
	says 2 "help: unknown command 'qery', did you mean 'query'? (try 'pipeline help --help')" help qery
}

@test "an option in the wrong place: where it belongs" {
	says 2 "list: unknown option '--zombies': it is one of 'pipeline query' (try 'pipeline list --help')" list --zombies 3
	says 2 "option '--format' stands behind its command (try 'pipeline --help')" --format json list
	says 2 "show: option '--all' takes no value (try 'pipeline show --help')" show --all=3
	says 2 "'$CASE' is no command; to read it, 'pipeline ingest $CASE' (try 'pipeline --help')" "$CASE"
}

@test "long options may be cut short as far as they stay unambiguous" {
	pipeline ingest "$CASE"
	exits 0 pipeline list --form json --lim 1
	shows '.incidents | length' 1
	exits 2 pipeline list --l
	stderr_has "'--limit'|needs a value"
}

@test "--index stands before the command or behind it" {
	pipeline --index here ingest "$CASE"
	for words in '--index here list' '--index=here list' 'list --index here' 'list --index=here'; do
		# shellcheck disable=SC2086  # a command line of several words
		exits 0 pipeline $words
	done
	exits 2 pipeline --index here list --index elsewhere
	stderr_has elsewhere
}

@test "help COMMAND is COMMAND --help; help alone is --help" {
	local command
	exits 0 pipeline help
	[ "$output" = "$(pipeline --help)" ]
	pipeline completion --list | awk -F '\t' '$2 == "command" && $1 { print $1 }' >names
	[ "$(wc -l <names)" -gt 15 ]
	while read -r command; do
		[ "$(pipeline help "$command")" = "$(pipeline "$command" --help)" ] || fail "$command"
		grep -qE "^  $command +[A-Z].*\.$" <<<"$output" || fail "no $command in: $output"
	done <names
}

@test "the help names a command's own formats, and these are the ones it takes" {
	local command letter words word
	pipeline ingest "$CASE"
	while IFS=, read -r command words; do
		exits 0 pipeline help "$command"
		for word in $words; do
			grep -A2 -e '--format FORMAT ' <<<"$output" | grep -qw "$word" || fail "$command: no $word in: $output"
		done
		# shellcheck disable=SC2086  # words
		exits 2 pipeline "$command" -f no-such $([ "$command" != query ] || echo --recurring)
		stderr_has "$(sed 's/ /, /g; s/\(.*\), /\1 and /' <<<"$words") are known"
	done < <(pipeline completion --list | awk -F '\t' '$3 == "format" { print $1 "," $6 }')
}

@test "help fits 80 columns, or the terminal" {
	[ "$(pipeline help query | grep -v '^  pipeline ' | wc -L)" -le 80 ]
	command -v script >/dev/null || skip "no script(1)"
	on_terminal C.UTF-8 "stty cols 100; '$PIPELINE' help query" | grep -v '^  pipeline ' >screen
	[ "$(wc -L <screen)" -le 100 ] || fail "$(cat screen)"
	[ "$(wc -L <screen)" -gt 80 ] || fail "$(cat screen)"
}

@test "completion --list: a line for each command and option, eight columns, as the help has them" {
	local command kind name
	pipeline completion --list >table
	[ "$(awk -F '\t' '{ print NF }' table | sort -u)" = 8 ]
	head -n 1 table | grep -qx $'command\tkind\tname\tletter\tvalue\twords\tpreset\thelp'
	grep -qx $'query\toption\tgroup-by\t\tGROUPING\troot path kind frame\tpreset\twhat makes chains one group' table
	grep -qx $'quarantine\tcommand\tquarantine\t\tlist|retry\tlist retry\t\t.*' table
	while IFS=$'\t' read -r command kind name; do
		[ "$kind" = option ] || continue
		# shellcheck disable=SC2086  # nothing for the options before a command
		pipeline $command --help | grep -qE -- "--$name( |\$)" || fail "$command has no --$name"
	done < <(tail -n +2 table | awk -F '\t' -v OFS='\t' '{ print ($1 == "" ? "help" : $1), $2, $3 }' | sed '/\t\(version\|verbose\)$/d')
}

@test "an option without its value is exit 2 with the option named" {
	exits 2 pipeline query --chain
	stderr_has chain
	exits 2 pipeline list --format
	stderr_has format
	exits 2 pipeline --index
	stderr_has index
}

@test "--format: an unknown one is exit 2 with the word quoted, even before the index is missed" {
	pipeline ingest "$CASE"
	for words in 'list' 'query --chain ProcessA.exe' "show $CASE"; do
		# shellcheck disable=SC2086  # a command line of several words
		exits 2 pipeline $words --format yaml
		stdout_is_empty
		stderr_has yaml
	done
}

@test "missing arguments are exit 2" {
	for words in ingest query show; do
		exits 2 pipeline "$words"
		stdout_is_empty
		[ -n "$stderr" ] || fail "$words says nothing"
	done
}

@test "arguments too many are exit 2" {
	pipeline ingest "$CASE"
	exits 2 pipeline list surplus
	stdout_is_empty
	exits 2 pipeline query --chain ProcessA.exe surplus
	stdout_is_empty
	exits 2 pipeline advise "$CASE" surplus
	stdout_is_empty
}

@test "--: what follows is no option" {
	cp "$CASE" ./--odd.log
	exits 0 pipeline ingest -- --odd.log
	exits 0 pipeline list --format json
	shows '.incidents | length' 1
	exits 2 pipeline ingest --odd.log
	stderr_has odd
}

@test "no index: exit 2, the place named, nothing made" {
	for words in 'list' 'query --chain ProcessA.exe' 'show 1234'; do
		# shellcheck disable=SC2086  # a command line of several words
		exits 2 pipeline $words
		stdout_is_empty
		stderr_has "$PIPELINE_INDEX"
		[ ! -e "$PIPELINE_INDEX" ] || fail "$words made an index"
	done
	exits 2 pipeline list --format json
	stdout_is_empty
}

@test "what is there but no index is exit 2, and is left alone" {
	mkdir "$PIPELINE_INDEX"
	echo precious >"$PIPELINE_INDEX/notes.txt"
	exits 2 pipeline list
	[ "$(cat "$PIPELINE_INDEX/notes.txt")" = precious ]
	export PIPELINE_INDEX=$BATS_TEST_TMPDIR/file
	echo precious >"$PIPELINE_INDEX"
	exits 2 pipeline list
	run ! pipeline ingest "$CASE"
	[ "$(cat "$PIPELINE_INDEX")" = precious ]
}

@test "the index: --index before \$PIPELINE_INDEX before \$XDG_STATE_HOME before \$HOME" {
	unset PIPELINE_INDEX
	exits 0 pipeline ingest "$CASE"
	[ -d "$XDG_STATE_HOME/pipeline/index" ]
	unset XDG_STATE_HOME
	exits 2 pipeline list
	exits 0 pipeline ingest "$CASE"
	[ -d "$HOME/.local/state/pipeline/index" ]
	export PIPELINE_INDEX=$BATS_TEST_TMPDIR/from-environment
	exits 2 pipeline list
	exits 0 pipeline ingest "$CASE"
	[ -d from-environment ]
	exits 2 pipeline --index from-option list
	exits 0 pipeline --index from-option ingest "$CASE"
	[ -d from-option ]
	exits 0 pipeline --index=from-option list
}

@test "stdout carries data only: ingest leaves it to others" {
	exits 0 pipeline ingest "$CASE"
	stdout_is_empty
	[ -n "$stderr" ] || fail "and says nothing on stderr either"
	exits 0 pipeline ingest "$CASE"
	stdout_is_empty
}

@test "stdout carries data only: jq can read all of it, stderr is silent" {
	pipeline ingest "$CASE"
	for words in 'list' 'query --chain ProcessA.exe' "show $CASE"; do
		# shellcheck disable=SC2086  # a command line of several words
		exits 0 pipeline $words --format json
		shows type object
		stderr_is_empty
	done
}

@test "a full disk under stdout is an error of every command" {
	pipeline ingest "$CASE"
	for words in '--help' '--version' 'list' 'list --format json' 'query --chain ProcessA.exe' \
		"show $CASE" "show $CASE --format json" 'ingest --help'; do
		# shellcheck disable=SC2086  # a command line of several words
		run --separate-stderr bash -c '"$PIPELINE" "$@" >/dev/full' - $words
		[ "$status" -eq 2 ] || [ "$status" -eq 74 ] || fail "$words exits $status"
		[ -n "$stderr" ] || fail "$words says nothing"
	done
}

@test "a closed stdout is no reason to crash" {
	pipeline ingest "$CASE"
	run --separate-stderr bash -c '"$PIPELINE" list >&-'
	[ "$status" -eq 2 ] || [ "$status" -eq 74 ] || fail "exits $status"
}

@test "no escape sequences where there is no terminal" {
	pipeline ingest "$CASE" 2>ingest.err
	pipeline list >list.txt 2>list.err
	pipeline query --chain ProcessA.exe >query.txt 2>query.err
	pipeline show "$CASE" >show.txt 2>show.err
	pipeline --help >help.txt
	pipeline lsit 2>unknown.err || true
	for file in ingest.err list.txt query.txt show.txt help.txt unknown.err; do
		[ -s "$file" ] || fail "$file is empty"
	done
	no_control_bytes ./*.txt ./*.err
}

@test "NO_COLOR is honoured on a terminal" {
	command -v script >/dev/null || skip "no script(1)"
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminals here"
	pipeline ingest "$CASE"
	export NO_COLOR=1
	TERM=xterm script -qec "'$PIPELINE' list; '$PIPELINE' show '$CASE'; '$PIPELINE' lsit" /dev/null \
		>terminal.txt </dev/null || true
	grep -q ProcessA terminal.txt
	! grep -q $'\e\[[0-9;]*m' terminal.txt || fail "$(cat -v terminal.txt)"
}
