"""The reports that a run writes to files on request, and their paths.

To add a report, write a function of the type :data:`Content`, add it to :data:`REPORT_FILES`, and add the
setting that names its file to ``settings/options/reports.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.files import why_unwritable
from ci_kit.report.junit_report import junit_report
from ci_kit.report.run_report import RunReport
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage_files import coverage_files

Content: TypeAlias = Callable[[RunReport, Runner], str]
"""Makes the text of a report, without secrets."""


def _run_document(report: RunReport, runner: Runner) -> str:
    # Here, because it takes time to import.
    from ci_kit.report.document.run_document import document_text

    return document_text(report, runner)


REPORT_FILES: Mapping[str, Content] = {"junit-report": junit_report, "run-report": _run_document}
"""The content of the file that a setting names."""


@dataclass(frozen=True)
class ReportPaths:
    """The absolute path of each report that a run is to write, by the setting that named it."""

    paths: Mapping[str, Path]

    def write(self, report: RunReport, runner: Runner) -> Iterator[UnavailableError]:
        """Write each report, whatever happens to the others; gives the errors of those that failed."""
        for setting, path in self.paths.items():
            content = REPORT_FILES[setting]
            try:
                runner.host.make_dir(path.parent)
                runner.host.write(path, content(report, runner), shown="")
            except UnavailableError as error:
                todo = f"set {setting} to a file in a folder that has room and that this user can write"
                yield UnavailableError(_unwritten(path), why=error.why, todo=todo)


def report_paths(settings: Settings) -> ReportPaths:
    """The paths of the reports. Raises UsageError for a path that a report, also coverage's, cannot have."""
    taken: dict[Path, str] = {}
    for setting, path in _requested(settings):
        if why := _why_unusable(settings, setting, path) or taken.get(path):
            raise UsageError(
                _unwritten(path),
                why=f"{why}; {setting} came from {settings.source(setting)}",
                todo=f"name another path by {setting}, relative to the project",
            )
        taken[path] = f"{setting} has the same path"
    return ReportPaths({setting: path for setting, path in _requested(settings) if setting in REPORT_FILES})


def _requested(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name, path in coverage_files(settings):
        yield f"coverage-{name}", path
    for setting in REPORT_FILES:
        if name := getattr(settings, setting.replace("-", "_")):
            yield setting, Path(os.path.normpath(settings.root.absolute() / name))


def _why_unusable(settings: Settings, setting: str, path: Path) -> str:
    is_folder = setting == "coverage-html"
    if is_folder and settings.root.absolute().is_relative_to(path):
        return "the pages need a folder of their own"
    return why_unwritable(path, is_folder=is_folder)


def _unwritten(path: Path) -> str:
    return f"cannot write the report {path}"
