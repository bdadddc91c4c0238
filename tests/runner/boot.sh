#!/bin/sh
# Boots the machine in $1 under the name $2, with more arguments for systemd-nspawn after these. Called in new
# mount and PID namespaces of its own: whatever is mounted here goes with them, and so does every process, when
# the first one is killed.
set -eu
image=$1
export name="$2"
shift 2

# What nspawn notes down about a machine would outlive a machine that is killed; here it does not.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/image /run/root /run/changes
# Bound first, for overlayfs reads ':' and ',' in a path as its own.
mount --bind "$image" /run/image
mount -t tmpfs -o mode=755,size=75% tmpfs /run/changes
mkdir /run/changes/upper /run/changes/work
mount -t overlay -o lowerdir=/run/image,upperdir=/run/changes/upper,workdir=/run/changes/work overlay /run/root

# systemd wants the unified hierarchy, which a host may not have mounted, and a place in it that is its own.
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$name"
echo $$ > "/sys/fs/cgroup/$name/cgroup.procs"
# shellcheck disable=SC2016 # the inner shell is to expand the name
exec unshare --cgroup sh -euc '
    umount /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec systemd-nspawn --quiet --register=no --keep-unit --settings=no --directory=/run/root \
        --machine="$name" --hostname=runner --private-network --resolv-conf=off --timezone=off \
        --link-journal=no --console=read-only "$@" --boot
' sh "$@"
