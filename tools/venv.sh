#!/bin/sh
# Make a virtual environment from a lock: venv.sh PYTHON FOLDER LOCK
set -eu
python=$1 folder=$2 lock=$3

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$python is $("$python" --version 2>&1), Python 3.11 or newer is needed: make PYTHON=python3.13 …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian and Ubuntu have this part of Python in a package of its own.
    as_root=""
    [ "$(id -u)" = 0 ] || as_root=sudo
    echo "Python's venv module is incomplete: installing the package python3-venv by apt-get" >&2
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends python3-venv
fi
echo "Installing $lock into $folder" >&2
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
