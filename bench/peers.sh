#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The program beside what people have without it, on the same bundles, in turns in one run: a Python and SQLite ingester
# (peers/ingest_sqlite.py), rg -z, ugrep -z | awk, lnav, and zstd -dc | wc -l as the cost of the bytes alone. First
# what it takes to read all logs, then each question, asked by a fresh process: of the index, of the SQLite file
# by its shell, and of the logs by those that have no index. No peer but SQLite answers a question as asked; what
# each does tell stands beside it. Prints the commands, to be run by hand with the folder $D. A peer that is
# not installed is left out with a line. $BENCH_PEERS (100) is how many incidents of bench/corpus, $BENCH_ROUNDS (5).
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

program=${PIPELINE:-$PWD/build/pipeline}
benches=${BENCHES:-$PWD/build/bench}
rounds=${BENCH_ROUNDS:-5}
seed=${BENCH_SEED:-1}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-bench.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM

corpus=$(bench/corpus --seed "$seed" "${BENCH_PEERS:-100}")
manifest=$corpus/manifest.json
rare=$(jq -r .rare "$manifest")
short=$(printf %.15s "${rare,,}")
threshold=20000

# What the command lines below say. lnav keeps all it is given in a file below TMPDIR: it gets a fresh one each
# time, in memory where there is room for that, or the others' commits would wait for its gigabyte on the disk.
memory=$(mktemp -d -p /dev/shm pipeline-bench.XXXXXX 2> "$scratch/said" || echo "$scratch")
trap 'rm -rf -- "$scratch" "$memory"' EXIT
export D=$corpus/bundles P=$program S=$scratch PY=bench/peers/ingest_sqlite.py LNAV=$memory/lnav
cat > "$scratch/lnav.sh" <<-'EOF'
	rm -rf -- "$LNAV"
	mkdir -p "$LNAV"
	export TMPDIR=$LNAV HOME=$LNAV
	exec lnav -n -c "$1"
EOF

version() {
	case $1 in
	pipeline) "$program" --version ;;
	python3) python3 --version && python3 -c 'import sqlite3; print("SQLite", sqlite3.sqlite_version)' ;;
	sqlite3) sqlite3 --version | cut -d ' ' -f 1 ;;
	*) "$1" --version 2>&1 | head -n 1 ;;
	esac
}

declare -A there=([pipeline]=1)
echo "  pipeline: $(version pipeline)"
for tool in python3 sqlite3 zstd rg ugrep lnav; do
	if command -v $tool > "$scratch/which"; then
		there[$tool]=1
		echo "  $tool: $(version $tool | paste -sd ' ')"
	else
		echo "  $tool: not installed, left out"
	fi
done

lines=()
peers=()

# peer WHO TOLD COMMAND: one row of the table that follows; nothing where WHO is not there.
peer() {
	[ -n "${there[$1]:-}" ] || return 0
	peers+=("$2")
	lines+=("$3")
}

# own TOLD WORD…: the program's own row, left out where this build does not know the question.
own() {
	local told=$1 code=0
	shift
	"$program" --index "$scratch/index" "$@" > "$scratch/said" 2>&1 || code=$?
	if [ $code -ne 0 ]; then
		echo "  left out: pipeline $*: $(head -n 1 "$scratch/said")"
		return
	fi
	peer pipeline "$told" "\$P --index \$S/index $*"
}

