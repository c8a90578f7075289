#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How long a question takes, asked by a fresh process each time, beside the floor: a process that opens the same LMDB
# environment and gets one key (bench_floor.c). Both in turns in one run (bench_spawn.c), medians, at 1,000 incidents
# with 5 million zombies and at 10,000. Pages are in memory, as LMDB's are after the first question; "cold" is the process.
# The rare image is in one incident of 125, the other in a chain of every one: what a question costs is to follow
# from the rows it prints, not from the incidents behind them. Answers are checked against what the corpus was planted with before anything is timed. Then: adding one
# incident to an index of 1,000 and to one that holds nothing but its tables, commit on disk included.
# $BENCH_ROUNDS (201), $BENCH_SEED (1); corpora are kept in $BENCH_CORPUS. Needs jq; takes minutes the first time.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${PIPELINE:-$PWD/build/pipeline}
benches=${BENCHES:-$PWD/build/bench}
rounds=${BENCH_ROUNDS:-201}
seed=${BENCH_SEED:-1}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM

questions=()
declare -A words goal aim took

# question NAME WORD...: left out, with a line, where the program does not know it.
question() {
	local name=$1 code=0
	shift
	"$program" --index "$scratch/1000" query "$@" > "$scratch/said" 2>&1 || code=$?
	if [ $code -ne 0 ]; then
		echo "  left out: query $*: exit $code: $(head -n 1 "$scratch/said")"
		return
	fi
	questions+=("$name")
	words[$name]=$*
}

# check CORPUS WHAT EXPECTED JQ WORD...: the answer holds what was planted.
check() {
	local corpus=$1 what=$2 expected=$3 filter=$4 found
	shift 4
	found=$("$program" --index "$scratch/$corpus" query "$@" --format json | jq "$filter")
	[ "$found" = "$expected" ] || {
		echo "queries: $what at $corpus: $found, planted $expected" >&2
		exit 1
	}
}

check_answers() {
	local name manifest=$scratch/$1.json
	for name in "${questions[@]}"; do
		case $name in
		chain)
			check "$1" "incidents of the rare image" "$(jq .rare_incidents "$manifest")" \
				'[.groups[].incidents] | add' --chain "$rare"
			;;
		everywhere)
			check "$1" "incidents of the image in all" "$(jq .incidents "$manifest")" \
				'[.groups[0:2][].incidents] | add' --chain "^explorer.exe > $everywhere"
			;;
		recurring)
			check "$1" "incidents of the first group" "$(jq .alpc_incidents "$manifest")" \
				'.groups[0].incidents' --recurring --limit 20
			;;
		zombies)
			check "$1" "incidents of 20,000 zombies" "$(jq .storms "$manifest")" \
				'.incidents | length' --zombies 20000
			;;
		esac
	done
}

for corpus in 1000 10000; do
	folder=$(bench/corpus --seed "$seed" "$corpus")
	cp "$folder/manifest.json" "$scratch/$corpus.json"
	"$program" --index "$scratch/$corpus" ingest --quiet "$folder/bundles"
	sync "$scratch/$corpus/data.mdb"
done
rare=$(jq -r .rare "$scratch/1000.json")
everywhere=$(jq -r .everywhere "$scratch/1000.json")

question chain --chain "$rare" --limit 10
question everywhere --chain "$everywhere" --limit 10
question recurring --recurring --limit 20
question zombies --zombies 20000 --limit 20
goal=([chain]=2.0 [everywhere]=2.0 [recurring]=5.0 [zombies]=5.0)
aim=([chain]=1.25 [everywhere]=1.25 [recurring]=2.0 [zombies]=2.0)

check_answers 1000
check_answers 10000

# One run for both sizes, so that what else the machine does meets both.
commands=()
for corpus in 1000 10000; do
	commands+=(-- "$benches/bench_floor" "$scratch/$corpus" meta schema)
	commands+=(-- "$program" --version)
	for name in "${questions[@]}"; do
		read -ra asked <<< "${words[$name]}"
		commands+=(-- "$program" --index "$scratch/$corpus" query "${asked[@]}")
	done
done
mapfile -t times < <("$benches/bench_spawn" "$rounds" "${commands[@]}" | cut -d ' ' -f 1)
[ ${#times[@]} -eq $((2 * (2 + ${#questions[@]}))) ] || exit 1
at=0
for corpus in 1000 10000; do
	for name in floor start "${questions[@]}"; do
		took[$corpus-$name]=${times[at++]}
	done
done

# ratio A B
ratio() {
	awk "BEGIN { printf \"%.2f\", $1 / $2 }"
}

printf '  %-44s %8s %8s %8s %8s   %s\n' "microseconds, medians of $rounds" 1,000 "/ floor" 10,000 "/ 1,000" goals
printf '  %-44s %8d %8s %8d %8s\n' "floor: LMDB opened, one key" "${took[1000-floor]}" "" "${took[10000-floor]}" \
	"$(ratio "${took[10000-floor]}" "${took[1000-floor]}")"
printf '  %-44s %8d %8s %8d %8s\n' "pipeline --version (the start alone)" "${took[1000-start]}" \
	"$(ratio "${took[1000-start]}" "${took[1000-floor]}")" "${took[10000-start]}" \
	"$(ratio "${took[10000-start]}" "${took[1000-start]}")"
for name in "${questions[@]}"; do
	printf '  %-44s %8d %8s %8d %8s   %s\n' "query ${words[$name]}" "${took[1000-$name]}" \
		"$(ratio "${took[1000-$name]}" "${took[1000-floor]}")" "${took[10000-$name]}" \
		"$(ratio "${took[10000-$name]}" "${took[1000-$name]}")" \
		"<= ${goal[$name]} of the floor (aim ${aim[$name]}), <= 1.4 at 10,000"
done

# add INDEX: microseconds of one more incident in a copy of INDEX; the copy is on disk before, not while.
add() {
	rm -rf -- "$scratch/copy"
	cp -r "$1" "$scratch/copy"
	sync "$scratch/copy/data.mdb"
	"$benches/bench_spawn" 1 -- "$program" --index "$scratch/copy" ingest --quiet "$one/bundles" | cut -d ' ' -f 1
}

one=$(bench/corpus --seed $((seed + 1)) one)
mkdir "$scratch/nothing"
"$program" --index "$scratch/empty" ingest --quiet "$scratch/nothing" > "$scratch/said" 2>&1 || true
for _ in $(seq 15); do
	add "$scratch/empty" >> "$scratch/to-empty"
	add "$scratch/1000" >> "$scratch/to-1000"
done
middle() {
	sort -n "$1" | sed -n 8p
}
printf '  one incident of %d zombies more: %d us to an index of none, %d us to one of 1,000: %s   goal <= 1.5\n' \
	"$(jq .zombies "$one/manifest.json")" "$(middle "$scratch/to-empty")" "$(middle "$scratch/to-1000")" \
	"$(ratio "$(middle "$scratch/to-1000")" "$(middle "$scratch/to-empty")")"
