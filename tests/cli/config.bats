#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Config files and the environment: which wins, what mistakes in them are told, what is not trusted.

load helper
setup() {
	fresh_index
	unset PIPELINE_INDEX
	user=$XDG_CONFIG_HOME/pipeline/config system=$BATS_TEST_TMPDIR/system.conf
	mkdir -p "$XDG_CONFIG_HOME/pipeline"
	export PIPELINE_CONFIG_SYSTEM=$system
	touch "$system"
}

# value KEY: what it is, or nothing.
value() { pipeline config "$1" || [ $? -eq 1 ]; }

# is KEY VALUE ORIGIN: as `config` tells it in every form.
is() {
	[ "$(value "$1")" = "$2" ] || fail "$1 is $(value "$1"), not $2"
	pipeline config --show-origin "$1" >row
	[ "$(sed -n 2p row | tr -s ' ' | cut -d ' ' -f 3-)" = "$3" ] || fail "$(cat row)" "not from $3"
	[ "$(pipeline config "$1" -f json | jq -r '.settings[] | .value + " " + .origin')" = "$2 $3" ] ||
		fail "$(pipeline config "$1" -f json)"
}

@test "the system's file, then the user's, then the environment, then the command line" {
	is index "$XDG_STATE_HOME/pipeline/index" default
	echo "index = $PWD/of-system" >"$system"
	is index "$PWD/of-system" "$system:1"
	printf '# mine\n\nindex = ~/of-user\n' >"$user"
	is index "$HOME/of-user" "$user:3"
	export PIPELINE_INDEX=of-environment
	# shellcheck disable=SC2016  # the name of a variable
	is index of-environment '$PIPELINE_INDEX'
	exits 0 pipeline ingest "$CASE"
	[ -d of-environment ]
	exits 0 pipeline ingest --index of-line "$CASE"
	[ -d of-line ]
	exits 0 pipeline --index before ingest "$CASE"
	[ -d before ]
	unset PIPELINE_INDEX
	exits 0 pipeline ingest "$CASE"
	[ -d "$HOME/of-user" ]
	rm "$user"
	exits 0 pipeline ingest "$CASE"
	[ -d of-system ]
	[ ! -e "$XDG_STATE_HOME/pipeline/index" ]
}

@test "the section of a command before what is said of all, in each source alone" {
	printf 'jobs = 2\n[ingest]\njobs = 3\n' >"$system"
	is jobs 2 "$system:1"
	is ingest.jobs 3 "$system:3"
	is quarantine.jobs 2 "$system:1"
	printf 'jobs = 4\n' >"$user"
	is ingest.jobs 4 "$user:1"
	# shellcheck disable=SC2016  # the names of variables
	PIPELINE_JOBS=5 is ingest.jobs 5 '$PIPELINE_JOBS'
	# shellcheck disable=SC2016
	PIPELINE_JOBS=5 PIPELINE_INGEST_JOBS=6 is ingest.jobs 6 '$PIPELINE_INGEST_JOBS'
	PIPELINE_JOBS=5 PIPELINE_INGEST_JOBS=6 is quarantine.jobs 5 "\$PIPELINE_JOBS"
	PIPELINE_JOBS='' is jobs 4 "$user:1"
}

@test "a preset is an option: formats, words, sizes, yes and no, and the line overrules it" {
	pipeline ingest --index index "$CASE"
	printf 'index = %s\n[list]\nformat=json\n[advise]\nbudget = "1K"\n[ingest]\nquiet = yes\n' "$PWD/index" >"$user"
	exits 0 pipeline list
	shows '.incidents | length' 1
	exits 0 pipeline list -f csv
	grep -q ^incident,bundle <<<"$output"
	exits 0 pipeline advise "$CASE"
	grep -q 'budget of 1 KB' <<<"$output" || fail "$output"
	exits 0 pipeline advise "$CASE" --budget 9G
	grep -q 'budget of 9.0 GB' <<<"$output" || fail "$output"
	exits 0 pipeline ingest "$CASE"
	stderr_is_empty
	exits 0 pipeline ingest --no-quiet "$CASE"
	stderr_has '1 already in'
	exits 0 pipeline ingest --no-quiet -q "$CASE"
	stderr_is_empty
	PIPELINE_INGEST_QUIET=off exits 0 pipeline ingest "$CASE"
	stderr_has '1 already in'
}

