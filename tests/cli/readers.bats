#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Those who ask while an archive is read: every answer is of one moment, and of whole incidents.

load helper

setup() {
	fresh_index
	write_log first.log base=10 A.exe B.exe
	pipeline ingest --quiet first.log
}

teardown() {
	if [ -n "${WRITER:-}" ]; then kill -KILL "$WRITER" 2>/dev/null || true; fi
	wait
}

# many_logs COUNT: in the folder many, dumps of 10 chains on 7 machines, some with three clients, some in two bundles.
many_logs() {
	write_log template machine=MACHINE clients=3 App.exe Mid.exe Srv.exe
	mkdir many
	python3 - "$1" <<-'EOF' | "$ROOT/tests/cli/logs.py" template
		import json, sys
		for i in range(int(sys.argv[1])):
		    made = {"file": f"many/{i}.log", "replace": {
		        "Mar 10 17:22:09": f"Mar {10 + i // 3600} {i // 60 % 60 % 24:02}:{i % 60:02}:{i // 1440:02}", "MACHINE": f"TS{i % 7}",
		        "Mid.exe": f"Mid{i % 10}.exe"}}
		    print(json.dumps(made))
		    if i % 5 == 0:
		        print(json.dumps(dict(made, file=f"many/{i}-again.log")))
	EOF
}

# What one answer of each question says agrees with itself; what list names can be shown.
look() {
	local id
	exits 0 timeout 10 "$PIPELINE" query --chain '*' --format json
	stderr_is_empty
	holds '.groups | all(.incidents == (.occurrences | map(.incident) | unique | length) and .chains == (.occurrences | length) and
		.machines == (.occurrences | map(.machine | values | ascii_downcase) | unique | length) and
		.first_seen == (.occurrences | map(.session_time | values) | min) and .last_seen == (.occurrences | map(.session_time | values) | max))'
	exits 0 timeout 10 "$PIPELINE" show --all --format jsonl
	stderr_is_empty
	jq -es 'all(.counts.chains == (.chains | length) and (.chains | length) > 0 and .counts.threads == (.threads | length))' <<<"$output" >/dev/null ||
		fail "an incident is not whole: ${output:0:1000}"
	exits 0 timeout 10 "$PIPELINE" list --format jsonl
	stderr_is_empty
	seen=$(wc -l <<<"$output")
	for id in $(jq -r .incident <<<"$output" | awk -v step=$((seen / 5 + 1)) 'NR % step == 1 || step == 1'); do
		exits 0 timeout 10 "$PIPELINE" show "$id" --format json
		shows .id "$id"
	done
	exits 0 timeout 10 "$PIPELINE" query --recurring --format json
	# Nothing, between the beginning of a run and its first commit.
	run --separate-stderr timeout 10 "$PIPELINE" query --new-since last-run --format json
	[ "$status" -le 1 ] || fail "exit $status: $stderr"
	holds '.groups | all(.after.incidents + .before.incidents == .incidents)'
	stderr_is_empty
	exits 0 timeout 10 "$PIPELINE" verify
	stderr_is_empty
}

@test "answers beside an ingest that commits are of whole incidents, and the index is sound in between and at the end" {
	local looks=0 grown=0 before=0 code=0
	many_logs 600
	# Many runs of some and then one of all, so that there are commits to look in between of.
	(
		for n in {100..149}; do
			"$PIPELINE" ingest --quiet --lock wait many/*"${n#1}".log 2>>writer.err
			sleep 0.1
		done
		"$PIPELINE" ingest --quiet --lock wait many 2>>writer.err
	) 3>&- &
	WRITER=$!
	while kill -0 "$WRITER" 2>/dev/null; do
		look
		[ "$seen" -ge "$before" ] || fail "$before incidents, then $seen"
		[ "$seen" -eq "$before" ] || grown=$((grown + 1))
		before=$seen
		looks=$((looks + 1))
	done
	wait "$WRITER" || code=$?
	WRITER=''
	[ "$code" -eq 0 ] || fail "the writer exits $code: $(cat writer.err)"
	look
	[ "$seen" -eq 601 ]
	[ "$grown" -ge 2 ] || fail "it never grew while we looked, $looks times"
}
