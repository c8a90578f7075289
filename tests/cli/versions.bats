#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# An index of another version of the program: nobody guesses at its bytes.

load helper
setup() {
	fresh_index
	write_log first.log base=10 A.exe B.exe
	pipeline ingest --quiet first.log
	cp -r "$PIPELINE_INDEX" other
}

# of_version TEXT: the index says that its schema is this, of as many letters.
of_version() {
	local have
	have=$(grep -aobE 'pipeline/index/[0-9]' "$PIPELINE_INDEX/data.mdb") || fail "no schema in the index"
	local at
	for at in $(cut -d: -f1 <<<"$have"); do
		printf '%s' "$1" | dd of="$PIPELINE_INDEX/data.mdb" bs=1 seek="$at" conv=notrunc status=none
	done
}

@test "an index of another schema is refused by name and number, by every command, and is left as it was" {
	local id signature words version before
	pipeline ingest --quiet "$CASE"
	id=$(incident_ids | head -n 1)
	signature=$(pipeline query --recurring -f json | jq -r '.groups[0].signature')
	# Every command is in the list below, but for those that need no index, or say it on stdout (nightly.bats, check.bats).
	pipeline --help | sed -n '/^Commands:/,/^$/p' | awk '/^  [a-z]/ { print $1 }' | grep -vE '^(schema|config|completion|help|nightly|check)$' | sort >commands
	commands_on_an_index | awk '{ print $1 }' | sort -u | diff commands -
	for version in 4 6 9; do
		of_version "pipeline/index/$version"
		before=$(sha256sum "$PIPELINE_INDEX/data.mdb")
		while read -r words; do
			(set -f && exits 2 pipeline $words)
			(
				set -f
				run --separate-stderr pipeline $words
				[ -z "$output" ] || fail "$words prints ${output:0:200}"
				grep -qF "pipeline/index/$version" <<<"$stderr" || fail "$words does not name the other: $stderr"
				grep -qF "pipeline/index/5" <<<"$stderr" || fail "$words does not name its own: $stderr"
			)
			[ "$(sha256sum "$PIPELINE_INDEX/data.mdb")" = "$before" ] || fail "$words has changed it"
		done < <(commands_on_an_index)
	done
	of_version pipeline/index/5
	exits 0 pipeline list
	exits 0 pipeline verify
}

commands_on_an_index() {
	cat <<-EOF
		ingest first.log
		ingest --lock wait first.log
		query --recurring
		query --chain *
		query --zombies 1
		query --special --format csv
		query --like $id
		query --new-since last-run
		diff $id $id
		explain $signature
		list
		list --format jsonl
		show $id
		show --all --format json
		show $id --evidence 1
		advise $id
		report --html page.html
		export --out tables
		stats
		stats --unknown-lines --format json
		stats --baseline *
		verify
		verify --format json
		regroup
		regroup --dry-run
		merge other
		merge --dry-run other
		compact
		gc --before 2030-01-01
		gc --before 2030-01-01 --dry-run
		pin
		pin $id
		pin --remove $id
		quarantine list
		quarantine retry
	EOF
}
