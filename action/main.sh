#!/usr/bin/env bash
# The action's only step: find a Python that can run ci-kit, and start ci-kit with it.
#
# It can be another Python than the project's, which may be older or not on PATH. It runs in isolated mode (-I):
# a file such as pip.py in the project's folder is not a module of this Python.
set -euo pipefail

usable() {
    command -v "$1" >/dev/null && "$1" -I -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
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
        exec "$python" -I "$(dirname "$0")/main.py" "$@" </dev/null
    fi
done < <(candidates)

problem="no Python 3.11 or newer with pip on this runner; add actions/setup-python before ci-kit"
echo "::error title=ci-kit::$problem"
echo "outcome=error" >>"${GITHUB_OUTPUT:-/dev/null}"
printf '## The job could not finish\n\n%s\n' "$problem" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
exit 69
