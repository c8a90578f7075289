#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# report: what is on its pages, that they are whole and safe, and that FILE is a new page or the old one. How they look and what a
# click does is for tests/check-report.

# shellcheck disable=SC2154  # bats sets output and stderr
load helper
load escapes

setup() {
	fresh_index
	mkdir bundles
}

# Two nights of a machine, a ring on another one, and an archive that is cut.
some_incidents() {
	write_log bundles/a.log machine=TS01 when=2024-03-10T17:22:09Z A.exe B.exe C.exe
	write_log bundles/b.log base=20 machine=TS01 when=2024-03-11T17:22:09Z ticks=20000 clients=5 A.exe B.exe C.exe
	write_log bundles/ring.log base=30 machine=TS02 when=2024-03-11T18:22:09Z ring=0 R.exe S.exe
	cp "$CASE" bundles
	zip -q whole.zip bundles/a.log
	head -c 700 whole.zip >bundles/cut.zip
	run pipeline ingest bundles
	[ "$status" -eq 4 ]
}

# sound FILE: all that every page promises.
sound() {
	local wrong
	wrong=$(python3 "$BATS_TEST_DIRNAME/page.py" "$1")
	[ -z "$wrong" ] || fail "$1: $wrong"
	harmless "$1"
}

# has FILE WORDS...: each stands in the text of the page, tags left out.
has() {
	local file=$1 each text
	shift
	text=$(sed 's/<[^>]*>//g' "$file")
	for each; do
		grep -qF -- "$each" <<<"$text" || fail "$file does not say: $each"
	done
}

has_not() { ! (has "$1" "$2") 2>/dev/null || fail "$1 says: $2"; }

@test "the page on an index: every section, with figures, evidence and commands" {
	some_incidents
	exits 0 pipeline report --html page.html
	stdout_is_empty
	stderr_is_empty
	sound page.html
	has page.html "5 incidents" "2 machines" "1 deadlock" "1 quarantined member" 'dumps from2024-03-10 17:22:09 to 2024-03-11 18:22:09' \
		'a.exe -alpc-&gt; b.exe -alpc-&gt; c.exe [wait UserRequest]' 'pipeline quarantine retry' TS01 TS02 \
		'!thread fffffa8020004060 3f' '!alpc /m fffff88020000070' 'pipeline explain ' 'cut.zip!/bundles/a.log'
	for section in points chains zombies baselines nights quarantine incidents; do
		grep -q "<section id=\"$section\" " page.html || fail "no section $section"
	done
}

@test "on an arrow is how it waits and the longest time of all such chains" {
	some_incidents
	pipeline report --html page.html
	# 20000 ticks of 15.625 ms in one dump, 6400 in the other
	card=$(grep -F '<article class="card"' page.html | grep -F 'a.exe -alpc-&gt; b.exe -alpc-&gt; c.exe')
	grep -qF '>alpc  5:12</text>' <<<"$card" || fail "$card"
	! grep -qF '>alpc  1:40</text>' <<<"$card" || fail "$card"
}

@test "the groups of chains are those of query, in its order, whatever is selected" {
	pipeline ingest "$ROOT/tests/golden" || true
	for selectors in '' '--cycle any' '--min-wait 60' '--since 2010-01-01 --until 2010-12-31' '--build 7601'; do
		# shellcheck disable=SC2086 # words
		pipeline report --html page.html $selectors
		# shellcheck disable=SC2086
		pipeline query --recurring --limit 174 --format json $selectors |
			jq -r '.groups[] | "\(.signature) \(.incidents) \(.chains) \(.machines)"' >query.txt
		[ -s query.txt ]
		python3 "$BATS_TEST_DIRNAME/page.py" page.html --groups | diff - query.txt
	done
}

@test "ring and semicircle are drawn as such" {
	pipeline ingest "$ROOT/tests/golden/561-semicircle-is-no-deadlock.log" "$ROOT/tests/golden/566-ring-of-all-kinds.log"
	pipeline report --html page.html
	sound page.html
	[ "$(grep -o 'class="back"' page.html | wc -l)" -eq 1 ]
	has page.html 'hop 1 again: a ring' semicircular deadlock
	for kind in alpc mutant thread resource; do
		grep -qE "class=\"how\"[^>]*>$kind<|class=\"how\"[^>]*>$kind  " page.html || fail "no $kind on an arrow"
	done
}

@test "the page on one incident: its points, drawings, zombies, threads and plan" {
	some_incidents
	exits 0 pipeline report --incident case_study.log --html page.html
	sound page.html
	has page.html 'Incident 6aa3f51c3660cf14' 'ProcessA.exe ... ProcessC.exe' '[13c40.1332c]' '!thread fffffa800b845bb0 3f' \
		"13 zombies" 'ProcessE.exe' 'User dumps, what explains most first' 'ends chain ProcessA.exe' \
		'pipeline advise 6aa3f51c3660cf14 --format cmd' WrLpcReply
	has_not page.html S.exe
}

@test "standard output has the same page, and so has every run, in any locale and zone" {
	some_incidents
	pipeline report --html page.html
	pipeline report --html - >page2.html
	LC_ALL=C TZ=Asia/Tokyo pipeline report --html page3.html
	cmp page.html page2.html
	cmp page.html page3.html
}

@test "selectors narrow it, and it says so" {
	some_incidents
	pipeline report --html page.html --since 2024-03-11 --machine 'TS*'
	sound page.html
	has page.html '2 incidents' 'since2024-03-11 00:00:00' 'machineTS*'
	pipeline report --html page.html --cycle thread
	has page.html '1 incident' 'cyclethread' S.exe
	has_not page.html 'a.exe -alpc-'
	pipeline report --html page.html --limit 1
	has page.html '1 incident' 'at most1' 'r.exe -alpc-'
	pipeline report --html page.html --bundle nobody.log
	sound page.html
	has page.html '0 incidents' 'No incident is in the index' 'Everything was read.'
}

