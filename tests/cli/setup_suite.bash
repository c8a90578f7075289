# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Runs once before all files of this folder: packs the case study's log in every way a support
# archive may hold it. The results lie in $PACKINGS; helper.bash has their names.

setup_suite() {
	local root
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export PACKINGS=$BATS_SUITE_TMPDIR/packings
	mkdir -p "$PACKINGS"
	(
		set -e
		cd "$PACKINGS"
		cp "$root/tests/logs/case_study.log" .
		# A checkout's times are its own; with a fixed one the archives are the same everywhere.
		touch -d '2010-03-11T00:00:00Z' case_study.log
		zip -q -X case.zip case_study.log
		7z a -bd -bso0 -mtc=off case.7z case_study.log
		tar -cf case.tar case_study.log
		zstd -q -k case.tar -o case.tar.zst
		gzip -nc case.tar > case.tar.gz
		xz -kc case.tar > case.tar.xz
		bzip2 -kc case.tar > case.tar.bz2
		zstd -q -k case_study.log -o case_study.log.zst
		gzip -nc case_study.log > case_study.log.gz
		mkdir nest
		cp case.zip nest/deep.zip
		(cd nest && 7z a -bd -bso0 inner.7z deep.zip && tar -czf ../nested.tar.gz inner.7z)
		rm -r nest case.tar
	) || return 1
}
