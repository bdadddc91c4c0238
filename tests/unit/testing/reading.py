"""Results that ci-kit reads from a real run of pytest."""

from __future__ import annotations

import sys
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.testing import plugins
from ci_kit.testing.plugins import results_arguments
from ci_kit.testing.results import Results
from ci_kit.testing.results_file import read_results
from tests.unit.support import ALONE


def results_of(root: Path, *words: str, cwd: Path | None = None, python: str = sys.executable) -> Results:
    """The results of a real run of pytest."""
    file = root / "results.jsonl"
    command = [python, "-m", "pytest", *results_arguments(file), *words]
    lent = Path(plugins.__file__).parent / "lent"
    environ = ALONE | {"PYTHONPATH": str(lent), "PYTHONDONTWRITEBYTECODE": "1"}
    Host().run(Command(command, cwd=cwd or root, env=environ))
    results = read_results(file)
    assert results is not None
    return results
