"""Whether `changed` leaves out a test that a change breaks, and how many tests it runs.

Usage: python -m benchmarks.selection FOLDER [--python PYTHON] [--words WORDS]

FOLDER is a project in a git repository. The benchmark works in a copy. It measures the project once. Then it
changes each measured function in turn, runs all tests, and compares those that fail with those that a run
with `changed` would run.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ci_kit.console import Console
from ci_kit.history.folder import open_history
from ci_kit.history.planning import reader, snapshot_of
from ci_kit.host.machine import Host
from ci_kit.settings.loading import load_settings
from ci_kit.testing.patch.repository import find_repository
from ci_kit.testing.selection.affected import Affected, find_affected
from ci_kit.testing.selection.measured import Measured
from tests.support.mutations import mutants

_BODY = ("raise RuntimeError('changed')",)


def run(root: Path, arguments: argparse.Namespace, *words: str) -> dict[str, Any]:
    """The document of a run of all tests."""
    given = ["-C", str(root), "--json", f"--python={arguments.python}", *shlex.split(arguments.words), *words]
    done = subprocess.run(
        [sys.executable, "-m", "ci_kit", "run", *given],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        sys.exit(done.stderr)
    return document


def affected_by(measured: Measured, root: Path) -> Affected:
    host = Host(Console(verbosity=-1))
    found = find_repository(host, root)
    if found is None:
        sys.exit(f"{root} is not in a git repository")
    return find_affected(
        measured, snapshot_of(found, load_settings(root, {}), untracked=True), reader(found.top)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--words", default="", help="more words for ci-kit run, in one text")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "project")
        ignored = shutil.ignore_patterns(".venv", ".ci-kit")
        shutil.copytree(arguments.folder, root, symlinks=True, ignore=ignored)
        if not (root / ".git").exists():
            git = ["git", "-c", "user.name=a", "-c", "user.email=a@example"]
            for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
                subprocess.run([*git, *words], cwd=root, check=True)
        document = run(root, arguments, "--measure-tests")
        if document["outcome"] != "passed":
            sys.exit(f"the tests do not pass: {document['problem'] or document['results']['failures']}")
        with open_history(Host(Console(verbosity=-1)), root / ".ci-kit") as history:
            measured = history.measured(history.runs()[-1].kind)
        if measured is None:
            sys.exit("the run was not measured")
        _compare(root, arguments, measured, {test["node"] for test in document["results"]["tests"]})


def _compare(root: Path, arguments: argparse.Namespace, measured: Measured, tests: set[str]) -> None:
    shares: list[float] = []
    everything = broken = missed = 0
    unmeasured = tests - measured.tests.keys()
    for path in sorted(measured.sources):
        original = (root / path).read_text(encoding="utf-8")
        for change, text in mutants(original, _BODY):
            (root / path).write_text(text, encoding="utf-8")
            affected = affected_by(measured, root)
            selected = tests if affected.everything else affected.tests | unmeasured
            document = run(root, arguments, "--history=none")
            results = document["results"] or {"failures": []}
            # A file that cannot be imported fails in each run.
            failed = {one["test"] for one in results["failures"] if one["test"]}
            everything += selected >= tests
            broken += bool(failed)
            shares.append(len(selected) / len(tests))
            if failed - selected:
                missed += 1
                print(f"missed: {path} {change}: {sorted(failed - selected)}")
        (root / path).write_text(original, encoding="utf-8")
    print(
        f"{len(tests)} tests, {len(unmeasured)} of them in each run; {len(shares)} functions changed,"
        f" {broken} changes broke tests; {missed} changes with a missed test;"
        f" selected: {sum(shares) / len(shares):.0%} of the tests on average,"
        f" {sorted(shares)[len(shares) // 2]:.0%} in the median; all tests for {everything} changes"
    )


if __name__ == "__main__":
    main()
