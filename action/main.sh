#!/usr/bin/env bash
# The action's only step: find a Python that can run ci-kit, and start ci-kit with it.
#
# It can be another Python than the project's, which may be older or not on PATH.
set -euo pipefail

usable() {
    command -v "$1" >/dev/null && "$1" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

candidates() {
    printf '%s\n' python3 python3.14 python3.13 python3.12 python3.11
    # The Pythons that the runner's image contains for setup-python.
    for folder in "${RUNNER_TOOL_CACHE:-/nonexistent}"/Python/3.1[1-9].*/*/bin; do
        printf '%s\n' "$folder/python3"
    done
}

while IFS= read -r python; do
    if usable "$python"; then
        # By exec, so that the signal of a cancelled job reaches Python.
        exec "$python" "$(dirname "$0")/main.py" "$@" </dev/null
    fi
done < <(candidates)

echo "::error title=ci-kit::no Python 3.11 or newer with pip on this runner; add actions/setup-python before ci-kit"
exit 69
