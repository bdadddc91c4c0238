"""The short texts of the page: without secrets, and with places that lead to the code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.report.excerpt import excerpt
from ci_kit.report.run_report import RunReport

# In characters.
_TITLE_LIMIT = 300


@dataclass(frozen=True)
class Place:
    """A file as the page shows it, and its address on GitHub; empty if it has none."""

    path: str
    url: str


class PageTexts:
    """Makes the short texts of one page."""

    def __init__(self, report: RunReport, runner: Runner) -> None:
        self._report = report
        self._runner = runner
        self.redact = runner.host.redactor.redact
        # Many tests are in one file.
        self.place = cache(self._place)

    def line(self, text: str) -> str:
        """The beginning of a text in one line."""
        if not text:
            return ""
        shown = excerpt(text, self._runner.host.redactor, limit=_TITLE_LIMIT)
        return " ".join(shown.split())

    def _place(self, path: str) -> Place:
        shown = self._report.relative(path)
        redacted = self.redact(shown)
        return Place(redacted, self._runner.source_url(Path(path)) if path and redacted == shown else "")
