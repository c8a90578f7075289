#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What `ingest` makes of its inputs: the good, the strange, the broken, the hostile.

# shellcheck disable=SC2016  # scripts for bash -c expand there
# shellcheck disable=SC2154  # bats sets stderr
load helper
setup() { fresh_index; }

incidents_are() {
	local code=0
	[ "$1" -gt 0 ] || code=1
	exits "$code" pipeline list --format json
	shows '.incidents | length' "$1"
}

@test "an empty folder: exit 0 and 'nothing to do'" {
	mkdir -p empty/below
	exits 0 pipeline ingest empty
	stdout_is_empty
	stderr_has 'nothing to do'
}

@test "a missing path: exit 2 before anything is read" {
	exits 2 pipeline ingest "$CASE" no-such.zip
	stdout_is_empty
	stderr_has no-such.zip
	[ ! -e "$PIPELINE_INDEX" ] || incidents_are 0
	exits 2 pipeline ingest no-such.zip "$CASE"
	[ ! -e "$PIPELINE_INDEX" ] || incidents_are 0
}

@test "a missing path changes nothing in an index that is there" {
	write_log first.log A.exe B.exe
	pipeline ingest first.log
	local before
	before=$(dump_index)
	exits 2 pipeline ingest "$CASE" no-such.zip
	[ "$(dump_index)" = "$before" ]
}

@test "folders are read through, with all that is below" {
	mkdir -p a/b/c
	cp "$PACKINGS/case.zip" a/b/c/
	write_log a/other.log A.exe B.exe
	exits 0 pipeline ingest a
	incidents_are 2
	exits 0 pipeline list --bundle '*a/b/c/case.zip' --format json
	shows '.incidents | length' 1
}

@test "neither archive nor log: ignored, exit 0" {
	echo 'Dear support, the server hangs. Regards' >letter.txt
	head -c 4096 /dev/zero >zeros.bin
	printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' >picture.png
	: >empty.log
	exits 0 pipeline ingest letter.txt zeros.bin picture.png empty.log
	stdout_is_empty
	incidents_are 0
}

@test "beside a log in one archive: ignored, and the log is read" {
	cp "$CASE" kd.log
	echo 'see kd.log' >readme.txt
	printf 'a,b\n1,2\n' >table.csv
	zip -q mixed.zip readme.txt kd.log table.csv
	exits 0 pipeline ingest mixed.zip
	incidents_are 1
	shows '.incidents[0].member' 'mixed.zip!/kd.log'
}

# quarantines CODES FILE: exit 4, the file and one of the codes named, and the good log beside it read.
quarantines() {
	write_log good.log A.exe B.exe
	exits 4 pipeline ingest "$2" good.log
	stdout_is_empty
	stderr_has "$(basename "$2")"
	stderr_has "$1"
	exits 0 pipeline query --chain 'A.exe > B.exe' --format json
	shows '.groups | map(.incidents)' '[1]'
}

@test "broken: a zip that is cut" {
	head -c 2000 "$PACKINGS/case.zip" >cut.zip
	quarantines 'truncated|corrupt' cut.zip
}

@test "broken: garbage that begins like a zip" {
	{
		printf 'PK\x03\x04'
		head -c 3000 /dev/zero | tr '\0' '\377'
	} >garbage.zip
	quarantines 'truncated|corrupt' garbage.zip
}

@test "broken: a tar.gz that is cut" {
	head -c 1500 "$PACKINGS/case.tar.gz" >cut.tar.gz
	quarantines 'truncated|corrupt' cut.tar.gz
}

@test "broken: a tar.zst, a tar.xz and a 7z that are cut" {
	for name in case.tar.zst case.tar.xz case.7z; do
		head -c 1500 "$PACKINGS/$name" >"cut-$name"
		quarantines 'truncated|corrupt' "cut-$name"
	done
}

