#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Completion: what the program offers for a word, and that three shells put it on their command lines.

# shellcheck disable=SC2030,SC2031  # each test is a subshell, and sets its own environment
load helper
setup() { fresh_index; }

# offers 'WORD…' of this unfinished command line: the candidates, a line each, without what they are.
offers() { pipeline completion --complete -- "$@" | cut -f 1; }

# becomes EXPECTED WORD…
becomes() {
	local want=$1
	shift
	[ "$(offers "$@" | tr '\n' ' ')" = "$want" ] || fail "$*: $(offers "$@")" "not: $want"
}

@test "every command, every option, every word of a value is offered, with what it is" {
	local command kind name value words word
	pipeline completion --list | tail -n +2 >table
	while IFS=, read -r command kind name value words; do
		if [ "$kind" = command ]; then
			[ -z "$command" ] || offers "${name:0:2}" | grep -qx -e "$name" || fail "no $name"
			set -- "$command" ''
		else
			# shellcheck disable=SC2086  # nothing before a command
			offers $command "--${name:0:3}" | grep -qx -e "--$name" || fail "$command: no --$name"
			set -- $command "--$name" ''
		fi
		[ -n "$command$kind" ] || continue
		for word in $words; do
			offers "$@" | grep -qx -e "$word" || fail "$*: no $word"
		done
	done < <(awk -F '\t' -v OFS=, '{ gsub(/,/, "+", $5); print $1, $2, $3, $5, $6 }' table)
	[ "$(offers list -- | wc -l)" -eq "$(pipeline completion --complete -- list -- | wc -l)" ]
	pipeline completion --complete -- qua | grep -qx $'quarantine\tLists what could not be read, or tries to read it again.'
	pipeline completion --complete -- list --lim | grep -qxF -e $'--limit\tprint at most N rows'
}

@test "values: words, lists of words, behind =, behind letters; files and folders" {
	becomes 'text json jsonl csv ' list --format ''
	becomes 'json jsonl ' list --form js
	becomes 'json jsonl ' list -f js
	becomes 'json jsonl ' list --format = js
	becomes 'text json jsonl csv ' list --format =
	becomes '--format=json --format=jsonl ' list --format=js
	becomes 'storm,message-box storm,missing-threads ' query --fail-on storm,m
	becomes '--fail-on=storm,special ' query --fail-on=storm,sp
	becomes 'last-run ' query --new-since ''
	becomes 'all ' query --occurrences ''
	becomes ':files ' ingest ''
	becomes ':files ' ingest case.zip oth
	becomes ':files ' ingest --password-file ''
	becomes ':files ' ingest --password-file=x
	becomes ':folders ' --index ''
	becomes ':folders ' list --index x
	becomes '' query --machine ''
	becomes '' list --pager ''
	becomes '' list ''
	becomes '' query --special --machine ''
	becomes '--chain ' query --special --cha
}

@test "operands: verbs, commands, shells, schemas, keys; after -- no option" {
	becomes 'list retry ' quarantine ''
	becomes '' quarantine list ''
	becomes 'query quarantine ' help qu
	becomes '' help query ''
	becomes 'bash zsh fish ' completion ''
	becomes 'incident incidents ' schema inci
	becomes 'ingest.jobs ' config ingest.jo
	becomes 'color ' config col
	becomes '' list -- --form
	becomes '--format ' --color never --no-pager list --form
	becomes 'never ' --color n
	becomes '' nosuch --f
}

@test "incidents and signatures of the index that the line, the environment or the config file means" {
	local id signature
	write_log other.log base=20 'machine=A	b:c' X.exe Y.exe
	pipeline --index here ingest --quiet "$CASE" other.log
	export PIPELINE_INDEX=$PWD/here
	id=$(pipeline show "$CASE" -f json | jq -r .id)
	[ "$(offers show '' | sort)" = "$(incident_ids | sort)" ]
	becomes "$id " show "${id:0:5}"
	becomes "$id " show "${id:0:5}" "${id:0:5}"
	[ "$(offers show xyz)" = '' ]
	becomes ':files ' show ./
	[ "$(offers diff "$id" '' | wc -l)" -eq 2 ]
	[ "$(offers query --like '' | wc -l)" -eq 2 ]
	signature=$(pipeline query --recurring -f json | jq -r '.groups[0].signature')
	offers explain '' | grep -qx "$signature"
	becomes "$signature " explain "${signature:0:6}"
	pipeline completion --complete -- show '' >lines
	[ "$(awk -F '\t' '{ print NF }' lines | sort -u)" = 2 ] || fail "$(cat -A lines)"
	unset PIPELINE_INDEX
	becomes '' show ''
	[ "$(offers --index here show '' | wc -l)" -eq 2 ]
	[ "$(offers show --index=here '' | wc -l)" -eq 2 ]
	mkdir -p "$XDG_CONFIG_HOME/pipeline"
	echo "index = $PWD/here" >"$XDG_CONFIG_HOME/pipeline/config"
	[ "$(offers show '' | wc -l)" -eq 2 ]
	# A tab says nothing about broken files.
	echo nonsense >"$XDG_CONFIG_HOME/pipeline/config"
	exits 0 pipeline completion --complete -- list --form
	[ "${output%%$'\t'*}" = --format ]
	stderr_is_empty
}

@test "mistakes: no shell, another, too many words" {
	exits 2 pipeline completion
	stderr_has 'which shell\? bash, zsh or fish'
	exits 2 pipeline completion fsh
	stderr_has "unknown shell 'fsh', did you mean 'zsh' or 'fish'"
	exits 2 pipeline completion bash zsh
	exits 2 pipeline completion --list bash
	exits 0 pipeline completion --complete
	stdout_is_empty
}

@test "the scripts are sound to their own shells" {
	local shell
	for shell in bash zsh fish; do
		exits 0 pipeline completion "$shell"
		printf '%s\n' "$output" >script
		! command -v "$shell" >/dev/null || "$shell" -n script || fail "$shell"
	done
	! command -v shellcheck >/dev/null || pipeline completion bash | shellcheck -s bash -
}

# types SHELL: what a tab does with a command, an option, a word, a list, an id, a file.
types() {
	command -v "$1" >/dev/null || skip "no $1"
	local id
	pipeline ingest --quiet "$CASE"
	id=$(incident_ids)
	mkdir bin && ln -s "$PIPELINE" bin/pipeline
	export PATH=$PWD/bin:$PATH
	touch kd.log
	pipeline completion "$1" >script
	LC_ALL=C.UTF-8 timeout 60 "$ROOT/tests/cli/type_tab.py" "$1" "$PWD/script" 'pipeline quar' 'pipeline list --form' \
		'pipeline list --format cs' 'pipeline list --format=cs' 'pipeline query --fail-on storm,mes' "pipeline show ${id:0:4}" \
		'pipeline ingest kd.l' 'pipeline ingest --password-file=kd.l' >typed
	diff - typed <<-END
		pipeline quarantine
		pipeline list --format
		pipeline list --format csv
		pipeline list --format=csv
		pipeline query --fail-on storm,message-box
		pipeline show $id
		pipeline ingest kd.log
		pipeline ingest --password-file=kd.log
	END
}

@test "a tab in bash" { types bash; }
@test "a tab in zsh" { types zsh; }
@test "a tab in fish" { types fish; }
