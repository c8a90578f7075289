#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks what every text file of the repository owes: a licence line, clean white space, no notes
# to self, no paths of somebody's machine, and C files of a size that can be read. Debugger logs,
# fuzz corpora and other test data are taken as they are, and so is what Debian reads and knows no comments. Prints offences as file:line: message.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

most_lines=600

mapfile -t files < <(find . -type f \
	-not -path './.git/*' -not -path './build/*' -not -path '*/__pycache__/*' \
	-not -path './tests/logs/*' -not -path './tests/fuzz/corpus/*' \
	-not -path './tests/data/*' -not -path './bench/results/*' \
	-not -path './scripts/debian/changelog' -not -path './scripts/debian/copyright' -not -path './scripts/debian/source/*' \
	\( -name '*.[ch]' -o -name '*.def' -o -name '*.mk' -o -name Makefile -o -name '*.md' \
	-o -name '*.sh' -o -name '*.bash' -o -name '*.bats' -o -name '*.py' \
	-o -name .clang-format -o -name .editorconfig -o -name .gitignore \
	-o -path './pipeline/man/*' -o -path './.ci/*' -o -path './scripts/*' \
	-o -path './tests/check-*' \) -printf '%P\n' | sort)

# matching MESSAGE PATTERN: every line of the files that the Perl pattern matches.
matching() {
	{ grep -nHP -e "$2" -- "${files[@]}" || true; } | sed -E "s/^([^:]*:[0-9]+):.*/\1: $1/"
}

check() {
	local file lines

	for file in "${files[@]}"; do
		head -n 5 -- "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
			echo "$file:1: no SPDX-License-Identifier: Apache-2.0 in the first lines"
		[ -z "$(tail -c 1 -- "$file")" ] || echo "$file: no newline at the end"
		iconv -f utf-8 -t utf-8 -- "$file" >/dev/null 2>&1 || echo "$file: not UTF-8"
		case $file in
		*.[ch])
			lines=$(wc -l <"$file")
			[ "$lines" -le "$most_lines" ] ||
				echo "$file: $lines lines, $most_lines are the most"
			;;
		esac
	done

	# The classes keep these patterns from matching themselves.
	matching 'a note to self; do it, or file an issue' '\b(T[O]DO|F[I]XME|X[X]X)\b'
	matching 'a path of one machine' '(?<![\w.~*}-])/(wor[k]|hom[e]|roo[t]|User[s])/'
	matching 'fails no test, but where it is the last command: || fail' '^\s+! (?!.*(\|\||\\)).*$' |
		grep '^tests/cli/' || true
	matching 'white space at the end of the line' '[ \t\r]+$'
	matching 'a space before a tab' '^\t* +\t'
}

report=$(check)
[ -z "$report" ] || { printf '%s\n' "$report"; exit 1; }
