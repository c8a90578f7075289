#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The most memory that keeper and reader hold, for inputs that are large in one way each (bench/large): MiB of the resident
# set, and of its anonymous pages alone, which leaves out the index that the keeper maps. The goal is 160, the aim 64. Arguments: kinds; all
# without any. $BENCH_JOBS (2). The inputs are kept in $BENCH_CORPUS/large and take some minutes to make.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${PIPELINE:-$PWD/build/pipeline}
inputs=${BENCH_CORPUS:-${TMPDIR:-/tmp}/pipeline-bench-corpus}/large
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$inputs"

printf '  %-24s %9s %9s %9s %9s %9s\n' '' keeper reader 'k. anon' 'r. anon' seconds
kinds=()
[ $# -gt 0 ] || mapfile -t kinds < <(bench/large --list)
for kind in "$@" "${kinds[@]}"; do
	input=$inputs/$kind.log.zst
	case $kind in bundles-*) input=$inputs/$kind ;; logs-*) input=$inputs/$kind.tar.zst ;; esac
	if [ ! -e "$input" ]; then
		bench/large "$kind" "$scratch/new"
		mv "$scratch/new" "$input"
	fi
	rm -rf -- "$scratch/index"
	code=0
	said=$(bench/peaks "$program" --index "$scratch/index" ingest --quiet --jobs "${BENCH_JOBS:-2}" \
		"$input" 2> "$scratch/errors") || code=$?
	[ $code -eq 0 ] || said="$said exit $code: $(head -n 1 "$scratch/errors")"
	read -r keeper reader seconds _ keeper_anon reader_anon rest <<< "${said//)/}"
	printf '  %-24s %9s %9s %9s %9s %9s %s\n' "$kind" "$keeper" "$reader" "$keeper_anon" \
		"$reader_anon" "$seconds" "$rest"
done
