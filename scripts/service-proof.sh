#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves the systemd service: boots a minimal Debian 12 in a container with what `make install` puts there, gives the
# README's commands for the night, starts the service twice, and asks what came of it as a member of its group and as a stranger. Needs root, mmdebstrap and
# systemd-nspawn (systemd-container).
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/chroot.sh
. scripts/lib/chroot.sh

case ${1-} in
'' | --keep) ;;
--help | -h) echo "usage: scripts/service-proof.sh [--keep]" && exit 0 ;;
*) echo "usage: scripts/service-proof.sh [--keep]" >&2 && exit 2 ;;
esac
command -v systemd-nspawn >/dev/null || {
	echo "service-proof: systemd-nspawn is missing: apt-get install systemd-container" >&2
	exit 1
}
chroot_begin service-proof "$([ "${1-}" = --keep ] && echo yes || echo no)"

install_all() {
	mkdir -p "$root$inside"
	cp /etc/resolv.conf "$root/etc/"
	in_chroot root sh -c 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install \
		--no-install-recommends -y systemd-sysv dbus libarchive13 libgomp1 libisal2 liblmdb0 liblzma5 libseccomp2 \
		libxxhash0 libzstd1' >"$scratch/apt.log" 2>&1 || { cat "$scratch/apt.log"; return 1; }
	make -s install DESTDIR="$root" PREFIX=/usr
	mkdir -p "$root/srv/cases"
	# shellcheck disable=SC2016 # the fence of the block
	sed -n '/^# The night, as root/,/^```/ { /^```/d; p }' README.md >"$root/set-up"
	cp tests/logs/case_study.log "$root/srv/cases/"
	printf 'PK\3\4broken' >"$root/srv/cases/broken.zip"
	chmod -R a+rX "$root/srv"
}

# What runs inside, at the end of the boot; each line of it that fails is in the output.
write_inside() {
	cat >"$root/inside" <<-'END'
		#!/bin/bash
		exec >/output 2>&1
		set -x
		wrong=0
		try() { "$@" || { wrong=1; echo "FAILED: $*"; }; }
		mail() { journalctl -u pipeline-nightly -o cat --no-pager; }
		as() { local user=$1; shift; runuser -u "$user" -- "$@"; }
		try useradd alice
		try useradd stranger
		try test -s /set-up
		try bash -e /set-up
		try systemctl start pipeline-nightly.service # 4 is a success: one is quarantined
		try grep -q '^pipeline: first mail: 1 new incident, 1 new chain, 1 member quarantined' <(mail)
		cp /srv/cases/case_study.log /srv/cases/again.log
		echo '0: kd> * another one' >>/srv/cases/again.log
		try systemctl start pipeline-nightly.service # 4 is a success: one is quarantined
		try [ "$(mail | grep -c '^pipeline: .*1 new incident')" = 2 ]
		try grep -q processb.exe <(as alice pipeline query --chain ProcessA.exe)
		try as alice pipeline check
		as alice pipeline ingest /srv/cases && try false
		as stranger pipeline list && try false
		try grep -q '^# EOF' <(as stranger cat /var/cache/pipeline/pipeline.prom)
		try grep -q pipeline-nightly.service <(systemctl list-timers --no-pager)
		mail
		[ $wrong -ne 0 ] || echo "ALL WELL"
		poweroff
	END
	chmod 755 "$root/inside"
	printf '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/inside\n' >"$root/etc/systemd/system/inside.service"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s ../inside.service "$root/etc/systemd/system/multi-user.target.wants/"
}

boot() {
	write_inside
	timeout 300 systemd-nspawn --quiet --boot --directory="$root" --register=no --keep-unit >"$scratch/boot.log" 2>&1 </dev/null || true
	cat "$root/output" || tail -n 30 "$scratch/boot.log"
	tail -n 1 "$root/output" | grep -q poweroff && grep -qx 'ALL WELL' "$root/output"
}

timed "a minimal Debian 12 ($suite)" make_chroot
timed "systemd, the libraries, make install" install_all
timed "two nights in a container" boot
printf '\nThe service runs confined, and its group may ask (%d s in all)\n' $SECONDS
