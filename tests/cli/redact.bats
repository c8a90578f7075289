#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# export --redact: names are gone from every byte, joins are not, and where a name would be left nothing is.

# shellcheck disable=SC2154  # bats sets output and stderr
load helper

setup() {
	fresh_index
	mkdir -p 'home/alice/Contoso GmbH'
	make_key key
}

make_key() { (umask 077 && head -c 32 /dev/urandom >"$1"); }

# Names that no table of ours has, in every place that a log or a path may bring one from.
some_incidents() {
	local folder='home/alice/Contoso GmbH'
	write_log "$folder/a.log" machine=FABRIKAM01 clients=3 Ledger.exe WoodgroveBroker.exe svchost.exe
	write_log "$folder/b.log" base=20 machine=fabrikam01 when=2024-03-11T17:22:09Z LEDGER.EXE WoodgroveBroker.exe
	write_log "$folder/ring.log" base=30 machine='=1+1 "Tailspin", y' ring=0 Litware.exe Northwind.exe
	write_log "$folder/odd.log" base=40 machine=Proseware os='Windows Adatum Kernel' Ledger.exe lsass.exe
	cp "$CASE" "$folder"
	zip -q whole.zip "$folder/a.log"
	head -c 700 whole.zip >"$folder/cut.zip"
	run pipeline ingest home
	[ "$status" -eq 4 ]
}

PRIVATE='alice|contoso|gmbh|fabrikam|ledger|woodgrove|tailspin|litware|northwind|proseware|adatum|process[a-h]\.exe|cut\.zip|ring\.log'

load_sqlite() { (cd "$1" && sqlite3 "../$1.db" <load_sqlite.sql); }

# same SQL: a query has as many rows with the same numbers in both databases.
same() {
	sqlite3 plain.db "$1" | sort >want
	sqlite3 "$2.db" "$1" | sort >got
	[ -s want ] || fail "$1 finds nothing"
	diff want got || fail "$1"
}

@test "no name is left in any byte, and every join finds what it found" {
	some_incidents
	local format query
	exits 0 pipeline export --out plain
	load_sqlite plain
	grep -Eiq "$PRIVATE" plain/chains.ndjson
	for format in ndjson csv; do
		exits 0 pipeline export --format "$format" --out "$format" --redact key
		stdout_is_empty
		stderr_is_empty
		! grep -EiIn "$PRIVATE" "$format"/* || fail "names are left"
		load_sqlite "$format"
		for query in \
			'SELECT count(*) FROM processes GROUP BY lower(image)' \
			'SELECT count(*) FROM hops h JOIN processes p ON p.incident = h.incident AND p.address = h.process AND lower(p.image) = lower(h.image)' \
			'SELECT count(*), count(DISTINCT h.incident) FROM hops h JOIN edges e ON lower(h.image) = lower(e.owner_image) GROUP BY lower(h.image)' \
			'SELECT count(DISTINCT incident), count(*), hops, cycle FROM chains GROUP BY signature' \
			'SELECT count(DISTINCT incident), count(*) FROM chains GROUP BY label' \
			'SELECT count(*) FROM findings f JOIN chains c ON c.incident = f.incident AND c.signature = f.signature' \
			'SELECT count(*), sum(chains) FROM incidents GROUP BY lower(machine)' \
			'SELECT b.bytes, b.incidents, s.incident, s.bytes FROM bundles b JOIN sources s ON s.bundle = b.bundle' \
			'SELECT s.incident, s.source FROM sources s JOIN incidents i ON i.incident = s.incident AND i.bundle = s.bundle AND i.member = s.member' \
			'SELECT b.bytes, q.reason, q.bytes FROM bundles b JOIN quarantine q ON q.bundle = b.bundle' \
			'SELECT count(*) FROM frames WHERE frame LIKE "nt!%"' \
			'SELECT count(*) FROM hops WHERE image IN ("svchost.exe", "lsass.exe") GROUP BY image'; do
			same "$query" "$format"
		done
	done
		[ "$(jq -r .machine ndjson/incidents.ndjson | grep -c '^machine-................$')" -eq 5 ]
	[ "$(jq -r .os_line ndjson/incidents.ndjson | grep -c '^Windows Server 2008')" -ge 1 ]
	[ "$(jq -r 'select(.os_line // "" | startswith("text-")) | .machine' ndjson/incidents.ndjson | wc -l)" -eq 1 ]
	jq -e '.redaction.words > 10' ndjson/manifest.json
}

@test "one key, one pseudonym: in every run and format; another key, others" {
	some_incidents
	make_key other
	pipeline export --out one --redact key
	pipeline export --out two --redact key
	pipeline export --out other_one --redact other
	diff -r one two
	pipeline export --out csv --format csv --redact key
	diff <(jq -r .image one/processes.ndjson) <(sqlite3 :memory: '.import --csv csv/processes.csv p' 'SELECT image FROM p')
	[ "$(jq -r .redaction.key one/manifest.json)" != "$(jq -r .redaction.key other_one/manifest.json)" ]
	cat one/*.ndjson other_one/*.ndjson | grep -oE '(image|machine|path|user|text)-[0-9a-f]{16}' | sort -u >all
	cat one/*.ndjson | grep -oE '(image|machine|path|user|text)-[0-9a-f]{16}' | sort -u >half
	[ -s half ] && [ "$(wc -l <all)" -eq $((2 * $(wc -l <half))) ]
}

@test "a selection is told without names" {
	some_incidents
	mkdir -p home/limit/offset/until
	write_log home/limit/offset/until/since.log base=60 machine=Fabrikam02 A.exe Broker.exe A.exe
	pipeline ingest --quiet home || true
	exits 0 pipeline export --machine 'fabrikam*' --bundle '*/*' --os Server --since 2010-03-10 --until 2030-01-01T10:11:12Z \
		--limit 5 --offset 0 --out all --redact key
	[ "$(wc -l <all/incidents.ndjson)" -ge 3 ]
	pipeline export --machine 'fabrikam*' --bundle '*Contoso*' --os Server --since 2010-03-10 --limit 5 --cycle any --out out --redact key
	[ "$(jq -c .selection out/manifest.json)" = \
		'["--machine=(redacted)","--bundle=(redacted)","--os=(redacted)","--since=2010-03-10","--limit=5","--cycle=any"]' ]
}