@test "broken: a flipped byte in a compressed member" {
	cp "$PACKINGS/case.zip" flipped.zip
	printf '\xff\x00\xff' | dd of=flipped.zip bs=1 seek=900 conv=notrunc status=none
	quarantines 'corrupt' flipped.zip
}

@test "broken: an archive inside a good archive; its neighbour is read" {
	head -c 1500 "$PACKINGS/case.7z" >inner.7z
	cp "$CASE" kd.log
	zip -q outer.zip inner.7z kd.log
	quarantines 'truncated|corrupt' outer.zip
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups[0].occurrences | map(.member)' '["outer.zip!/kd.log"]'
}

@test "archives in archives without end: quarantined at a depth" {
	cp "$CASE" kd.log
	zip -q deep.zip kd.log
	python3 - deep.zip 200 <<-'EOF'
		import io, sys, zipfile
		name, content = sys.argv[1], open(sys.argv[1], "rb").read()
		for level in range(int(sys.argv[2])):
		    wrapped = io.BytesIO()
		    with zipfile.ZipFile(wrapped, "w") as out:
		        out.writestr("deep%d.zip" % level, content)
		    content = wrapped.getvalue()
		open(name, "wb").write(content)
	EOF
	quarantines 'limit-depth' deep.zip
}

@test "every member is parsed, ignored or quarantined, and is counted" {
	head -c 1500 "$PACKINGS/case.7z" >inner.7z
	cp "$CASE" kd.log
	echo 'see kd.log' >readme.txt
	zip -q three.zip inner.7z kd.log readme.txt
	exits 4 pipeline ingest three.zip
	stderr_has '\b1 parsed'
	stderr_has '\b1 ignored'
	stderr_has '\b1 quarantined'
}

@test "an encrypted zip: quarantined as encrypted" {
	zip -q -P secret locked.zip -j "$CASE"
	quarantines 'encrypted-(no-password|unsupported)' locked.zip
}

@test "the same again: skipped, exit 0, nothing twice" {
	pipeline ingest "$PACKINGS/case.zip" "$LOGS/semicircular.log"
	local before
	before=$(dump_index)
	exits 0 pipeline ingest "$PACKINGS/case.zip" "$LOGS/semicircular.log"
	stdout_is_empty
	[ "$(dump_index)" = "$before" ]
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups | map([.incidents, .chains])' '[[1,1]]'
}

@test "the same again beside a new one: only the new one is added" {
	write_log new.log A.exe B.exe
	pipeline ingest "$CASE"
	exits 0 pipeline ingest "$CASE" new.log
	incidents_are 2
}

@test "one path given twice is read once" {
	exits 0 pipeline ingest "$CASE" "$CASE"
	incidents_are 1
}

@test "the broken one again: never exit 0" {
	head -c 2000 "$PACKINGS/case.zip" >cut.zip
	exits 4 pipeline ingest cut.zip
	exits 4 pipeline ingest cut.zip
}

@test "a file that has changed is read again" {
	write_log kd.log A.exe B.exe
	exits 0 pipeline ingest kd.log
	write_log kd.log C.exe D.exe E.exe
	exits 0 pipeline ingest kd.log
	exits 0 pipeline query --chain 'C.exe > D.exe > E.exe' --format json
	shows '.groups | map(.incidents)' '[1]'
}

@test "a file that was touched is not read again: its content is what it was" {
	write_log kd.log A.exe B.exe
	zip -q case.zip kd.log
	exits 0 pipeline ingest case.zip
	touch -d 2031-01-01 case.zip
	exits 0 pipeline ingest case.zip
	stderr_has '1 bundles: 0 read, 1 already in; 1 members: 1 parsed'
	exits 0 pipeline ingest case.zip
	stderr_has '1 bundles: 0 read, 1 already in; 1 members: 1 parsed'
	incidents_are 1
	exits 0 pipeline verify
}

