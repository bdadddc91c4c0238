#!/bin/sh
# Runs after provision.sh: installs MariaDB with the defaults of its packages, stopped and disabled.
set -eu

apt-get update -q
apt-get install -q -y --no-install-recommends mariadb-server mariadb-client
apt-get clean
rm -rf /var/lib/apt/lists/*
systemctl disable mariadb.service
