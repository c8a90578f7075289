#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The nights of a growing archive: each mail names what came since the last one, whole mails against tests/cli/mails/*, and nothing is
# ever lost between two mails, whoever was killed, stopped or not heard.

# shellcheck disable=SC2154  # bats sets status, output and stderr
load helper
setup() {
	fresh_index
	mkdir archive
}

night() { pipeline nightly "$@" archive; }

# is_mail NAME: $output is the mail of that name but for times, how long it took, and where the test runs.
is_mail() {
	masked | diff -u "$BATS_TEST_DIRNAME/mails/$1" - || fail "is not the mail $1"
}

masked() {
	sed -E -e "s,$BATS_TEST_TMPDIR,DIR,g" -e 's,^began    [^ ]+Z\, took .*,began    TIME\, took SO LONG,' \
		-e 's,(mail of|came since) [^ ]+Z,\1 TIME,' <<<"$output"
}

# Every command that the mail offers is run as it stands there.
commands_work() {
	local line commands
	commands=$(grep -oE '^      pipeline .*' <<<"$output") || fail "no command in: $output"
	while read -r line; do
		[ -n "$(bash -c "pipeline() { \"\$PIPELINE\" \"\$@\"; }; $line")" ] || fail "says nothing: $line"
	done <<<"$commands"
}

# says KEY=COUNT…: the totals of a mail in JSON; those not named are 0.
says() {
	shows '[to_entries[] | select(.value | type == "object" and has("total")) | select(.value.total > 0) | "\(.key)=\(.value.total)"] | join(" ")' "$*"
}

# The bundles of which the mail names incidents.
bundles() { shows '[.incidents.incidents[].bundle | split("/") | last] | sort | join(" ")' "$*"; }

first_logs() {
	write_log archive/a.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	write_log archive/b.log base=20 machine=TS02 when=2026-01-01T02:00:00Z Cli.exe Mid.exe Srv.exe
}

second_logs() {
	write_log archive/c.log base=30 machine=TS03 when=2026-01-02T01:00:00Z New.exe Srv.exe
	write_log archive/d.log base=40 machine=TS03 when=2026-01-02T02:00:00Z ticks=9000 App.exe Srv.exe
}

# holding COMMAND…: runs it while another writer holds the index.
holding() {
	python3 -c 'import fcntl, subprocess, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
sys.exit(subprocess.run(sys.argv[2:]).returncode)' "$PIPELINE_INDEX/writer.lock" "$@"
}

# zombies FILE COUNT: appends so many processes that ended.
zombies() {
	awk -v count="$2" 'BEGIN { for (n = 1; n <= count; n++) {
		printf "PROCESS fffffa8033%06x\n    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: 0400\n", n * 4096 + 16, 8192 + 4 * n
		printf "    DirBase: 13b61d000  ObjectTable: 00000000  HandleCount:   0.\n    Image: Dead.exe\n\n"
	} }' >>"$1"
}

# --- whole mails ----------------------------------------------------------------------------------

@test "three nights of a growing archive: the mails, whole" {
	first_logs
	exits 0 night
	stderr_is_empty
	is_mail first
	commands_work

	second_logs
	gzip -c archive/a.log | head -c 300 >archive/bad.gz
	rm archive/b.log
	exits 4 night
	stderr_is_empty
	is_mail second
	commands_work

	exits 4 night
	is_mail quiet
	exits 4 night --only-news
	stdout_is_empty
	stderr_is_empty
	exits 0 pipeline verify
}

@test "a damaged bundle is told once, with its reason, and again when it is damaged in another way" {
	first_logs
	exits 0 night
	zip -q mixed.zip archive/a.log archive/b.log
	head -c 2000 mixed.zip >archive/cut.zip
	exits 4 night -f json
	holds '.quarantined.total > 0 and all(.quarantined.members[]; .bundle | endswith("/cut.zip"))'
	exits 4 night -f json
	says
	touch archive/cut.zip
	exits 4 night -f json
	says
	exits 4 pipeline quarantine retry
	exits 4 night -f json
	says
	head -c 100 mixed.zip | tail -c 50 >archive/cut.zip
	cp mixed.zip archive/whole.zip
	exits 0 night -f json
	holds '.quarantined.total == 0'
	head -c 1000 mixed.zip >archive/cut.zip
	exits 4 night -f json
	holds '.quarantined.total > 0'
}