@test "a file of the same size, touched and changed: it is read again" {
	write_log kd.log A.exe B.exe
	exits 0 pipeline ingest kd.log
	sed -i 's/A[.]exe/Z.exe/' kd.log
	touch -d 2031-01-01 kd.log
	exits 0 pipeline ingest kd.log
	stderr_has '1 bundles: 1 read, 0 already in'
	exits 0 pipeline query --chain 'Z.exe > B.exe' --format json
	shows '.groups | map(.incidents)' '[1]'
}

@test "a file that cannot be read is quarantined as unreadable" {
	mkdir folder
	write_log folder/good.log A.exe B.exe
	cp "$CASE" folder/secret.log
	chmod 000 folder/secret.log
	local unprivileged=()
	if [ -r folder/secret.log ]; then
		unprivileged=(setpriv "--bounding-set=-dac_override,-dac_read_search")
		! "${unprivileged[@]}" test -r folder/secret.log 2>/dev/null ||
			skip "everything can be read here"
		"${unprivileged[@]}" true 2>/dev/null || skip "privileges cannot be dropped here"
	fi
	exits 4 "${unprivileged[@]}" "$PIPELINE" ingest folder
	stderr_has secret.log
	stderr_has unreadable
	incidents_are 1
}

@test "stdin: a log, a zip, a tar.gz" {
	pipeline ingest - <"$CASE"
	incidents_are 1
	write_log kd.log A.exe B.exe
	zip -q kd.zip kd.log
	pipeline ingest - <kd.zip
	incidents_are 2
	write_log other.log when=2011-01-01T00:00:00Z A.exe C.exe
	tar -cz other.log | pipeline ingest -
	incidents_are 3
	exits 0 pipeline query --chain 'A.exe > C.exe' --format json
	holds '.groups[0].occurrences[0].member | endswith("other.log")'
}

@test "stdin that is broken is quarantined" {
	run --separate-stderr bash -c 'head -c 2000 "$1" | "$PIPELINE" ingest -' - "$PACKINGS/case.zip"
	[ "$status" -eq 4 ] || fail "exits $status: $stderr"
}

@test "two dumps in one log are two incidents of one bundle" {
	write_log one.log base=10 A.exe B.exe
	write_log two.log base=20 when=2011-03-10T00:00:00Z C.exe D.exe
	cat one.log two.log >both.log
	exits 0 pipeline ingest both.log
	incidents_are 2
	shows '.incidents | map(.bundle) | unique | length' 1
	exits 0 pipeline query --chain 'C.exe > D.exe' --format json
	shows '.groups[0].incidents' 1
}

@test "a banner that is repeated by vertarget begins no other incident" {
	write_log one.log A.exe B.exe
	{
		cat one.log
		printf '0: kd> vertarget\n'
		sed -n '/ Version 6002 /,/^System Uptime/p' one.log
		printf '0: kd> .time\n'
		grep -E '^(Debug session|System Uptime)' one.log
	} >again.log
	[ "$(grep -c '^System Uptime' again.log)" -eq 3 ]
	exits 0 pipeline ingest again.log
	incidents_are 1
}

# The two halves of the case study meet only in what the threads of both say of the time.
@test "two logs of one dump in one bundle are one incident, with a chain through both" {
	local half
	half=$(grep -n '^1: kd> !thread fffffa800b711060' "$CASE" | cut -d: -f1)
	head -n "$((half - 1))" "$CASE" >one.log
	tail -n "+$half" "$CASE" >two.log
	zip -q both.zip one.log two.log
	exits 0 pipeline ingest both.zip
	incidents_are 1
	exits 0 pipeline query --chain '^ProcessA.exe > ProcessB.exe > ProcessC.exe$' --format json
	shows '.groups | map([.incidents, .chains])' '[[1,1]]'
	exits 0 pipeline show both.zip --format json
	shows '.sources | map(.member) | sort' '["both.zip!/one.log","both.zip!/two.log"]'
	shows '.counts | [.processes, .zombies, .threads, .edges, .chains]' '[1,13,4,2,1]'
	shows '.edges | map(.evidence.member) | sort' '["both.zip!/one.log","both.zip!/two.log"]'
}

