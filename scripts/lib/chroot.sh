# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A minimal Debian 12 in a temporary folder, for the scripts that prove something there. Sourced, never run, from the top of the
# repository. Needs root and mmdebstrap. Packages come from the mirror and through the proxy that apt uses here.
#
# Nothing of the host is ever mounted where the clean-up deletes: what the chroot needs is mounted in a mount namespace of its own,
# which ends with the command that runs in it.

suite=bookworm
inside=/src/pipeline

# chroot_begin NAME KEEP: the scratch folder $scratch, for the chroot $root in it, which goes at the end unless KEEP is yes.
chroot_begin() {
	local tool

	chroot_name=$1 chroot_keep=$2
	if [ "$(id -u)" -ne 0 ]; then
		echo "$chroot_name: only root can make a chroot" >&2
		exit 1
	fi
	for tool in mmdebstrap unshare git; do
		command -v $tool >/dev/null || {
			echo "$chroot_name: $tool is missing: apt-get install mmdebstrap git" >&2
			exit 1
		}
	done
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-chroot.XXXXXX")
	root=$scratch/root
	trap chroot_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

chroot_end() {
	if [ "$chroot_keep" = yes ]; then
		echo "Left in place: $scratch"
	elif grep -qF " $scratch/" /proc/self/mountinfo; then
		echo "$chroot_name: something is mounted below $scratch: not deleted" >&2
	else
		rm -rf --one-file-system -- "$scratch"
	fi
}

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

# copy_repository WORKTREE: the files of the last commit, or as they lie here where that is yes.
copy_repository() {
	mkdir -p "$root$inside"
	if [ "$1" = yes ]; then
		scripts/list-sources | tar -c --null -T - | tar -x --no-same-owner -C "$root$inside"
	else
		git archive HEAD | tar -x --no-same-owner -C "$root$inside"
	fi
}
