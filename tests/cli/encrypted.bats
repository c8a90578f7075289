#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Encrypted archives and their passwords, Deflate64 by 7z, and archives in parts.

# shellcheck disable=SC2154  # bats sets output and stderr
load helper

setup() {
	fresh_index
	write_log kd.log base=10 A.exe B.exe
	seq 1 3000 >notes.txt
	: >empty.log
	head -c 150000 /dev/urandom >noise.bin
	printf 'wrong\n\nbad one\r\ns3cret word\n' >pw
	printf 'wrong\nbad\n' >bad
	chmod 600 pw bad
}

needs_7z() { command -v 7z >/dev/null || skip "no 7z here"; }

# ingested STATUS ARGUMENT...: into an index of its own.
ingested() {
	local want=$1
	shift
	rm -rf "$PIPELINE_INDEX"
	exits "$want" pipeline ingest "$@"
}

# Without a password, with wrong ones, and with the right one among others.
opens_by_password() {
	ingested 4 "$1"
	stderr_has 'encrypted-no-password'
	ingested 4 --password-file bad "$1"
	stderr_has 'encrypted-wrong-password'
	ingested 0 --password-file pw "$1"
	stderr_has '1 parsed, [0-9] ignored, 0 quarantined; 1 incidents'
}

@test "zip, the old encryption, packed and stored" {
	zip -q -P 's3cret word' old.zip kd.log notes.txt empty.log
	opens_by_password old.zip
	zip -q -0 -P 's3cret word' stored.zip kd.log notes.txt empty.log noise.bin
	opens_by_password stored.zip
}

@test "a password is proved within the limits of the bundle, and what lies within them is read" {
	{
		cat kd.log
		for _ in $(seq 300); do cat notes.txt; done
	} >long.log
	zip -q -P 's3cret word' long.zip long.log
	ingested 4 --password-file pw --max-bundle-bytes 1M long.zip
	stderr_has 'limit-size: the bundle decodes to more than'
	exits 0 pipeline list --format json
	shows '.incidents|length' 1
	ingested 0 --password-file pw long.zip
}

@test "zip by AES, 7z with plain and with encrypted names, stored 7z" {
	needs_7z
	7z a '-ps3cret word' -mem=AES256 aes.zip kd.log notes.txt empty.log >7z.out
	opens_by_password aes.zip
	7z a '-ps3cret word' plain.7z kd.log notes.txt empty.log >7z.out
	opens_by_password plain.7z
	7z a '-ps3cret word' -mhe=on names.7z kd.log notes.txt empty.log >7z.out
	opens_by_password names.7z
	7z a '-ps3cret word' -mx0 stored.7z kd.log notes.txt empty.log >7z.out
	opens_by_password stored.7z
}

@test "an encrypted 7z in a zip in a tar" {
	needs_7z
	7z a '-ps3cret word' -mhe=on in.7z kd.log >7z.out
	zip -q mid.zip in.7z notes.txt
	tar cf out.tar mid.zip
	opens_by_password out.tar
	exits 0 pipeline list --format json
	shows '.incidents[0].member' 'out.tar!/mid.zip!/in.7z!/kd.log'
}

@test "zip by Deflate64, plain and encrypted" {
	needs_7z
	7z a -mm=Deflate64 d64.zip kd.log notes.txt empty.log >7z.out
	ingested 0 d64.zip
	stderr_has '1 parsed, 2 ignored, 0 quarantined; 1 incidents'
	7z a -mm=Deflate64 '-ps3cret word' d64e.zip kd.log notes.txt empty.log >7z.out
	opens_by_password d64e.zip
	7z a -mm=Deflate64 -mem=AES256 '-ps3cret word' d64a.zip kd.log notes.txt >7z.out
	opens_by_password d64a.zip
}

@test "names in an encrypted 7z are no options, lists or wildcards of 7z" {
	needs_7z
	mkdir names
	write_log names/-slt base=10 A.exe B.exe
	write_log names/@notes.txt base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	write_log 'names/*' base=30 when=2014-03-10T17:22:09Z E.exe F.exe
	(cd names && 7z a '-ps3cret word' ../names.7z -spd -- * >../7z.out)
	ingested 0 --password-file pw names.7z
	stderr_has '3 parsed, 0 ignored, 0 quarantined; 3 incidents'
}

@test "a damaged member of a Deflate64 zip costs itself alone" {
	needs_7z
	write_log other.log base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	7z a -mm=Deflate64 broken.zip kd.log noise.bin other.log >7z.out
	python3 - broken.zip <<-'EOF'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		at = data.index(b"kd.log") + 200
		data[at] ^= 0xff
		open(sys.argv[1], "wb").write(data)
	EOF
	ingested 4 broken.zip
	stderr_has 'broken.zip!/kd.log: corrupt'
	exits 0 pipeline query --chain C.exe --format json
	shows '.groups[0].incidents' 1
}

