#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline schema`. Whether the schemas fit what is printed is tests/check-schema's to say.

load helper
setup() { fresh_index; }

@test "schema: names, one a line, without an index" {
	exits 0 pipeline schema
	stderr_is_empty
	for name in incident incidents list query stats baseline advice evidence; do
		grep -qx "$name" <<<"$output" || fail "no $name in: $output"
	done
	[ "$(LC_ALL=C sort <<<"$output")" = "$output" ]
	[ ! -e index ]
}

@test "schema NAME: draft 2020-12, each by its name and by what documents call it" {
	local name
	for name in $(pipeline schema); do
		exits 0 pipeline schema "$name"
		# shellcheck disable=SC2016 # jq's, not the shell's
		shows '."$schema"' https://json-schema.org/draft/2020-12/schema
		[ "$output" = "$(pipeline schema "pipeline/$name/1")" ]
	done
	pipeline ingest "$CASE"
	exits 0 pipeline schema "$(pipeline show "$CASE" -f json | jq -r .schema)"
	# shellcheck disable=SC2016
	shows '."$defs".incident.properties.schema.const' pipeline/incident/1
}

@test "schema: what there is not" {
	exits 2 pipeline schema nobody
	stderr_has "no schema 'nobody'"
	exits 2 pipeline schema pipeline/list/2
	exits 2 pipeline schema pipeline/1
	exits 2 pipeline schema ''
	exits 2 pipeline schema list query
	stdout_is_empty
}
