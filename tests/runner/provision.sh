#!/bin/sh
# Makes Debian look like GitHub's Ubuntu image. Runs once, as root, in the image while it is built.
set -eu
export DEBIAN_FRONTEND=noninteractive

useradd --uid 1001 --user-group --create-home --shell /bin/bash --groups adm,sudo,systemd-journal runner
chmod 750 /home/runner
echo 'runner ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/runner
chmod 440 /etc/sudoers.d/runner
mkdir -p /opt/hostedtoolcache /home/runner/work
chown runner:runner /opt/hostedtoolcache /home/runner/work

ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime
echo Etc/UTC > /etc/timezone
echo runner > /etc/hostname
echo '127.0.0.1 localhost runner' > /etc/hosts

# These units would make the boot slower, or start during a test.
systemctl mask getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-networkd-wait-online.service
