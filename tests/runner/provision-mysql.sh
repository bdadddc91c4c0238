#!/bin/sh
# Follows provision.sh: MySQL, as GitHub's Ubuntu image has it.
set -eu

# GitHub's install-mysql.sh answers these questions the same way: root logs in with the password "root".
debconf-set-selections <<'ANSWERS'
mysql-server mysql-server/root_password password root
mysql-server mysql-server/root_password_again password root
ANSWERS
# The unstable suite is for MySQL and what it needs, nothing else.
cat > /etc/apt/preferences.d/sid <<'PIN'
Package: *
Pin: release n=sid
Pin-Priority: 100
PIN
apt-get update -q
apt-get install -q -y --no-install-recommends -t sid mysql-server mysql-client
apt-get clean
rm -rf /var/lib/apt/lists/*
# The build shares the host's network; had a server listened there, the package would have moved to 3307.
rm -f /etc/mysql/mysql.conf.d/99-port-backoff.cnf
systemctl disable mysql.service
