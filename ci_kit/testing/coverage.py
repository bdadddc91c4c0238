"""The coverage report of a run, and its threshold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.python import Project

# `coverage report`: 1 when there is nothing to report, 2 when the total is below fail_under.
_BELOW_THRESHOLD = 2


@dataclass(frozen=True)
class CoverageReport:
    """The total in percent, None if nothing was measured, and whether it is below the threshold."""

    percent: float | None
    below_threshold: bool


def report_coverage(host: Host, settings: Settings, project: Project, *, scratch: Path) -> CoverageReport:
    """Print the table of lines that no test reached, and read the total.

    The threshold is the setting fail-under, or the one in the project's own coverage configuration.
    """
    coverage = [*project.python, "-m", "coverage"]
    threshold = [] if settings.fail_under is None else [f"--fail-under={settings.fail_under:g}"]
    code = host.stream(Command([*coverage, "report", "-m", *threshold], cwd=settings.root))
    totals = scratch / "coverage.json"
    host.run(Command([*coverage, "json", "-q", "--fail-under=0", "-o", str(totals)], cwd=settings.root))
    percent = _percent(totals)
    if percent is None and not host.dry:
        host.console.warning("coverage measured nothing: look at its `source` setting")
    missed = code == _BELOW_THRESHOLD or (percent is None and bool(settings.fail_under) and not host.dry)
    return CoverageReport(percent, missed)


def _percent(path: Path) -> float | None:
    try:
        total = json.loads(path.read_text(encoding="utf-8"))["totals"]
    except (OSError, ValueError, KeyError):
        return None
    return float(total["percent_covered"])