@test "a bundle is told to be gone once, and again when it came back and went" {
	first_logs
	exits 0 night
	mv archive/b.log .
	exits 0 night -f json
	says gone_bundles=1
	shows '.gone_bundles.bundles[0] | [(.bundle | split("/") | last), .incidents]' '["b.log",1]'
	exits 0 night -f json
	says
	mv b.log archive
	exits 0 night -f json
	says
	rm archive/b.log
	exits 0 night -f json
	says gone_bundles=1
	# A night about another folder tells nothing of this one, and forgets nothing.
	mkdir other
	exits 0 pipeline nightly other -f json
	says
	exits 0 night -f json
	says
	rm archive/a.log
	exits 0 pipeline nightly other -f json
	says
	exits 0 pipeline nightly -f json
	says gone_bundles=1
}

@test "a folder that cannot be entered is told every night, and its bundles are not gone" {
	as=()
	[ "$(id -u)" -ne 0 ] || as=(setpriv "--bounding-set=-dac_override,-dac_read_search")
	first_logs
	mkdir archive/inner
	mv archive/b.log archive/inner
	exits 0 night
	chmod 0 archive/inner
	for _ in 1 2; do
		exits 4 "${as[@]}" "$PIPELINE" nightly archive -f json
		says unreadable_folders=1
	done
	exits 4 "${as[@]}" "$PIPELINE" nightly archive
	grep -q '^pipeline: 1 unreadable folder$' <<<"$output" || fail "$output"
	chmod 700 archive/inner
	exits 0 night -f json
	says
}

@test "gone chains: those of the last incidents told of, whatever quiet nights lie between" {
	first_logs
	exits 0 night
	exits 0 night
	exits 0 night
	write_log archive/e.log base=50 machine=TS01 when=2026-01-05T01:00:00Z App.exe Srv.exe
	exits 0 night -f json
	says gone_chains=1 incidents=1
	shows '.gone_chains.groups[0] | [.path, .status]' '[["Cli.exe","Mid.exe","Srv.exe"],"gone"]'
	# It is gone now, and not told again.
	write_log archive/f.log base=60 machine=TS01 when=2026-01-06T01:00:00Z App.exe Srv.exe
	exits 0 night -f json
	says incidents=1
	grep -q '^pipeline: 1 new incident$' < <(write_log archive/g.log base=70 machine=TS01 when=2026-01-07T01:00:00Z App.exe Srv.exe; night)
}

@test "zombie storms: the first of a machine, and one larger than ever" {
	storm() { write_log "archive/$1.log" base="$2" machine="$3" when="$4" App.exe Srv.exe && zombies "archive/$1.log" "$5"; }
	storm a 10 TS01 2026-01-01T01:00:00Z 1000
	storm b 20 TS02 2026-01-01T02:00:00Z 999
	exits 0 night -f json
	shows '.storms.storms | map([.machine, .zombies, .zombies_before, .image, .of_image])' '[["TS01",1000,null,"Dead.exe",1000]]'
	storm c 30 ts01 2026-01-02T01:00:00Z 1001
	storm d 40 TS02 2026-01-02T02:00:00Z 1000
	exits 0 night -f json
	shows '.storms.storms | map([.machine, .zombies, .zombies_before])' '[["ts01",1001,1000],["TS02",1000,null]]'
	storm e 50 TS01 2026-01-03T01:00:00Z 1001
	storm f 60 '' 2026-01-03T02:00:00Z 1000
	exits 0 night -f json
	shows '.storms.storms | map([.machine, .zombies, .zombies_before])' '[[null,1000,null]]'
	storm g 70 TS01 2026-01-04T01:00:00Z 1002
	exits 3 night --fail-on storm
	grep -A1 '^ZOMBIE STORMS' <<<"$output" | grep -q '^  1002 zombies on TS01, 1001 at most before; 1002 of Dead.exe$' || fail "$output"
	commands_work
}

