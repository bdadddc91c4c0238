"""What the linters of `make lint` find in workflows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.adopt.judgement import BOM
from tests.support.waiting import LIMIT

_COMMANDS = {
    "actionlint": ["-no-color", "-format", "{{json .}}"],
    "zizmor": ["--offline", "--quiet", "--pedantic", "--no-exit-codes", "--format=json"],
    "check-jsonschema": ["--builtin-schema=vendor.github-workflows", "--output-format=json"],
}


def findings(workflows: Mapping[str, bytes], folder: Path) -> Counter[tuple[str, str, str]]:
    """How often a linter finds the same in a workflow: its name, the linter, and what is found.

    zizmor does not read a file with a byte order mark, so the linters get the text without it.
    """
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True, timeout=60)
    place = folder / ".github" / "workflows"
    place.mkdir(parents=True)
    for name, data in workflows.items():
        (place / f"{name}.yml").write_bytes(data.removeprefix(BOM))
    found: Counter[tuple[str, str, str]] = Counter()
    for problem in _run("actionlint", place):
        found[Path(problem["filepath"]).stem, "actionlint", problem["message"]] += 1
    for problem in _run("zizmor", place):
        path = problem["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"]
        found[Path(path).stem, "zizmor", problem["ident"]] += 1
    report = _run("check-jsonschema", place)
    for problem in [*report["errors"], *report.get("parse_errors", ())]:
        found[Path(problem["filename"]).stem, "check-jsonschema", str(problem)] += 1
    return found


def _run(linter: str, folder: Path) -> Any:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    program = shutil.which(linter, path=path)
    assert program, f"{linter} is missing: install the development dependencies"
    files = sorted(str(file) for file in folder.glob("*.yml"))
    done = subprocess.run(
        [program, *_COMMANDS[linter], *files],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.stdout, f"{linter} failed:\n{done.stderr}"
    return json.loads(done.stdout)
