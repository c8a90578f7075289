# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Counts the tests in TAP output. Sourced by scripts/test.sh.

# tap_count FILE STATUS: prints "passed failed skipped" for the TAP output in FILE of a program that
# ended with exit status STATUS. Every "ok" and "not ok" at the start of a line is a test. A program
# that ran less than it had planned, planned nothing, or failed without saying which test did, is
# one more failure: a crash never looks like success.
tap_count() {
	awk -v status="$2" '
		/^1\.\.[0-9]+/ { planned += substr($1, 4); plans++ }
		/^(not )?ok([ \t\r]|$)/ {
			seen++
			# cmocka puts the directive in front of the name, and "not ok" before a skip.
			if (tolower($0) ~ /# *skip/)
				skipped++
			else if ($1 == "ok")
				passed++
			else
				failed++
		}
		/^Bail out!/ { failed++ }
		END {
			if (!plans || seen != planned || (status != 0 && !failed))
				failed++
			print passed + 0, failed + 0, skipped + 0
		}
	' "$1"
}
