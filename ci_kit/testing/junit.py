"""JUnit XML: the counts and failures in one file.

There is no standard. This reads what unittest-xml-reporting and behave write: elements ``testcase``, each
with an element ``failure``, ``error`` or ``skipped`` unless it passed. The totals in the
attributes of ``testsuite`` are not read, because programs disagree about them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from xml.parsers import expat

from ci_kit.testing.results import Failure, Results, TestResult, TestState

# In bytes: a larger file is more likely a mistake than a report.
_LARGEST = 100_000_000
# In characters, as for pytest's messages.
_MESSAGE_LIMIT = 1_000_000
# Of a line number: int() refuses a text of very many digits.
_DIGITS = 10
_ROOTS = frozenset({"testsuites", "testsuite"})
# The outcomes of a test case, the strongest first.
_OUTCOMES = ("error", "failure", "skipped")
_STATES: Mapping[str, TestState] = MappingProxyType(
    {"error": "error", "failure": "failed", "skipped": "skipped", "passed": "passed"}
)
# A line of a traceback, and behave's.
_PLACE = re.compile(r'File "(.+?)", line (\d+)|^Location: (.+):(\d+)$', re.MULTILINE)


def read_junit(path: Path, root: Path) -> Results:
    """The results in a file. Paths in it are relative to the folder ``root``.

    Raises OSError, and ValueError for a file that is not JUnit XML.
    """
    size = path.stat().st_size
    if size > _LARGEST:
        raise ValueError(f"it has {size} bytes, more than {_LARGEST}")
    reader = _Reader(root)
    with path.open("rb") as file:
        reader.read(file.read())
    return reader.results()


class _Reader:
    """Collects test cases while expat parses the file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._outcomes: Counter[str] = Counter()
        self._failures: list[Failure] = []
        self._tests: list[TestResult] = []
        self._seconds = 0.0
        self._depth = 0
        self._case: Mapping[str, str] | None = None
        self._found: dict[str, str] = {}
        self._open = ""
        self._text: list[str] = []

    def read(self, data: bytes) -> None:
        """Parse a document. Raises ValueError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        # Entities, which can grow without limit or name other files, need a DTD.
        parser.StartDoctypeDeclHandler = _refuse_dtd
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)
        # A LookupError is for an encoding that Python does not have.
        except (expat.ExpatError, LookupError) as error:
            raise ValueError(f"it is not valid XML: {error}") from error

    def results(self) -> Results:
        count = self._outcomes.total()
        return Results(
            collected=count,
            selected=count,
            ended=count,
            passed=self._outcomes["passed"],
            failed=self._outcomes["failure"],
            errors=self._outcomes["error"],
            skipped=self._outcomes["skipped"],
            duration=self._seconds,
            failures=tuple(self._failures),
            tests=tuple(self._tests),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and name not in _ROOTS:
            raise ValueError(f"its root element is {name[:80]!r}, not testsuites or testsuite")
        if name == "testcase":
            self._case, self._found = attributes, {}
        elif self._case is not None and name in _OUTCOMES:
            self._open, self._text = name, []
            self._found[name] = attributes.get("message", "")

    def _characters(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == self._open:
            text = "".join(self._text).strip()
            if name != "skipped" and self._case is not None:
                self._failures.append(self._failure(self._case, name, self._found[name], text))
            self._open = ""
        elif name == "testcase" and self._case is not None:
            outcome = next((one for one in _OUTCOMES if one in self._found), "passed")
            self._outcomes[outcome] += 1
            seconds = _seconds(self._case.get("time", ""))
            self._seconds += seconds
            self._tests.append(self._test(self._case, _STATES[outcome], seconds))
            self._case = None

    def _test(self, case: Mapping[str, str], state: TestState, seconds: float) -> TestResult:
        path, line = self._place(case, "")
        reason = self._found.get("skipped", "") if state == "skipped" else ""
        return TestResult(_node(case), state, seconds, str(path) if path else "", line, reason)

    def _failure(self, case: Mapping[str, str], stage: str, message: str, text: str) -> Failure:
        path, line = self._place(case, text)
        return Failure(
            node=_node(case),
            stage=stage,
            path=str(path) if path else "",
            line=line,
            message=(message.strip() or text)[:_MESSAGE_LIMIT],
            test=_node(case),
        )

    def _place(self, case: Mapping[str, str], text: str) -> tuple[Path | None, int]:
        """The file and line of a failure: in the test's own file, or else the last one in the project."""
        own = self._own_file(case["file"]) if case.get("file") else None
        places = [place for place in self._places(text) if own in (None, place[0])]
        if places:
            return places[-1]
        line = case.get("line", "")
        return own, int(line) if own and line.isascii() and line.isdecimal() and len(line) < _DIGITS else 0

    def _places(self, text: str) -> Iterator[tuple[Path, int]]:
        for file, line, other_file, other_line in _PLACE.findall(text):
            number = line or other_line
            if (path := self._own_file(file or other_file)) and len(number) < _DIGITS:
                yield path, int(number)

    def _own_file(self, name: str) -> Path | None:
        """A file of the project, None for another one."""
        path = self._root / name
        is_own = path.is_relative_to(self._root) and "site-packages" not in path.parts
        try:
            return path if is_own and path.is_file() else None
        except (OSError, ValueError):
            return None


def _node(case: Mapping[str, str]) -> str:
    class_name, name = case.get("classname", ""), case.get("name", "")
    return f"{class_name}.{name}" if class_name else name or "a test"


def _refuse_dtd(*_: object) -> NoReturn:
    raise ValueError("it has a document type declaration, which ci-kit does not read")


def _seconds(text: str) -> float:
    try:
        # Some programs write 1,234.5.
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0
