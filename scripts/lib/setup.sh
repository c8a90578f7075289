# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Shared by the scripts that start on a bare Debian 12: which packages are needed, and installing
# the missing ones. Sourced, never run. Touches no network when nothing is missing.

# shellcheck disable=SC2034 # used by the scripts that source this
packages_build=(gcc make pkgconf libc6-dev libarchive-dev libisal-dev liblmdb-dev liblzma-dev libseccomp-dev
	libzstd-dev libxxhash-dev nettle-dev)
# shellcheck disable=SC2034
packages_demo=(zip)
# Archives of every kind are made with somebody else's tools, so that they can disagree with us.
# shellcheck disable=SC2034
packages_test=(libcmocka-dev bats python3 python3-jsonschema python3-prometheus-client jq sqlite3 shellcheck clang-format mandoc
	zip p7zip-full gcab zstd xz-utils bzip2 lz4 zsh fish tmux)
# A browser with letters, and what drives it. node and npm may have come another way than by Debian's packages, which do not go together
# with others'.
# shellcheck disable=SC2034
packages_browser=(chromium fonts-dejavu-core)
command -v npm >/dev/null || packages_browser+=(nodejs npm)

# setup_missing PACKAGE...: prints those that are not installed, one a line.
setup_missing() {
	local package

	for package; do
		# shellcheck disable=SC2016 # the dollar is dpkg-query's
		[ "$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -cx installed)" -gt 0 ] || echo "$package"
	done
}

# setup_refuse REASON PACKAGE...: says what is missing and how to get it, and ends the script.
setup_refuse() {
	local reason=$1
	shift
	{
		echo "$reason"
		echo "Missing Debian packages: $*"
		echo "Install them as root, then run this again:"
		echo "  apt-get update && apt-get install --no-install-recommends -y $*"
		echo "or, where they are not Debian packages, run this with --no-setup."
	} >&2
	exit 1
}

# setup_apt AS_ROOT... -- ARGUMENT...: apt-get without questions; its output only when it fails.
setup_apt() {
	local as_root=() output
	while [ "$1" != -- ]; do
		as_root+=("$1")
		shift
	done
	shift

	if ! output=$(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" 2>&1 </dev/null); then
		printf '%s\n' "$output" >&2
		return 1
	fi
}

# setup_install PACKAGE...: installs what is missing, as root or through sudo, or ends the script.
setup_install() {
	local missing as_root=()

	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		setup_refuse "This is no Debian: there is no apt-get." "$@"
	fi
	mapfile -t missing < <(setup_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ "$(id -u)" -ne 0 ]; then
		# Where nobody can type a password sudo must not wait for one.
		if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
			as_root=(sudo)
		else
			setup_refuse "Not root, and sudo is not at hand." "${missing[@]}"
		fi
	fi

	echo "Installing ${missing[*]}"
	setup_apt ${as_root[@]+"${as_root[@]}"} -- update ||
		setup_refuse "apt-get update failed." "${missing[@]}"
	setup_apt ${as_root[@]+"${as_root[@]}"} -- install --no-install-recommends "${missing[@]}" ||
		setup_refuse "apt-get install failed." "${missing[@]}"
}
