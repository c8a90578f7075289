#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# From nothing to a wait chain on the screen: installs what is missing, builds, packs the case
# study's log into an archive and asks an index of its own about it. Leaves nothing behind but
# build/. Exits 0 only when every command did its work and the chain of ProcessA.exe was found.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/setup.sh
. scripts/lib/setup.sh

usage() {
	cat <<-'END'
		usage: scripts/demo.sh [--no-setup]

		Builds the program and shows it at work on the case study's log.
		  --no-setup  install nothing: what is needed is there
		  --help      show this
	END
}

setup=yes
while [ $# -gt 0 ]; do
	case $1 in
	--no-setup) setup=no ;;
	--help | -h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done

# run COMMAND...: shows the command as somebody would type it, then runs it.
run() {
	printf '\n$ %s\n' "$*"
	"$@" || {
		local status=$?
		echo "demo: '$*' failed with exit status $status" >&2
		exit 1
	}
}

[ "$setup" = no ] || setup_install "${packages_build[@]}" "${packages_demo[@]}"

echo "Building"
# The flags of a make that called us are not meant for this one.
unset MAKEFLAGS MFLAGS MAKELEVEL
build_log=$(make -j"$(nproc)" 2>&1) || {
	printf '%s\n' "$build_log" >&2
	echo "demo: the build failed" >&2
	exit 1
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-demo.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cp tests/logs/case_study.log "$scratch/"
export PATH="$PWD/build:$PATH" PIPELINE_INDEX="$scratch/index"
cd "$scratch"

echo "A debugger log of a hung machine, in an archive, and an empty index:"
run zip -q case_study.zip case_study.log
run pipeline ingest case_study.zip
run pipeline query --chain ProcessA.exe | tee chain.txt
run pipeline show case_study.zip
run pipeline advise case_study.zip
run pipeline list

for image in ProcessA.exe ProcessB.exe ProcessC.exe; do
	grep -qF "$image" <(tail -n +3 chain.txt) || {
		echo "demo: the chain of ProcessA.exe does not name $image" >&2
		exit 1
	}
done
printf '\nFound: ProcessA.exe waits for ProcessB.exe, which waits for ProcessC.exe.\n'
