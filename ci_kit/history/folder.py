"""The folder of the history, and its files.

``runs.jsonl`` has the runs, one a line. For one kind of run, ``tests-….json`` has the tests,
``failed-….json`` those that failed last, and ``measured-….json`` what each of them executes. Each file is
written atomically, so a reader needs no lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ci_kit.errors import UnavailableError
from ci_kit.history.last_failed import last_failed_text, read_last_failed
from ci_kit.history.past_run import PastRun, read_json, read_run, run_line
from ci_kit.history.past_tests import PastTests, past_tests_text, read_tests
from ci_kit.host.machine import Host
from ci_kit.testing.selection.measured import Measured, measured_text, read_measured

_T = TypeVar("_T")
# Of each kind of run.
_KEPT_RUNS = 50
_KEPT_KINDS = 10
_HEADER = {"file": "the last runs of ci-kit", "version": 1}
_RUNS = "runs.jsonl"
_TESTS = "tests-{}.json"
_FAILED = "failed-{}.json"
_MEASURED = "measured-{}.json"
_LOCK = "lock"
_MARK = "README.md"
_README_START = "ci-kit keeps "
_README = f"""\
{_README_START}the durations, the counts and the coverage of the last runs here. You can remove this folder.
"""


class HistoryFolder:
    """The folder of the history, while this process has its lock.

    ``unread`` has the paths of files that ci-kit cannot read.
    """

    def __init__(self, host: Host, path: Path) -> None:
        self._host = host
        self._path = path
        self.unread: list[str] = []

    def runs(self) -> tuple[PastRun, ...]:
        """The runs, the newest last. A file of another kind counts as empty."""
        return self._read(_RUNS, _read_runs, ())

    def tests(self, kind: tuple[str, str]) -> PastTests:
        """The tests of one kind of run. A file of another kind counts as empty."""
        return self._read(_file(_TESTS, kind), read_tests, PastTests())

    def last_failed(self, kind: tuple[str, str]) -> tuple[str, ...]:
        """The tests of one kind of run that failed when they ran last, by their node ids without secrets."""
        return self._read(_file(_FAILED, kind), read_last_failed, ())

    def measured(self, kind: tuple[str, str]) -> Measured | None:
        """What the last measured run of this kind executed."""
        return self._read(_file(_MEASURED, kind), read_measured, None)

    def keep_failed(self, kind: tuple[str, str], nodes: Sequence[str]) -> None:
        """Write the tests that failed. Raises UnavailableError."""
        self._write_newest(_FAILED, kind, last_failed_text(nodes))

    def keep_measured(self, kind: tuple[str, str], measured: Measured) -> None:
        """Write what each test executes. Raises UnavailableError."""
        self._write_newest(_MEASURED, kind, measured_text(measured))

    def keep(self, runs: Sequence[PastRun], kind: tuple[str, str], tests: PastTests) -> None:
        """Write the last runs, and the tests of their newest kind. Raises UnavailableError."""
        for name, text in ((_MARK, _README), (".gitignore", "*\n")):
            if not (self._path / name).exists():
                self._write(name, text)
        kept = _last_of_each_kind(runs)
        self._write(_file(_TESTS, kind), past_tests_text(tests))
        self._write(_RUNS, "\n".join([json.dumps(_HEADER), *map(run_line, kept), ""]))
        known = {_file(_TESTS, run.kind) for run in kept}
        for path in self._path.glob(_TESTS.format("*")):
            if path.name not in known:
                self._host.remove(path)

    def _read(self, name: str, parse: Callable[[str], _T], empty: _T) -> _T:
        try:
            return parse((self._path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return empty
        except (OSError, ValueError):
            self.unread.append(str(self._path / name))
            return empty

    def _write_newest(self, pattern: str, kind: tuple[str, str], text: str) -> None:
        """Write a file of a kind that may have no run of its own, and remove those that are old.

        Runs with other numbers of workers share the file, and so do partial runs. The list of runs
        therefore does not tell its age.
        """
        self._write(_file(pattern, kind), text)
        paths = sorted(self._path.glob(pattern.format("*")), key=lambda path: path.stat().st_mtime_ns)
        for path in paths[:-_KEPT_KINDS]:
            self._host.remove(path)

    def _write(self, name: str, text: str) -> None:
        self._host.write(self._path / name, text, shown="")


@contextmanager
def open_history(host: Host, path: Path) -> Iterator[HistoryFolder]:
    """The history in a folder, which is made if it is missing.

    Raises UnavailableError if the folder cannot be written, or has files that ci-kit did not write.
    """
    _require_own(path)
    with host.locked(path / _LOCK):
        yield HistoryFolder(host, path)


def _require_own(path: Path) -> None:
    # The folder's own .gitignore would hide the files of a project.
    try:
        names = {one.name for one in path.iterdir()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnavailableError(f"cannot read {path}", why=error.strerror or str(error)) from error
    # A process that was killed may have left a part of the first file.
    foreign = {name for name in names if not name.startswith(f".{_MARK}.")} - {_LOCK}
    if foreign and not _text(path / _MARK).startswith(_README_START):
        raise UnavailableError(f"{path} has files that ci-kit did not write")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _read_runs(text: str) -> tuple[PastRun, ...]:
    header, *lines = text.splitlines()
    if read_json(header) != _HEADER:
        raise ValueError("it has another version")
    return tuple(map(read_run, lines))


def _last_of_each_kind(runs: Sequence[PastRun]) -> list[PastRun]:
    """The last runs of each of the last kinds: those of another matrix or selection do not replace them."""
    kinds = [*dict.fromkeys(run.kind for run in reversed(runs))][:_KEPT_KINDS]
    kept: list[PastRun] = []
    counts = dict.fromkeys(kinds, 0)
    for run in reversed(runs):
        if counts.get(run.kind, _KEPT_RUNS) < _KEPT_RUNS:
            counts[run.kind] += 1
            kept.append(run)
    return kept[::-1]


def _file(pattern: str, kind: tuple[str, str]) -> str:
    digest = hashlib.sha256("\n".join(kind).encode(errors="replace")).hexdigest()
    return pattern.format(digest[:8])