@test "a machine that is called as a function of Windows cannot be hidden: nothing is written" {
	some_incidents
	write_log home/named.log base=50 machine=KiSwapContext A.exe B.exe
	pipeline ingest --quiet home || true
	exits 2 pipeline export --out out --redact key
	stderr_has 'a name that was replaced is left in (frames|hops|chains).ndjson, line [0-9]+, column (frame|endpoint_frame): nothing is kept of out'
	! grep -q KiSwap <<<"$stderr" || fail "$stderr"
	[ ! -e out ]
	mkdir there
	exits 2 pipeline export --format csv --out there --redact key
	[ -z "$(ls -A there)" ]
	exits 0 pipeline export --out out --redact key --machine FABRIKAM01
	exits 0 pipeline export --out plain
}

@test "a key is a file of its owner alone, of 32 bytes or more" {
	some_incidents
	local mode
	for mode in 604 640 620 602; do
		chmod "$mode" key
		exits 2 pipeline export --out out --redact key
		stderr_has 'others than its owner may open the key key: chmod 600 it'
	done
	(umask 077 && head -c 31 /dev/urandom >short)
	exits 2 pipeline export --out out --redact short
	stderr_has 'at least 32 bytes, short has 31: make one: .umask 077; head -c 32 /dev/urandom >KEYFILE'
	exits 2 pipeline export --out out --redact none
	stderr_has 'there is no key none: make one'
	exits 2 pipeline export --out out --redact home
	stderr_has 'home is no file'
	mkfifo -m 600 pipe
	exits 2 pipeline export --out out --redact pipe
	stderr_has 'pipe is no file'
	(umask 077 && head -c 70000 /dev/zero >large)
	exits 2 pipeline export --out out --redact large
	[ ! -e out ]
}

@test "the shell is told that a key is a file" {
	[ "$(pipeline completion --complete -- export --redact '')" = "$(pipeline completion --complete -- report --html '')" ]
	[ "$(pipeline completion --complete -- export --redact=)" = "$(pipeline completion --complete -- report --html=)" ]
	[ -n "$(pipeline completion --complete -- export --redact '')" ]
}

@test "the manifest tells what was selected by time and number, and by no name, whatever it looks like" {
	some_incidents
	exits 0 pipeline export --out out --redact key --machine 10.1.2.3 --bundle '2024*' --os thread --since 2024-01-01 --limit 5
	output=$(cat out/manifest.json)
	shows .selection '["--machine=(redacted)","--bundle=(redacted)","--os=(redacted)","--since=2024-01-01","--limit=5"]'
	exits 0 pipeline export --out plain --machine 10.1.2.3
	output=$(cat plain/manifest.json)
	shows .selection '["--machine=10.1.2.3"]'
}
