/*
 * The shell scripts of the linux driver: POSIX sh, no bashisms, only commands of a minimal system. They are fixed texts;
 * values reach them as quoted assignments put in front (`shellAssignments`), never by being pasted into a line.
 *
 * They run as `sh -s` or as files of the control folder, so that the process list shows neither their text nor values.
 */

/** Before every script. The search path of a non-login shell often lacks /usr/sbin, where tcpdump and ip live. */
export const PRELUDE = `
LC_ALL=C; export LC_ALL
PATH=\${PATH:+$PATH:}/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin; export PATH
`;

/** Looks, changes nothing. Uses FOLDERS. */
export const PREFLIGHT = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
say uid "$(id -u)"
say user "$(id -un)"
say system "$(uname -sr)"
say connection "$SSH_CONNECTION"
tcpdump=$(command -v tcpdump) || tcpdump=
say tcpdump "$tcpdump"
[ -z "$tcpdump" ] || say version "$(tcpdump --version 2>&1 </dev/null | head -n 1)"
say sudo "$(command -v sudo)"
if ip -o link </dev/null >/dev/null 2>&1; then
  ip -o link </dev/null | while read -r _ name flags _; do say link "\${name%:} $flags"; done
else
  for link in /sys/class/net/*; do
    read -r state < "$link/operstate" || state=unknown
    case $state in down) state='<DOWN>' ;; *) state='<UP>' ;; esac
    say link "\${link##*/} $state"
  done
fi
ip -o addr </dev/null 2>/dev/null | while read -r _ _ family address _; do case $family in inet*) say address "$address" ;; esac; done
for folder in $FOLDERS; do
  if [ -d "$folder" ] && [ -w "$folder" ]; then
    say space "$folder $(df -Pk "$folder" </dev/null | { read -r _; read -r _ total _ free _ mount; echo "$total $free $mount"; })"
  fi
