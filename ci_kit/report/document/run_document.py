"""The document: a :class:`~ci_kit.report.run_report.RunReport` with the format's name and version.

Additions keep the version: a reader ignores what it does not know. A change of the meaning of a field needs a
new version. ``run-report-1.json`` beside this module is the JSON Schema; ``tools/document.py`` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from ci_kit import __version__
from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.host.files import describe_error
from ci_kit.redaction import Redactor
from ci_kit.report.document.codec import MisfitError, RecordCodec
from ci_kit.report.document.paths import in_repository, relative_to_repository
from ci_kit.report.run_report import RunReport

FORMAT, VERSION = "ci-kit-run", 1
REPORT = RecordCodec(RunReport)
# In characters, of a wrong value in a message.
_LONGEST = 60


def to_document(report: RunReport, redactor: Redactor) -> dict[str, Any]:
    """The document of a report: without secrets, and with the repository's paths relative to it."""
    head = {"format": FORMAT, "version": VERSION, "written_by": f"ci-kit {__version__}"}
    return head | REPORT.write(relative_to_repository(report), redactor.redact)


def document_text(report: RunReport, runner: Runner) -> str:
    """The document of a report in one line of JSON."""
    document = to_document(report, runner.host.redactor)
    # Not escaped, because the runner masks a secret by its spelling.
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_document(data: object, repository: Path, *, name: str = "the document") -> RunReport:
    """The report in a document, with its paths in ``repository``: a folder of this machine.

    Raises UsageError, which has the ``name`` of the document and the place of the error.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        _refuse(name, f'expected an object with "format": "{FORMAT}"')
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse(name, f"version: expected a whole number from 1, found {_shown(version)}")
    if version > VERSION:
        _refuse(
            name,
            f"its version is {version}, and this ci-kit reads only version {VERSION}",
            todo=f"use {_writer(data)}, or a newer one",
        )
    try:
        report: RunReport = in_repository(REPORT.read(data), repository)
    except MisfitError as misfit:
        place = misfit.place.lstrip(". ") or "the document"
        _refuse(name, f"{place}: expected {misfit.expected}, found {_shown(misfit.found)}")
    return report


def load_document(path: Path) -> object:
    """The data in a file, not checked yet. Raises UsageError if the file cannot be read or has no JSON."""
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        _refuse(str(path), describe_error(error), todo="name a file that exists and that this user can read")
    # A RecursionError comes from deeply nested brackets.
    except (ValueError, RecursionError) as error:
        _refuse(str(path), f"it is not valid JSON in UTF-8: {error}")


def _writer(data: dict[str, Any]) -> str:
    writer = data.get("written_by")
    return f"the ci-kit that wrote it ({_shown(writer)})" if writer else "the ci-kit that wrote it"


def _refuse(
    name: str, why: str, *, todo: str = "name a document that `ci-kit run` wrote (run-report or --json)"
) -> NoReturn:
    raise UsageError(f"cannot read {name} as the document of a run", why=why, todo=todo)


def _shown(value: object) -> str:
    """A JSON value in a few characters."""
    match value:
        case dict():
            return "an object"
        case list():
            return f"a list of {len(value)} values"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
