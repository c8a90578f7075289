# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A name that acts on a terminal and hides, what is seen of it, a log that is full of it, and what is harmless.

# CSI as ESC [ and as C1, the end of a title, a turn to the left, a separator of lines, an annotation, a soft hyphen, a tag.
# What is not to be escaped: é, ۛ (whose second byte is CSI to a terminal of Latin-1), 日.
NAME=$'x\x1b[31m\xc2\x9b2J\a\xe2\x80\xaegpj\xe2\x80\xa8\xef\xbf\xbb\xc2\xad\xf3\xa0\x81\x81\xc3\xa9\xdb\x9b\xe6\x97\xa5.exe'
SEEN='x\x1b[31m\x9b2J\x07\u{202e}gpj\u{2028}\u{fffb}\xad\u{e0041}éۛ日.exe'
SEEN_IN_ASCII='x\x1b[31m\x9b2J\x07\u{202e}gpj\u{2028}\u{fffb}\xad\u{e0041}\xe9\u{06db}\u{65e5}.exe'

# The case study with the name for images, frames and a wait reason; its id.
escapes_setup() {
	fresh_index
	bundle=$NAME.log
	NAME=$NAME perl -pe 's/Process[AE]\.exe|UserRequest|(?<=!)NtUserGetMessage|(?<=!)NtWaitForSingleObject/$ENV{NAME}/g; print "unknown $ENV{NAME}\n" if $. == 28' \
		"$CASE" >"$bundle"
	pipeline ingest "$bundle"
	id=$(incident_ids)
}

# harmless FILE: nothing in it acts on a terminal of UTF-8, and nothing hides.
harmless() {
	no_control_bytes "$1"
	python3 - "$1" <<-'EOF' || fail "in $1: $(cat -v "$1")"
		import sys, unicodedata
		text = open(sys.argv[1], encoding="utf-8", newline="").read()
		bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\r\n\t"}
		sys.exit(f"{sorted(map(hex, map(ord, bad)))}" if bad else 0)
	EOF
}

ascii() { ! LC_ALL=C grep -q '[^ -~]' "$1" || fail "not ASCII: $(cat -v "$1")"; }