@test "presets do not stand in the way of what they are not for" {
	printf 'index = %s\nsandbox = best\nlock = wait\nformat = json\npassword-file = /no/such/file\n' "$PWD/index" >"$user"
	exits 2 pipeline ingest "$CASE"
	stderr_has "config:5: /no/such/file cannot be opened"
	exits 0 pipeline --config /dev/null --index index ingest "$CASE"
	exits 0 pipeline show "$CASE"
	shows .schema pipeline/incident/1
	exits 0 pipeline quarantine list
	shows .schema pipeline/quarantine/1
	exits 0 pipeline pin "$CASE"
	exits 0 pipeline pin
	shows '.incidents | length' 1
	exits 2 pipeline show "$CASE" --evidence 1
	stderr_has "config:5: /no/such/file cannot be opened"
}

@test "a preset password file opens archives, and chooses nothing to retry" {
	echo secret >pw
	chmod 600 pw
	7z a -bd -bso0 -psecret locked.7z "$CASE"
	head -c 1500 "$PACKINGS/case.zip" >broken.zip
	exits 4 pipeline --index index ingest locked.7z broken.zip
	printf 'index = %s\n[quarantine]\npassword-file = %s\n' "$PWD/index" "$PWD/pw" >"$user"
	exits 4 pipeline quarantine retry
	stderr_has '2 bundles'
	exits 0 pipeline list --format json
	shows '[.incidents[] | select(.bundle | endswith("locked.7z"))] | length' 1
}

@test "mistakes: the file, the line, what was meant; and exit 2" {
	local line
	told() {
		printf '%b' "$1" >"$user"
		exits 2 pipeline list
		stdout_is_empty
		[ "$stderr" = "pipeline: $user$2" ] || fail "$stderr" "not $user$2"
	}
	told 'jobs = 2\njbos = 3\n' ":2: unknown key 'jbos', did you mean 'jobs'?"
	told '[list]\njobs = 3\n' ":2: unknown key 'jobs' of list"
	told '[lsit]\n' ":1: unknown command '[lsit]', did you mean 'list'?"
	told '[query]\nchain = A.exe\n' ":2: --chain is for the command line alone"
	told 'config = /etc/passwd\n' ":1: --config is for the command line alone"
	told 'index\n' ":1: 'index' is no 'key = value'"
	told 'index = \n' ":1: 'index' has no value"
	told 'index = somewhere\n' ":1: 'index' begins with / or ~/, not as 'somewhere'"
	told '[ingest]\r\nquiet = maybe\r\n' ":2: 'quiet' is true or false, not 'maybe'"
	told 'color = alwys\n' ":1: unknown color 'alwys', did you mean 'always'? auto, always and never are known"
	told '[list]\nformat = dot\n' ":2: unknown format 'dot': text, json, jsonl and csv are known"
	told 'index = /a\x07b\n' ":1: there are control characters in this line"
	told 'index = /a\0b\n' ":1: there are control characters in this line"
	head -c 70000 /dev/zero | tr '\0' '#' >"$user"
	exits 2 pipeline list
	stderr_has 'has more than 65536 bytes'
	rm "$user" && mkdir "$user"
	exits 2 pipeline list
	stderr_has 'is no file'
	rmdir "$user" && mkfifo "$user"
	exits 2 timeout 5 "$PIPELINE" list
	stderr_has 'is no file'
}

@test "values that only the command can judge are refused with the line" {
	pipeline --index index ingest "$CASE"
	printf '[ingest]\njobs = many\n' >"$user"
	exits 2 pipeline --index index ingest "$CASE"
	stderr_has "ingest: $user:2: 'many' is no number from 1 to 64"
	exits 0 pipeline --index index ingest --jobs 1 "$CASE"
	exits 0 pipeline --index index list
	PIPELINE_INGEST_JOBS=0 exits 2 pipeline --index index ingest "$CASE"
	stderr_has "ingest: .PIPELINE_INGEST_JOBS: '0' is no number"
	PIPELINE_FORMAT=csv exits 2 pipeline --index index verify
	stderr_has "verify: .PIPELINE_FORMAT: unknown --format 'csv': text and json are known"
	PIPELINE_COLOR=blue exits 2 pipeline --index index list
	stderr_has ".PIPELINE_COLOR: unknown color 'blue'"
}

