#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves the Debian package: builds it in a fresh minimal Debian 12 with its tests, twice at two places, which has to give the same
# bytes; lets lintian look at it; installs it in another fresh one, where it reads an archive and answers as somebody without
# rights; and purges it, after which nothing is left. Needs root and mmdebstrap (scripts/lib/chroot.sh), and some minutes.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/chroot.sh
. scripts/lib/chroot.sh

usage() {
	cat <<-'END'
		usage: scripts/package-proof.sh [--worktree] [--keep] [--out DIR]

		Builds the Debian package in a fresh minimal Debian 12, and installs and removes it in another.
		  --worktree  take the files as they lie here, not those of the last commit
		  --keep      leave the chroots in place and print where they are
		  --out DIR   copy the package there when all is well
		  --help      show this
	END
}

worktree=no keep=no out=''
while [ $# -gt 0 ]; do
	case $1 in
	--worktree) worktree=yes ;;
	--keep) keep=yes ;;
	--out) shift; out=${1?--out needs a folder} ;;
	--help | -h) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done

chroot_begin package-proof $keep

apt() { in_chroot root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$scratch/apt.log" 2>&1 || {
	cat "$scratch/apt.log"
	return 1
}; }

# What apt-get build-dep reads is debian/ at the top.
build_dependencies() {
	apt update && apt install --no-install-recommends -y build-essential lintian &&
		in_chroot root ln -s scripts/debian debian &&
		apt build-dep --no-install-recommends -y ./ &&
		in_chroot root rm debian
}

build() { in_chroot root make deb; }

# At another place, by somebody with another umask, zone, locale and name, on one processor.
build_again() {
	local package again
	in_chroot root cp -R "$inside" /src/again
	in_chroot root rm -rf /src/again/build
	in_chroot root sh -c 'cd /src/again && umask 027 && HOME=/nonexistent USER=other LC_ALL=C TZ=Asia/Kathmandu \
		DEB_BUILD_OPTIONS="nocheck parallel=1" make deb >/dev/null 2>build.log || { cat build.log; exit 1; }'
	package=$(cd "$root$inside/build/deb" && ls pipeline_*.deb)
	for again in "$package" "${package/pipeline_/pipeline-dbgsym_}"; do
		cmp "$root$inside/build/deb/$again" "$root/src/again/build/deb/$again" || return 1
		sha256sum "$root$inside/build/deb/$again" | sed "s,$root,,"
	done
}

look() {
	in_chroot root sh -c 'lintian --allow-root --display-info --fail-on error,warning build/deb/*.changes' &&
		in_chroot root sh -c 'dpkg-deb --field build/deb/pipeline_*.deb Version Architecture Depends Recommends Installed-Size'
}

# Everything but what apt and dpkg themselves keep.
files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./var/cache -o -path ./var/lib/apt \
		-o -path ./var/lib/dpkg -o -path ./var/log -o -path ./src -o -path ./etc/ld.so.cache \) -prune -o -printf '%p\n' | sort)
}

# shellcheck disable=SC2016 # the dollar is dpkg-query's
packages() { in_chroot root dpkg-query --show --showformat '${Package}\n' | sort; }

install_package() {
	packages >"$scratch/packages.before"
	files >"$scratch/files.before"
	apt update && apt install --no-install-recommends -y ./pipeline.deb &&
		in_chroot root dpkg --verify pipeline &&
		echo "came with it: $(packages | comm -13 "$scratch/packages.before" - | xargs)"
}

# As somebody without rights, in a folder of his own.
use() {
	# shellcheck disable=SC2016 # expanded in the chroot
	in_chroot nobody sh -ec '
		export HOME=$(mktemp -d /tmp/user.XXXXXX)
		cd "$HOME"
		set -x
		pipeline --version -v
		pipeline ingest /src/pipeline/case_study.tar.zst
		pipeline query --chain ProcessA.exe
		pipeline show case_study.tar.zst --evidence 3
		pipeline verify
		test "$(pipeline query --recurring --format jsonl | wc -l)" = 1
		test -s /usr/share/man/man1/pipeline.1.gz
		test -s /usr/share/man/man1/pipeline-ingest.1.gz
		cd / && rm -r "$HOME"
	'
}

remove() {
	apt purge --autoremove -y pipeline || return 1
	diff "$scratch/files.before" <(files) && echo "nothing is left"
}

timed "a minimal Debian 12 ($suite)" make_chroot
cp -a --one-file-system "$root" "$scratch/clean"
copy_repository $worktree
timed "packages to build with" build_dependencies
timed "make deb, with its tests" build >"$scratch/build.log" 2>&1 || { cat "$scratch/build.log"; exit 1; }
tail -n 3 "$scratch/build.log"
timed "make deb at another place: the same bytes" build_again
timed "lintian" look

package=$(echo "$root$inside"/build/deb/pipeline_*.deb)
tar --zstd -C tests/logs -cf "$scratch/case_study.tar.zst" case_study.log
root=$scratch/clean
mkdir -p "$root$inside"
cp "$package" "$root$inside/pipeline.deb"
cp "$scratch/case_study.tar.zst" "$root$inside/"
timed "apt-get install in another Debian 12" install_package
timed "as nobody" use
timed "apt-get purge" remove

[ -z "$out" ] || { mkdir -p "$out" && cp "$package" "$out/"; }
printf '\nThe package builds, installs, works and goes (%d s in all)\n' $SECONDS
