#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How large an index is, compacted: beside the archives it is of, table by table (bench_tables.c), and in bytes
# a zombie and a thread. These two are differences, so that what an incident costs anyway does not count: the
# same 20 incidents with 1,000 and with 11,000 zombies each, and with 8 and with 40 threads a process. Archives are
# .log.zst, the densest kind that is usual; of anything else an index is a smaller part. Needs jq; takes five minutes
# the first time, since the corpora (bench/corpus, kept in $BENCH_CORPUS) are to be made; then one.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${PIPELINE:-$PWD/build/pipeline}
benches=${BENCHES:-$PWD/build/bench}
seed=${BENCH_SEED:-1}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM

# make_index NAME: ingests the corpus NAME into $scratch/NAME and compacts that; sets corpus, manifest, bytes.
make_index() {
	local counted
	corpus=$(bench/corpus --seed "$seed" "$1")
	manifest=$corpus/manifest.json
	"$program" --index "$scratch/$1" ingest --quiet "$corpus/bundles"
	counted=$("$program" --index "$scratch/$1" list --format json | jq '[.incidents[].zombies] | add')
	[ "$counted" = "$(jq .zombies "$manifest")" ] || {
		echo "size: $counted zombies in the index, $(jq .zombies "$manifest") in the logs" >&2
		exit 1
	}
	compact_index "$1"
	bytes=$(stat -c %s "$scratch/$1/data.mdb")
}

# The program's own way, or else the one of the library, said once.
compact_index() {
	if "$program" --index "$scratch/$1" compact > "$scratch/said" 2>&1; then
		return
	fi
	grep -qi 'unknown command\|no such command\|no command' "$scratch/said" || {
		cat "$scratch/said" >&2
		exit 1
	}
	[ -n "${told:-}" ] || echo "  (this build has no compact: mdb_copy -c)"
	told=1
	mkdir "$scratch/compact"
	mdb_copy -c "$scratch/$1" "$scratch/compact"
	mv "$scratch/compact/data.mdb" "$scratch/$1/data.mdb"
	rm -rf -- "$scratch/compact" "$scratch/$1/lock.mdb"
}

# slope WHAT KEY LESS MORE GOAL AIM
slope() {
	local less count
	make_index "$3"
	less=$bytes
	count=$(jq ".$2" "$manifest")
	make_index "$4"
	awk -v what="$1" -v bytes=$((bytes - less)) -v count=$(($(jq ".$2" "$manifest") - count)) -v goal="$5" -v aim="$6" '
		BEGIN { printf "  bytes a %-10s %8.2f   (%d bytes / %d)   goal %d, aim %d\n", what, bytes / count, bytes, count,
			goal, aim }'
}

slope zombie zombies zombies-less zombies-more 12 7
slope thread threads threads-less threads-more 40 20
for name in 1000 ${BENCH_LARGE:+10000}; do
	make_index "$name"
	packed=$(jq .packed_bytes "$manifest")
	jq -r '"  \(.incidents) incidents, \(.zombies) zombies, \(.threads) threads: \(.raw_bytes) bytes of text"' "$manifest"
	awk -v bytes="$bytes" -v packed="$packed" 'BEGIN {
		printf "  index / archives   %8.3f   (%d / %d)   goal 0.30, aim 0.16\n", bytes / packed, bytes, packed }'
	printf '  %-20s %10s %12s %12s\n' table entries "page bytes" "key + value"
	"$benches/bench_tables" "$scratch/$name" | sed 's/^/  /'
done
