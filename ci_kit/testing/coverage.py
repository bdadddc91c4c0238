"""The coverage of a run, and its threshold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.python import Project

# `coverage report` ends with 1 if it has nothing to report, and with 2 if the total is below fail_under.
_BELOW_THRESHOLD = 2


@dataclass(frozen=True)
class CoverageReport:
    """The coverage of a run.

    ``percent`` is the total; None means that coverage measured nothing.
    """

    percent: float | None
    below_threshold: bool


def report_coverage(host: Host, settings: Settings, project: Project, *, run_folder: Path) -> CoverageReport:
    """Print the table of lines that no test reached, and read the total.

    The threshold is the setting fail-under, or fail_under in the project's own coverage configuration.
    ``run_folder`` is an existing folder for files of this run.
    """
    coverage = ["-m", "coverage"]
    fail_under = [] if settings.fail_under is None else [f"--fail-under={settings.fail_under:g}"]
    code = host.stream(project.command([*coverage, "report", "-m", *fail_under], cwd=settings.root))
    totals = run_folder / "coverage.json"
    host.run(
        project.command([*coverage, "json", "-q", "--fail-under=0", "-o", str(totals)], cwd=settings.root)
    )
    percent = _percent(totals)
    if percent is None and not host.dry:
        host.console.warning("coverage measured nothing: check its `source` setting")
    missed = code == _BELOW_THRESHOLD or (percent is None and bool(settings.fail_under) and not host.dry)
    return CoverageReport(percent, missed)


def _percent(path: Path) -> float | None:
    try:
        total = json.loads(path.read_text(encoding="utf-8"))["totals"]
    except (OSError, ValueError, KeyError):
        return None
    return float(total["percent_covered"])
