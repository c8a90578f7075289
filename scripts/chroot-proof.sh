#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves that demo.sh and test.sh need nothing but a minimal Debian 12: makes a fresh one in a
# temporary folder with mmdebstrap, puts the repository's files into it, and runs both there. Needs
# root and mmdebstrap. Packages come from the mirror and through the proxy that apt uses here.
#
# Nothing of the host is ever mounted where the clean-up deletes: what the chroot needs is mounted
# in a mount namespace of its own, which ends with the command that runs in it.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

suite=bookworm
inside=/src/pipeline

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

if [ "$(id -u)" -ne 0 ]; then
	echo "chroot-proof: only root can make a chroot" >&2
	exit 1
fi
for tool in mmdebstrap unshare git; do
	command -v $tool >/dev/null || {
		echo "chroot-proof: $tool is missing: apt-get install mmdebstrap git" >&2
		exit 1
	}
done

scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-chroot.XXXXXX")
root=$scratch/root

clean_up() {
	if [ $keep = yes ]; then
		echo "Left in place: $root"
	elif grep -qF " $scratch/" /proc/self/mountinfo; then
		echo "chroot-proof: something is mounted below $scratch: not deleted" >&2
	else
		rm -rf --one-file-system -- "$scratch"
	fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The system's own apt sources of this Debian, if that is what runs here; else mmdebstrap's choice.
# shellcheck disable=SC2016 # the dollars are apt's
sources() {
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) main' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
		grep -E " $suite(-updates|-security)? main\$" | sort -u
}

# The settings without which apt may not reach its mirror from here.
apt_options() {
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::((https?)::[A-Za-z:-]*|Retries|ForceIPv[46]|Check-(Date|Valid-Until)) ".+";$' |
		sed 's/;$//' || true
}

# in_chroot USER COMMAND...: runs it in the repository's copy, with a /proc and /dev/shm of its own,
# an environment that holds nothing of ours but the proxy, and nothing to read.
in_chroot() {
	local user=$1 variables=(PATH=/usr/sbin:/usr/bin:/sbin:/bin CI=true) name
	shift

	for name in http_proxy https_proxy no_proxy; do
		[ -z "${!name-}" ] || variables+=("$name=${!name}")
	done
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" bash -c '
		set -e
		root=$1 user=$2 inside=$3
		shift 3
		mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
		# Terminals for the tests that need one; where they cannot be had those are skipped.
		mkdir -p "$root/dev/pts"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" &&
			ln -sf pts/ptmx "$root/dev/ptmx" || true
		exec chroot --userspec="$user" "$root" \
			/bin/sh -c "cd \"\$1\" && shift && exec env -i \"\$@\"" sh "$inside" "$@"
	' bash "$root" "$user" "$inside" "${variables[@]}" "$@" </dev/null
}

timed() {
	local began=$SECONDS status=0
	printf '\n== %s\n' "$1"
	shift
	"$@" || status=$?
	printf '== exit status %d after %d s\n' $status $((SECONDS - began))
	return $status
}

make_chroot() {
	local options=() option lines

	while IFS= read -r option; do
		options+=(--aptopt="$option")
	done < <(apt_options)
	lines=$(sources)
	if [ -n "$lines" ]; then
		mmdebstrap --quiet --variant=minbase ${options[@]+"${options[@]}"} \
			$suite "$root" - <<<"$lines"
	else
		mmdebstrap --quiet --variant=minbase ${options[@]+"${options[@]}"} $suite "$root"
	fi
}

copy_repository() {
	mkdir -p "$root$inside"
	if [ $worktree = yes ]; then
		# Also what is new and not ignored; not what is deleted.
		git ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d '' file; do
				[ ! -e "$file" ] || printf '%s\0' "$file"
			done | tar -c --null -T - | tar -x --no-same-owner -C "$root$inside"
	else
		git archive HEAD | tar -x --no-same-owner -C "$root$inside"
	fi
}

# As somebody who may not install anything: a list of packages, and exit status 1.
refuses_politely() {
	local output status=0

	output=$(in_chroot nobody ./scripts/demo.sh 2>&1) || status=$?
	printf '%s\n' "$output"
	[ $status -eq 1 ] && grep -q 'apt-get install' <<<"$output"
}

timed "a minimal Debian 12 ($suite)" make_chroot
copy_repository
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
