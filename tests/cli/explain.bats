#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `pipeline explain`: what a signature is made of, and what goes with it: what was planted is found with its counts, and chance is
# not told.

load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	write_log template machine=MACHINE build=6002 App.exe Mid.exe Srv.exe
}

setup() { fresh_index; }

# random_logs SEED COUNT [PLANT]: in a folder of that seed, COUNT dumps of builds, machines, images and chains that have nothing to do
# with each other; but for PLANT (build or image), which all dumps of one chain have and no other.
random_logs() {
	mkdir "seed$1"
	python3 - "$@" <<-'EOF' | "$ROOT/tests/cli/logs.py" "$BATS_FILE_TMPDIR/template"
		import json, random, sys
		seed, count, plant = int(sys.argv[1]), int(sys.argv[2]), (sys.argv + [""])[3]
		dice = random.Random(seed)
		process = ("PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n"
		           "    DirBase: 13b61d000  ObjectTable: fffff8800c2295b0  HandleCount:  58.\n    Image: %s\n\n")
		for i in range(count):
		    chain = dice.randrange(6)
		    build = dice.choice(["6001", "6002", "7600", "7601"])
		    images = ["Random%d.exe" % n for n in range(12) if dice.random() < 0.3]
		    if plant == "build" and chain == 0:
		        build = "9200"
		    if plant == "image" and chain == 0:
		        images.append("Planted.exe")
		    append = "".join(process % (n * 0x1000 + 0x10, 0x2000 + 4 * n, image) for n, image in enumerate(images))
		    print(json.dumps({"file": f"seed{seed}/{i}.log", "append": append, "replace": {
		        "Mar 10 17:22:09": f"Mar 10 17:{i // 60:02}:{i % 60:02}", "MACHINE": f"TS{dice.randrange(20)}",
		        "Mid.exe": f"Mid{chain}.exe", "Srv.exe": f"Srv{chain}.exe", "6002": build}}))
	EOF
	export PIPELINE_INDEX=$BATS_TEST_TMPDIR/index$1
	pipeline ingest --quiet "seed$1"
}

signature_of() { pipeline query --chain "$1" "${@:2}" -f json | jq -r '.groups[0].signature'; }

@test "an id of the other kind: which command shows it" {
	pipeline ingest --quiet "$CASE"
	local incident signature
	incident=$(incident_ids)
	signature=$(pipeline query --recurring --format json | jq -r '.groups[0].signature')
	exits 1 pipeline show "$signature"
	stderr_has "$signature is a signature, not an incident \\(.pipeline explain $signature. shows it\\)"
	exits 1 pipeline show "${signature:0:6}"
	stderr_has 'is a signature, not an incident'
	exits 1 pipeline explain "$incident"
	stderr_has "$incident is an incident, not a signature \\(.pipeline show $incident. shows it\\)"
	exits 1 pipeline explain "${incident:0:6}"
	stderr_has 'is an incident, not a signature'
}

@test "explain: nothing is told of random dumps" {
	local seed signature told=0
	for seed in 1 2 3 4 5; do
		random_logs "$seed" 200
		[ "$(pipeline list -f jsonl | wc -l)" -eq 200 ]
		for signature in $(pipeline query --recurring -f jsonl | jq -r .signature); do
			pipeline explain "$signature" -f json >json
			# Four builds, twelve images, twenty machines, and the images of the other five chains, where there are enough.
			jq -e '.tests > 30 and .tests <= 46 and .incidents > 10' json || fail "$(cat json)"
			jq -e '.goes_with == []' json || fail "seed $seed: $(cat json)"
			! pipeline explain "$signature" | grep -q '^Goes with' || fail "$signature"
			told=$((told + 1))
		done
	done
	[ "$told" -eq 30 ]
}

