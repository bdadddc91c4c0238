#!/bin/sh
# Removes the control groups of machines that have ended, also if their test run was killed. $1 is the prefix of
# the machines' names. Runs in a mount namespace of its own.
set -eu
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for group in /sys/fs/cgroup/"$1"*; do
    if grep -qs '^populated 0$' "$group/cgroup.events"; then
        # Another test run may remove the same groups.
        find "$group" -depth -type d -exec rmdir {} \; 2> /dev/null || true
    fi
done
