#!/bin/sh
# Create a virtual environment from a lock file: venv.sh PYTHON FOLDER LOCK
set -eu
python=$1 folder=$2 lock=$3

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$python is $("$python" --version 2>&1); ci-kit needs Python 3.11 or newer: make PYTHON=python3.13 …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian and Ubuntu have this part of Python in a separate package.
    "$(dirname "$0")/apt.sh" "Python's venv module is incomplete" python3-venv
fi
echo "Installing $lock into $folder" >&2
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
