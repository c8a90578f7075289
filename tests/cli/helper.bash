# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the command-line cases share: an index of its own for every test, the packings of the case
# study, logs made to order, and assertions that say what they saw. A .bats file begins with
#
#     load helper
#     setup() { fresh_index; }

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PIPELINE=$(realpath -m "${PIPELINE:-$ROOT/build/pipeline}")
LOGS=$ROOT/tests/logs
CASE=$LOGS/case_study.log
export PIPELINE ROOT LOGS CASE

# Every file of $PACKINGS that holds the case study's log, and nothing else.
ALL_PACKINGS=(case_study.log case_study.log.gz case_study.log.zst case.zip case.7z
	case.tar.gz case.tar.xz case.tar.zst case.tar.bz2 nested.tar.gz)
export ALL_PACKINGS

# A terminal of tests is plain and shows all at once; a test of colours, the pager or config files says so.
export TERM=xterm NO_COLOR=1 PAGER=cat PIPELINE_CONFIG=/dev/null
unset PIPELINE_PAGER PIPELINE_COLOR COLUMNS

# An index that does not exist yet, and a private folder to work in.
fresh_index() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export PIPELINE_INDEX=$BATS_TEST_TMPDIR/index
	export HOME=$BATS_TEST_TMPDIR/home XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config PIPELINE_CONFIG_SYSTEM=/dev/null
	unset PIPELINE_CONFIG
}

pipeline() { "$PIPELINE" "$@"; }

# --- assertions -----------------------------------------------------------------------------------

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# Runs a command with stdout in $output and stderr in $stderr: exits STATUS pipeline WORDS…
# shellcheck disable=SC2154  # bats sets status, output and stderr
exits() {
	local want=$1
	shift
	run --separate-stderr "$@"
	[ "$status" -eq "$want" ] || fail "\`$*\` exits $status, not $want" \
		"stdout: ${output:0:2000}" "stderr: ${stderr:0:2000}"
}

# The result of a jq filter over $output is this text.
shows() {
	local got
	got=$(jq -rc "$1" <<<"$output") || fail "stdout is not JSON: ${output:0:2000}"
	[ "$got" = "$2" ] || fail "$1 is:   $got" "expected: $2"
}

# A jq filter over $output is true.
holds() {
	[ -n "$output" ] || fail "stdout is empty"
	jq -e "$1" <<<"$output" >/dev/null || fail "does not hold: $1" "in: ${output:0:4000}"
}

stderr_has() {
	grep -qiE -- "$1" <<<"$stderr" || fail "stderr does not say /$1/:" "${stderr:0:2000}"
}

stdout_is_empty() {
	[ -z "$output" ] || fail "stdout has: ${output:0:2000}"
}

stderr_is_empty() {
	[ -z "$stderr" ] || fail "stderr has: ${stderr:0:2000}"
}

# Neither file has a control byte except newline and tab (ESC and BEL above all).
no_control_bytes() {
	local file
	for file; do
		! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$file" ||
			fail "$file has control bytes:" "$(cat -v "$file")"
	done
}

# on_terminal LOCALE COMMAND: what a terminal shows of it.
on_terminal() { LC_ALL=$1 script -qec "$2" /dev/null </dev/null | tr -d '\r'; }

widest() { LC_ALL=C.UTF-8 wc -L; }

# The ids in the index, one a line.
incident_ids() { pipeline list --format json | jq -r '.incidents[].incident'; }

# Everything the index says, in one stream: the list and every incident of it.
dump_index() {
	local id
	pipeline list --format json || return
	for id in $(incident_ids); do
		pipeline show "$id" --format json || return
	done
}

# --- logs made to order ---------------------------------------------------------------------------

# write_log FILE [KEY=VALUE…] IMAGE… writes a log with a banner and one ALPC chain through IMAGEs.
#   machine=  when=2010-03-10T17:22:09Z  build=6002  os=…  product=Server
#   ticks=6400      what the first thread has waited; each next one a tick less
#   ring=0          the last thread waits for thread number 0 (a deadlock)
#   clients=3       as many threads of the first image wait for the second
#   base=10         keeps the addresses of two logs apart (two digits)
# An image that comes twice is the same process, entered through another thread.
write_log() {
	local file=$1 machine='' when=2010-03-10T17:22:09Z build=6002 product=Server ticks=6400
	local os='Windows Server 2008/Windows Vista Kernel' ring='' clients=1 base=10
	local images=()
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		machine=* | when=* | build=* | os=* | product=* | ticks=* | ring=* | clients=* | base=*)
			local "${1?}" ;;
		*) images+=("$1") ;;
		esac
		shift
	done
	{
		log_banner
		log_chain
	} >"$file"
}