@test "a file that somebody else may write is not followed" {
	echo 'color = never' >"$user"
	chmod o+w "$user"
	exits 2 pipeline list
	stderr_has "everybody may write $user.*chmod o-w"
	exits 0 pipeline --config "$user" config color
	[ "$output" = never ]
	chmod o-w "$user"
	exits 0 pipeline config color
	if [ "$(id -u)" -eq 0 ]; then
		chown 12345 "$user"
		exits 2 pipeline list
		stderr_has "is somebody else's \\(user 12345\\)"
		exits 0 pipeline --config "$user" config color
		chown 0 "$user"
	fi
}

@test "--config and \$PIPELINE_CONFIG: that file and no other, which has to be there" {
	echo 'color = never' >"$user"
	echo 'jobs = 7' >"$system"
	echo 'jobs = 8' >mine
	exits 0 pipeline --config mine config
	grep -qx 'jobs = 8' <<<"$output"
	grep -qx 'color = auto' <<<"$output"
	exits 0 pipeline config --config mine jobs
	[ "$output" = 8 ]
	PIPELINE_CONFIG=mine exits 0 pipeline config jobs
	[ "$output" = 8 ]
	PIPELINE_CONFIG=mine exits 0 pipeline --config "$system" config jobs
	[ "$output" = 7 ]
	exits 2 pipeline --config nowhere list
	stderr_has 'nowhere cannot be opened: No such file'
	exits 0 pipeline config jobs --config <(echo jobs = 9)
	[ "$output" = 9 ]
}

@test "config: unknown keys, several keys, what is not set, broken files" {
	exits 2 pipeline config jbos
	stderr_has "unknown key 'jbos', did you mean 'jobs'"
	exits 2 pipeline config ingest.jbos
	exits 2 pipeline config lsit.jobs
	exits 2 pipeline config query.chain
	exits 2 pipeline config jobs lock
	stderr_has "'lock' is the second"
	exits 1 pipeline config ingest.jobs
	stdout_is_empty
	stderr_is_empty
	echo 'nonsense' >"$user"
	exits 2 pipeline config
	exits 2 pipeline schema
	# Help is there when it is needed.
	exits 0 pipeline help list
	exits 0 pipeline list --help
	exits 0 pipeline --version
	exits 0 pipeline completion --list
}

@test "config's own words can be put back into a file" {
	printf 'index = /srv/index\ncolor = never\n[ingest]\njobs = 3\nquiet = true\n' >"$system"
	pipeline config | sed 's/^ingest\.\(.*\)/[ingest]\n\1/' >again
	pipeline config --show-origin | awk '{ print $1, $2 }' >before
	pipeline --config again config --show-origin | awk '{ print $1, $2 }' >after
	diff before after
}

@test "every key that the list calls preset can be set, and only these" {
	local command name value words
	while IFS=, read -r command name value words; do
		case $value in
		'') set -- true ;;
		DIR | FILE) set -- /some/where ;;
		*) set -- "${words%% *}" ;;
		esac
		printf '[%s]\n%s = %s\n' "$command" "$name" "${1:-1}" >"$user"
		exits 0 pipeline config "$command.$name"
		[ "$output" = "${1:-1}" ] || fail "$command.$name: $output"
	done < <(pipeline completion --list | awk -F '\t' -v OFS=, 'NR > 1 && $7 == "preset" && $1 { print $1, $3, $5, $6 }')
	while IFS=, read -r command name; do
		printf '[%s]\n%s = 1\n' "$command" "$name" >"$user"
		exits 2 pipeline config
		stderr_has 'is for the command line alone'
	done < <(pipeline completion --list | awk -F '\t' -v OFS=, '$2 == "option" && $7 == "" && $1 { print $1, $3 }')
}

@test "the reader gets nothing of it: an ingest under a broken \$PIPELINE_CONFIG for others" {
	# The keeper reads its config once; a reader that did so too would fail on the second.
	mkfifo once
	echo "index = $PWD/index" >once &
	exits 0 timeout 20 "$PIPELINE" --config once ingest "$CASE"
	wait
	exits 0 pipeline --index index list
}

@test "two files more cost no time that can be felt: two opens, no more" {
	command -v strace >/dev/null || skip "no strace"
	pipeline --index index ingest "$CASE"
	strace -f -e trace=openat -o trace "$PIPELINE" --index index list >/dev/null 2>&1 || skip "no tracing here"
	[ "$(grep -c 'pipeline/config\|system\.conf' trace)" -eq 2 ] || fail "$(cat trace)"
}
