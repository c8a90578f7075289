#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How fast the stages behind the decoder are (bench_stages.c) on three logs of the generator: threads with
# stacks of Windows 10, the same of XP with its one-line headers and 32-bit frames, and a storm of zombies.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

bench=${BENCHES:-$PWD/build/bench}/bench_stages
seed=${BENCH_SEED:-3}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM

# make_log NAME OPTION…: leaves the generated log as NAME in the scratch folder.
make_log() {
	local name=$1
	shift
	scripts/gen-corpus --out "$scratch/corpus" --seed "$seed" "$@" > "$scratch/said" 2>&1 ||
		{ cat "$scratch/said" >&2; exit 1; }
	mv "$scratch"/corpus/bundles/*.log "$scratch/$name"
	rm -rf -- "$scratch/corpus"
}

make_log threads-10 --windows 10 --processes 1500 --threads 8 --zombies 50
make_log threads-xp --windows xp --processes 800 --threads 8 --zombies 3000
make_log zombies-2008 --windows 2008 --zombies 100000
cd "$scratch"
"$bench" threads-10 threads-xp zombies-2008
