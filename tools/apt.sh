#!/bin/sh
# Install packages of Debian or Ubuntu, and report it: apt.sh WHY PACKAGE…
set -eu
why=$1
shift

if ! command -v apt-get >/dev/null; then
    echo "$why; install $* with your system's package manager" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
echo "$why: installing $* with apt-get" >&2
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
