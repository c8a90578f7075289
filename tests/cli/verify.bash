# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the cases of `verify` share: a folder for temporary files, dumps, and what a sound index is.

verify_setup() {
	fresh_index
	export TMPDIR=$BATS_TEST_TMPDIR/scratch
	mkdir "$TMPDIR"
}

# some_logs FIRST LAST: logs N.log with chains, and zombies in every third of them.
some_logs() {
	write_log template machine=MACHINE App.exe Mid.exe Srv.exe
	python3 - "$@" <<-'EOF' | "$ROOT/tests/cli/logs.py" template
		import json, sys
		zombie = ("PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n"
		          "    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Zombie%d.exe\n\n")
		for i in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
		    dead = "".join(zombie % (n * 0x1000 + 0x10, 0x2000 + 4 * n, n % 3) for n in range(i % 3 * 10))
		    print(json.dumps({"file": f"{i}.log", "append": dead, "replace": {
		        "Mar 10 17:22:09": f"Mar 10 17:{i // 60 % 60:02}:{i % 60:02}", "MACHINE": f"TS{i % 40}",
		        "Mid.exe": f"Mid{i}.exe", "Srv.exe": f"Srv{i % 7}.exe"}}))
	EOF
	rm template
}

is_sound() {
	exits 0 pipeline verify --format json
	shows '[.schema, .sound, .problems_found, .problems]' '["pipeline/verify/1",true,0,[]]'
	[ "$(jq .incidents <<<"$output")" -eq "$(pipeline list --format jsonl | wc -l)" ]
	exits 0 pipeline verify
	stderr_is_empty
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
}
