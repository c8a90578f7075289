#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# An index that a group shares: who writes it and who asks it are different users.

# shellcheck disable=SC2154  # bats sets status, output and stderr
load helper
setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to be others"
	fresh_index
	# bats' own folder lets nobody else in.
	place=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-shared.XXXXXX")
	cd "$place"
	cp "$CASE" a.log
	cp "$PIPELINE" program
	chmod -R a+rX .
	export XDG_CONFIG_HOME=$place/config
	install -d -o 4001 -g 4002 -m 2750 shared
	setpriv --reuid 4004 --regid 4004 --clear-groups test -r a.log || skip "${TMPDIR:-/tmp} lets nobody else in"
}
teardown() { [ -z "${place-}" ] || rm -rf -- "$place"; }

owner() { setpriv --reuid 4001 --regid 4001 --clear-groups "$@"; }
member() { setpriv --reuid 4003 --regid 4003 --groups 4002 "$@"; }
stranger() { setpriv --reuid 4004 --regid 4004 --clear-groups "$@"; }
modes() { stat -c '%a %u:%g %n' shared/* | xargs; }

SHARED='640 4001:4002 shared/data.mdb 660 4001:4002 shared/lock.mdb 640 4001:4002 shared/writer.lock'

@test "a set-group-ID folder: members ask, whatever the umask, and others do not" {
	(umask 077 && exits 0 owner ./program --index shared ingest --quiet a.log)
	[ "$(modes)" = "$SHARED" ] || fail "$(modes)"
	exits 0 member ./program --index shared query --chain ProcessA.exe
	stderr_is_empty
	grep -qi processa.exe <<<"$output"
	exits 74 member ./program --index shared ingest --quiet a.log
	exits 2 stranger ./program --index shared list
	stdout_is_empty
	stderr_has 'shared/data.mdb: Permission denied'
}

@test "compacted by its owner or by root, it stays shared" {
	exits 0 owner ./program --index shared ingest --quiet a.log
	exits 0 owner ./program --index shared compact
	[ "$(modes)" = "$SHARED" ] || fail "$(modes)"
	exits 0 ./program --index shared compact
	[ "$(modes)" = "$SHARED" ] || fail "$(modes)"
	exits 0 member ./program --index shared list
	stderr_is_empty
}

@test "given to a group later: the next writer does it; without the bit nothing is shared" {
	install -d -o 4001 -g 4001 -m 755 private
	exits 0 owner ./program --index private ingest --quiet a.log
	[ "$(stat -c %a private/* | sort -u)" = 600 ]
	chgrp -R 4002 private && chmod 2750 private
	exits 2 member ./program --index private list
	exits 0 owner ./program --index private ingest --quiet a.log
	exits 0 member ./program --index private list
	stderr_is_empty
}

@test "a file of another group is not given to that" {
	exits 0 owner ./program --index shared ingest --quiet a.log
	chgrp 4005 shared/data.mdb
	chmod 600 shared/data.mdb
	exits 0 owner ./program --index shared ingest --quiet a.log
	[ "$(stat -c %a shared/data.mdb)" = 600 ]
}
