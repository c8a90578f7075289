#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How fast a generated log of 30,000 zombies goes into an index, end to end: decompress, parse,
# index, commit to disk. Prints the median rate in MB/s of decoded text (MB is 10^6 bytes), for a
# plain log and a zstd one, one thread and all. A timing counts only when `list` then tells the
# generator's number of zombies. Takes about a minute; needs zstd and jq.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${PIPELINE:-$PWD/build/pipeline}
rounds=${BENCH_ROUNDS:-5}
seed=${BENCH_SEED:-1}
zombies=30000
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM

# one_ingest JOBS CORPUS: seconds of one ingest into an empty index, checked against the truth.
one_ingest() {
	local began ended counted
	rm -rf -- "$scratch/index"
	began=$(date +%s%N)
	"$program" --index "$scratch/index" ingest --quiet --jobs "$1" "$2/bundles"
	ended=$(date +%s%N)
	counted=$("$program" --index "$scratch/index" list --format json |
		jq '[.incidents[].zombies] | add')
	[ "$counted" = "$3" ] || {
		echo "ingest: $counted zombies in the index, $3 in the logs" >&2
		exit 1
	}
	echo $((ended - began))
}

# measure NAME JOBS CORPUS: the median of some rounds as a rate.
measure() {
	local bytes incidents median
	bytes=$(jq .raw_bytes "$3/manifest.json")
	incidents=$(jq .incidents "$3/manifest.json")
	median=$(for _ in $(seq "$rounds"); do
		one_ingest "$2" "$3" $((incidents * zombies))
	done | sort -n | sed -n "$((rounds / 2 + 1))p")
	printf '  %-28s --jobs %-2d %8.0f MB/s  (%s MB in %s ms, index %s KB)\n' "$1" "$2" \
		"$(awk "BEGIN { print $bytes * 1000 / $median }")" $((bytes / 1000000)) $((median / 1000000)) \
		"$(du -k --apparent-size "$scratch/index/data.mdb" | cut -f1)"
}

for incidents in 1 8; do
	for pack in log log.zst; do
		corpus=$scratch/$incidents-$pack
		scripts/gen-corpus --out "$corpus" --seed "$seed" --incidents "$incidents" \
			--zombies $zombies --windows 2008 --layout full --pack "$pack" 2>/dev/null >&2
		measure "$incidents x $zombies zombies, $pack" 1 "$corpus"
		[ "$(nproc)" -eq 1 ] || measure "$incidents x $zombies zombies, $pack" "$(nproc)" "$corpus"
	done
done
