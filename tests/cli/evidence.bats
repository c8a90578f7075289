#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `show --evidence N`: the lines that a finding was concluded from, out of the bundle as it was ingested or not at all.

load helper
setup() { fresh_index; }

# number_of INCIDENT PATTERN [IMAGE]: the number of the first such finding.
number_of() {
	pipeline show "$1" --format json | jq -r --arg pattern "$2" --arg image "${3-}" \
		'[.findings | to_entries[] | select(.value.pattern == $pattern and
		($image == "" or .value.image == $image)) | .key + 1] | first'
}

# lines_are LOG: every piece of the answer in $output is what the log has on those lines.
lines_are() {
	local first last count=0
	while read -r first last; do
		jq -r ".evidence[$count].text" <<<"$output" >piece
		sed -n "${first},${last}p" "$1" | diff - piece || fail "lines $first-$last differ"
		count=$((count + 1))
	done < <(jq -r '.evidence[] | "\(.first_line) \(.last_line)"' <<<"$output")
	[ "$count" -gt 0 ]
}

@test "a chain: every thread and every message, in the order of the hops, as they stand in the log" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --evidence "$(number_of "$CASE" wait-chain)" --format json
	shows '[.schema, .pattern, .left_out]' '["pipeline/evidence/1","wait-chain",0]'
	shows '[.evidence[].text | split("\n")[0] | ltrimstr("        ") | .[0:26]]' \
		'["THREAD fffffa800b845bb0  C","Message @ fffff88012527770","THREAD fffffa800b711060  C","Message @ fffff8800e401200","THREAD fffffa800a843bb0  C"]'
	shows '[.evidence[] | .bundle] | unique | length' 1
	lines_are "$CASE"
}

@test "text: numbered lines under the place that they are from" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --evidence "$(number_of "$CASE" message-box)"
	[ "$(sed -n 3p <<<"$output")" = "$CASE  case_study.log  lines 166-190" ] || fail "$output"
	[ "$(sed -n 4p <<<"$output" | cut -c1-32)" = '    166  THREAD fffffa8005a7aa20' ] || fail "$output"
	[ "$(grep -c '^ *[0-9]*  ' <<<"$output")" -eq 25 ] || fail "$output"
}

@test "what is counted: rows that follow each other are one piece" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --evidence "$(number_of "$CASE" zombie-process)" --format json
	shows '[.evidence[] | [.first_line, .last_line]]' '[[194,206]]'
	lines_are "$CASE"
	exits 0 pipeline show "$CASE" --evidence "$(number_of "$CASE" special-process)" --format json
	shows '[.evidence[] | [.first_line, .last_line]]' '[[195,195],[205,205]]'
	lines_are "$CASE"
}

@test "however it is packed: the same lines, out of a zip in a 7z in a tar too" {
	local packing want=''
	for packing in "${ALL_PACKINGS[@]}"; do
		rm -rf "$PIPELINE_INDEX"
		pipeline ingest "$PACKINGS/$packing"
		exits 0 pipeline show "$PACKINGS/$packing" --evidence 2 --format json
		lines_are "$CASE"
		want=${want:-$(jq -c '[.evidence[].text]' <<<"$output")}
		shows '[.evidence[].text]' "$want"
	done
	shows '[.evidence[].member] | unique' '["nested.tar.gz!/inner.7z!/deep.zip!/case_study.log"]'
}

@test "UTF-16 and CRLF: the same lines, without a trace of either" {
	{ printf '\xff\xfe'; sed 's/$/\r/' "$CASE" | iconv -f UTF-8 -t UTF-16LE; } >wide.log
	pipeline ingest wide.log
	exits 0 pipeline show wide.log --evidence 2 --format json
	lines_are "$CASE"
	exits 0 pipeline show wide.log --evidence 2
	printf '%s\n' "$output" >text
	no_control_bytes text
}

@test "Windows-1252: names as the code page has them" {
	sed 's/ProcessA/Proze\xdfA/' "$CASE" >cp1252.log
	pipeline ingest cp1252.log
	exits 0 pipeline show cp1252.log --evidence "$(number_of cp1252.log wait-chain)"
	grep -q 'Image:         ProzeßA.exe' <<<"$output" || fail "$output"
}

@test "hostile lines: nothing of them acts on a terminal, tabs are blanks" {
	sed -e 's/ProcessA/\x1b]0;x\x07\xe2\x80\xaeA/' -e 's/^        THREAD fffffa800b845bb0/\tTHREAD fffffa800b845bb0/' "$CASE" >hostile.log
	pipeline ingest hostile.log
	exits 0 pipeline show hostile.log --evidence "$(number_of hostile.log wait-chain)"
	printf '%s\n' "$output" >text
	no_control_bytes text
	! grep -qP '\t|\xe2\x80\xae' text || fail "$(cat -v text)"
	grep -qF '\x1b]0;x\x07\u{202e}A.exe' text || fail "$(cat -v text)"
	grep -q '^     29          THREAD fffffa800b845bb0' text || fail "$(cat -v text)"
}

