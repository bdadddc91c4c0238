#!/bin/sh
# Removes the control groups of machines that are no more, also of those whose test run was killed before it
# could. Called in a mount namespace of its own with the prefix of the machines' names.
set -eu
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for group in /sys/fs/cgroup/"$1"*; do
    if grep -qs '^populated 0$' "$group/cgroup.events"; then
        # Somebody else may be sweeping, too.
        find "$group" -depth -type d -exec rmdir {} \; 2> /dev/null || true
    fi
done