@test "missing threads: of an image that never missed any" {
	first_logs
	exits 0 night
	cp "$ROOT"/tests/golden/520-*.log archive/threads.log
	exits 3 night --fail-on missing-threads
	grep -qE '^pipeline: .*1 image missing threads' <<<"$output" || fail "$output"
	commands_work
	pipeline query --missing-threads -f json >hits.json
	exits 0 pipeline nightly --since 2026-01-01 -f json
	[ "$(jq -c '[.missing_threads.images[].image] | sort' <<<"$output")" = "$(jq -c '[.incidents[].by_image | keys[]] | unique | sort' hits.json)" ] || fail "$output"
	# The same dump, from another log.
	sed 's/Debug session time:.*/Debug session time: Sat Mar 13 17:22:09.137 2010 (GMT+0)/; $ a kd> .echo another' archive/threads.log >archive/again.log
	exits 0 night -f json
	holds '.incidents.total == 1 and .missing_threads.total == 0'
}

# --- nothing is lost ------------------------------------------------------------------------------

@test "what others read between two nights is in the next mail" {
	first_logs
	exits 0 night
	second_logs
	pipeline ingest --quiet archive
	exits 0 pipeline nightly -f json
	bundles c.log d.log
	holds '.bundles == {found: 0, read: 0, known: 0, left: 0}'
	exits 0 pipeline nightly -f json
	says
}

@test "the index is held: fail tells it, skip is silent, and the next mail has it all" {
	first_logs
	exits 0 night
	second_logs
	exits 75 holding "$PIPELINE" nightly archive
	grep -q '^pipeline: FAILED: .*another writer' <<<"$output" || fail "$output"
	stderr_has 'another writer'
	exits 75 holding "$PIPELINE" nightly --lock skip archive
	stdout_is_empty
	exits 75 holding "$PIPELINE" nightly --lock skip --quiet archive
	stdout_is_empty
	stderr_is_empty
	exits 75 holding "$PIPELINE" nightly -f json archive
	holds '.status == "failed" and .first_run == null and (.failure | test("another writer"))'
	exits 0 night -f json
	bundles c.log d.log
}

@test "an archive that is not there is no quiet night" {
	first_logs
	exits 0 night
	exits 2 pipeline nightly archive nowhere
	grep -q '^pipeline: FAILED: nowhere: no such file or folder$' <<<"$output" || fail "$output"
	exits 2 pipeline nightly --index nothing
	grep -q '^pipeline: FAILED: ' <<<"$output" || fail "$output"
	exits 2 pipeline nightly --only-news nowhere
	grep -q '^pipeline: FAILED: ' <<<"$output" || fail "$output"
}

@test "an index of another version is named with both numbers, and left as it was" {
	first_logs
	exits 0 night
	for at in $(grep -aobE 'pipeline/index/[0-9]' "$PIPELINE_INDEX/data.mdb" | cut -d: -f1); do
		printf 'pipeline/index/9' | dd of="$PIPELINE_INDEX/data.mdb" bs=1 seek="$at" conv=notrunc status=none
	done
	before=$(sha256sum "$PIPELINE_INDEX/data.mdb")
	for paths in archive ''; do
		# shellcheck disable=SC2086
		exits 2 pipeline nightly $paths
		grep -q '^pipeline: FAILED: .*pipeline/index/9.*pipeline/index/5' <<<"$output" || fail "$output"
		stderr_has 'pipeline/index/9'
	done
	[ "$(sha256sum "$PIPELINE_INDEX/data.mdb")" = "$before" ]
}

@test "a mail that cannot be written is told again" {
	first_logs
	exits 0 night
	second_logs
	run --separate-stderr bash -c '"$PIPELINE" nightly archive >/dev/full'
	[ "$status" -eq 74 ] || fail "exits $status"
	run --separate-stderr bash -c '"$PIPELINE" nightly archive >&-'
	[ "$status" -eq 74 ] || fail "exits $status"
	exits 0 night -f json
	bundles c.log d.log
	exits 0 night -f json
	says
}

