#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# quarantine: what could not be read and why, and another try at it.

# shellcheck disable=SC2154  # bats sets output
load helper

# A good log, and two archives: one is cut, one has a cut archive in it beside a good log.
setup() {
	fresh_index
	mkdir bundles
	write_log bundles/good.log base=10 A.exe B.exe
	write_log whole.log base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	write_log inner.log base=30 when=2014-03-10T17:22:09Z E.exe F.exe
	zip -q whole.zip whole.log
	gzip -k inner.log
	head -c 700 whole.zip >bundles/cut.zip
	head -c 500 inner.log.gz >cut.log.gz
	head -c 4000 /dev/urandom >noise.bin
	zip -q bundles/mixed.zip cut.log.gz whole.log noise.bin
	run --separate-stderr pipeline ingest bundles
	[ "$status" -eq 4 ]
}

@test "list: every quarantined member with bundle, reason, text and size, by path" {
	exits 0 pipeline quarantine list --format json
	shows .schema pipeline/quarantine/1
	shows '[.members[] | [(.bundle | split("/")[-1]), .member]]' \
		'[["cut.zip","cut.zip!/whole.log"],["mixed.zip","mixed.zip!/cut.log.gz!/cut.log"]]'
	holds '.members | all((.reason | test("truncated|corrupt")) and (.bytes | type == "number"))'
	holds '.members | all(has("text") and (.bundle | startswith("/")))'
}

@test "list as text: the bundle, and its members below" {
	exits 0 pipeline quarantine list
	[ "$(grep -c '^/' <<<"$output")" -eq 2 ]
	grep -qE '^  (truncated|corrupt)  cut.zip!/whole.log  [0-9]+ bytes?' <<<"$output" || fail "$output"
}

@test "list: --reason and --bundle" {
	local reason
	exits 0 pipeline quarantine list --bundle 'MIXED*' --format json
	shows '.members | length' 1
	reason=$(jq -r '.members[0].reason' <<<"$output")
	exits 0 pipeline quarantine list --bundle mixed.zip --reason "$reason" --format json
	shows '.members | length' 1
	exits 0 pipeline quarantine list --reason limit-depth --format json
	shows .members '[]'
	exits 0 pipeline quarantine list --reason limit-depth
	stdout_is_empty
}

@test "retry: what is still broken stays so, exit 4, and nothing else is read" {
	dump_index >before.json
	exits 4 pipeline quarantine retry
	stdout_is_empty
	stderr_has '2 bundles: 2 read'
	stderr_has 'quarantined .*cut\.zip'
	dump_index >after.json
	cmp before.json after.json
	exits 0 pipeline quarantine list --format json
	shows '.members | length' 2
}

@test "retry: what was mended in the same size and time is read, which ingest would not" {
	touch -r bundles/mixed.zip stamp
	zip -q mended.zip whole.log inner.log
	# The end of a zip may carry a comment: the file is filled up to the size it had.
	python3 - mended.zip "$(stat -c %s bundles/mixed.zip)" <<-'EOF'
		import os, sys, zipfile
		path, size = sys.argv[1], int(sys.argv[2])
		with zipfile.ZipFile(path, "a") as archive:
		    archive.comment = b"x" * (size - os.path.getsize(path))
		assert os.path.getsize(path) == size
	EOF
	cp mended.zip bundles/mixed.zip
	touch -r stamp bundles/mixed.zip
	exits 4 pipeline ingest bundles
	stderr_has '0 read, 3 already in'
	exits 0 pipeline quarantine retry --bundle mixed.zip
	stderr_has '1 bundles: 1 read'
	exits 0 pipeline query --chain E.exe
	exits 4 pipeline quarantine retry
	stderr_has '1 bundles: 1 read'
	cp whole.zip bundles/cut.zip
	exits 0 pipeline quarantine retry --quiet
	stderr_is_empty
	exits 0 pipeline quarantine retry
	stderr_has 'nothing is quarantined'
	exits 0 pipeline ingest bundles
	stderr_has '0 read, 3 already in'
}

