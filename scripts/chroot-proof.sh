#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves that demo.sh and test.sh need nothing but a minimal Debian 12: makes a fresh one in a
# temporary folder with mmdebstrap, puts the repository's files into it, and runs both there. Needs
# root and mmdebstrap (scripts/lib/chroot.sh).
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/chroot.sh
. scripts/lib/chroot.sh

usage() {
	cat <<-'END'
		usage: scripts/chroot-proof.sh [--worktree] [--keep]

		Runs scripts/demo.sh and scripts/test.sh in a fresh minimal Debian 12.
		  --worktree  take the files as they lie here, not those of the last commit
		  --keep      leave the chroot in place and print where it is
		  --help      show this
	END
}

worktree=no keep=no
while [ $# -gt 0 ]; do
	case $1 in
	--worktree) worktree=yes ;;
	--keep) keep=yes ;;
	--help | -h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done

chroot_begin chroot-proof $keep

# As somebody who may not install anything: a list of packages, and exit status 1.
refuses_politely() {
	local output status=0

	output=$(in_chroot nobody ./scripts/demo.sh 2>&1) || status=$?
	printf '%s\n' "$output"
	[ $status -eq 1 ] && grep -q 'apt-get install' <<<"$output"
}

timed "a minimal Debian 12 ($suite)" make_chroot
copy_repository $worktree
echo "$(in_chroot root dpkg-query -W | wc -l) packages in it"
good=yes
timed "./scripts/demo.sh as nobody: must refuse" refuses_politely || good=no
timed "./scripts/demo.sh" in_chroot root ./scripts/demo.sh || good=no
timed "./scripts/test.sh" in_chroot root ./scripts/test.sh || good=no
timed "bash .ci/run, everything installed" in_chroot root bash .ci/run || good=no

printf '\n'
if [ $good = no ]; then
	echo "Something failed"
	exit 1
fi
echo "Both scripts work on a minimal Debian 12 ($SECONDS s in all)"
