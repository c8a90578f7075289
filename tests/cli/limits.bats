#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits: each has an option and a reason code; what was read before one is kept, and a retry with a wider one reads the rest.
# What hostile archives come to is tests/check-hostile.

# shellcheck disable=SC2154  # bats sets stderr
load helper
setup() { fresh_index; }

reasons() {
	exits 0 pipeline quarantine list --format json
	shows '[.members[] | [.member, .reason]]' "$1"
}

@test "values: numbers, sizes with K M G T, and what is none" {
	write_log a.log A.exe B.exe
	exits 0 pipeline ingest --max-member-bytes 1G --max-bundle-bytes 3t --max-ratio 7 --max-members 10 \
		--max-depth 1 --max-name 255 --max-nested-bytes 100M --max-dump-memory 1G --max-time 5 --deadline 0 a.log
	for wrong in '--max-member-bytes 5x' '--max-bundle-bytes 1.5G' '--max-nested-bytes -1' '--max-ratio 5K' \
		'--max-members many' '--max-depth 0' '--max-depth 65' '--max-name 2M' '--max-time 1m' '--deadline x' \
		'--max-bundle-bytes 99999999999999999999' '--max-bundle-bytes 99999999999T' '--max-member-bytes G'; do
		# shellcheck disable=SC2086  # two words
		exits 2 pipeline ingest $wrong a.log
		stderr_has "'${wrong#* }' is n"
	done
	exits 2 pipeline quarantine list --max-depth 3
	stderr_has 'for retry'
}

@test "a log beyond its limit: the part before is kept and marked, a retry with a wider limit reads all" {
	write_log one.log base=10 A.exe B.exe
	write_log two.log base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	cat one.log two.log >both.log
	exits 4 pipeline ingest --max-member-bytes "$(stat -c %s one.log)" both.log
	reasons '[["both.log","limit-size"]]'
	exits 0 pipeline list --format json
	shows '.incidents | length' 1
	exits 0 pipeline show both.log --format json
	holds '[.diagnostics[].code] | index("truncated-input")'
	exits 4 pipeline quarantine retry --max-member-bytes "$(stat -c %s one.log)"
	exits 0 pipeline quarantine retry
	exits 0 pipeline list --format json
	shows '.incidents | length' 2
	reasons '[]'
}

@test "members: the first ones are read, the rest is one row, and the sums add up" {
	mkdir many
	for i in $(seq -w 50); do : >"many/$i.txt"; done
	write_log many/00.log A.exe B.exe
	tar -cf many.tar many
	exits 4 pipeline ingest --max-members 20 many.tar
	stderr_has ' 20 members: 1 parsed, 18 ignored, 1 quarantined; 1 incidents'
	exits 0 pipeline quarantine list --format json
	shows '[.members[].reason]' '["limit-members"]'
	exits 0 pipeline quarantine retry
}

@test "depth, nested archives and names" {
	write_log a.log A.exe B.exe
	write_log "$(printf 'n%.0s' $(seq 60)).log" base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	zip -q in.zip a.log
	zip -q out.zip in.zip nnn*.log
	exits 4 pipeline ingest --max-depth 1 --max-name 20 out.zip
	reasons '[["out.zip!/in.zip","limit-depth"],["out.zip!/nnnnnnnnnnnnnnnnn…","limit-name"]]'
	exits 4 pipeline quarantine retry --max-nested-bytes 100
	reasons '[["out.zip!/in.zip","limit-size"]]'
	exits 0 pipeline quarantine retry
	exits 0 pipeline list --format json
	shows '.incidents | length' 2
}

@test "a bomb of zeros is stopped by its ratio, wherever it is, and the run goes on" {
	write_log good.log A.exe B.exe
	head -c 1200M /dev/zero | zstd -q >zeros.log.zst
	mkdir in
	head -c 1200M /dev/zero | zstd -q >in/kd.log.zst
	tar -cf - in | gzip >nested.tar.gz
	rm -r in
	exits 4 pipeline ingest .
	stderr_has '1 incidents'
	reasons '[["nested.tar.gz!/in/kd.log.zst!/kd.log","limit-ratio"],["zeros.log.zst!/zeros.log","limit-ratio"]]'
	# The size of the bundle counts: the same zeros beside something that does not compress are no bomb.
	head -c 4M /dev/urandom >noise
	head -c 1200M /dev/zero >zeros
	tar -cf - noise zeros | zstd -q >fine.tar.zst
	rm noise zeros
	exits 0 pipeline ingest fine.tar.zst
	# With no such limit it is a member that is ignored, as it ends without anything in it.
	exits 0 pipeline quarantine retry --max-ratio 0
	reasons '[]'
}

@test "quarantined members of one bundle are told up to a number, and listed all" {
	mkdir many
	for i in $(seq -w 30); do echo text >"many/$i-a-name-that-is-long"; done
	zip -qr many.zip many
	exits 4 pipeline ingest --max-name 10 many.zip
	[ "$(grep -c 'limit-name' <<<"$stderr")" -eq 20 ]
	stderr_has 'quarantined .*many.zip: 10 more members'
	exits 0 pipeline quarantine list --format json
	shows '.members | length' 30
}
