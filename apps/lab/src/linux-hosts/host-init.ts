/**
 * First process of a simulated host, run by `unshare` as PID 1 of new PID, network, mount and host-name namespaces.
 *
 * It prints its PID as the machine sees it, waits for a line on stdin (by then the lab has moved the host's `eth0` in),
 * makes the machine's file systems read-only for this host, gives it its own /etc, /dev, /run, /tmp, /home and /root, and
 * becomes sshd; what the host's /etc/lab-init wants is done just before that. sshd as PID 1 collects orphans, and when it ends the kernel ends every process of the host.
 *
 * Arguments: host folder, host name, address with prefix length, MiB of /tmp, file to hide or '', homes to make as `name:uid`.
 */
export const HOST_INIT = `
set -eu
dir=$1 name=$2 cidr=$3 tmp_mib=$4 hide=$5
shift 5
# /proc is still the machine's, so "self" is this process as the machine numbers it.
read -r outer _ < /proc/self/stat
echo "pid $outer"
read -r _

echo "$name" > /proc/sys/kernel/hostname
ip link set lo up
ip addr add "$cidr" dev eth0
ip link set eth0 up

mount --make-rprivate /
while read -r _ _ _ _ point _; do
  case $point in
    /proc*|/sys*|/dev*|*\\\\*) ;;
    *) mount -o remount,bind,ro "$point" 2>/dev/null || : ;;
  esac
done < /proc/self/mountinfo

if [ -n "$hide" ]; then
  # An overlay without the file; where the machine has no overlays, at least the program cannot be run.
  mount -n -t tmpfs tmpfs "$dir/hide"
  mkdir "$dir/hide/upper" "$dir/hide/work"
  if mount -n -t overlay -o "lowerdir=\${hide%/*},upperdir=$dir/hide/upper,workdir=$dir/hide/work" overlay "\${hide%/*}"; then
    rm "$hide"
    mount -n -o remount,ro "\${hide%/*}"
  else
    mount -n --bind /dev/null "$hide"
  fi
fi

# The host's folder may lie under /tmp or /home, so it is bound to its places before those are covered.
mount --bind "$dir/etc" /etc
mount -t tmpfs -o mode=755,nosuid tmpfs "$dir/dev"
for node in null zero full random urandom tty; do
  : > "$dir/dev/$node"
  mount --bind "/dev/$node" "$dir/dev/$node"
done
mkdir "$dir/dev/pts" "$dir/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dir/dev/pts"
ln -s pts/ptmx "$dir/dev/ptmx"
ln -s /proc/self/fd "$dir/dev/fd"
ln -s /proc/self/fd/0 "$dir/dev/stdin"
ln -s /proc/self/fd/1 "$dir/dev/stdout"
ln -s /proc/self/fd/2 "$dir/dev/stderr"
# -n: /run, where mount keeps its own table, is read-only by now.
mount -n --move "$dir/dev" /dev
for place in /run /home /root /mnt /media /srv /var/log; do
  [ ! -d "$place" ] || mount -t tmpfs -o mode=755,size=16m tmpfs "$place"
done
mount -t tmpfs -o mode=1777,size="$tmp_mib"m,nosuid,nodev tmpfs /tmp
mount -t tmpfs -o mode=1777,size="$tmp_mib"m,nosuid,nodev tmpfs /var/tmp
mount -t tmpfs -o mode=1777,size=16m tmpfs /dev/shm
mount -t proc proc /proc
mount -t sysfs -o ro sysfs /sys

mkdir -p /run/sshd /run/sudo
chmod 700 /root
for account in "$@"; do
  mkdir -p "/home/\${account%%:*}"
  chown "\${account##*:}:\${account##*:}" "/home/\${account%%:*}"
done
cd /
[ ! -x /etc/lab-init ] || /etc/lab-init
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config </dev/null
`;

/** Login shell of a host with the fault `slow` where the kernel cannot delay packets. */
export const SLOW_SHELL = `#!/bin/sh
sleep 0.3
exec /bin/bash "$@"
`;
