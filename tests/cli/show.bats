#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `show` and `list`: how an incident is named, and every key that the contract promises.

load helper
setup() { fresh_index; }

# has_keys FILTER KEY…: what the filter yields is one or more objects, each with all of these keys.
has_keys() {
	local filter=$1 keys
	shift
	keys=$(printf '%s\n' "$@" | jq -Rc . | jq -sc .)
	jq -e --argjson keys "$keys" \
		"[$filter] | length > 0 and all(type == \"object\" and (\$keys - keys) == [])" \
		<<<"$output" >/dev/null ||
		fail "$filter lacks: $(jq -c --argjson keys "$keys" "[$filter | \$keys - keys] | add" <<<"$output")"
}

@test "an id, a unique prefix of it, and the bundle's path all name the incident" {
	pipeline ingest "$CASE" "$LOGS/semicircular.log"
	local ids id other length=1
	mapfile -t ids < <(incident_ids)
	[ "${#ids[@]}" -eq 2 ]
	id=${ids[0]} other=${ids[1]}
	[[ $id =~ ^[0-9a-f]{16}$ ]] || fail "$id"
	while [ "${other:0:length}" = "${id:0:length}" ]; do length=$((length + 1)); done
	for name in "$id" "${id:0:12}" "${id:0:length}"; do
		exits 0 pipeline show "$name" --format json
		shows .id "$id"
	done
	exits 0 pipeline show "$CASE" --format json
	shows '.counts.zombies' 13
	exits 0 pipeline show "$LOGS/semicircular.log" --format json
	shows '.counts.processes' 10
}

@test "an id that nobody has: exit 1, nothing on stdout" {
	pipeline ingest "$CASE"
	for name in 0123456789abcdef nobody /no/such/bundle.zip; do
		exits 1 pipeline show "$name"
		stdout_is_empty
		stderr_has "$name"
		exits 1 pipeline show "$name" --format json
	done
}

