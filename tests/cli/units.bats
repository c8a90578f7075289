#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is shipped for the night: the cron line, the service and the timer, and that none of them runs by being installed.

# shellcheck disable=SC2154  # bats sets status, output and stderr
load helper
setup() { fresh_index; }

UNITS=scripts/systemd

@test "systemd takes the service and the timer without a word" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	# Its manual pages need not be installed here.
	mkdir units
	for unit in "$ROOT/$UNITS"/*; do
		sed '/^Documentation=/d' "$unit" >"units/${unit##*/}"
	done
	exits 0 systemd-analyze verify units/pipeline-nightly.service units/pipeline-nightly.timer
	stdout_is_empty
	stderr_is_empty
	exits 0 systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$ROOT/$UNITS/pipeline-nightly.timer")"
}

@test "the service is exposed to little" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	systemd-analyze --help | grep -q -- --offline || skip "systemd-analyze knows no --offline"
	exits 0 systemd-analyze security --offline=true --threshold=15 "$ROOT/$UNITS/pipeline-nightly.service"
}

# allowed: the system calls that the filter of the service lets pass, as systemd reads it.
allowed() {
	local line set
	sed -n 's/^SystemCallFilter=//p' "$ROOT/$UNITS/pipeline-nightly.service" | while read -r line; do
		for set in ${line#\~}; do
			[ "$line" = "${line#\~}" ] && how=+ || how=-
			if [ "$set" = "${set#@}" ]; then echo "$how $set"; else expand "$set" | sed "s/^/$how /"; fi
		done
	done | awk '$1 == "+" { is[$2] = 1 } $1 == "-" { delete is[$2] } END { for (call in is) print call }' | sort
}

expand() {
	local each
	systemd-analyze syscall-filter "$1" | sed -n 's/^ *\([@a-z_0-9-]*\)$/\1/p' | while read -r each; do
		case $each in
		"$1") ;;
		@*) expand "$each" ;;
		*) echo "$each" ;;
		esac
	done
}

@test "the service lets its readers confine themselves, and every call of a night passes" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	command -v strace >/dev/null || skip "no strace"
	allowed >allowed
	for call in landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp prctl execve socketpair memfd_create; do
		grep -qx "$call" allowed || fail "$call is refused"
	done
	mkdir archive
	cp "$PACKINGS"/case.7z "$CASE" archive
	strace -f -o calls "$PIPELINE" nightly archive >/dev/null || skip "strace cannot trace here"
	sed -nE 's/^[0-9]+ +([a-z_0-9]+)\(.*/\1/p' calls | sort -u >used
	grep -qx execve used
	comm -23 used allowed >refused
	[ ! -s refused ] || fail "refused: $(xargs <refused)"
}

@test "the cron line: five fields, a user and a command that works" {
	grep -vE '^(#|$)' "$ROOT/scripts/cron/pipeline.cron.d" >lines
	[ "$(grep -vcE '^[A-Z_]+=' lines)" -eq 1 ]
	grep -q '^MAILTO=' lines
	grep -vE '^[A-Z_]+=' lines >line
	grep -qE '^([0-9*]+ ){5} ?pipeline +pipeline nightly ' line || fail "$(cat line)"
	mkdir archive
	cp "$CASE" archive
	command=$(sed -E 's/^([0-9*]+ ){5} ?pipeline +//' line | sed "s,/var/cache/pipeline,$PWD,; s,/srv/cases,$PWD/archive,")
	exits 0 bash -c "pipeline() { \"\$PIPELINE\" \"\$@\"; }; $command"
	grep -q '^pipeline: first mail: ' <<<"$output" || fail "$output"
	[ -s pipeline.prom ]
	exits 0 bash -c "pipeline() { \"\$PIPELINE\" \"\$@\"; }; $command"
	stdout_is_empty
	stderr_is_empty
}

@test "installed, nothing runs: units without a link to them, cron as an example" {
	make -s -C "$ROOT" -o build/pipeline install DESTDIR="$PWD/root" PREFIX=/usr >/dev/null
	[ -f root/usr/lib/systemd/system/pipeline-nightly.service ]
	[ -f root/usr/lib/systemd/system/pipeline-nightly.timer ]
	[ -f root/usr/lib/sysusers.d/pipeline.conf ]
	[ -f root/usr/share/doc/pipeline/examples/pipeline.cron.d ]
	[ ! -e root/etc ]
	[ -z "$(find root -type l)" ]
	make -s -C "$ROOT" uninstall DESTDIR="$PWD/root" PREFIX=/usr >/dev/null
	[ -z "$(find root -type f)" ] || fail "$(find root -type f)"
}