# table TITLE ROUNDS: runs the rows in turns and prints them; medians, the least wall time too, and the ratio to our median.
table() {
	local commands=() at=0 first='' wall least busy
	[ ${#lines[@]} -gt 0 ] || return 0
	for line in "${lines[@]}"; do
		# Plain programs start without a shell, which would take longer than an answer.
		if [[ $line == *[\|\;\"\'\>]* ]]; then
			commands+=(-- bash -c "$line")
		else
			read -ra words <<< "$(eval "echo $line")"
			commands+=(-- "${words[@]}")
		fi
	done
	"$benches/bench_spawn" "$2" "${commands[@]}" > "$scratch/times"
	echo
	printf '  %-64s %10s %10s %10s %8s\n' "$1" "wall ms" least "CPU ms" "/ ours"
	while read -r wall least busy; do
		[ "$at" -ne 0 ] || [[ ${peers[0]} != pipeline* ]] || first=$wall
		awk -v told="${peers[at]}" -v wall="$wall" -v least="$least" -v busy="$busy" -v first="${first:-0}" 'BEGIN {
			printf "  %-64s %10.1f %10.1f %10.1f %8s\n", told, wall / 1e3, least / 1e3, busy / 1e3,
				first ? sprintf("%.2f", wall / first) : "" }'
		at=$((at + 1))
	done < "$scratch/times"
	printf '      %s\n' "${lines[@]}"
	lines=()
	peers=()
}

jq -r '"  \(.incidents) incidents, \(.zombies) zombies, \(.threads) threads, \(.raw_bytes) bytes of text, \(.packed_bytes) packed"' "$manifest"

peer pipeline "pipeline ingest: all facts, stacks, evidence; durable" \
	"rm -rf \$S/index; \$P --index \$S/index ingest --quiet \$D"
peer python3 "Python + SQLite: processes, threads, edges, chains; durable" \
	"rm -f \$S/db; \$PY \$S/db \$D"
peer rg "rg -z: counts the lines that wait" "rg -z -c 'Waiting for ' \$D"
peer ugrep "ugrep -z | awk: zombies by image, nothing kept" \
	"ugrep -z -r -h -A1 --no-group-separator 'HandleCount: +0\\.' \$D | awk '\$1 == \"Image:\" { n[\$2]++ } END { for (i in n) print n[i], i }'"
peer lnav "zstd | lnav: finds the lines that wait" \
	"zstd -dcq \$D/*.zst | bash \$S/lnav.sh ':filter-in Waiting for '"
peer zstd "zstd -dc | wc -l: the bytes alone" "zstd -dcq \$D/*.zst | wc -l"
table "reading all of it" "$rounds"

zombies=$("$program" --index "$scratch/index" list --format json | jq '[.incidents[].zombies] | add')
[ "$zombies" = "$(jq .zombies "$manifest")" ] || {
	echo "peers: pipeline has $zombies zombies" >&2
	exit 1
}
if [ -n "${there[python3]:-}" ]; then
	zombies=$(python3 -c "import sqlite3; print(sqlite3.connect('$scratch/db').execute(
		'select sum(zombies) from incident').fetchone()[0])")
	[ "$zombies" = "$(jq .zombies "$manifest")" ] || {
		echo "peers: ingest_sqlite.py has $zombies zombies" >&2
		exit 1
	}
	echo "  index $(stat -c %s "$scratch/index/data.mdb") bytes, SQLite's $(stat -c %s "$scratch/db") (which keeps less)"
fi

own "pipeline query --chain" query --chain "$rare" --limit 10
peer sqlite3 "SQLite: chains through the image, grouped" \
	"sqlite3 -readonly \$S/db \"select c.label, count(distinct c.incident), count(*) from passes p join chain c on c.id = p.chain where p.image = '$short' group by c.signature order by 2 desc limit 10\""
peer rg "rg -z -l: logs in which the image is named" "rg -z -l $rare \$D"
peer ugrep "ugrep -z -l: the same" "ugrep -z -r -l $rare \$D"
table "which chains pass through $rare" "$rounds"

own "pipeline query --recurring" query --recurring --limit 20
peer sqlite3 "SQLite: chains by signature" \
	"sqlite3 -readonly \$S/db 'select label, count(distinct incident), count(*), max(ticks) from chain group by signature order by 2 desc limit 20'"
table "which chains recur (nothing without an index tells)" "$rounds"

own "pipeline query --zombies" query --zombies $threshold --limit 20
peer sqlite3 "SQLite: incidents and their zombies by image" \
	"sqlite3 -readonly \$S/db 'select i.bundle, i.zombies, m.name, s.zombies from incident i join storm s on s.incident = i.id join image m on m.id = s.image where i.zombies >= $threshold order by i.zombies desc, i.id, s.zombies desc'"
peer ugrep "ugrep -z | awk: logs with so many lines of no handles" \
	"ugrep -z -r -H 'HandleCount: +0\\.' \$D | awk -F: '{ n[\$1]++ } END { for (f in n) if (n[f] >= $threshold) print n[f], f }'"
table "which incidents are storms, and of what" "$rounds"
