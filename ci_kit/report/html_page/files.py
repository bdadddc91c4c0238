"""The measured files of the page: a row of its list for each, and the state and the text of each line."""

from __future__ import annotations

from collections.abc import Iterator

from ci_kit.report.html_page.source import source_lines
from ci_kit.report.html_page.texts import PageTexts
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage

# In characters, of all files together: a browser opens more slowly. The states have the same limit.
_SOURCE_LIMIT = 10_000_000
# A character for each state of a line.
_EXECUTED, _MISSED, _EXCLUDED, _NOTHING = "e", "m", "x", " "


def files_data(report: RunReport, texts: PageTexts) -> list[dict[str, object]]:
    """The measured files, the changed ones first. ``lines`` is None for a file whose text is not known.

    ``changed`` has the changed lines that coverage measured. ``states`` has one character for each line.
    """
    changed = {file.path: file for file in report.patch.files} if report.patch else {}
    files = sorted(report.covered, key=lambda file: (file.path not in changed, file.path))
    return list(_files(files, changed, report, texts))


def _files(
    files: list[FileCoverage], changed: dict[str, FileCoverage], report: RunReport, texts: PageTexts
) -> Iterator[dict[str, object]]:
    room = states_room = _SOURCE_LIMIT
    root = report.root
    for file in files:
        lines = None
        if root and room > 0:
            lines = source_lines(root / file.path, report.repository or root, texts.redact)
        room -= sum(map(len, lines or ()))
        states = _states(file, states_room)
        states_room -= len(states)
        part = changed.get(file.path)
        yield {
            "path": texts.redact(file.path),
            "percent": round(file.percent, 2),
            "statements": len(file.executed) + len(file.missing),
            "missed": len(file.missing),
            "branches": file.branches,
            "missedBranches": file.missing_branches,
            "missedText": file.missed,
            "changed": sorted((*part.executed, *part.missing)) if part else [],
            "changedMissed": len(part.missing) if part else 0,
            "states": states,
            "lines": lines,
        }


def _states(file: FileCoverage, room: int) -> str:
    """A character for each line; empty without room for them. A wrong document may have any number."""
    states = {
        **dict.fromkeys(file.executed, _EXECUTED),
        **dict.fromkeys(file.missing, _MISSED),
        **dict.fromkeys(file.excluded, _EXCLUDED),
    }
    last = max(states, default=0)
    return "".join(states.get(line, _NOTHING) for line in range(1, last + 1)) if last <= room else ""
