#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the direction of includes: pipeline/base <- stages <- index <- pipeline, and that a few
# libraries are known to one room only. Prints every offence as file:line: and fails if there is any.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

mapfile -t files < <(find pipeline stages index tests bench -type f \
	\( -name '*.c' -o -name '*.h' -o -name '*.def' \) 2>/dev/null | sort)
if [ ${#files[@]} -eq 0 ]; then
	echo "no C files"
	exit 0
fi

awk '
function offence(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	bad = 1
}

# What of our own a file may include.
function own_allowed(room, header) {
	if (room == "base")
		return header ~ /^pipeline\/base\//
	if (room == "stages")
		return header ~ /^(pipeline\/base|stages)\//
	if (room == "index")
		return header ~ /^(pipeline\/base|index)\// ||
			header ~ /^stages\/(record|incident|summary|chain|chain_runs|finding|signature|census|digest|baseline)\.h$/
	return header ~ /^(pipeline|stages|index|tests|bench)\//
}

# Which libraries are known to one room only; tests and benches may look behind the curtain.
function library_allowed(room, header) {
	if (room == "tests" || room == "bench")
		return 1
	if (header == "lmdb.h")
		return room == "index"
	if (header == "archive.h" || header == "archive_entry.h")
		return FILENAME == "stages/unpack_library.h"
	if (header == "seccomp.h")
		return FILENAME == "pipeline/seccomp_filter.h"
	if (header == "isa-l.h")
		return FILENAME == "stages/inflate.c"
	if (header == "omp.h")
		return FILENAME == "pipeline/base/team.c"
	return 1
}

FNR == 1 {
	room = FILENAME
	sub(/\/.*/, "", room)
	if (FILENAME ~ /^pipeline\/base\//)
		room = "base"
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	header = $0
	sub(/^[^"]*"/, "", header)
	sub(/".*/, "", header)
	if (header !~ /\// || header ~ /\.\./)
		offence("\"" header "\" is not a path from the top of the repository")
	else if (!own_allowed(room, header))
		offence(room " must not include \"" header "\"")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	if (header ~ /^(pipeline|stages|index|tests|bench)\//)
		offence("a header of our own goes in quotes")
	else if (!library_allowed(room, header))
		offence("<" header "> is not for this file")
}

/^[ \t]*#[ \t]*pragma[ \t]+omp/ || /_Pragma[ \t]*\([ \t]*"omp/ {
	if (FILENAME != "pipeline/base/team.c")
		offence("OpenMP is for pipeline/base/team.c only")
}

END { exit bad }
' "${files[@]}"