# A night that reads a.log and b.log at once and then long in z.log.zst; its process in $pid. What it prints is in mail.
long_night() {
	local reader
	{
		log_banner
		yes 'kd> .echo nothing that anybody could want to know of this dump'
	} 2>/dev/null | head -c 300000000 | zstd -q >archive/z.log.zst
	"$PIPELINE" nightly --jobs 1 archive >mail 2>errors &
	pid=$!
	until reader=$(pgrep -P "$pid"); do sleep 0.01; done
	# The small logs are read by then, or in the next turn; the large one is not. What was read is committed within two seconds.
	for _ in $(seq 20); do
		sleep 0.1
		kill -STOP "$reader" || fail "it came to its end: $(cat mail errors)"
		for _ in $(seq 25); do
			sleep 0.1
			[ "$(pipeline list --format json 2>/dev/null | jq '.incidents | length')" != "$1" ] || return 0
		done
		kill -CONT "$reader"
	done
	fail "nothing was committed"
}

@test "killed half way: the next mail names what was committed and what was not" {
	first_logs
	exits 0 night
	second_logs
	when=2026-01-02T03:00:00Z machine=TS09 os='Windows Server 2008/Windows Vista Kernel' build=6002 product=Server
	long_night 4
	kill -9 "$pid"
	wait "$pid" || true
	[ ! -s mail ] || fail "$(cat mail)"
	write_log archive/e.log base=50 machine=TS04 when=2026-01-03T01:00:00Z Late.exe Srv.exe
	exits 0 night -f json
	shows '[.incidents.incidents[].bundle | split("/") | last] | sort | join(" ") | sub(" z.log.zst"; "")' 'c.log d.log e.log'
	shows '[.new_chains.groups[].path[0]] | sort' '["Late.exe","New.exe"]'
	shows '.worse_chains.total' 1
	exits 0 night -f json
	says
}

@test "stopped half way: it says so, and the next mail names everything" {
	first_logs
	exits 0 night --metrics m.prom
	second_logs
	when=2026-01-02T03:00:00Z machine=TS09 os='Windows Server 2008/Windows Vista Kernel' build=6002 product=Server
	long_night 4
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	[ "$code" -eq 143 ] || fail "exits $code"
	[ "$(head -n 1 mail)" = 'pipeline: INTERRUPTED: by signal 15' ] || fail "$(cat mail)"
	! grep -q c.log mail || fail "$(cat -v mail)"
	exits 0 night -f json
	holds '[.incidents.incidents[].bundle | split("/") | last] | contains(["c.log", "d.log"])'
}

@test "killed after the mail and before the note: told twice, never lost" {
	first_logs
	exits 0 night
	second_logs
	# Nobody reads: the mail is longer than what a pipe takes.
	local long
	long=$(printf '%0200d' 0)
	for n in $(seq 10 59); do
		write_log "archive/n$n-$long.log" base="$n" when="2026-02-01T01:$n:00Z" "N$n.exe" Srv.exe
	done
	mkfifo pipe
	"$PIPELINE" nightly --limit 1000 -f json archive >pipe &
	pid=$!
	exec 7<pipe
	head -c 1000 <&7 >begun
	[ -s begun ]
	kill -9 "$pid"
	wait "$pid" || true
	exec 7<&-
	exits 0 night -f json
	holds '.incidents.total == 52'
	exits 0 night -f json
	says
}

@test "--since tells again, and never less than what was not told" {
	first_logs
	exits 0 night
	second_logs
	exits 0 night -f json --since 2099-01-01
	bundles c.log d.log
	exits 0 night -f json --since 2099-01-01
	says
	exits 0 night -f json --since 2020-01-01
	bundles a.log b.log c.log d.log
	exits 0 night --since 2020-01-01
	grep -q '^tells    what came since 2020-01-01T00:00:00.000Z, a part of it again$' <<<"$output" || fail "$output"
	exits 0 night -f json
	says
	exits 2 night --since yesterday
}

@test "compact and regroup forget nothing of the nights" {
	first_logs
	exits 0 night
	rm archive/b.log
	exits 0 night
	gzip -c archive/a.log | head -c 300 >archive/bad.gz
	pipeline ingest --quiet archive || [ $? -eq 4 ]
	pipeline compact >/dev/null
	pipeline regroup 2>/dev/null
	exits 4 night -f json
	shows '[.quarantined.total, .gone_bundles.total]' '[1,0]'
	exits 4 night -f json
	says
	exits 0 pipeline verify
}

# --- what it looks like ---------------------------------------------------------------------------