@test "the same addresses in two dumps are two dumps" {
	write_log one.log A.exe B.exe
	write_log two.log when=2011-03-10T00:00:00Z A.exe B.exe
	exits 0 pipeline ingest one.log two.log
	exits 0 pipeline query --chain 'A.exe > B.exe' --format json
	shows '.groups | map([.incidents, .chains])' '[[2,2]]'
}

@test "a log that is cut anywhere is still a log" {
	local size
	for size in 200 1500 3000 5001 7777 10000; do
		head -c "$size" "$CASE" >"cut-$size.log"
		run --separate-stderr pipeline ingest "cut-$size.log"
		[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "$size bytes: exit $status: $stderr"
	done
	exits 0 pipeline query --chain 'ProcessA.exe > ProcessB.exe' --format json
	holds '.groups | map(.path[:2]) | unique == [["ProcessA.exe", "ProcessB.exe"]]'
}

# hostile ARCHIVE NAME: a zip whose one member, the case study, has this name.
hostile() {
	python3 - "$1" "$2" "$CASE" <<-'EOF'
		import sys, zipfile
		archive, name, log = sys.argv[1:]
		with zipfile.ZipFile(archive, "w") as out:
		    out.writestr(zipfile.ZipInfo(name), open(log, "rb").read())
	EOF
}

@test "control bytes of a member's name are escaped wherever it is printed" {
	hostile evil.zip $'\e[31mred\a\x08.log'
	pipeline ingest evil.zip 2>ingest.err
	pipeline list >list.txt 2>list.err
	pipeline list --format json >list.json
	pipeline show evil.zip >show.txt
	pipeline show evil.zip --format json >show.json
	pipeline query --chain ProcessA.exe >query.txt
	pipeline query --chain ProcessA.exe --format json >query.json
	no_control_bytes ./*.err ./*.txt ./*.json
	[ "$(jq -r '.incidents[0].member' list.json)" = $'evil.zip!/\e[31mred\a\x08.log' ]
}

@test "control bytes in the name of what is quarantined are escaped" {
	head -c 1500 "$PACKINGS/case.7z" >$'in\e[2Jner.7z'
	zip -q outer.zip ./*.7z
	run --separate-stderr pipeline ingest outer.zip
	[ "$status" -eq 4 ] || fail "exit $status"
	printf '%s\n' "$stderr" >ingest.err
	grep -q 'ner.7z' ingest.err
	no_control_bytes ingest.err
}

@test "control bytes in an image name and in a bundle's name are escaped" {
	sed $'s/ProcessB\\.exe/Pro\e[5mB.exe/' "$CASE" >$'od\ed.log'
	pipeline ingest ./*.log 2>ingest.err
	pipeline list >list.txt
	pipeline query --chain ProcessA.exe >query.txt
	pipeline query --chain ProcessA.exe --format json >query.json
	pipeline show "$(incident_ids)" >show.txt
	jq -e '.groups[0].path[1] == "Pro\u001b[5mB.exe"' query.json
	grep -q 'mB.exe' query.txt
	grep -q 'mB.exe' show.txt
	grep -q 'd.log' list.txt
	no_control_bytes ./*.err ./*.txt ./*.json
	run pipeline ingest $'mis\esing.log'
	printf '%s\n' "$output" >missing.err
	no_control_bytes missing.err
}

# Everything in the test's folder but its index and the lists themselves.
all_files() {
	find "$BATS_TEST_TMPDIR" -not -path "$PIPELINE_INDEX*" -not -name before.txt -not -name after.txt | sort
}

@test "an archive writes nothing: names that climb or are absolute are only names" {
	mkdir inside
	cd inside
	hostile climb.zip '../../climbed.log'
	hostile root.zip "$BATS_TEST_TMPDIR/rooted.log"
	all_files >../before.txt
	pipeline ingest climb.zip root.zip
	all_files >../after.txt
	diff ../before.txt ../after.txt
	exits 0 pipeline query --chain ProcessA.exe --format json
	shows '.groups | length' 1
}

@test "invalid UTF-8 in names and logs still makes valid JSON" {
	sed 's/ProcessB\.exe/Pro\xff\xfeB.exe/' "$CASE" >kd.log
	cp "$CASE" $'caf\xe9.log'
	zip -q odd.zip caf*.log
	pipeline ingest kd.log odd.zip
	pipeline list --format json >list.json
	pipeline query --chain ProcessA.exe --format json >query.json
	pipeline show "$(incident_ids | head -n 1)" --format json >show.json
	for file in list.json query.json show.json; do
		[ -s "$file" ] || fail "$file is empty"
		iconv -f UTF-8 -t UTF-8 "$file" | jq -e 'type == "object"'
	done
	jq -e '.incidents | length == 2' list.json
}

@test "special files are not read: a FIFO in a folder does not stall" {
	mkdir folder
	mkfifo folder/pipe.log
	cp "$CASE" folder/
	run --separate-stderr timeout 2 "$PIPELINE" ingest folder
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "exit $status: $stderr"
	incidents_are 1
}

@test "a circle of symbolic links does not stall" {
	mkdir -p folder/below
	ln -s .. folder/below/up
	cp "$CASE" folder/
	run --separate-stderr timeout 2 "$PIPELINE" ingest folder
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "exit $status: $stderr"
	incidents_are 1
}

# summed: the document says what the line did, and its sums are whole.
summed() {
	holds '.bundles.found == .bundles.read + .bundles.known + .bundles.left'
	holds '.members.found == .members.parsed + .members.ignored + .members.quarantined'
}

@test "the summary as JSON: the same figures as the text, and they add up" {
	mkdir -p cases/locked
	write_log cases/a.log base=10 A.exe B.exe
	write_log b.log base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	printf 'MZ\220' >tool.exe
	zip -q cases/b.zip b.log tool.exe
	head -c 200 cases/b.zip >cases/cut.zip
	exits 4 pipeline ingest cases
	stdout_is_empty
	text=$(sed -n 's/^pipeline: \([0-9]* bundles: .*\)/\1/p' <<<"$stderr")
	rm -r index
	exits 4 pipeline ingest --format json cases
	! grep -q ' bundles: ' <<<"$stderr" || fail "$stderr"
	shows .schema pipeline/ingest/1
	summed
	[ "$text" = "$(jq -r '"\(.bundles.found) bundles: \(.bundles.read) read, \(.bundles.known) already in; " +
		"\(.members.found) members: \(.members.parsed) parsed, \(.members.ignored) ignored, " +
		"\(.members.quarantined) quarantined; \(.incidents) incidents"' <<<"$output")" ] || fail "$text / $output"
	shows .bundles '{"found":3,"read":3,"known":0,"left":0}'
	holds '.members.parsed == 2 and .members.ignored == 1 and .members.quarantined >= 1'
	exits 4 pipeline ingest --quiet --format json cases
	stderr_is_empty
	summed
	shows '.bundles, .incidents, .stopped_by' $'{"found":3,"read":0,"known":3,"left":0}\n2\nnull'
}

@test "the summary of an ingest that a signal stopped: what is left is told, and it adds up" {
	mkfifo feed
	write_log a.log base=10 A.exe B.exe
	"$PIPELINE" ingest --format json a.log - <feed >out.json 2>/dev/null 3>&- &
	local pid=$! code=0
	exec 8>feed
	sleep 0.3
	kill -TERM "$pid"
	wait "$pid" || code=$?
	exec 8>&-
	[ "$code" -eq 143 ] || fail "exit $code"
	output=$(<out.json)
	summed
	shows .stopped_by 15
	holds '.bundles.left == .bundles.found and .bundles.found >= 1'
}