done
`;

/** Tries whether tcpdump may open the interface, without capturing: `-d` compiles the filter and ends. Uses INTERFACE, EXPRESSION. */
export const RIGHTS = `
try() {
  name=$1; shift
  said=$("$@" 2>&1 >/dev/null </dev/null); code=$?
  printf '%s\\t%s\\n%s\\n' "$name" "$code" "$said"
}
stay=; [ "$(id -u)" != 0 ] || stay='-Z root'
try direct tcpdump -i "$INTERFACE" $stay -d "$EXPRESSION"
if [ $code != 0 ] && [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then
  try sudo_tcpdump sudo -n tcpdump -i "$INTERFACE" -Z root -d "$EXPRESSION"
  try sudo_kill sudo -n kill -0 $$
fi
printf 'end\\t0\\n'
`;

/** Answers each line with the time; one process per answer keeps the answer close to the question. */
export const CLOCK_COMMAND = "exec sh -c 'while read -r _; do date +%s.%N; done'";

/**
 * Functions about our own tcpdump. It is found by the unique file name in its command line, so that no signal can reach
 * another process. Where /proc hides other users' processes, sudo's own process is signalled and passes the signal on.
 */
const PROCESSES = `
ours() {
  found=
  for entry in $(grep -ls "$MARK" /proc/[0-9]*/cmdline 2>/dev/null); do
    entry=\${entry%/cmdline}
    { read -r name < "$entry/comm"; } 2>/dev/null || continue
    [ "$name" != tcpdump ] || found="$found \${entry##*/}"
  done
  if [ -z "$found" ] && [ -s pid ]; then
    read -r found < pid
    [ -d "/proc/$found" ] || found=
  fi
  echo $found
}
signal() {
  targets=$(ours)
  [ -z "$targets" ] || $ELEVATE kill "-$1" $targets 2>/dev/null
}
uptime() { read -r up _ < /proc/uptime && echo "\${up%%.*}"; }
gone() { [ -e exit ] || [ -z "$(ours)" ]; }
await_gone() {
  waited=0
  while ! gone; do
    [ "$waited" -lt "$1" ] || return 1
    sleep 0.1 2>/dev/null || sleep 1
    waited=$((waited + 1))
  done
}
end_tcpdump() {
  signal INT; await_gone 100 && return 0
  echo forced > forced
  signal TERM; await_gone 30 && return 0
  signal KILL; await_gone 20
}
`;

/**
 * Makes the two folders and the scripts. Uses WORK, CONTROL and the texts of the scripts. A folder of the same name that
 * exists already is not ours to use: somebody put it there.
 */
export function configureScript(files: Readonly<Record<string, string>>): string {
  const writes = Object.entries(files).map(([name, text]) => `cat > "$CONTROL/${name}" <<'${HEREDOC_END}'\n${text}\n${HEREDOC_END}\n`);
  return `
umask 077
set -e
mkdir -m 700 "$WORK"
[ "$CONTROL" = "$WORK" ] || mkdir -m 700 "$CONTROL"
${writes.join('')}
echo configured
`;
}

/** No script contains this line. */
const HEREDOC_END = 'CAPSTAN-END-OF-SCRIPT';

/**
 * Waits for `go`, then starts the keeper in a session of its own and waits for tcpdump's word. When the connection ends
 * before `go`, or nothing comes for ARMED_SEC, everything is removed again.
 */
export const START = `
cd "$CONTROL" || exit 70
trap 'cd /; rm -rf "$WORK" "$CONTROL"; exit 0' TERM HUP
(
  sleep "$ARMED_SEC" & pause=$!
  trap 'kill $pause; exit 0' TERM
  wait $pause
  kill $$
) </dev/null >/dev/null 2>&1 &
limit=$!
echo armed
word=
read -r word
kill $limit 2>/dev/null
if [ "$word" != go ]; then
  cd /; rm -rf "$WORK" "$CONTROL"
  exit 0
fi
trap - TERM HUP
uptime > heartbeat
if command -v setsid >/dev/null; then
  setsid sh "$CONTROL/keeper.sh" </dev/null >/dev/null 2>&1 &
else
  nohup sh "$CONTROL/keeper.sh" </dev/null >/dev/null 2>&1 &
fi
tries=0
while [ $tries -lt 300 ]; do
  if grep -q 'listening on' messages.pcap 2>/dev/null; then
    ours > tcpdump
    echo running
    exit 0
  fi
  if [ -e exit ]; then break; fi
  sleep 0.05 2>/dev/null || sleep 1
  tries=$((tries + 1))
done
echo refused
tail -n 20 messages.pcap
`;

/**
 * Holds tcpdump: starts it, notes how it ended, and is the dead-man switch beside it. The guard ends the capture when its
 * time is over, when nobody has asked for it for SILENT_SEC, or before it takes the last space of the machine.
 *
 * The messages' file is named .pcap because Debian's AppArmor profile lets tcpdump write such files only; the file mode
 * lets a login user read what root wrote, inside a folder that is the user's alone.
 */
export const KEEPER = `
cd "$CONTROL" || exit 70
umask 022
"$@" </dev/null >/dev/null 2>>messages.pcap &
child=$!
echo $child > pid
(
  last=$(uptime); begun=$last
  while sleep 2; do
    [ ! -e exit ] || exit 0
    now=$(uptime)
    read -r beat < heartbeat && [ -n "$beat" ] && last=$beat
    if [ "$HARD_SEC" -gt 0 ] && [ $((now - begun)) -ge "$HARD_SEC" ]; then why=limit
    elif [ $((now - last)) -ge "$SILENT_SEC" ]; then why=abandoned
    elif [ "$RESERVE_KIB" -gt 0 ] && [ "$(free_kib)" -lt "$RESERVE_KIB" ]; then why=disk
    else continue
    fi
    echo $why > reason
    end_tcpdump
    exit 0
  done
) </dev/null >/dev/null 2>&1 &
guard=$!
wait $child
code=$?
echo $code > exit
kill $guard 2>/dev/null
`;

const FREE = `
free_kib() { df -Pk "$WORK" </dev/null | { read -r _; read -r _ _ _ free _; echo "$free"; }; }
`;

/**
 * For every line that arrives, one line with the live numbers: `s <alive> <bytes> <free KiB> <files> <tcpdump's last
 * counters>`; when the capture has ended, an `e` line with exit code and reason, then tcpdump's last words.
 *
 * The rounds are asked for instead of timed, because that makes them the sign of life that the guard waits for: a
 * collector that is gone asks for nothing, even while the connection to it still looks open from here.
 * tcpdump is asked for its counters every FIRST_EVERY rounds during the first minute, then every EVERY rounds: sudo
 * writes a log line each time.
 */
export const WATCH = `
cd "$CONTROL" || { echo 'e none gone'; exit 0; }
read -r tcpdump < tcpdump || tcpdump=$(ours)
rounds=0
while read -r _; do
  uptime > heartbeat
  alive=1
  if [ -e exit ] || [ ! -d "/proc/\${tcpdump%% *}" ]; then alive=0; fi
  every=$EVERY
  [ $rounds -ge 60 ] || every=$FIRST_EVERY
  if [ $alive = 1 ] && [ $((rounds % every)) = 0 ]; then
    $ELEVATE kill -USR1 $tcpdump </dev/null 2>/dev/null
    sleep 0.05 2>/dev/null || sleep 1
  fi
  bytes=0; files=0
  for size in $(stat -c %s "$WORK"/capture.pcap* 2>/dev/null); do bytes=$((bytes + size)); files=$((files + 1)); done
  echo "s $alive $bytes $(free_kib) $files $(tail -n 4 messages.pcap 2>/dev/null | grep captured | tail -n 1)" || exit 0
  if [ $alive = 0 ]; then
    waited=0
    while [ ! -e exit ] && [ $waited -lt 20 ]; do sleep 0.1 2>/dev/null || sleep 1; waited=$((waited + 1)); done
    code=; [ ! -e exit ] || read -r code < exit
    reason=; [ ! -e reason ] || read -r reason < reason
    echo "e \${code:-none} \${reason:-none}"
    tail -n 20 messages.pcap
    exit 0
  fi
  rounds=$((rounds + 1))
  # Counters of yesterday only fill the disk.
  if [ $((rounds % 1000)) = 0 ]; then : > messages.pcap; fi
done
`;

/**
 * Ends tcpdump. The kernel hands packets over in blocks, a block at the latest after the second that tcpdump asks for
 * (`to_ms` 1000), and what has not been handed over when tcpdump is interrupted is lost without being counted. So the
 * interrupt comes a little more than a second later: everything up to the order to stop is in the file.
 *
 * Tells exit code, reason, whether it had to be forced, whether it had ended before anybody asked, free KiB, and
 * tcpdump's last words.
 */
export const STOP = `
cd "$CONTROL" || { echo gone; exit 0; }
free=$(free_kib)
early=no
if [ ! -e asked ] && gone; then early=yes; fi
echo asked > asked
gone || sleep 1.2 2>/dev/null || sleep 2
end_tcpdump
waited=0
while [ ! -e exit ] && [ $waited -lt 20 ]; do sleep 0.1 2>/dev/null || sleep 1; waited=$((waited + 1)); done
code=; [ ! -e exit ] || read -r code < exit
reason=; [ ! -e reason ] || read -r reason < reason
forced=no; [ ! -e forced ] || forced=yes
echo "stopped \${code:-none} \${reason:-none} $forced $early $free"
tail -n 20 messages.pcap
`;

/** Tells in which state a capture is that somebody else began. Uses WORK, CONTROL. */
export const ATTACH = `
cd "$CONTROL" 2>/dev/null || { echo absent; exit 0; }
if [ ! -e pid ]; then echo armed
elif gone; then echo ended
else ours > tcpdump; echo running
fi
`;

/** Ends and removes everything of one capture; prints what it could not. */
export const CLEANUP = `
cd "$CONTROL" 2>/dev/null || cd /
if [ "$PWD" != / ]; then
  end_tcpdump
else
  for process in $(ours); do $ELEVATE kill -KILL "$process" 2>/dev/null; done
fi
cd /
others() {
  for entry in $(grep -ls "$FOLDER_MARK" /proc/[0-9]*/cmdline 2>/dev/null); do
    entry=\${entry%/cmdline}
    { read -r name < "$entry/comm"; } 2>/dev/null || continue
    [ "$name" = grep ] || echo "\${entry##*/}"
  done
}
tries=0
while [ -n "$(others)" ] && [ $tries -lt 20 ]; do
  [ $tries -lt 10 ] || kill $(others) 2>/dev/null
  sleep 0.1 2>/dev/null || sleep 1
  tries=$((tries + 1))
done
rm -rf "$WORK" "$CONTROL"
left=$(others)
[ -z "$left" ] || echo "process $left"
[ ! -e "$WORK" ] || echo "folder $WORK"
[ ! -e "$CONTROL" ] || echo "folder $CONTROL"
echo cleaned
`;

/** A script with the functions it needs. */
export function withFunctions(script: string): string {
  return `${PRELUDE}${PROCESSES}${FREE}${script}`;
}