@test "an empty index gives a page on nothing" {
	echo nothing >bundles/readme.txt
	pipeline ingest bundles
	exits 0 pipeline report --html page.html
	sound page.html
	has page.html '0 incidents' 'Nothing was found in these incidents.'
}

@test "names that act, hide, or would run are text" {
	escapes_setup
	pipeline report --html page.html
	pipeline report --incident "$id" --html one.html
	sound page.html
	sound one.html
	has page.html 'x\x1b[31m\x9b2J\x07\u{202e}gpj\u{2028}\u{fffb}\xad\u{e0041}éۛ日.exe'
	mkdir run
	HURT="</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' onclick=x" \
		perl -pe 's/Process[AE]\.exe|UserRequest/$ENV{HURT}/g' "$CASE" >run/hurt.log
	pipeline --index hurt ingest run
	pipeline --index hurt report --html hurt.html
	pipeline --index hurt report --incident hurt.log --html hurt1.html
	sound hurt.html
	sound hurt1.html
	has hurt.html '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;'
}

@test "a long name is shown by beginning and end, all of it in the title; bytes that are no text are none" {
	LONG=$(printf 'x%.0s' {1..240}) perl -pe 's/Process[AE]\.exe/$ENV{LONG}/g' "$CASE" >bundles/long.log
	perl -pe 's/Process[AE]\.exe/\xff\xfe\xed\xa0\x80.exe/g' "$CASE" >bundles/bytes.log
	pipeline ingest bundles
	pipeline report --html page.html
	sound page.html
	[ "$(wc -c <page.html)" -lt 150000 ] || fail "$(wc -c page.html)"
	grep -qE 'title="x{240}">x{63}…x{32}<' page.html || fail "$(grep -o 'title="xx.*' page.html | head -n 2)"
}

@test "a thousand incidents: below 2 MB, and every table that is cut says top n of m" {
	write_log one.log machine=TS01 A.exe B.exe C.exe
	python3 - one.log >bundles/thousand.log <<-'EOF'
		import datetime, sys
		log = open(sys.argv[1], encoding="utf-8").read()
		for i in range(1000):
		    night = datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=7 * i)
		    one = log.replace("Wed Mar 10 17:22:09.000 2010", night.strftime("%a %b %e %H:%M:%S.000 %Y")).replace("TS01", "TS%03d" % (i % 150))
		    one = one.replace("fffffa8010", "fffffa80%02x" % (16 + i % 200)).replace("fffff88010", "fffff880%02x" % (16 + i % 200))
		    sys.stdout.write(one.replace("B.exe", "B%d.exe" % (i % 300)))
	EOF
	pipeline ingest bundles
	exits 0 pipeline report --html page.html
	sound page.html
	[ "$(wc -c <page.html)" -lt 2000000 ] || fail "$(wc -c page.html)"
	has page.html 'Top 250 of 1,000 incidents' 'Top 174 of 300 groups of chains' 'Top 15 of 300 points of interest' 'Top 31 of 292 nights' \
		'The newest 3 of 4 incidents.'
}

# --- the file -------------------------------------------------------------------------------------

@test "a failure leaves the old page and nothing beside it" {
	some_incidents
	mkdir out
	echo old >out/page.html
	exits 2 pipeline --index nowhere report --html out/page.html
	exits 2 pipeline report --incident ffffffffffffffff --html out/page.html
	cp -r index damaged
	LC_ALL=C perl -0777 -pi -e 's/TS01/TS99/g' damaged/data.mdb
	exits 2 pipeline --index damaged report --html out/page.html
	stderr_has damaged
	[ "$(cat out/page.html)" = old ]
	[ "$(ls -A out)" = page.html ]
}

@test "a page keeps the mode of the file, a link stays, and nothing is left beside it" {
	some_incidents
	mkdir out
	echo old >out/page.html
	chmod 640 out/page.html
	ln -s page.html out/link.html
	pipeline report --html out/link.html
	[ -L out/link.html ]
	sound out/page.html
	[ "$(stat -c %a out/page.html)" = 640 ]
	(umask 027 && pipeline report --html out/new.html)
	[ "$(stat -c %a out/new.html)" = 640 ]
	[ "$(ls -A out | tr '\n' ' ')" = 'link.html new.html page.html ' ]
}

@test "what is no regular file is written to, and what cannot be is an error" {
	some_incidents
	exits 0 pipeline report --html /dev/null
	[ -c /dev/null ]
	exits 2 pipeline report --html /dev/full
	exits 2 pipeline report --html bundles
	exits 2 pipeline report --html no/such/folder.html
	stderr_has 'no/such/folder.html'
	mkfifo pipe
	cat pipe >piped.html &
	pipeline report --html pipe
	wait
	sound piped.html
}

@test "one who reads it meanwhile sees a whole page, the old or the new one" {
	some_incidents
	pipeline report --html page.html
	for _ in {1..20}; do pipeline report --html page.html; done &
	for _ in {1..40}; do
		[ "$(tail -c 8 page.html)" = '</html>' ] || fail "cut at $(wc -c <page.html)"
	done
	wait
}

@test "usage: no file, no incident that is, selectors beside one" {
	exits 2 pipeline report
	stderr_has 'no page given'
	exits 2 pipeline report --html ''
	exits 2 pipeline report --html x.html --incident 9f3c --since 2024-01-01
	stderr_has 'selectors'
	exits 2 pipeline report --html x.html operand
	[ ! -e x.html ]
}
