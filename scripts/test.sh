#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every test there is: installs what is missing, builds, and prints a line per suite, the
# output of what failed, and at the very end "N passed, N failed". The full output of everything is
# in build/test-logs/. Exits 0 only when something ran and nothing failed.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/setup.sh
. scripts/lib/setup.sh
# shellcheck source=scripts/lib/tap.sh
. scripts/lib/tap.sh

suites=(build lint unit cli checks replay threads)

usage() {
	cat <<-'END'
		usage: scripts/test.sh [--no-setup] [--only SUITE]... [-v]

		Installs what is missing and runs every test. Ends with "N passed, N failed".
		  --only SUITE  only this suite (may be given again):
		                  build    the program compiles without a warning
		                  lint     make lint, each of its checks a test
		                  unit     tests/unit/test_*.c with address and undefined checks
		                  cli      tests/cli/*.bats on build/pipeline
		                  checks   tests/check-* on build/pipeline
		                  replay   fuzz targets over tests/fuzz/corpus/, address checks
		                  threads  the unit tests in tests/unit/tsan.list, thread checker
		  --no-setup    install nothing: what is needed is there
		  -v            show the output of what passed and the slowest, too
		  --help        show this
	END
}

setup=yes verbose=no only=()
while [ $# -gt 0 ]; do
	case $1 in
	--no-setup) setup=no ;;
	--only)
		shift
		case " ${suites[*]} " in
		*" ${1-} "*) only+=("$1") ;;
		*) echo "test: no such suite: '${1-}' (there are: ${suites[*]})" >&2; exit 2 ;;
		esac
		;;
	-v | --verbose) verbose=yes ;;
	--help | -h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done
[ ${#only[@]} -gt 0 ] || only=("${suites[@]}")

[ "$setup" = no ] || setup_install "${packages_build[@]}" "${packages_test[@]}" \
	"${packages_browser[@]}"

# --- surroundings ---------------------------------------------------------------------------------

processors=$(nproc)
logs=$PWD/build/test-logs
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-test.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT
trap 'kill $(jobs -pr) 2>/dev/null; exit 143' TERM
rm -rf -- "$logs"
mkdir -p "$logs"

# The flags of a make that called us are not meant for the ones below; nor may a test come near
# the index of whoever runs it.
unset MAKEFLAGS MFLAGS MAKELEVEL PIPELINE_INDEX
export XDG_STATE_HOME=$scratch/state XDG_CONFIG_HOME=$scratch/config
export PIPELINE=$PWD/build/pipeline
export CMOCKA_MESSAGE_OUTPUT=TAP
# A crash belongs to the sanitizer, which says where: cmocka would only say that there was one.
export ASAN_OPTIONS=handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_sigill=2:handle_abort=1:\
detect_stack_use_after_return=1:strict_string_checks=1:${ASAN_OPTIONS-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS-}
export TSAN_OPTIONS=halt_on_error=1:${TSAN_OPTIONS-}

# The sanitizers of gcc 12 lose their shadow memory to kernels that spread mappings wider than they
# knew of; a fixed layout avoids that, where it may be asked for.
fixed_layout=()
if setarch -R true 2>/dev/null; then
	fixed_layout=(setarch -R)
fi

# --- counting -------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0
suite='' suite_passed=0 suite_failed=0 suite_skipped=0 suite_began=0

suite_begin() {
	suite=$1 suite_passed=0 suite_failed=0 suite_skipped=0 suite_began=$SECONDS
}

suite_end() {
	local note=''

	[ $suite_skipped -eq 0 ] || note=", $suite_skipped skipped"
	[ $((suite_passed + suite_failed + suite_skipped)) -gt 0 ] || note=' (there are none)'
	printf '%-8s %d passed, %d failed%s, %d s\n' "$suite" \
		$suite_passed $suite_failed "$note" $((SECONDS - suite_began))
	[ $verbose = no ] || show_slowest
	passed=$((passed + suite_passed))
	failed=$((failed + suite_failed))
	skipped=$((skipped + suite_skipped))
}

# show_log NAME: what the test printed, set off from the summary.
show_log() {
	sed 's/^/    /' "$logs/$suite-$1.log" "$logs/$suite-$1.err" 2>/dev/null || true
}

# show_slowest: which tests of the suite took the longest.
show_slowest() {
	[ -e "$scratch/$suite.seconds" ] || return 0
	sort -rn "$scratch/$suite.seconds" | head -n 10 |
		awk '{ printf "         %4d s  %s\n", $1, $2 }'
}

# count NAME PASSED FAILED SKIPPED: adds up, and shows the log of a failure.
count() {
	suite_passed=$((suite_passed + $2))
	suite_failed=$((suite_failed + $3))
	suite_skipped=$((suite_skipped + $4))
	if [ "$3" -gt 0 ]; then
		echo "FAILED   $suite $1:"
		show_log "$1"
	elif [ $verbose = yes ]; then
		echo "         $suite $1: $2 passed, $4 skipped"
		show_log "$1"
	fi
}

# run_logged NAME SECONDS COMMAND...: runs it with its output in the logs; its exit status.
run_logged() {
	local name=$1 seconds=$2 status=0
	shift 2

	timeout -k 5 "$seconds" "$@" >"$logs/$suite-$name.log" 2>"$logs/$suite-$name.err" \
		</dev/null || status=$?
	[ $status -ne 124 ] || echo "killed after $seconds s" >>"$logs/$suite-$name.err"
	[ $status -eq 0 ] || echo "exit status $status" >>"$logs/$suite-$name.err"
	return $status
}

# Tests of a suite run side by side, one a processor or more; they are counted in their order.
started=() at_once=$processors

# start KIND NAME SECONDS COMMAND...: waits until there is room for it.
start() {
	local kind=$1 name=$2
	shift

	while [ "$(jobs -pr | wc -l)" -ge "$at_once" ]; do
		wait -n || true
	done
	started+=("$kind $name")
	{
		status=0 began=$SECONDS
		run_logged "$@" || status=$?
		echo $status >"$scratch/$suite-$name.status"
		echo "$((SECONDS - began)) $name" >>"$scratch/$suite.seconds"
	} &
}

# one_test NAME SECONDS COMMAND...: a command that is one test; "# SKIP" in its output skips it.
one_test() {
	start one "$@"
}

# tap_tests NAME SECONDS COMMAND...: a command that prints TAP.
tap_tests() {
	start tap "$@"
}

# count_started: waits for all that was started and counts it.
count_started() {
	local each kind name status counted

	wait
	for each in ${started[@]+"${started[@]}"}; do
		read -r kind name <<<"$each"
		status=$(cat "$scratch/$suite-$name.status")
		if [ "$kind" = tap ]; then
			read -r -a counted < <(tap_count "$logs/$suite-$name.log" "$status")
		elif [ "$status" -ne 0 ]; then
			counted=(0 1 0)
		elif grep -q '# SKIP' "$logs/$suite-$name.log"; then
			counted=(0 0 1)
		else
			counted=(1 0 0)
		fi
		count "$name" "${counted[@]}"
	done
	started=()
}

# built NAME MAKE-ARGUMENT...: builds what a suite needs; only a failure counts.
built() {
	local name=$1
	shift

	run_logged "$name" 900 make -j"$processors" WERROR=1 "$@" || {
		count "$name" 0 1 0
		return 1
	}
}

# --- suites ---------------------------------------------------------------------------------------

run_build() {
	one_test program 900 make -j"$processors" WERROR=1
}

run_lint() {
	local lint

	for lint in $(make -s print-lints); do
		one_test "${lint#lint-}" 120 make -s "$lint"
	done
}

run_unit() {
	local program

	built make FLAVOUR=asan unit || return 0
	for program in tests/unit/test_*.c; do
		[ -e "$program" ] || continue
		program=$(basename "$program" .c)
		tap_tests "$program" 300 ${fixed_layout[@]+"${fixed_layout[@]}"} \
			"build/asan/tests/unit/$program"
	done
}

run_cli() {
	local file

	compgen -G 'tests/cli/*.bats' >/dev/null || return 0
	built make all || return 0
	at_once=$((processors + 1)) # some wait, for terminals and clocks
	for file in tests/cli/*.bats; do
		tap_tests "$(basename "$file" .bats)" 300 bats --tap "$file"
	done
}

run_checks() {
	local check

	compgen -G 'tests/check-*' >/dev/null || return 0
	built make all faults || return 0
	for check in tests/check-*; do
		if [ -f "$check" ] && [ -x "$check" ]; then
			tap_tests "$(basename "$check")" 300 "$check"
		fi
	done
}

run_replay() {
	local target corpus

	built make FLAVOUR=asan replay || return 0
	for target in tests/fuzz/fuzz_*.c; do
		[ -e "$target" ] || continue
		target=$(basename "$target" .c)
		target=${target#fuzz_}
		corpus=tests/fuzz/corpus/$target
		if [ -d "$corpus" ]; then
			one_test "$target" 300 ${fixed_layout[@]+"${fixed_layout[@]}"} \
				"build/asan/tests/fuzz/replay_$target" "$corpus"
		else
			echo "no corpus in $corpus # SKIP" >"$logs/replay-$target.log"
			count "$target" 0 0 1
		fi
	done
}

run_threads() {
	local programs=() program

	if [ -e tests/unit/tsan.list ]; then
		mapfile -t programs < <(sed -E 's/#.*//; s/[[:space:]]+//g; /^$/d' tests/unit/tsan.list)
	fi
	[ ${#programs[@]} -gt 0 ] || return 0
	built make FLAVOUR=tsan "${programs[@]/#/build/tsan/tests/unit/}" || return 0
	for program in "${programs[@]}"; do
		tap_tests "$program" 300 ${fixed_layout[@]+"${fixed_layout[@]}"} \
			"build/tsan/tests/unit/$program"
	done
}

for each in "${only[@]}"; do
	suite_begin "$each"
	at_once=$processors
	"run_$each"
	count_started
	suite_end
done

echo
note=''
[ $skipped -eq 0 ] || note=", $skipped skipped"
echo "$passed passed, $failed failed$note"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
