# Boots a Debian with its own systemd as PID 1 in a container, for tests of units and packages. Sourced by tests/system/run.
#
#   host_obstacle             why this machine cannot do it; nothing where it can
#   host_boot PACKAGE...      a minimal system with these packages, booted on a throw-away overlay
#   inside COMMAND...         runs a command in there as root, with its output and exit status
#   beside COMMAND...         runs a command of this machine in the network in there
#   push SOURCE TARGET        copies a file in
#   host_down                 powers off and removes everything but the cached system; safe at any time
#
# The minimal system is made once, by debootstrap, in $REPLAY_SYSTEM_CACHE (default: ~/.cache/decision-replay).
host_suite=bookworm
host_cache=${REPLAY_SYSTEM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/decision-replay}
host_name=decision-replay-test-$$
host_work=
host_nspawn=
host_leader=

host_obstacle() {
  ((EUID == 0)) || { echo "booting a container needs root"; return; }
  local tool
  for tool in systemd-nspawn debootstrap nsenter; do
    command -v "$tool" >/dev/null || { echo "$tool is missing (scripts/install-packages --tests)"; return; }
  done
  [[ -n $(host_cgroups) ]] || echo "no cgroup hierarchy of systemd can be written here"
}

# Where the container's systemd gets its own cgroup: the unified hierarchy, and beside it systemd's named one.
host_cgroups() {
  local mount
  awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) {print $2}' /proc/mounts | while read -r mount; do
    [[ -w $mount/cgroup.procs ]] && echo "$mount/$host_name"
  done
}

host_mirror() {
  sed -nE 's/^URIs: *([^ ]*\/debian)\/?$/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]*\/debian)\/? .*/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1
}

# Prints the directory of a system that holds the packages.
host_system() {
  local packages system log
  packages=$(printf '%s\n' systemd systemd-sysv dbus "$@" | sort -u | paste -sd,)
  system=$host_cache/$host_suite-$(sha256sum <<<"$packages" | cut -c1-12)
  mkdir -p "$host_cache"
  exec 9>"$host_cache/lock"
  flock 9
  if [[ ! -d $system ]]; then
    echo "making a minimal system in $system (about a minute)" >&2
    rm -rf --one-file-system "$host_cache/$host_suite-"*
    log=$host_cache/debootstrap.log
    debootstrap --variant=minbase --include="$packages" "$host_suite" "$system.new" "$(host_mirror)" >"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; return 1; }
    rm -rf "$system.new"/var/cache/apt/archives/*.deb "$system.new"/var/lib/apt/lists/*
    local unit # noise in the background
    for unit in console-getty.service getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer; do
      ln -sfn /dev/null "$system.new/etc/systemd/system/$unit"
    done
    mv "$system.new" "$system"
  fi
  exec 9>&-
  echo "$system"
}

host_boot() {
  local system cgroup
  system=$(host_system "$@") || return 1
  host_work=$(mktemp -d /var/tmp/decision-replay-system.XXXXXX)
  mkdir "$host_work"/{upper,work,root}
  mount -t overlay "$host_name" \
    -o "lowerdir=$system,upperdir=$host_work/upper,workdir=$host_work/work" "$host_work/root" || return 1
  for cgroup in $(host_cgroups); do mkdir -p "$cgroup"; done
  ( # In cgroups of its own, so that whatever is left in there is found; and it never outlives this script.
    for cgroup in $(host_cgroups); do echo "$BASHPID" >"$cgroup/cgroup.procs"; done
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    exec setpriv --pdeathsig TERM -- systemd-nspawn --quiet --boot --register=no --keep-unit --console=read-only \
      --machine="$host_name" --hostname=decision-replay --directory="$host_work/root" --private-network \
      --resolv-conf=off --timezone=off --link-journal=no --system-call-filter="@keyring bpf"
  ) </dev/null >"$host_work/console" 2>&1 &
  host_nspawn=$!
  local state
  for ((i = 0; i < 600; i++)); do
    kill -0 "$host_nspawn" 2>/dev/null || break
    read -r host_leader _ <"/proc/$host_nspawn/task/$host_nspawn/children" || true
    if [[ -n $host_leader ]]; then
      state=$(inside systemctl is-system-running 2>/dev/null) || true
      [[ $state == running || $state == degraded ]] && return 0
    fi
    sleep 0.1
  done
  tail -n 15 "$host_work/console" >&2
  return 1
}

inside() {
  nsenter -t "$host_leader" --mount --uts --ipc --pid --cgroup --net --root --wd -- \
    /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 SYSTEMD_PAGER= SYSTEMD_COLORS=0 "$@"
}

beside() { nsenter -t "$host_leader" --net -- "$@"; }

push() { inside sh -c 'cat >"$1"' sh "$2" <"$1"; }

host_down() {
  [[ -n $host_work ]] || return 0
  local cgroup
  if [[ -n $host_nspawn ]]; then
    kill -TERM "$host_nspawn" 2>/dev/null || true # PID 1 in there powers off
    for ((i = 0; i < 300; i++)); do kill -0 "$host_nspawn" 2>/dev/null || break; sleep 0.1; done
    [[ -n $host_leader ]] && kill -KILL "$host_leader" 2>/dev/null
    for ((i = 0; i < 50; i++)); do kill -0 "$host_nspawn" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$host_nspawn" 2>/dev/null
    wait "$host_nspawn" 2>/dev/null
  fi
  for cgroup in $(host_cgroups); do
    [[ -w $cgroup/cgroup.kill ]] && echo 1 >"$cgroup/cgroup.kill"
    for ((i = 0; i < 20; i++)); do
      find "$cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null
      [[ -d $cgroup ]] || break
      sleep 0.1
    done
  done
  mountpoint -q "$host_work/root" && umount "$host_work/root"
  rm -rf --one-file-system "$host_work"
  host_work=
}