# planted KIND VALUE SEED: it is told of the first chain with the counts that counting gives, first, and of no other chain.
planted() {
	local kind=$1 value=$2 signature with
	random_logs "$3" 200 "$kind"
	signature=$(signature_of Mid0.exe)
	with=$(pipeline query --chain Mid0.exe -f json | jq '.groups[0].incidents')
	exits 0 pipeline explain "$signature" --format json
	shows '.goes_with | map([.feature, .value, .with, .of_with, .without, .of_without])' \
		"[[\"$kind\",\"$value\",$with,$with,0,$((200 - with))]]"
	holds ".goes_with[0] | .chi_squared > 150 and .p < 1e-30 and .p_corrected >= .p and .p_corrected < 0.05"
	exits 0 pipeline explain "$signature"
	grep -qF "  $kind $value: $with of $with with it, 0 of $((200 - with)) without (chi-squared " <<<"$output" || fail "$output"
	for other in Mid1.exe Mid2.exe Mid5.exe; do
		exits 0 pipeline explain "$(signature_of "$other")" -f json
		shows .goes_with '[]'
	done
}

@test "explain: a build that is only where a chain is" { planted build 9200 11; }

@test "explain: an image that is only where a chain is" { planted image planted.exe 12; }

@test "explain: a storm and a machine that go with a chain, and at every level" {
	local level signature
	python3 - <<-'EOF' | "$ROOT/tests/cli/logs.py" "$BATS_FILE_TMPDIR/template"
		import json
		zombie = ("PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n"
		          "    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Dead.exe\n\n")
		storm = "".join(zombie % (n * 0x1000 + 0x10, 0x2000 + 4 * n) for n in range(1000))
		for i in range(30):
		    ill = i < 12
		    print(json.dumps({"file": f"{i}.log", "append": storm if ill else "", "replace": {
		        "Mar 10 17:22:09": f"Mar 10 17:00:{i:02}", "MACHINE": "ILL" if ill else "WELL",
		        "Srv.exe": "Ill.exe" if ill else "Well.exe"}}))
	EOF
	pipeline ingest --quiet ./*.log
	for level in root path kind frame; do
		signature=$(pipeline query --blocker Ill.exe --group-by "$level" -f json | jq -r '.groups[0].signature')
		exits 0 pipeline explain "$signature" -f json
		shows .level "$level"
		shows '[.goes_with[] | [.feature, .value, .with, .of_with, .without, .of_without]] | sort' \
			'[["image","dead.exe",12,12,0,18],["machine","ill",12,12,0,18],["storm",null,12,12,0,18]]'
	done
	exits 0 pipeline explain "$signature"
	grep -qE '^  storm: 12 of 12 with it, 0 of 18 without \(chi-squared [0-9.]+, p [0-9.e-]+\)$' <<<"$output" || fail "$output"
}

@test "explain: fewer than five dumps on a side say nothing" {
	for n in 1 2 3 4; do
		write_log "with$n.log" base=1$n machine=ILL "when=2010-01-0${n}T00:00:00Z" build=7601 App.exe Ill.exe
	done
	for n in 1 2 3 4 5 6 7 8 9; do
		write_log "without$n.log" base=2$n machine=WELL "when=2010-02-0${n}T00:00:00Z" App.exe Well.exe
	done
	pipeline ingest --quiet ./*.log
	exits 0 pipeline explain "$(signature_of Ill.exe)" -f json
	shows '[.tests, .goes_with, .incidents]' '[0,[],4]'
	write_log with5.log base=15 machine=ILL when=2010-01-05T00:00:00Z build=7601 App.exe Ill.exe
	pipeline ingest --quiet with5.log
	exits 0 pipeline explain "$(signature_of Ill.exe)" -f json
	shows '[.goes_with[] | [.feature, .value, .with, .of_with, .without, .of_without]] | sort' \
		'[["build","7601",5,5,0,9],["machine","ill",5,5,0,9]]'
}

@test "explain: a signature by its beginning; what is none, or not the only one, is exit 1 with a word" {
	pipeline ingest --quiet "$LOGS"
	signature=$(signature_of ProcessA.exe)
	exits 0 pipeline explain "$signature" -f json
	shows '[.schema, .signature, .level, .incidents, .chains]' "[\"pipeline/explain/1\",\"$signature\",\"kind\",1,1]"
	shows .label 'processa.exe -alpc-> processb.exe -alpc-> processc.exe [wait UserRequest]'
	holds '.rules | length > 3 and all(.rule and .text)'
	want=$output
	exits 0 pipeline explain "${signature:0:10}" -f json
	[ "$output" = "$want" ]
	exits 0 pipeline explain "${signature^^}" -f json
	[ "$output" = "$want" ]
	for word in 0000000000000000 zz ProcessA.exe "${signature}0" ''; do
		exits 1 pipeline explain "$word" -f json
		stdout_is_empty
		[ -n "$stderr" ] || fail "no word about '$word'"
	done
	# Of seventeen signatures two begin alike.
	for n in a b c d e f g h i j k l m; do write_log "$n.log" "when=2010-01-01T00:00:00Z" "$n.exe" Srv.exe; done
	pipeline ingest --quiet ./*.log
	pipeline query --recurring -f jsonl | jq -r .signature >all
	[ "$(wc -l <all)" -eq 17 ]
	alike=$(cut -c1 all | sort | uniq -d | head -n 1)
	exits 1 pipeline explain "$alike"
	stdout_is_empty
	for word in $(grep "^$alike" all | sort | head -n 4); do stderr_has "$word"; done
	exits 2 pipeline explain
	exits 2 pipeline explain "$signature" "$signature"
	exits 2 pipeline explain "$signature" --format csv
	exits 2 pipeline --index nowhere explain "$signature"
}

@test "explain: the levels hold each other, and their signatures are those of query" {
	local level
	write_log a.log base=10 machine=A when=2010-01-01T00:00:00Z Cli.exe Mid.exe Srv.exe
	write_log b.log base=20 machine=B when=2010-01-02T00:00:00Z Other.exe Srv.exe
	pipeline ingest --quiet a.log b.log
	root=$(pipeline query --recurring --group-by root -f json | jq -r '.groups[0].signature')
	exits 0 pipeline explain "$root" -f json
	shows '[.level, .label, .incidents, .chains, .machines]' '["root","srv.exe [wait]",2,2,2]'
	for level in root path kind frame; do
		shows "[.$level[].signature] | sort" "$(pipeline query --recurring --group-by "$level" -f json | jq -c '[.groups[].signature] | sort')"
	done
	exits 0 pipeline explain "$(signature_of Cli.exe)" -f json
	shows '[.root, .path, .kind, .frame | length]' '[1,1,1,1]'
	shows '.root[0] | [.signature, .incidents]' "[\"$root\",1]"
}

@test "a beginning that signatures of two groupings have is asked for in full" {
	pipeline ingest --quiet "$ROOT/tests/logs"
	run -1 pipeline explain 5
	[[ $output == *"begins 2 signatures: type one of 57e0522c08c82460, 5c1c5ed1fec9b9f0"* ]]
	exits 0 pipeline explain 57e0
	exits 0 pipeline explain 5c1c5ed1fec9b9f0
}

@test "explain: each of its incidents with the command that shows it, as long as there are not too many" {
	pipeline ingest --quiet "$CASE" "$LOGS/semicircular.log"
	local id signature
	id=$(pipeline show "$CASE" -f json | jq -r .id)
	exits 0 pipeline explain "$(signature_of ProcessA.exe)"
	[ "$(grep -c '^  pipeline show ' <<<"$output")" -eq 1 ]
	grep -qx "  pipeline show $id" <<<"$output" || fail "$output"
	for number in {1..11}; do
		{ printf 'Computer Name: M%s\n' "$number"; cat "$CASE"; } >"$number.log"
	done
	pipeline ingest --quiet ./*.log
	signature=$(signature_of ProcessA.exe)
	exits 0 pipeline explain "$signature"
	[ "$(grep -c '^  pipeline show ' <<<"$output")" -eq 10 ]
	grep -qx '  ... and 2 more' <<<"$output" || fail "$output"
}
