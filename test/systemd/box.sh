#!/usr/bin/env bash
# Boots this machine's own systemd as PID 1 of namespaces of its own, on top of a copy-on-write view of /.
# Nothing done inside reaches the machine: files go to memory, the network is a lone loopback, signals and sysctls stay in.
#
#   box.sh [OUTSIDE=INSIDE]…      each file or folder OUTSIDE is seen read-only at INSIDE
#
# Inside, /run/written holds every file of / that was written, and a device 0:0 for each that was removed.
# Prints "ready PID NAME" when the system is up: nsenter into PID is how one works inside, NAME is part of the name of all
# that it makes outside. Ends, and leaves nothing, when its standard input ends: so also when who started it is killed.
# Wants root, systemd, util-linux (unshare, setpriv) and iproute2 (ip).
set -euo pipefail

BOOT_TENTHS=300 # 30 s
OFF_TENTHS=100  # 10 s

work=$(mktemp -d /tmp/systemd-box.XXXXXX)
# Version 2 of the control groups: alone, or beside version 1.
groups=/sys/fs/cgroup
[ -d $groups/unified ] && groups=$groups/unified
group=$groups/${work##*/}

main() {
  trap clean EXIT
  mkdir "$group"
  inside_script >"$work/inside.sh"
  boot "$@"
  wait_until_up
  echo "ready $pid1 ${work##*/}"
  cat >/dev/null
}

# A process in the group forks PID 1, so that all of the box is in the group and sees it as the root of its own.
boot() {
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec setsid unshare --fork --kill-child=SIGKILL --propagation private \
      --mount --pid --uts --ipc --cgroup --net \
      bash "$work/inside.sh" "$work" "$@"
  ) </dev/null >"$work.log" 2>&1 &
  parent=$!
}

wait_until_up() {
  local state=
  for ((i = 0; i < BOOT_TENTHS; i++)); do
    kill -0 "$parent" 2>/dev/null || break
    pid1=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null || true)
    pid1=${pid1%% *}
    # Until it has become systemd, it is a shell in half a system.
    [ "$(cat "/proc/${pid1:-none}/comm" 2>/dev/null)" = systemd ] &&
      state=$(within systemctl is-system-running 2>/dev/null || true)
    case $state in running | degraded) return ;; esac
    sleep 0.1
  done
  echo "box.sh: systemd is not up, it is '${state:-dead}':" >&2
  cat "$work.log" >&2
  exit 1
}

within() { nsenter --target "$pid1" --mount --pid --uts --ipc --cgroup --net -- "$@"; }

clean() {
  trap - EXIT
  if [ -n "${parent:-}" ]; then
    [ -n "${pid1:-}" ] && within systemctl poweroff --no-wall >/dev/null 2>&1 || true
    for ((i = 0; i < OFF_TENTHS; i++)); do
      kill -0 "$parent" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$parent" 2>/dev/null || true
    wait "$parent" 2>/dev/null || true
  fi
  # The kernel lets go of a group a moment after its last process.
  for ((i = 0; i < 20; i++)); do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [ -d "$group" ] || break
    sleep 0.1
  done
  rm -rf "$work" "$work.log"
}

# What runs as process 1 in the new namespaces, until it becomes systemd.
inside_script() {
  cat <<'INSIDE'
set -euo pipefail
work=$1 root=$1/root
shift
mount -t tmpfs -o mode=755 box "$work"
mkdir "$work"/{upper,scratch,root}
mount -t overlay -o lowerdir=/,upperdir="$work/upper",workdir="$work/scratch" overlay "$root"
mount -t proc proc "$root/proc"
# The sysctls are the machine's own for the most part.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for folder in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done
for pair; do
  outside=${pair%%=*} inside=$root${pair#*=}
  if [ -d "$outside" ]; then mkdir -p "$inside"; else mkdir -p "${inside%/*}"; : >"$inside"; fi
  mount --bind "$outside" "$inside"
  mount -o remount,bind,ro "$inside"
done
# A journal in memory and of a machine of its own.
rm -rf "$root/var/log/journal"
: >"$root/etc/machine-id"
mkdir "$root/run/written"
mount --bind "$work/upper" "$root/run/written"
ip link set lo up
hostname box
cd "$root"
mkdir .old
pivot_root . .old
umount --lazy .old
rmdir .old
mount --make-rshared /
# Root here is root of the machine: what has no namespace stays out of reach.
exec env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-syslog,-wake_alarm,-sys_boot \
  /lib/systemd/systemd --system --unit=basic.target
INSIDE
}

main "$@"
