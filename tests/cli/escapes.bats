#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Names that strangers gave, on every way out: text never acts on a terminal and hides nothing, whatever the locale; JSON carries
# every letter, those that act or hide as escapes.

load helper
load escapes
setup() { escapes_setup; }

# Everything that prints text, a command a line.
text_commands() {
	cat <<-EOF
		list
		show $id
		show $id --evidence 1
		show $id --evidence 4
		query --chain *
		stats
		stats --unknown-lines
		advise $id
		advise $id --budget 1M
	EOF
}

# each_text LOCALE CHECK…: what each of them prints, on stdout and stderr, goes through the checks as a file.
each_text() {
	local locale=$1 words check
	while read -ra words; do
		LC_ALL=$locale pipeline "${words[@]}" >screen 2>&1 || [ $? -eq 1 ] || fail "${words[*]}: $(cat -v screen)"
		[ -s screen ] || fail "${words[*]} prints nothing"
		for check in "${@:2}"; do "$check" screen; done
	done < <(set -f && text_commands)
}

@test "text: escapes are seen, nothing acts, nothing hides" {
	each_text C.UTF-8 harmless
	LC_ALL=C.UTF-8 exits 0 pipeline show "$id"
	for line in "  1  $SEEN[13c40.1332c] 3:42" "     ends in wait $SEEN" "     at nt!$SEEN" "         6  $SEEN" "/$SEEN"; do
		grep -qF -- "$line" <<<"$output" || fail "no '$line' in: $output"
	done
	LC_ALL=C.UTF-8 exits 0 pipeline list
	grep -qF "/${SEEN}" <<<"$output" || fail "$output"
	LC_ALL=C.UTF-8 exits 0 pipeline query --chain '*'
	grep -qF " -alpc-> processb.exe -alpc-> " <<<"$output" || fail "$output"
	LC_ALL=C.UTF-8 exits 0 pipeline show "$id" --evidence 1
	grep -qF "Image:         $SEEN" <<<"$output" || fail "$output"
	LC_ALL=C.UTF-8 exits 0 pipeline advise "$id"
	grep -qF "$SEEN[13c40]  5.0 MB or more" <<<"$output" || fail "$output"
}

@test "text where the terminal takes no UTF-8: ASCII alone, so that no byte is a control of its character set" {
	each_text C harmless ascii
	LC_ALL=C exits 0 pipeline show "$id"
	grep -qF -- "  1  ${SEEN_IN_ASCII}[13c40.1332c] 3:42" <<<"$output" || fail "$output"
	# Asked for by name, where the machine does not have it.
	LC_ALL=xx_YY.UTF-8 exits 0 pipeline show "$id"
	grep -qF -- "  1  ${SEEN}[13c40.1332c] 3:42" <<<"$output" || fail "$output"
}

@test "messages: a name in one does not act either" {
	for locale in C C.UTF-8; do
		LC_ALL=$locale exits 1 pipeline show "$NAME"
		printf '%s\n' "$stderr" >screen
		harmless screen
		rm -f "$NAME.gz"
		printf 'no gzip' >"$NAME.gz"
		LC_ALL=$locale pipeline ingest "$NAME.gz" >screen 2>&1 || true
		harmless screen
		LC_ALL=$locale exits 2 pipeline list --"$NAME"
		printf '%s\n' "$stderr" >screen
		harmless screen
	done
}

@test "json: every letter, those that act or hide as escapes, alike in every locale" {
	local words
	for words in list "show $id" "query --chain *" stats "stats --unknown-lines" "advise $id" \
		"show $id --evidence 1"; do
		(set -f && LC_ALL=C.UTF-8 pipeline $words --format json) >utf8.json || fail "$words"
		(set -f && LC_ALL=C pipeline $words --format json) >c.json
		cmp utf8.json c.json
		harmless utf8.json
		[ "$words" = stats ] || jq -e --arg name "$NAME" '[.. | strings | select(contains($name))] | length > 0' utf8.json >/dev/null ||
			fail "$words: $(cat -v utf8.json)"
	done
	grep -qF 'x\u001b[31m\u009b2J\u0007\u202egpj\u2028\ufffb\u00ad\udb40\udc41éۛ日.exe' utf8.json || fail "$(cat -v utf8.json)"
}

@test "dot, cmd and reg: alike in every locale; the picture's text in UTF-8, the others ASCII" {
	local format
	LC_ALL=C pipeline show "$id" --format dot >c.dot
	LC_ALL=C.UTF-8 pipeline show "$id" --format dot >utf8.dot
	cmp c.dot utf8.dot
	harmless c.dot
	"$ROOT/tests/cli/dot.py" <c.dot | jq -e --arg name "$SEEN" '[.nodes[].label | select(startswith($name))] | length == 1'
	for format in cmd reg; do
		LC_ALL=C pipeline advise "$id" --format "$format" >"c.$format" 2>/dev/null
		LC_ALL=C.UTF-8 pipeline advise "$id" --format "$format" >"utf8.$format" 2>/dev/null
		cmp "c.$format" "utf8.$format"
	done
	tr -d '\r' <c.cmd >lines
	ascii lines
	tail -c +3 c.reg | iconv -f UTF-16LE -t UTF-8 | tr -d '\r' >lines
	ascii lines
}

@test "members of a zip: names with escapes, turns, newlines, quotes and commas do not act, and CSV gives them back" {
	local words
	NAME=$NAME python3 - "$CASE" <<-'EOF'
		import os, sys, zipfile
		name = os.environ["NAME"] + '\n"quoted",=1+1'
		with zipfile.ZipFile("hostile.zip", "w") as out:
		    out.write(sys.argv[1], name)
		    out.writestr(name + ".zip", b"PK\x03\x04cut")
	EOF
	LC_ALL=C.UTF-8 pipeline ingest hostile.zip >screen 2>&1 || [ $? -eq 4 ] || fail "$(cat -v screen)"
	grep -qF "quarantined" screen
	harmless screen
	[ "$(grep -c . screen)" -eq 2 ] || fail "a name makes lines: $(cat -v screen)"
	for words in list "show hostile.zip" "show hostile.zip --evidence 1" "show hostile.zip --format dot" "query --chain *" "quarantine list"; do
		(set -f && LC_ALL=C.UTF-8 pipeline $words) >screen 2>&1 || fail "$words: $(cat -v screen)"
		harmless screen
	done
	pipeline list --format csv >list.csv
	python3 - <<-'EOF'
		import csv
		with open("list.csv", encoding="utf-8", newline="") as file:
		    rows = list(csv.reader(file))
		assert len(rows) == 3 and {len(row) for row in rows} == {11}, rows
		assert sum(row[2].endswith('\n"quoted",=1+1') for row in rows) == 1, rows
	EOF
}
