#!/bin/sh
# Follows provision.sh: MariaDB as its packages leave it, and as stopped and disabled as the runner's MySQL.
set -eu

apt-get update -q
apt-get install -q -y --no-install-recommends mariadb-server mariadb-client
apt-get clean
rm -rf /var/lib/apt/lists/*
systemctl disable mariadb.service