@test "retry: --reason chooses" {
	local reason
	exits 0 pipeline quarantine retry --reason limit-depth
	stderr_has 'nothing is quarantined'
	reason=$(pipeline quarantine list --bundle cut.zip --format json | jq -r '.members[0].reason')
	cp whole.zip bundles/cut.zip
	exits 0 pipeline quarantine retry --reason "$reason" --bundle cut.zip
	stderr_has '1 bundles: 1 read'
}

@test "retry: a bundle that is gone stays as it is, is told, and is exit 4" {
	rm bundles/mixed.zip
	cp whole.zip bundles/cut.zip
	dump_index >before.json
	exits 4 pipeline quarantine retry
	stderr_has 'mixed\.zip is gone'
	stderr_has '2 bundles: 1 read, 0 already in, 1 left; 1 members: 1 parsed'
	exits 0 pipeline quarantine list --format json
	shows '[.members[].bundle | split("/")[-1]]' '["mixed.zip"]'
	exits 0 pipeline query --chain C.exe --format json
	shows '.groups[0].incidents' 1
}

@test "retry: a bundle that cannot be opened now keeps what was read of it" {
	local as=()
	# Root may open everything, unless that is taken from him.
	dump_index >before.json
	chmod 000 bundles/mixed.zip bundles/cut.zip
	if [ -r bundles/mixed.zip ]; then
		as=(setpriv "--bounding-set=-dac_override,-dac_read_search")
		"${as[@]}" true 2>/dev/null || skip "privileges cannot be dropped here"
		! "${as[@]}" test -r bundles/mixed.zip || skip "everything can be read here"
	fi
	exits 4 "${as[@]}" "$PIPELINE" quarantine retry
	stderr_has 'mixed\.zip: unreadable: .*stays as it is'
	dump_index >after.json
	cmp before.json after.json
	exits 0 pipeline quarantine list --format json
	shows '.members | length' 2
}

@test "retry: what came by standard input cannot be read again" {
	run --separate-stderr pipeline ingest - <bundles/cut.zip
	exits 4 pipeline quarantine retry --bundle 'stdin:*'
	stderr_has 'standard input and cannot be read again'
}

@test "retry: another writer, as for ingest" {
	hold() {
		python3 -c 'import fcntl, subprocess, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
sys.exit(subprocess.run(sys.argv[2:]).returncode)' "$PIPELINE_INDEX/writer.lock" "$@"
	}
	exits 75 hold "$PIPELINE" quarantine retry
	stderr_has 'another writer'
	exits 75 hold "$PIPELINE" quarantine retry --lock skip
	stderr_has skipped
	exits 0 hold "$PIPELINE" quarantine list
}

@test "wrong usage and no index: exit 2" {
	exits 2 pipeline quarantine
	stderr_has 'list or retry'
	exits 2 pipeline quarantine lose
	exits 2 pipeline quarantine list retry
	exits 2 pipeline quarantine list --lock wait
	exits 2 pipeline quarantine list --index none
	exits 2 pipeline quarantine retry --index none
	stderr_has 'no index'
	[ ! -e none ]
}

@test "names of members do not act on the terminal" {
	printf 'x' >$'bundles/e\e[31mvil.zip'
	head -c 700 whole.zip >$'bundles/e\e[31mvil.zip'
	run --separate-stderr pipeline ingest bundles
	pipeline quarantine list >list.txt 2>list.err
	no_control_bytes list.txt list.err
	grep -q 'vil.zip' list.txt
	run --separate-stderr pipeline quarantine retry
	printf '%s\n' "$stderr" >retry.err
	no_control_bytes retry.err
}

@test "retry --format json: the figures of the text, on stdout alone" {
	cp whole.zip bundles/cut.zip
	exits 4 pipeline quarantine retry --format json
	! grep -q '2 bundles' <<<"$stderr" || fail "$stderr"
	shows .schema pipeline/ingest/1
	shows .bundles '{"found":2,"read":2,"known":0,"left":0}'
	holds '.members | .found == .parsed + .ignored + .quarantined and .parsed >= 2 and .quarantined >= 1'
	shows '.incidents, .unreadable_folders, .stopped_by' $'3\n[]\nnull'
	rm bundles/mixed.zip
	exits 4 pipeline quarantine retry --format json
	shows .bundles '{"found":1,"read":0,"known":0,"left":1}'
}