@test "a prefix of two ids: exit 2, and both are offered" {
	local n
	for n in {10..26}; do
		write_log "$n.log" "base=$n" "when=20$n-01-01T00:00:00Z" A.exe B.exe
	done
	pipeline ingest ./*.log
	# Of 17 ids two begin alike.
	local letter id
	letter=$(incident_ids | cut -c1 | sort | uniq -d | head -n 1)
	exits 2 pipeline show "$letter"
	stdout_is_empty
	for id in $(incident_ids | grep "^$letter" | head -n 2); do
		stderr_has "$id"
		pipeline show "$id" >/dev/null
	done
}

@test "show: every key of the contract is there" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --format json
	shows .schema pipeline/incident/1
	holds '.id | test("^[0-9a-f]{16}$")'
	has_keys . schema id sources host counts processes threads edges chains zombies findings diagnostics
	has_keys '.sources[]' bundle member kind encoding bytes first_line last_line
	has_keys .host machine os os_line build service_pack arch processors product session_time \
		uptime_seconds tick_ms tick_count bugcheck
	has_keys .counts processes zombies threads edges chains findings diagnostics
	has_keys '.processes[]' address pid parent_pid session image handle_count working_set_kb \
		commit_pages zombie threads_listed threads evidence
	has_keys '.threads[]' address process image pid tid state wait_reason wait_ticks wait_seconds \
		wait_objects frames evidence
	has_keys '.threads[].wait_objects[]' address type
	has_keys '.edges[]' kind thread object port owner_process owner_image owner_thread owner_source \
		queue_type message_id evidence
	has_keys '.chains[]' signature label path cycle cycle_start hops endpoint
	has_keys '.chains[].hops[]' image pid process thread via wait_seconds
	has_keys '.chains[].endpoint' kind thread wait_reason
	has_keys .zombies count by_image
	has_keys '(.processes, .threads, .edges)[].evidence | values' bundle member first_line last_line
	shows '.findings | type' array
	shows '.diagnostics | type' array
}

# def_keys TABLE: the keys of a table of stages/ that are printed.
def_keys() {
	sed -nE 's/^[A-Z_]+\(.*, "([a-z0-9_]+)"\)$/\1/p' "$ROOT/stages/$1"
}

@test "memory and analysis: every key of their tables is printed and in the manual" {
	cat >case.log <<-'END'
		0: kd> !vm 1
		Page File: \??\C:\pagefile.sys
		  Current:   4980736 Kb  Free Space:   4980728 Kb
		Physical Memory:          4194173 (   16776692 Kb)
		0: kd> !analyze -v
		DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)
		Arg1: fffff8a00112d000, memory referenced
	END
	pipeline ingest case.log
	exits 0 pipeline show case.log --format json
	mapfile -t keys < <(def_keys memory_counters.def)
	[ ${#keys[@]} -gt 40 ] || fail "${#keys[@]} keys"
	has_keys '.memory + .memory.failures' "${keys[@]}" page_files evidence
	has_keys '.memory.page_files[]' name current_kb free_kb minimum_kb maximum_kb evidence
	shows '.memory | [.physical_kb, .available_kb, .failures.pool_allocations]' '[16776692,null,null]'
	for key in "${keys[@]}"; do
		grep -q "Cm $key" "$ROOT/pipeline/man/pipeline-json.5" || fail "$key is not in the manual"
	done
	mapfile -t keys < <(def_keys analysis_fields.def)
	[ ${#keys[@]} -gt 14 ] || fail "${#keys[@]} keys"
	has_keys .analysis "${keys[@]}" arguments evidence
	has_keys '.analysis.arguments[]' value text
	shows '.analysis | [.title, .bugcheck_code, .osname]' '["DRIVER_IRQL_NOT_LESS_OR_EQUAL","0xD1",null]'
	for key in "${keys[@]}"; do
		grep -q "Cm $key" "$ROOT/pipeline/man/pipeline-json.5" || fail "$key is not in the manual"
	done
}

@test "an incident of a member that breaks off says where and why" {
	head -c 600000 /dev/urandom | base64 >noise
	cat "$CASE" noise | gzip >whole.gz
	head -c $(($(wc -c <whole.gz) - 4000)) whole.gz >cut.log.gz
	exits 4 pipeline ingest cut.log.gz
	exits 0 pipeline show cut.log.gz --format json
	shows '.sources | map(.partial)' '[true]'
	shows '.diagnostics | map(select(.code == "truncated-input") | .text | sub(": .*"; ""))' \
		'["the member could not be read to its end"]'
	holds '.diagnostics[] | select(.code == "truncated-input") | .line > 200'
	holds '.diagnostics[] | select(.code == "truncated-input") | .text | test("truncated|corrupt")'
}

@test "list and query: every key of the contract is there" {
	pipeline ingest "$CASE"
	exits 0 pipeline list --format json
	has_keys '.incidents[]' incident bundle member machine os build session_time processes zombies \
		threads chains
	shows '.incidents[0] | [.machine, .os, .build, .session_time]' '[null,null,null,null]'
	shows '.incidents[0] | [.processes, .zombies, .threads, .chains]' '[1,13,4,1]'
	exits 0 pipeline query --chain ProcessA.exe --format json
	has_keys . schema groups
	has_keys '.groups[]' signature label path cycle endpoint incidents chains machines first_seen \
		last_seen max_wait_seconds occurrences
	has_keys '.groups[].occurrences[]' incident bundle member machine session_time chain
	has_keys '.groups[].occurrences[].chain' signature label path cycle cycle_start hops endpoint
	local chain
	chain=$(jq -cS '.groups[0].occurrences[0].chain' <<<"$output")
	[ "$(pipeline show "$CASE" --format json | jq -cS '.chains[0]')" = "$chain" ]
}

@test "the case study has no banner: what it does not give is null" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --format json
	shows '.host | [.machine, .os, .os_line, .build, .service_pack, .processors, .product, .session_time, .bugcheck]' \
		'[null,null,null,null,null,null,null,null,null]'
	shows '.host | [.arch, .tick_ms, .tick_count]' '["x64",15.625,10926995]'
}

@test "the case study: the figures of the contract's example" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE" --format json
	shows '.sources | map([.member, .kind, .encoding, .bytes, .first_line, .last_line])' \
		'[["case_study.log","log","utf-8",10470,1,207]]'
	shows '.counts | [.processes, .zombies, .threads, .edges, .chains, .diagnostics]' '[1,13,4,2,1,0]'
	shows '.processes[] | select(.image == "ProcessA.exe") | del(.evidence)' \
		'{"address":"fffffa800b834c10","pid":80960,"parent_pid":78784,"session":205,"image":"ProcessA.exe","handle_count":58,"working_set_kb":5096,"commit_pages":581,"zombie":false,"threads_listed":true,"threads":1}'
	shows '.processes | map(.address)' \
		'["fffffa8004c39040","fffffa80054dfc10","fffffa80058f01b0","fffffa800b834c10"]'
	shows '.processes | map(select(.handle_count == null) | [.image, .pid])' \
		'[["ProcessC.exe",1164],["ProcessB.exe",812],["ProcessD.exe",1564]]'
	shows '.threads[] | select(.tid == 78636) | [.address, .process, .image, .pid, .state, .wait_reason, .wait_ticks, .wait_objects]' \
		'["fffffa800b845bb0","fffffa800b834c10","ProcessA.exe",80960,"WAIT","WrLpcReply",14208,[{"address":"fffffa800b845f40","type":"Semaphore"}]]'
	holds '.threads[] | select(.tid == 78636) | .wait_seconds == 222.0'
	shows '.threads[] | select(.tid == 78636) | .frames[0]' 'nt!KiSwapContext'
	shows '.edges[] | select(.thread == "fffffa800b845bb0") | del(.evidence) | [.kind, .object, .port, .owner_process, .owner_image, .owner_thread, .owner_source, .queue_type, .message_id]' \
		'["alpc","fffff88012527770","fffffa80055bca60","fffffa80054dfc10","ProcessB.exe","fffffa800b711060","alpc_m","ALPC_MSGQUEUE_PENDING",4328]'
	shows '.chains[0].hops | map([.image, .pid, .process, .thread, .via])' \
		'[["ProcessA.exe",80960,"fffffa800b834c10","fffffa800b845bb0","alpc"],["ProcessB.exe",812,"fffffa80054dfc10","fffffa800b711060","alpc"],["ProcessC.exe",1164,"fffffa8004c39040","fffffa800a843bb0",null]]'
	shows '.chains[0].endpoint' \
		'{"kind":"wait","thread":"fffffa800a843bb0","wait_reason":"UserRequest","frame":null,"timeout":true,"wait_objects":[{"address":"fffffa8006027d80","type":"Semaphore"},{"address":"fffffa800a843c68","type":"NotificationTimer"}]}'
	shows '.chains[0] | [(.hops | map([.timing, .waiters])), .idle_server, .server_candidates.threads]' \
		'[[["after",0],["same",1],[null,1]],false,[]]'
	shows '.zombies | [.count, (.by_image | to_entries | sort_by(.key) | map([.key, .value]))]' \
		'[13,[["ProcessE.exe",6],["ProcessF.exe",1],["ProcessG.exe",2],["ProcessH.exe",2],["WerFault.exe",2]]]'
}

@test "evidence leads to the lines: sed prints the block that was read" {
	pipeline ingest "$PACKINGS/nested.tar.gz"
	exits 0 pipeline show "$PACKINGS/nested.tar.gz" --format json
	local first last address member
	while read -r address first last member; do
		[ "$member" = 'nested.tar.gz!/inner.7z!/deep.zip!/case_study.log' ]
		sed -n "${first}p" "$CASE" | grep -q "THREAD $address" ||
			fail "line $first is no THREAD $address"
		[ "$last" -gt "$first" ]
		sed -n "${first},${last}p" "$CASE" | grep -q 'Wait Start TickCount'
		[ "$(sed -n "${first},${last}p" "$CASE" | grep -c '^ *THREAD ')" -eq 1 ]
	done < <(jq -r '.threads[] | [.address, .evidence.first_line, .evidence.last_line, .evidence.member] | join(" ")' \
		<<<"$output")
	[ -n "$address$first" ] || shows '.threads | length' 4
}

@test "times are RFC 3339 in one zone: a banner east of Greenwich" {
	pipeline ingest "$LOGS/repeated_listings.log"
	exits 0 pipeline show "$LOGS/repeated_listings.log" --format json
	shows '.host.session_time' '2023-07-04T02:38:08.808Z'
	exits 0 pipeline list --format json
	shows '.incidents[0].session_time' '2023-07-04T02:38:08.808Z'
}

@test "text: names, waits and zombies can be read" {
	pipeline ingest "$CASE"
	exits 0 pipeline show "$CASE"
	stderr_is_empty
	for word in ProcessA.exe ProcessB.exe ProcessC.exe UserRequest 13; do
		grep -q "$word" <<<"$output" || fail "no $word in: $output"
	done
	exits 0 pipeline list
	grep -q 'case_study.log' <<<"$output" || fail "$output"
	grep -qw 13 <<<"$output" || fail "$output"
}

@test "list of an index without incidents: exit 1, an empty list" {
	echo 'no log' >letter.txt
	pipeline ingest letter.txt
	exits 1 pipeline list --format json
	shows .incidents '[]'
	exits 1 pipeline query --chain ProcessA.exe --format json
	shows .groups '[]'
}