@test "quarantine retry with a password reads only what is encrypted" {
	zip -q -P 's3cret word' e.zip kd.log
	write_log cut.log base=20 when=2012-03-10T17:22:09Z C.exe D.exe
	gzip -k cut.log
	head -c 400 cut.log.gz >cut.gz
	ingested 4 e.zip cut.gz
	exits 4 pipeline quarantine retry --password-file bad
	stderr_has '1 bundles: 1 read'
	stderr_has 'encrypted-wrong-password'
	exits 0 pipeline quarantine retry --password-file pw
	stderr_has '1 bundles: 1 read.*1 parsed'
	exits 0 pipeline quarantine list --reason 'encrypted-*'
	stdout_is_empty
	exits 0 pipeline quarantine list --format json
	shows '.members | length' 1
}

@test "show --evidence wants the password again" {
	local id
	zip -q -P 's3cret word' e.zip kd.log
	ingested 0 --password-file pw e.zip
	id=$(incident_ids)
	exits 2 pipeline show "$id" --evidence 1
	stderr_has 'encrypted'
	exits 0 pipeline show "$id" --evidence 1 --password-file pw
	grep -q 'THREAD' <<<"$output" || fail "$output"
	exits 2 pipeline show "$id" --password-file pw
	stderr_has 'is for --evidence'
}

@test "--password-file: what is none, and one that everybody may read" {
	exits 2 pipeline ingest --password-file nowhere kd.log
	stderr_has 'nowhere cannot be opened'
	exits 2 pipeline ingest --password-file empty.log kd.log
	stderr_has 'has no password in it'
	head -c 70000 /dev/zero | tr '\0' x >large
	exits 2 pipeline ingest --password-file large kd.log
	stderr_has 'more than 65536 bytes'
	printf 'a\0b\n' >zero
	exits 2 pipeline ingest --password-file zero kd.log
	stderr_has 'is no text of one password a line'
	chmod 644 pw
	exits 0 pipeline ingest --password-file pw kd.log
	stderr_has 'everybody may read the passwords in pw'
}

@test "split archives are one bundle, by the path that people open" {
	needs_7z
	mkdir parts
	7z a -v40k parts/a.7z noise.bin kd.log >7z.out
	7z a -v40k parts/b.zip noise.bin kd.log >7z.out
	zip -q -s 64k parts/c.zip noise.bin kd.log
	ingested 0 parts
	stderr_has '3 bundles: 3 read.* 3 parsed, 3 ignored, 0 quarantined'
	exits 0 pipeline show "$(incident_ids)" --format json
	shows '[.sources[].member] | sort' '["a.7z.001!/kd.log","b.zip.001!/kd.log","c.zip!/kd.log"]'
	exits 0 pipeline show "$PWD/parts/a.7z.001" --evidence 1
	exits 0 pipeline show "$PWD/parts/c.zip" --evidence 1
	exits 0 pipeline ingest parts
	stderr_has '0 read, 3 already in'
	touch parts/a.7z.002
	exits 0 pipeline ingest parts/a.7z.003
	stderr_has '1 bundles: 0 read, 1 already in'
	exits 0 pipeline ingest parts/c.zip
	stderr_has '0 read, 1 already in'
}

@test "a split and encrypted 7z" {
	needs_7z
	7z a '-ps3cret word' -mhe=on -v40k e.7z noise.bin kd.log >7z.out
	opens_by_password e.7z.001
}

@test "a part that is missing is named, and the rest read when it has come" {
	needs_7z
	mkdir parts
	7z a -v40k -mx0 b.zip kd.log noise.bin >7z.out
	7z a -v40k a.7z noise.bin kd.log >7z.out
	cp a.7z.0* b.zip.0* parts
	rm parts/a.7z.001 parts/b.zip.003
	ingested 4 parts
	stderr_has '2 bundles: 2 read'
	stderr_has 'a.7z.001: split-incomplete: a.7z.001 is missing'
	stderr_has 'split-incomplete: b.zip.003 is missing'
	exits 0 pipeline query --chain A.exe --format json
	shows '.groups[0].incidents' 1
	cp a.7z.001 b.zip.003 parts
	exits 0 pipeline ingest parts
	stderr_has '2 bundles: 2 read.* 2 parsed, 2 ignored, 0 quarantined'
}

@test "logs that are numbered are no parts" {
	cp kd.log kd.log.001
	cp notes.txt kd.log.002
	ingested 0 kd.log.001 kd.log.002
	stderr_has '2 bundles: 2 read'
}