@test "the bundle is gone: said, exit 2, nothing on stdout" {
	cp "$CASE" kd.log
	pipeline ingest kd.log
	mv kd.log moved.log
	exits 2 pipeline show kd.log --evidence 1
	stdout_is_empty
	stderr_has 'kd.log: cannot be opened any more: No such file'
	mkdir kd.log
	exits 2 pipeline show kd.log --evidence 1
	stderr_has 'kd.log: is no regular file any more'
	rmdir kd.log
	mkfifo kd.log
	exits 2 timeout 20 "$PIPELINE" show kd.log --evidence 1
	stderr_has 'kd.log: is no regular file any more'
}

@test "the bundle has changed: in size, or in content alone; a new time changes nothing" {
	cp "$PACKINGS/case.zip" case.zip
	pipeline ingest case.zip
	touch -d 2031-01-01 case.zip
	exits 0 pipeline show case.zip --evidence 1
	printf x >>case.zip
	exits 2 pipeline show case.zip --evidence 1
	stdout_is_empty
	stderr_has 'case.zip: has changed since it was ingested: it had [0-9]+ bytes and has [0-9]+'
	head -c 1000 "$PACKINGS/case.zip" >case.zip
	exits 2 pipeline show case.zip --evidence 1
	stderr_has 'case.zip: has changed'
	cp -p "$PACKINGS/case.zip" case.zip
	exits 0 pipeline show case.zip --evidence 1
	printf '\xff' | dd of=case.zip bs=1 seek=200 conv=notrunc status=none
	touch -r "$PACKINGS/case.zip" case.zip
	exits 2 pipeline show case.zip --evidence 1 --format json
	stdout_is_empty
	stderr_has 'case.zip: has changed since it was ingested, though not in size'
}

@test "what came through a pipe is not there to be read again" {
	pipeline ingest - <"$CASE"
	exits 2 pipeline show "$(incident_ids)" --evidence 1
	stdout_is_empty
	stderr_has 'standard input'
}

@test "in two bundles: the second stands in for the first" {
	cp "$PACKINGS/case.zip" a.zip
	cp "$PACKINGS/case.zip" b.zip
	pipeline ingest a.zip b.zip
	exits 0 pipeline show "$(incident_ids)" --evidence 2 --format json
	shows '[.evidence[] | .bundle | split("/") | last] | unique' '["a.zip"]'
	rm a.zip
	exits 0 pipeline show "$(incident_ids)" --evidence 2 --format json
	shows '[.evidence[] | [.bundle, .member] | map(split("/") | last)] | unique' '[["b.zip","case_study.log"]]'
	lines_are "$CASE"
	rm b.zip
	exits 2 pipeline show "$(incident_ids)" --evidence 2
	stderr_has 'a.zip: cannot be opened any more'
}

@test "two members of one path: each incident has the lines of its own" {
	mkdir one two
	write_log one/kd.log base=10 A.exe B.exe
	write_log two/kd.log base=20 when=2011-03-10T00:00:00Z C.exe D.exe
	tar -cf both.tar -C one kd.log
	tar -rf both.tar -C ../two -C "$PWD/two" kd.log
	pipeline ingest both.tar
	local id
	for id in $(incident_ids); do
		exits 0 pipeline show "$id" --evidence 1 --format json
		case $(pipeline show "$id" --format json | jq -r '.chains[0].path[0]') in
		A.exe) lines_are one/kd.log ;;
		C.exe) lines_are two/kd.log ;;
		*) fail "$output" ;;
		esac
	done
}

@test "a cut bundle: the lines before the damage are there again" {
	for i in $(seq 30000); do echo "dots $i $RANDOM $RANDOM"; done | cat "$CASE" - | gzip -n >whole.gz
	head -c $(($(stat -c %s whole.gz) - 5000)) whole.gz >cut.log.gz
	exits 4 pipeline ingest cut.log.gz
	exits 0 pipeline show cut.log.gz --evidence 2 --format json
	lines_are "$CASE"
}

@test "a storm: as much as one can read, and how much there is" {
	{
		head -n 193 "$CASE"
		awk 'BEGIN { for (i = 30000; i > 0; i--) printf "         %04x ProcessE.exe            0 (          0 Kb)\n", i * 4 }'
	} >storm.log
	pipeline ingest storm.log
	exits 0 pipeline show storm.log --evidence "$(number_of storm.log zombie-process)" --format json
	shows '[.evidence[] | .cut]' '[true]'
	holds '.evidence[0] | .first_line == 194 and .last_line > 1000 and .last_line < 2000'
	lines_are storm.log
	exits 0 pipeline show storm.log --evidence "$(number_of storm.log zombie-process)"
	[ "$(tail -n 1 <<<"$output")" = '         and on to line 30193' ] || fail "$(tail -n 2 <<<"$output")"
}

@test "a number that no finding has: exit 1; one that is no number: exit 2" {
	pipeline ingest "$CASE"
	exits 1 pipeline show "$CASE" --evidence 99
	stdout_is_empty
	stderr_has 'no finding 99'
	for number in 0 -1 x ''; do
		exits 2 pipeline show "$CASE" --evidence "$number"
		stdout_is_empty
	done
}
