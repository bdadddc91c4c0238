"""What the plugin writes about a failure.

PYTEST_DONT_REWRITE, as in the package.
"""

from __future__ import annotations

import os
import re
import traceback
from typing import Any

import pytest

# In characters. The reader cuts a message after it has removed secrets.
_MESSAGE_LIMIT = 1_000_000
HALF = 8_000
# For the tracebacks and the output of all failures together.
_ROOM = 40_000_000
# Set-up, call and teardown have three each: standard output, standard error and the log.
_MOST_SECTIONS = 9
_BLANK_TO_END = re.compile(r"\s\S*\Z")
_BLANK_FROM_START = re.compile(r"\A\S*\s")
_ERROR_LINE = re.compile(r"^E {1,3}(.*)$", re.MULTILINE)
_IN_FILE = re.compile(r'^(?:E +)?(?:File ")?(.+?)(?:", line |:)(\d+)(?::.*)?$', re.MULTILINE)


class Failures:
    """Describes failures. Their details are bounded, one by one and together."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._room = _ROOM

    def of_test(self, report: pytest.TestReport) -> dict[str, object]:
        file = self._file(report.nodeid)
        _, index, name = report.location
        # A report of a subtest has a longer headline than its test.
        subtest = (report.head_line or "")[len(name) :]
        return {
            "node": report.nodeid + subtest,
            "test": report.nodeid,
            "stage": report.when if report.when in ("setup", "call", "teardown") else "crash",
            "file": file,
            "line": _last_line(self._absolute(_places(report.longrepr)), file)
            or (0 if index is None else index + 1),
            "message": _message(report.longrepr),
            **self._details(report),
        }

    def of_collection(self, report: pytest.CollectReport) -> dict[str, object]:
        file = self._file(report.nodeid)
        # For a syntax error, only the text names the place.
        text = text_of(report.longrepr)
        places = self._absolute([(path, int(line)) for path, line in _IN_FILE.findall(text)])
        if os.path.isdir(file):
            # A folder or a package: the file is its conftest.py or __init__.py.
            own = [path for path, _ in places if _is_own(path, file)]
            file = own[-1] if own else ""
        return {
            "node": report.nodeid or str(self._config.rootpath),
            "stage": "collection",
            "file": file,
            "line": _last_line(places, file),
            "message": _message(report.longrepr),
            **self._details(report),
        }

    def _details(self, report: Any) -> dict[str, object]:
        """The traceback as pytest prints it, and what the test printed."""
        sections = [(title, self._kept(text)) for title, text in report.sections[-_MOST_SECTIONS:]]
        return {"traceback": self._kept(report.longreprtext), "sections": sections}

    def _kept(self, text: str) -> str:
        """The beginning and the end of a long text; empty if the session has no room for more."""
        text = shortened(text)
        self._room -= len(text)
        return text if self._room > 0 else ""

    def _file(self, nodeid: str) -> str:
        return os.path.normpath(os.path.join(str(self._config.rootpath), nodeid.partition("::")[0]))

    def _absolute(self, places: list[tuple[str, int]]) -> list[tuple[str, int]]:
        folder = str(self._config.invocation_params.dir)
        return [(os.path.normpath(os.path.join(folder, path)), line) for path, line in places]


def shortened(text: str) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= 2 * HALF:
        return text
    # A part of a secret is not recognised, so no word is cut.
    first, last = _BLANK_TO_END.sub("", text[:HALF]), _BLANK_FROM_START.sub("", text[-HALF:])
    return "{}\n…\n{}".format(first, last)


def _places(longrepr: Any) -> list[tuple[str, int]]:
    """The places in the traceback of a test: path and line."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    places = [getattr(entry, "reprfileloc", None) for entry in entries]
    places += [location for location, _ in getattr(longrepr, "reprlocation_lines", ())]
    if not any(places):
        places = [getattr(longrepr, "reprcrash", None)]
    return [(place.path, place.lineno) for place in places if place]


def _last_line(places: list[tuple[str, int]], file: str) -> int:
    """The last line that is in the test's own file: the crash may be in a library."""
    lines = [line for path, line in places if path == file]
    return lines[-1] if lines else 0


def _message(longrepr: Any) -> str:
    crash = getattr(longrepr, "reprcrash", None)
    message: str = crash.message if crash else ""
    if not message:
        text = text_of(longrepr)
        message = "\n".join(_ERROR_LINE.findall(text)).strip() or text
    return message[:_MESSAGE_LIMIT]


def text_of(value: object) -> str:
    """The text of any object. Its own method may fail."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001
        return "<{}>".format(type(value).__name__)


def failed_import(error: BaseException, root: object) -> dict[str, object]:
    """A failure outside the tests: a conftest.py that cannot be imported, or a plugin's error."""
    path = str(getattr(error, "path", "") or "")
    # pytest before 8.1 has a tuple of type, exception and traceback.
    cause: BaseException = (
        getattr(error, "cause", None) or (getattr(error, "excinfo", None) or (None, error))[1]
    )
    places: list[tuple[str | None, int | None]] = [
        (frame.filename, frame.lineno) for frame in traceback.extract_tb(cause.__traceback__)
    ]
    if isinstance(cause, SyntaxError):
        places.append((cause.filename, cause.lineno))
    own = [
        place for place in places if place[0] and (place[0] == path if path else _is_own(place[0], str(root)))
    ]
    file, line = own[-1] if own else (path, 0)
    return {
        "node": os.path.relpath(file, str(root)) if file else "pytest",
        "stage": "conftest" if path else "session",
        "file": file,
        "line": line or 0,
        "message": "".join(traceback.format_exception_only(type(cause), cause)).strip()[:_MESSAGE_LIMIT],
    }


def _is_own(file: str, folder: str) -> bool:
    """Whether a file belongs to the project, and not to a package that is installed in its folder."""
    return file.startswith(folder + os.sep) and "site-packages" not in file
