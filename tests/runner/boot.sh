#!/bin/sh
# Boots the image in the folder $1 as a machine with the name $2; the other arguments are for systemd-nspawn.
# Runs in its own mount and PID namespaces. When their first process is killed, all mounts and processes end.
set -eu
image=$1
export name="$2"
shift 2

# nspawn keeps records in /run. In this tmpfs they end with the machine, also if it is killed.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/image /run/root /run/changes
# Bound to a simple path first, because ":" and "," in a path have a meaning for overlayfs.
mount --bind "$image" /run/image
mount -t tmpfs -o mode=755,size=75% tmpfs /run/changes
mkdir /run/changes/upper /run/changes/work
mount -t overlay -o lowerdir=/run/image,upperdir=/run/changes/upper,workdir=/run/changes/work overlay /run/root

# systemd needs the unified hierarchy (cgroup2), which the host may not have mounted, and its own group there.
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$name"
echo $$ > "/sys/fs/cgroup/$name/cgroup.procs"
# shellcheck disable=SC2016 # the inner shell expands $name
exec unshare --cgroup sh -euc '
    umount /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec systemd-nspawn --quiet --register=no --keep-unit --settings=no --directory=/run/root \
        --machine="$name" --hostname=runner --private-network --resolv-conf=off --timezone=off \
        --link-journal=no --console=read-only "$@" --boot
' sh "$@"