log_banner() {
	local session
	session=$(LC_ALL=C date -u -d "$when" '+%a %b %e %H:%M:%S.000 %Y')
	cat <<-EOF
		Microsoft (R) Windows Debugger Version 6.12.0002.633 AMD64
		Copyright (c) Microsoft Corporation. All rights reserved.


		Loading Dump File [D:\\case\\MEMORY.DMP]
		Kernel Summary Dump File: Only kernel address space is available

		Symbol search path is: srv*c:\\sym*http://msdl.microsoft.com/download/symbols
		Executable search path is:
		$os Version $build (Service Pack 2) MP (8 procs) Free x64
		Product: $product, suite: TerminalServer
		Built by: $build.18005.amd64fre.lh_sp2rtm.090410-1830
		Machine Name:${machine:+ $machine}
		Kernel base = 0xfffff800\`01654000 PsLoadedModuleList = 0xfffff800\`01818db0
		Debug session time: $session (GMT+0)
		System Uptime: 1 days 3:50:14.250
		Loading Kernel Symbols
		...............................................................
	EOF
}

# Reads the variables of write_log.
log_chain() {
	local i n=${#images[@]} homes=() threads=() j target extra
	for ((i = 0; i < n; i++)); do
		threads[i]=$(printf 'fffffa80%s%02x4060' "$base" "$i")
		homes[i]=$i
		for ((j = 0; j < i; j++)); do
			[ "${images[j]}" != "${images[i]}" ] || { homes[i]=${homes[j]}; break; }
		done
	done
	for ((i = 0; i < n; i++)); do
		target=''
		[ $((i + 1)) -ge "$n" ] || target=$((i + 1))
		[ $((i + 1)) -lt "$n" ] || target=$ring
		log_thread "${threads[i]}" "$i" "$((ticks - i))"
		[ "$i" -ne 0 ] || for ((extra = 1; extra < clients; extra++)); do
			log_thread "$(printf 'fffffa80%s%02xc060' "$base" "$extra")" "$i" "$((ticks - extra))" "$extra"
		done
	done
}

# shellcheck disable=SC2016  # kernel addresses in stacks are printed with a backtick
# log_thread ADDRESS NUMBER TICKS [EXTRA]: a !thread of image NUMBER and the message it waits for.
log_thread() {
	local address=$1 number=$2 waited=$3 extra=${4:-0} home pid message port owner reason=UserRequest
	home=$(printf 'fffffa80%s%02x8010' "$base" "${homes[number]}")
	pid=$((0x400 + homes[number] * 16))
	[ -z "$target" ] || reason=WrLpcReply
	printf '0: kd> !thread %s\n' "$address"
	printf 'THREAD %s  Cid %04x.%04x  Teb: 000007fffff7c000 Win32Thread: 0000000000000000 WAIT: (%s) UserMode Non-Alertable\n' \
		"$address" "$pid" $((0x1000 + number * 64 + extra * 4)) "$reason"
	if [ -n "$target" ]; then
		message=$(printf 'fffff880%s%02x%02x70' "$base" "$number" "$extra")
		port=$(printf 'fffffa80%s%02x2730' "$base" "$target")
		owner=$(printf 'fffffa80%s%02x8010' "$base" "${homes[target]}")
		printf '    %s  Semaphore Limit 0x1\n' "${address:0:13}3f0"
		printf 'Waiting for reply to ALPC Message %s : queued at port %s : owned by process %s\n' \
			"$message" "$port" "$owner"
	else
		printf '    %s  NotificationEvent\n' "${address:0:13}d80"
	fi
	printf 'Not impersonating\nDeviceMap                 fffff88000007450\n'
	printf 'Owning Process            %s       Image:         %s\n' "$home" "${images[number]}"
	printf 'Attached Process          N/A            Image:         N/A\n'
	printf 'Wait Start TickCount      %-14d Ticks: %d (%s)\n' $((6413712 - waited)) "$waited" \
		"$(tick_time "$waited")"
	printf 'Context Switch Count      401            \nUserTime                  00:00:00.000\n'
	printf 'KernelTime                00:00:00.000\nWin32 Start Address 0x000007fefe647780\n'
	printf 'Stack Init fffffa6001d33db0 Current fffffa6001d33670\n'
	printf 'Base fffffa6001d34000 Limit fffffa6001d2e000 Call 0\n'
	printf 'Priority 10 BasePriority 8 PriorityDecrement 1 IoPriority 2 PagePriority 5\n'
	printf 'Child-SP          RetAddr           : Call Site\n'
	printf 'fffffa60`01d336b0 fffff800`016a36fa : nt!KiSwapContext+0x7f\n'
	printf 'fffffa60`01d337f0 fffff800`0169835b : nt!KiSwapThread+0x13a\n'
	printf 'fffffa60`01d33860 fffff800`016cd4e2 : nt!KeWaitForSingleObject+0x2cb\n\n'
	[ -z "$target" ] || log_message
}

# Reads the variables of log_thread.
log_message() {
	cat <<-EOF
		0: kd> !alpc /m $message

		Message @ $message
		  MessageID             : 0x$(printf '%04X (%d)' $((2980 + number * 16 + extra)) $((2980 + number * 16 + extra)))
		  CallbackID            : 0xC3E68A (12838538)
		  SequenceNumber        : 0x00000002 (2)
		  Type                  : LPC_REQUEST
		  DataLength            : 0x00C0 (192)
		  TotalLength           : 0x00E8 (232)
		  Canceled              : No
		  Release               : No
		  ReplyWaitReply        : No
		  Continuation          : Yes
		  OwnerPort             : fffffa8005b119c0 [ALPC_CLIENT_COMMUNICATION_PORT]
		  WaitingThread         : $address
		  QueueType             : ALPC_MSGQUEUE_PENDING
		  QueuePort             : $port [ALPC_CONNECTION_PORT]
		  QueuePortOwnerProcess : $owner (${images[target]:0:15})
		  ServerThread          : ${threads[target]}
		  QuotaCharged          : No

	EOF
}

# 15.625 ms a tick, as (d:hh:mm:ss.mmm).
tick_time() {
	local ms=$(($1 * 15625 / 1000))
	printf '%d:%02d:%02d:%02d.%03d' $((ms / 86400000)) $((ms / 3600000 % 24)) $((ms / 60000 % 60)) \
		$((ms / 1000 % 60)) $((ms % 1000))
}
