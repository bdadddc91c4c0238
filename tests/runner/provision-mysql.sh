#!/bin/sh
# Runs after provision.sh: installs MySQL as on GitHub's Ubuntu image.
set -eu

# The answers are those of GitHub's install-mysql.sh: root's password is "root".
debconf-set-selections <<'ANSWERS'
mysql-server mysql-server/root_password password root
mysql-server mysql-server/root_password_again password root
ANSWERS
# Only MySQL and its dependencies come from the unstable suite.
cat > /etc/apt/preferences.d/sid <<'PIN'
Package: *
Pin: release n=sid
Pin-Priority: 100
PIN
apt-get update -q
apt-get install -q -y --no-install-recommends -t sid mysql-server mysql-client
apt-get clean
rm -rf /var/lib/apt/lists/*
# The build uses the host's network. If a server listens on 3306 there, the package changes its port to 3307.
rm -f /etc/mysql/mysql.conf.d/99-port-backoff.cnf
systemctl disable mysql.service