@test "a mail has a bounded length, and says of how much it shows a part" {
	for n in $(seq 10 40); do
		write_log "archive/n$n.log" base="$n" when="2026-02-01T01:$n:00Z" "N$n.exe" Srv.exe
	done
	exits 0 night
	grep -q '^NEW CHAINS: 10 of 31 shown$' <<<"$output" || fail "$output"
	grep -q '^NEW INCIDENTS, newest first: 10 of 31 shown$' <<<"$output" || fail "$output"
	[ "$(wc -l <<<"$output")" -lt 90 ]
	exits 0 night --since 2000-01-01 --limit 1
	[ "$(grep -c '^      pipeline' <<<"$output")" -eq 3 ] || fail "$output"
	exits 2 night --limit 0
}

@test "names from logs and archives are escaped, and stand in no command" {
	local evil=$'Ev\e]0;x\al$(touch x)\'`id`.exe'
	write_log archive/a.log base=10 machine=$'TS\e[2J' when=2026-01-01T01:00:00Z "$evil" Srv.exe
	write_log $'archive/\e[31mb.log' base=20 machine=TS02 when=2026-01-01T02:00:00Z "A'B.exe" Srv.exe
	head -c 100 < <(gzip -c archive/a.log) >$'archive/\e[7mcut.gz'
	run --separate-stderr night
	printf '%s\n' "$output" >mail
	no_control_bytes mail
	! grep -E '^      pipeline' mail | grep -qE 'Ev|\$|`|B\.exe' || fail "$(cat mail)"
	[ "$(grep -c '^pipeline: ' mail)" -eq 1 ]
	commands_work
	run --separate-stderr night -f json --since 2000-01-01
	printf '%s\n' "$output" >mail
	no_control_bytes mail
	holds '.incidents.total == 2'
}

@test "an index whose name needs quotes" {
	export PIPELINE_INDEX="$BATS_TEST_TMPDIR/it's an index"
	first_logs
	exits 0 night
	line=$(grep -oE 'export PIPELINE_INDEX=.*' <<<"$output")
	[ "$(unset PIPELINE_INDEX; eval "$line"; printf %s "$PIPELINE_INDEX")" = "$PIPELINE_INDEX" ] || fail "$line"
}

@test "--fail-on is 3, before 4 and behind what failed" {
	first_logs
	exits 3 night --fail-on new-chain
	exits 0 night --fail-on new-chain,worse-chain,storm,special
	second_logs
	head -c 100 < <(gzip -c archive/a.log) >archive/cut.gz
	exits 3 night --fail-on worse-chain
	exits 4 night --fail-on worse-chain
	exits 2 nightly --fail-on nothing
	exits 75 holding "$PIPELINE" nightly --fail-on new-chain archive
}
nightly() { pipeline nightly "$@"; }

@test "passwords and limits are those of ingest" {
	write_log kd.log base=10 machine=TS01 when=2026-01-01T01:00:00Z App.exe Srv.exe
	zip -q -P secret archive/locked.zip kd.log
	exits 4 night -f json
	shows '.quarantined.members[].reason' encrypted-no-password
	echo secret >pw
	chmod 600 pw
	pipeline quarantine retry --password-file pw 2>/dev/null
	exits 0 night -f json
	says new_chains=1 incidents=1
	exits 4 pipeline nightly --index other --max-member-bytes 100 kd.log -f json
	shows '.quarantined.members[0].reason' limit-size
	exits 0 pipeline nightly --index third --password-file pw archive -f json
	says new_chains=1 incidents=1
}

@test "--report: the page is that of report, and one that cannot be written loses no news" {
	first_logs
	exits 74 night --report nowhere/page.html
	grep -q '^pipeline: FAILED: the report: ' <<<"$output" || fail "$output"
	exits 0 night --report page.html
	grep -q '^pipeline: first mail: 2 new incidents' <<<"$output" || fail "$output"
	grep -qx 'report   page.html' <<<"$output" || fail "$output"
	pipeline report --html other.html
	[ "$(sed -E 's/[0-9-]+T[0-9:.]+Z//g' page.html | wc -c)" = "$(sed -E 's/[0-9-]+T[0-9:.]+Z//g' other.html | wc -c)" ]
	exits 2 night --report -
	exits 2 night --report ''
}
